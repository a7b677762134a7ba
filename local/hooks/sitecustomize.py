"""Prepares every Lambda process of the local run; in any other process it does nothing.

Python imports this module at its start, because the local run puts its folder on the PYTHONPATH of Lambda processes.

- With PACKAGE it takes the virtual environment's packages out of the path and the unzipped package in.
- It hands the process over to the fork server (local/aws/fork_server.py), if one runs.
- With CODE_FOLDER it takes our code from there, where all processes share it and its byte code: unpacking a zip and
  compiling what lies in it would take each process a second.
- In the forked process it installs the planned faults between the SDKs and the network: calls of AWS services fail, or
  the process dies before or after its n-th call of any service, providers included. The product needs no code for this.
- It ends the log of each invocation so that the embedded AWS does not wait for more.
"""

import os
import sys

if os.environ.get("AWS_LAMBDA_FUNCTION_NAME") and os.environ.get("PACKAGE_FOLDER"):
    sys.path[:] = [*(one for one in sys.path if "site-packages" not in one), os.environ["PACKAGE_FOLDER"]]

if os.environ.get("AWS_LAMBDA_FUNCTION_NAME") and os.environ.get("FORK_SERVER_ADDRESS"):
    import desk_fork

    desk_fork.run_in_fork(os.environ["FORK_SERVER_ADDRESS"])

if os.environ.get("AWS_LAMBDA_FUNCTION_NAME") and os.environ.get("CODE_FOLDER"):
    sys.path.insert(0, os.environ["CODE_FOLDER"])
    sys.dont_write_bytecode = False

if os.environ.get("AWS_LAMBDA_FUNCTION_NAME") and os.environ.get("FAULTS_FILE"):
    import desk_fault_player
    import desk_log_end

    desk_log_end.install()
    desk_fault_player.install(os.environ["AWS_LAMBDA_FUNCTION_NAME"], os.environ["FAULTS_FILE"])
