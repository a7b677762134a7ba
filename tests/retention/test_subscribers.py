"""Who gets mailings is known while they last. Who never had a ticket is known for a week more; then only the proof of
the consents stays."""

import pytest

from chalicelib.contacts.consent_records import Answered
from chalicelib.core.clock import DAY
from chalicelib.dynamo.schema import CONTACT
from chalicelib.mailings.sign_up import link_of
from chalicelib.mailings.subscriptions import KEPT_AFTER, Subscriptions
from tests.support.retention.desk import CONTACT_DAYS, RetentionDesk
from tests.support.retention.desk import desk as desk
from tests.support.storage.mailings import KEY, PLACE, WANTED, ending, sign_up, subscribe, subscribed

pytestmark = pytest.mark.dynamodb
BY = Answered("link")


def classes(desk: RetentionDesk) -> set[str]:
    return {row["sk"].partition("#")[0] for row in desk.items()}


def test_a_subscriber_without_a_ticket_is_known_as_long_as_the_mails_last(desk: RetentionDesk) -> None:
    subscribed(desk)
    (head,) = desk.of("head")
    assert "expires_at" not in head
    desk.now += 2_000 * DAY
    desk.sweep()
    assert {"contact", "head", "subscription", "consent"} <= classes(desk)


def test_a_week_after_the_last_one_only_the_proof_is_left(desk: RetentionDesk) -> None:
    contact_id = subscribed(desk)
    assert ending(desk)(contact_id, BY)
    desk.now += KEPT_AFTER - 1_000
    desk.sweep()
    assert {"contact", "head", "subscription"} <= classes(desk)
    desk.now += 2_000
    desk.sweep()
    assert not {"contact", "head", "subscription"} & classes(desk)
    assert [row["answer"] for row in desk.of("consent#")] == ["yes", "no"]
    assert all(row["expires_at"] for row in desk.of("consent#"))
    assert not desk.items("keys") and not [row for row in desk.items("index") if row["sk"] == "alias"]
    assert ending(desk)(contact_id, BY) is False, "the link of an old mail is answered all the same"


def test_who_subscribes_again_within_the_week_stays(desk: RetentionDesk) -> None:
    contact_id = subscribed(desk)
    ending(desk)(contact_id, BY)
    desk.later(60)
    sign_up(desk)(WANTED, "2" * 32, PLACE)
    assert subscribe(desk)(link_of(KEY, "2" * 32, WANTED))
    desk.now += 30 * DAY
    desk.sweep()
    (row,) = desk.of("subscription#")
    assert row["contact_id"] == contact_id and "ended_at" not in row


def test_who_comes_back_after_the_end_is_somebody_new(desk: RetentionDesk) -> None:
    contact_id = subscribed(desk)
    ending(desk)(contact_id, BY)
    desk.now += KEPT_AFTER + 1_000  # nobody has swept yet
    sign_up(desk)(WANTED, "3" * 32, PLACE)
    assert subscribe(desk)(link_of(KEY, "3" * 32, WANTED))
    known = {row["contact_id"] for row in desk.of("subscription#") if "ended_at" not in row}
    assert len(known) == 1 and contact_id not in known


def test_a_customer_with_closed_tickets_who_gets_mails_does_not_end(desk: RetentionDesk) -> None:
    ticket = desk.closed(desk.open_ticket())
    tables = desk.gateway()
    contact = tables.get(CONTACT.key(ticket["contact_id"]))
    assert tables.transact(Subscriptions(tables).begin(contact, {"news": ""}, BY, desk.now)) is None
    desk.date(ticket)  # the line that says so lies on the closed ticket
    desk.now = ticket["closed_at"] + (CONTACT_DAYS + 1) * DAY
    desk.sweep()
    assert {"contact", "head", "subscription"} <= classes(desk)
    assert ending(desk)(ticket["contact_id"], BY)
    desk.now += 8 * DAY
    desk.sweep()
    assert not {"contact", "head", "subscription"} & classes(desk)
