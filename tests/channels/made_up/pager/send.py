"""Sends to pagers."""

import time

import requests
from chalicelib.channels.pager import errors

from chalicelib.channels.base import OutboundMessage, SendError, SendResult, Signal
from chalicelib.core.delivery_failures import Act


class PagerSender:
    """Sends to the pagers at `api`."""

    def __init__(self, api: str) -> None:
        self._url = f"{api.rstrip('/')}/pages"
        self._session = requests.Session()
        self._session.trust_env = False

    def send(self, message: OutboundMessage, token: str) -> SendResult:
        """Send a message. Raises SendError."""
        page = {
            "line": message.account,
            "to": message.address.value,
            "text": message.text,
            "buttons": [one._asdict() for one in message.choice.buttons],
        }
        headers = {"Authorization": f"Bearer {token}"}
        answer = self._session.post(self._url, json=page, headers=headers, timeout=(3, 10))
        if answer.status_code != 200 or "id" not in answer.json():
            code = str(answer.json().get("code", ""))
            meant = errors.meaning(code)
            raise SendError(
                "The pagers refused the message.",
                code=code,
                permanent=meant is None or meant.act is Act.NEVER,
                stops_channel=meant is not None and meant.act is Act.STOP,
                retry_after=2.0 if meant is not None and meant.act is Act.AGAIN else None,
            )
        return SendResult(answer.json()["id"], int(time.time()))

    def signal(self, signal: Signal, token: str) -> None:
        """Do nothing: pagers show no signs."""

    def confirm_press(self, account: str, press: str, token: str) -> None:
        """Do nothing: pagers wait for no answer."""
