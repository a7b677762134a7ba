"""Hands a Lambda process of the local run over to the fork server: see local/aws/fork_server.py."""

import json
import os
import socket
import sys


def run_in_fork(address: str) -> None:
    """Let a forked process run what this process was started for, and exit with its status.

    Returns only when no fork server answers; then this process runs by itself.
    """
    asked = {"script": sys.orig_argv[1], "folder": os.getcwd(), "environment": dict(os.environ)}
    with socket.socket(socket.AF_UNIX) as server:
        try:
            server.connect(address)
        except OSError:
            return
        line = json.dumps(asked).encode() + b"\n"
        sent = socket.send_fds(server, [line], [0, 1, 2])
        server.sendall(line[sent:])
        for pipe in (0, 1, 2):  # their readers must see the end when the forked process ends
            os.close(pipe)
        status = server.recv(1)
    os._exit(status[0] if status else 1)
