"""Subscribers who write to the desk: they are customers as any other, under every operator that has mailings."""

import pytest

from chalicelib.channels.email.read_letter import read_letter
from chalicelib.channels.parts import InboundMessage
from chalicelib.dynamo.models import DeskRow, IndexRow
from chalicelib.profile.load import load_profile
from tests.support.channels.mails import ACCOUNTS, MAILBOX, envelope, mail
from tests.support.forgetting import forget_wiring
from tests.support.web.mailings import GULNUR, Mailbox
from tests.support.web.mailings import mailbox as mailbox
from tests.support.web.mailings import provider as provider

ASKS_FIRST = ("spark", "rsoftware")


def write(mailbox: Mailbox, text: str, serial: int = 1) -> None:
    """Gulnur writes a mail that is proved to be hers."""
    mailbox.web.advance(60)
    raw = mail(text, sender=GULNUR, serial=serial, at=mailbox.web.seconds)
    for one in read_letter(raw, envelope(), ACCOUNTS, (MAILBOX,), mailbox.web.seconds).parts:
        assert isinstance(one, InboundMessage)
        mailbox.web.receive(one)


def consents(purpose: str) -> list[tuple[str, str]]:
    found = [row for row in DeskRow.scan() if row.sk.startswith("consent#") and row.purpose == purpose]
    return [(str(row.answered_by or "message"), row.policy_version) for row in found]


@pytest.mark.parametrize("operator", ["spoint", *ASKS_FIRST])
def test_a_subscriber_who_writes_opens_a_ticket_and_has_consented_once(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, operator: str
) -> None:
    monkeypatch.setenv("OPERATOR", operator)
    forget_wiring()
    profile = load_profile(operator)
    boxes = {"processing": "yes", "transfer": "yes"} if operator in ASKS_FIRST else {}
    contact_id = mailbox.subscribe(**{"news": "", profile.mailed[-1]: "yes"}, **boxes)
    write(mailbox, "Терминал істемейді.")
    (ticket,) = mailbox.web.tickets()
    assert ticket["contact"]["id"] == contact_id
    assert consents("support") == [("tick" if boxes else "message", profile.policy.version)]
    write(mailbox, "Әлі істемейді.", serial=2)
    assert len(mailbox.web.tickets()) == 1 and len(consents("support")) == 1


def test_who_subscribed_under_a_former_version_accepts_the_new_one_as_anybody_does(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPERATOR", "rsoftware")
    forget_wiring()
    version = load_profile("rsoftware").policy.version
    mailbox.subscribe(news="", marketing="yes", processing="yes", transfer="yes")
    (alias,) = [row for row in IndexRow.scan() if row.sk == "alias"]
    alias.update(actions=[IndexRow.policy.set("0")])
    write(mailbox, "Терминал істемейді.")
    alias.refresh()
    assert alias.policy == version
    assert sorted(consents("support")) == [("message", version), ("tick", version)]
