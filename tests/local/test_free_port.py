"""A port that a test was given stays its own until the process ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.aws import ministack
from tests.support.project import PROJECT

ASK = "from local.aws.ministack import free_port; print(*(free_port() for _ in range(5))); input()"


def test_two_processes_never_get_the_same_port(tmp_path: Path) -> None:
    few = ASK.replace("free_port; ", "free_port; import local.aws.ministack as m; m.BELOW_EPHEMERAL = 10_300; ")
    asking = [
        subprocess.Popen(
            [sys.executable, "-c", few],
            cwd=PROJECT,
            env=os.environ | {"TMPDIR": str(tmp_path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(8)
    ]
    given = [int(port) for one in asking if one.stdout for port in one.stdout.readline().split()]
    for one in asking:
        one.communicate(b"\n")
    assert len(given) == len(set(given)) == 40


def test_a_port_is_none_that_the_kernel_gives_to_outgoing_connections() -> None:
    limits = Path("/proc/sys/net/ipv4/ip_local_port_range")
    lowest = int(limits.read_text().split()[0]) if limits.exists() else 32_768
    assert ministack.LOWEST_PORT <= ministack.free_port() < ministack.BELOW_EPHEMERAL <= lowest


def test_without_a_free_port_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    port = ministack.free_port()
    monkeypatch.setattr(ministack, "LOWEST_PORT", port)
    monkeypatch.setattr(ministack, "BELOW_EPHEMERAL", port + 1)
    with pytest.raises(ministack.CannotStart, match="free"):
        ministack.free_port()
