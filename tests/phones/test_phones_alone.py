"""The phones run alone, for whoever works on a desk elsewhere."""

import subprocess
import sys

import httpx

from local.aws.ministack import free_port
from tests.support.phones.phones import until


def test_the_phones_start_alone_and_stop() -> None:
    port = free_port()
    environment = {"PHONES_PORT": str(port), "DESK_URL": "http://127.0.0.1:9"}
    command = [sys.executable, "-m", "local.phones"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as running:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
                until(lambda: is_up(http))
                assert "Stand-in phones" in http.get("/").text
                message = {"phone": "77000000107", "text": "Сәлем"}
                taken = http.post("/phones/whatsapp/messages", json=message).json()["webhook"]
                assert (taken["state"], taken["status"]) == ("retrying", 0)
                refused = http.post("/faults", json={"channel": "sqs"})
                assert "run alone" in refused.json()["message"]
                assert http.post("/clock", json={"advance_seconds": 60}).is_success
        finally:
            running.terminate()
    assert running.returncode is not None


def is_up(http: httpx.Client) -> bool:
    try:
        return http.get("/healthz").is_success
    except httpx.TransportError:
        return False
