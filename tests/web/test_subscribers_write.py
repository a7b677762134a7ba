"""Subscribers who write to the desk: they are customers as any other, under every operator that has mailings."""

import pytest

from chalicelib.channels.email.read_letter import read_letter
from chalicelib.channels.parts import InboundMessage
from chalicelib.contacts.consent_records import Answered
from chalicelib.dynamo.models import DeskRow, IndexRow
from chalicelib.profile.load import load_profile
from chalicelib.wiring import mailings as wiring_mailings
from tests.support.channels.mails import ACCOUNTS, MAILBOX, envelope, mail
from tests.support.forgetting import forget_wiring
from tests.support.web.mailings import GULNUR, Mailbox
from tests.support.web.mailings import mailbox as mailbox
from tests.support.web.mailings import provider as provider

ASKS_FIRST = ("spark", "rsoftware")


def write(mailbox: Mailbox, text: str, serial: int = 1, sent: int = 0) -> None:
    """Gulnur writes a mail that is proved to be hers; it was `sent` so many seconds from now."""
    mailbox.web.advance(60)
    raw = mail(text, sender=GULNUR, serial=serial, at=mailbox.web.seconds + sent)
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


def term_is_over(mailbox: Mailbox) -> None:
    """The term of the only contact is over, and nobody has swept since."""
    (head,) = [row for row in DeskRow.scan() if row.sk == "head"]
    head.update(actions=[DeskRow.expires_at.set(mailbox.web.seconds - 1)])


@pytest.mark.parametrize("subscribed", [{"news": "yes"}, {"news": "", "marketing": "yes"}, {"marketing": "yes"}])
@pytest.mark.parametrize("late", [0, -3600])
def test_who_gets_mailings_stays_one_contact_also_in_the_minute_before_the_sweep(
    mailbox: Mailbox, subscribed: dict[str, str], late: int
) -> None:
    contact_id = mailbox.subscribe(**subscribed)
    write(mailbox, "Терминал істемейді.")
    term_is_over(mailbox)
    write(mailbox, "Әлі істемейді.", serial=2, sent=late)
    assert {row.contact_id for row in DeskRow.scan() if row.sk == "contact"} == {contact_id}
    (ticket,) = mailbox.web.tickets()
    assert len([one for one in mailbox.web.ticket(ticket["id"])["messages"] if one["direction"] == "in"]) == 2
    mailbox.send()
    term_is_over(mailbox)
    assert mailbox.subscribe(news="yes", marketing="yes") == contact_id


def test_whose_subscription_has_ended_is_somebody_new_after_the_term(mailbox: Mailbox) -> None:
    contact_id = mailbox.subscribe(marketing="yes")
    write(mailbox, "Терминал істемейді.")
    wiring_mailings.end_subscription()(contact_id, Answered("link"))
    term_is_over(mailbox)
    write(mailbox, "Әлі істемейді.", serial=2)
    assert len({row.contact_id for row in DeskRow.scan() if row.sk == "contact"} - {contact_id}) == 1
