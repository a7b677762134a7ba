"""A new version of the policy that is accepted by a button, or by going on to write seven calendar days after it was
announced (D1.2); one that reaches further by the button alone (art. 7(1) of Law 94-V)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core.asks import CONSENT_POLICY
from chalicelib.core.clock import DAY
from chalicelib.messages.ingest import Outcome
from chalicelib.messages.receive_message import ReceiveMessage
from chalicelib.profile.build import parse_profile
from chalicelib.profile.policy import PolicyReference
from chalicelib.vault.encryption import message_content
from tests.support.erasure.consenting import BY_BUTTON, SPOINT, AskingDesk
from tests.support.erasure.consenting import desk as desk

FIRST = PolicyReference("1", "a" * 64, 0, "1")
NO_FURTHER = PolicyReference("2", "b" * 64, 0, "1")
FURTHER = PolicyReference("2", "b" * 64, 0, "2")
BY_BUTTON_OR_USE = parse_profile(SPOINT.replace("button = false", "button = true\nafter_days = 7", 1))
PRESSED = f"{CONSENT_POLICY}2"


class Accepting:
    """A desk of an operator whose new version wants to be accepted."""

    def __init__(self, desk: AskingDesk, profile: Any = BY_BUTTON_OR_USE) -> None:
        self.desk, self.profile = desk, profile

    def receiver(self, policy: PolicyReference) -> ReceiveMessage:
        made = self.desk.receiver(policy=policy)
        return made._replace(profile=self.profile, hold=None)

    def says(self, policy: PolicyReference, text: str = "Сәлем", **more: Any) -> Outcome:
        return self.receiver(policy)(self.desk.made("telegram", text, **more))

    def presses(self, policy: PolicyReference, payload: str = PRESSED) -> None:
        self.receiver(policy)(self.desk.pressed("telegram", payload))
        parts = replace(self.desk.parts, policy=policy, profile=self.profile)
        for one in {row["contact_id"] for row in self.desk.of("ask#")}:
            parts.asks(one)

    @property
    def versions(self) -> list[str]:
        return [row["policy_version"] for row in self.desk.of("consent#")]

    @property
    def announced(self) -> list[dict[str, Any]]:
        """The announcements, opened."""
        from chalicelib.core.ids import MessageRef

        found = []
        for row in self.desk.messages("out"):
            ref = MessageRef.of_tail(row["pk"].partition("#")[2], row["sk"].removeprefix("message#"))
            content = self.desk.open(row, "content", message_content(ref))
            if any(one["id"].startswith(CONSENT_POLICY) for one in content.get("buttons", ())):
                found.append(content)
        return found


@pytest.mark.parametrize(("days", "accepted"), [(0, False), (6, False), (7, True), (8, True)])
def test_who_goes_on_writing_accepts_after_seven_days_and_not_before(
    desk: AskingDesk, days: int, accepted: bool
) -> None:
    made = Accepting(desk)
    made.says(FIRST)
    assert made.says(NO_FURTHER) is Outcome.STORED
    assert made.versions == ["1"] and len(made.announced) == 1
    desk.now += days * DAY
    assert made.says(NO_FURTHER) is Outcome.STORED
    assert made.versions == (["1", "2"] if accepted else ["1"])
    made.says(NO_FURTHER)
    assert made.versions == (["1", "2"] if accepted else ["1"]) and len(made.announced) == 1
    assert len(desk.messages()) == 4


def test_seven_days_without_a_message_accept_nothing(desk: AskingDesk) -> None:
    made = Accepting(desk)
    made.says(FIRST)
    made.says(NO_FURTHER)
    desk.now += 30 * DAY
    desk.sweep()
    assert made.versions == ["1"]


def test_the_button_accepts_at_once_and_once(desk: AskingDesk) -> None:
    made = Accepting(desk)
    made.says(FIRST)
    made.says(NO_FURTHER)
    made.presses(NO_FURTHER)
    assert made.versions == ["1", "2"]
    row = desk.of("consent#")[-1]
    (announced,) = made.announced
    assert row["answered_by"] == "press" and row["asked"] == announced["text"] and row["policy_hash"] == "b" * 64
    assert row["subject"] == "profile_name"
    made.presses(NO_FURTHER)
    made.says(NO_FURTHER)
    assert made.versions == ["1", "2"] and not desk.of("ask#")


@pytest.mark.parametrize("profile", [BY_BUTTON, BY_BUTTON_OR_USE], ids=["button", "button or use"])
def test_a_version_that_reaches_further_wants_the_button(desk: AskingDesk, profile: Any) -> None:
    made = Accepting(desk, profile)
    made.says(FIRST)
    made.says(FURTHER)
    desk.now += 8 * DAY
    made.says(FURTHER)
    assert made.versions == ["1"] and len(made.announced) == 1
    made.presses(FURTHER)
    assert made.versions == ["1", "2"]


def test_where_only_the_button_accepts_use_does_not(desk: AskingDesk) -> None:
    made = Accepting(desk, BY_BUTTON)
    made.says(FIRST)
    made.says(NO_FURTHER)
    desk.now += 30 * DAY
    made.says(NO_FURTHER)
    assert made.versions == ["1"]


def test_the_button_of_an_older_version_accepts_nothing(desk: AskingDesk) -> None:
    made = Accepting(desk)
    made.says(FIRST)
    made.says(NO_FURTHER)
    made.presses(PolicyReference("3", "c" * 64, 0, "1"))
    assert made.versions == ["1"] and not desk.of("ask#")


@pytest.mark.parametrize("text", ["/status", "Withdrawal of consent to the processing of personal data"])
def test_what_asks_about_data_is_no_use_and_announces_nothing(desk: AskingDesk, text: str) -> None:
    made = Accepting(desk)
    made.says(FIRST)
    made.says(NO_FURTHER, text)
    assert made.announced == []


def test_two_messages_at_once_announce_once(desk: AskingDesk) -> None:
    made = Accepting(desk)
    made.says(FIRST)
    receive, messages = made.receiver(NO_FURTHER), [desk.made("telegram") for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(receive, messages)) == [Outcome.STORED] * 3
    assert len(made.announced) == 1 and len(desk.messages()) == 4
