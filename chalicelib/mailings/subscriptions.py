"""Reads who gets mailings, and builds the writes by which that begins and ends.

What holds stands in one row for each purpose, which every mail that leaves meets; what was asked and answered stands in
records that are only added. Both are written in one transaction.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from chalicelib.contacts.change_contact import ContactChanges
from chalicelib.contacts.consent_records import Answered, ConsentRecords
from chalicelib.core.clock import DAY, SECOND
from chalicelib.core.errors import Conflict
from chalicelib.core.kept_for import KeptFor
from chalicelib.core.transfer import GIVEN, REFUSED
from chalicelib.dynamo.builder import NEW, Write, setting
from chalicelib.dynamo.schema import CONTACT, HEAD, SUBSCRIPTION, lists
from chalicelib.dynamo.schema.mailings import LASTS
from chalicelib.dynamo.tables import Tables

ROLE = "subscription"
"""Role of writes on a subscription: refused when it is not as it was read."""
KEPT_AFTER = 7 * DAY
"""How long (ms) a person is known after their last subscription, who never had a ticket: what is on its way to them, or
back, still finds its place."""


class Subscription(NamedTuple):
    """Mailings of a purpose that a person gets since `since` (ms), or got until `ended_at`, 0 while they last."""

    purpose: str
    since: int
    ended_at: int = 0


class Subscriptions:
    """Reads subscriptions, and builds their writes. All reads raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.records = ConsentRecords(tables)
        self._changes = ContactChanges(tables)

    def of(self, contact_id: str) -> list[Subscription]:
        """Return a person's subscriptions, those that have ended, too."""
        page = self._tables.page(CONTACT.partition(contact_id), prefix=SUBSCRIPTION.prefix)
        return [Subscription(row["purpose"], row["since"], row.get("ended_at", 0)) for row in page.rows]

    def lasting(self, contact_id: str) -> list[str]:
        """Return the purposes of the mailings that a person gets."""
        return [one.purpose for one in self.of(contact_id) if not one.ended_at]

    def begin(
        self, contact: Mapping[str, Any], asked: Mapping[str, str], how: Answered, now: int, **policy: str
    ) -> Iterator[Write]:
        """Yield the writes by which the person of a contact's row gets mailings from `now` (ms) on: of the purposes in
        `asked`, each with what was asked. What lasts already goes on; the answer is recorded all the same. `policy` is
        version and hash of the policy that they saw, where that is not the last one to which they consented."""
        contact_id = contact["contact_id"]
        lasting = self.lasting(contact_id)
        for purpose, text in asked.items():
            key = SUBSCRIPTION.key(contact_id, purpose)
            if purpose in lasting:
                yield self._tables.check(ROLE, key, LASTS)
            else:
                row = {
                    "contact_id": contact_id,
                    "conversation_id": contact["conversation_id"],
                    "purpose": purpose,
                    "since": now,
                    **lists.subscribed(purpose, now).attributes(),
                }
                yield self._tables.put(ROLE, key, row, f"{NEW} OR attribute_exists(ended_at)")
            yield self.records.put(contact, purpose, how._replace(asked=text), now, answer=GIVEN, **policy)
        yield from self._line(contact, "subscribed", how, now)

    def known(
        self,
        contact: Mapping[str, Any],
        head: Mapping[str, Any],
        now: int,
        contact_kept: KeptFor,
        *,
        abroad: bool,
        reached: bool,
    ) -> Iterator[Write]:
        """Yield the writes by which somebody who is known may get mailings: what they declined before they want again,
        and their data does not end while it begins. With `abroad` they agree to the transfer abroad, too;
        `reached`: they have read a mail of ours, so nothing keeps us from writing to them any more.

        Raises Conflict with the code erasing, suppressed (they have withdrawn their consent), or pending (they have not
        answered the question whether they consent)."""
        if contact.get("state") != "active":
            raise Conflict("The data of this person is being destroyed.", code="erasing")
        for attribute, code in (("suppressed_at", "suppressed"), ("pending", "pending")):
            if contact.get(attribute):
                raise Conflict("This person has to decide about their data first.", code=code)
        condition = "#state = :active AND attribute_not_exists(#suppressed_at) AND attribute_not_exists(#pending)"
        expression, key = "REMOVE #opted_out_at, #opted_out_by", CONTACT.key(contact["contact_id"])
        yield self._tables.update("contact", key, expression, condition, {"active": "active"})
        until = contact_kept.date(now) if head.get("ticket_id") else 0
        yield self._head(head, until, abroad=abroad, unblocked=reached and bool(head.get("blocked_by")))

    def _head(self, head: Mapping[str, Any], until: int, *, abroad: bool, unblocked: bool) -> Write:
        """Return the write by which a conversation does not end before `until` (s), or, with 0, has no date any
        more."""
        key, date = HEAD.key(head["conversation_id"]), head.get("expires_at")
        condition = "#epoch = :epoch AND " + ("#expires_at = :date" if date else "attribute_not_exists(#expires_at)")
        sets, removed = dict[str, Any](), ""
        if abroad:
            sets["abroad"] = GIVEN
        if unblocked:
            sets["blocked"] = False
        if date and until:
            until = max(date, until)
            sets |= {"expires_at": until, **lists.expires(key.pk, until).attributes()}
        elif date:
            removed = "REMOVE #expires_at, #list, #place"
        values = {"epoch": head["epoch"], **sets} | ({"date": date} if date else {})
        expression = f"{setting(sets) if sets else ''} {removed}".strip()
        return self._tables.update("head", key, expression, condition, values)

    def end(self, contact_id: str, how: Answered, now: int, purpose: str = "") -> list[Write]:
        """Return the writes by which a person gets no more mailings of this purpose, or of any; [] when none lasts.

        Who never had a ticket is known for KEPT_AFTER after their last subscription. The caller checks that the person
        is not being erased."""
        contact = self._tables.get(CONTACT.key(contact_id))
        lasting = self.lasting(contact_id)
        ended = [one for one in lasting if purpose in ("", one)]
        if not ended or "profile" not in contact:
            return []
        values = {"now": now, "by": how.by}
        change = "SET #ended_at = :now, #ended_by = :by REMOVE #list, #place"
        writes = []
        for one in ended:
            writes.append(self._tables.update(ROLE, SUBSCRIPTION.key(contact_id, one), change, LASTS, values))
            writes.append(self.records.put(contact, one, how, now, answer=REFUSED))
        head = self._tables.get(HEAD.key(contact["conversation_id"]))
        if len(ended) == len(lasting) and head and not (head.get("ticket_id") or head.get("expires_at")):
            writes.append(self._date(head, now))
        return [*writes, *self._line(contact, "unsubscribed", how, now)]

    def _date(self, head: Mapping[str, Any], now: int) -> Write:
        """Return the write by which a conversation without a ticket gets a date."""
        key, until = HEAD.key(head["conversation_id"]), (now + KEPT_AFTER) // SECOND
        values = {"epoch": head["epoch"], "until": until, **lists.expires(key.pk, until).attributes()}
        condition = "#epoch = :epoch AND attribute_not_exists(#ticket_id)"
        expression = "SET #expires_at = :until, #list = :list, #place = :place"
        return self._tables.update("head", key, expression, condition, values)

    def _line(self, contact: Mapping[str, Any], kind: str, how: Answered, now: int) -> Iterator[Write]:
        head = self._tables.get(HEAD.key(contact["conversation_id"]))
        ways = {"paper": "_on_paper", "staff": "_by_staff", "bounced": "_bounced"}
        kind += ways.get(how.by, "")
        return self._changes.line(contact, self._changes.ticket_id(head, now), kind, now, how.booked_by)
