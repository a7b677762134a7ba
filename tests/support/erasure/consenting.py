"""A desk whose operator asks for consent before anybody reads what was written (mode "explicit")."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import chalicelib.profile.operators
from chalicelib.channels.parts import InboundMessage
from chalicelib.messages.ingest import Outcome
from chalicelib.messages.receive_message import ReceiveMessage
from chalicelib.profile.build import parse_profile
from chalicelib.profile.model import Profile
from chalicelib.wiring.base import answer_visitors, hold_messages, recognise_asks
from tests.support.delivery.desk import opened
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.parts import RequestParts
from tests.support.intake.desk import POLICY, Desk
from tests.support.people import from_amina, from_daniyar, wamid

SPOINT = Path(chalicelib.profile.operators.__path__[0], "spoint.toml").read_text(encoding="utf-8")
HOLD_DAYS = 7
ASKING = parse_profile(SPOINT.replace('mode = "message"', f'mode = "explicit"\nhold_days = {HOLD_DAYS}', 1))
APART = parse_profile(
    SPOINT.replace('mode = "message"', f'mode = "explicit"\nhold_days = {HOLD_DAYS}', 1).replace(
        'cross_border = "message"', 'cross_border = "explicit"', 1
    )
)
"""An operator that asks first, and for the transfer abroad apart."""
BY_BUTTON = parse_profile(SPOINT.replace("button = false", "button = true", 1))
"""Profiles of operators that ask first, and whose new versions of the policy want the button."""


def asking_receiver(desk: Desk, dynamodb: Any = None, **more: Any) -> ReceiveMessage:
    """What receives messages for an operator that asks first, on this desk."""
    store, policy, profile = desk.store(dynamodb), more.pop("policy", POLICY), more.pop("profile", ASKING)
    hold = hold_messages(store, profile, policy, lambda: desk.now)
    parts = recognise_asks(profile), desk.refuse(store), answer_visitors(profile), hold
    return ReceiveMessage(store, profile, policy, lambda: desk.now, *parts, **more)


@dataclass
class AskingDesk(ErasureDesk):
    """A desk that asks first, as its `profile` says."""

    numbers: int = 0
    profile: Profile = ASKING

    def receiver(self, dynamodb: Any = None, **more: Any) -> ReceiveMessage:
        return asking_receiver(self, dynamodb, profile=self.profile, **more)

    def made(self, channel: str, text: str = "Сәлем", **more: Any) -> InboundMessage:
        """A new message of Amina on WhatsApp, or of Daniyar on Telegram; its clock is the desk's."""
        self.numbers += 1
        self.later(1)
        sent = {"sent_at": self.seconds} | more
        if channel == "whatsapp":
            return from_amina(text, **{"provider_id": wamid()} | sent)
        return from_daniyar(text, message_id=100 + self.numbers, **sent)

    def pressed(self, channel: str, payload: str) -> InboundMessage:
        """A press of one of our buttons."""
        kind, name = ("button", "payload") if channel == "whatsapp" else ("callback", "data")
        details = {name: payload, "callback_id": f"{self.numbers}"}
        return self.made(channel, "", kind=kind, details=details, pressed=True)

    def says(self, channel: str, text: str = "Сәлем", **more: Any) -> Outcome:
        return self.receive(self.made(channel, text, **more))

    def presses(self, channel: str, payload: str) -> Outcome:
        return self.receive(self.pressed(channel, payload))

    @property
    def parts(self) -> RequestParts:
        return RequestParts(self, profile=self.profile)

    def deal(self) -> int:
        """Run the function `privacy` for everybody who has asked something."""
        return sum(self.parts.asks(one) for one in sorted({row["contact_id"] for row in self.of("ask#")}))

    def all_keys(self) -> set[str]:
        """What begins the keys of all rows of people."""
        return {f"{table}:{item['sk'].partition('#')[0] or 'key'}" for (table, _, _), item in self.every_item()}


@pytest.fixture
def desk(tables: Mapping[str, str]) -> Iterator[AskingDesk]:
    with opened(AskingDesk, tables) as made:
        yield made
