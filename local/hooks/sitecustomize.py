"""What Python does at the start of every Lambda process of the local run; elsewhere it does nothing.

Python imports this by itself, because the local run puts its folder on PYTHONPATH of those processes. The process is
handed over to a fork of one that has the libraries loaded (local/aws/fork_server.py). There it stands between the SDKs
and the network, so the product needs no line for it: calls of AWS services fail as planned, and a process dies before
or after its n-th call of any service, providers included. What an invocation logs is ended so that the embedded AWS
waits for no more.
"""

import os

if os.environ.get("AWS_LAMBDA_FUNCTION_NAME") and os.environ.get("TWINS_ADDRESS"):
    import desk_twin

    desk_twin.take_over(os.environ["TWINS_ADDRESS"])

if os.environ.get("AWS_LAMBDA_FUNCTION_NAME") and os.environ.get("FAULTS_FILE"):
    import desk_fault_player
    import desk_log_end

    desk_log_end.install()
    desk_fault_player.install(os.environ["AWS_LAMBDA_FUNCTION_NAME"], os.environ["FAULTS_FILE"])
