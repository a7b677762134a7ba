"""Rows of a request in its contact's partition: the pointer to the open one, asks from messages, and outreach flags."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from chalicelib.contacts.consent_records import Answered
from chalicelib.core.clock import SECOND, gone_at
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.builder import NEW, Write
from chalicelib.dynamo.schema import ALIAS, ASK, ASKED, CONSENT, CONTACT, OPEN_REQUEST, REQUEST
from chalicelib.dynamo.tables import Tables
from chalicelib.mailings.subscriptions import Subscriptions
from chalicelib.outbox.model import Recipient
from chalicelib.privacy.requests.asked import ASKED_WITHIN, Ask, Asked
from chalicelib.privacy.requests.model import Request, Subject
from chalicelib.privacy.requests.store import OPEN_KEY, OPEN_QUEUE
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.vault import encryption
from chalicelib.vault.encryption import seal

ASKS = 25
"""Asks that one read returns at most."""
ASKED_NOTED = "asked"
"""Role of the write that notes when a person opened requests or was asked."""
OPTED_OUT = "opted_out"
"""Role of the write on a contact's opt-out: refused when another request has opted them out meanwhile."""
NOT_ERASING = "fenced"
"""Role of the check that a contact is not being erased, in a transaction that deletes a row of theirs."""
OLDER = "older"
"""Role of the write that supersedes an earlier request."""
_NOT_YET = ("id", "box", "fences", "part_opened")
_ASK = re.compile(f"{ASK.prefix}([0-9]{{13}})#([0-9a-f]{{32}})")


class ContactRequestRows:
    """Reads these rows and builds writes on them. All reads raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._subscriptions = Subscriptions(tables)

    # -- reading

    def subject(self, contact_id: str) -> Subject | None:
        """Return the person, or None when there is no such contact. A reply mailbox has no profile and is no person."""
        item = self._tables.get(CONTACT.key(contact_id))
        if "profile" not in item:
            return None
        return Subject(
            contact_id=contact_id,
            conversation_id=item["conversation_id"],
            channel=item["channel"],
            account=item["account"],
            language=item.get("language", ""),
            public_key=item["public_key"],
            erasing=item["state"] == "erasing",
            opted_out_by=item.get("opted_out_by", ""),
        )

    def policy(self, contact_id: str) -> tuple[str, str]:
        """Return version and hash of the policy that the person agreed to last; empty when no consent is recorded."""
        newest = self._tables.page(CONSENT.partition(contact_id), prefix=CONSENT.prefix, newest_first=True, limit=1)
        row = newest.rows[0] if newest.rows else {}
        return row.get("policy_version", ""), row.get("policy_hash", "")

    def open_request_id(self, contact_id: str) -> str:
        """Return the id of the contact's open request; "" when there is none."""
        return str(self._tables.get(OPEN_REQUEST.key(contact_id)).get("request_id", ""))

    def asked(self, contact_id: str, now: int) -> Asked:
        """Return how often the person opened requests in the chat. `now` in ms."""
        item = self._tables.get(ASKED.key(contact_id))
        times = tuple(int(at) for at in item.get("times", ()))
        return Asked(now, times, int(item.get("told_at", 0)), int(item.get("questioned_at", 0)))

    def asks(self, contact_id: str) -> list[Ask]:
        """Return the oldest asks of a contact that are not dealt with, ASKS at most. A row whose key has not our form
        is no ask: it could not be deleted by that key."""
        found = self._tables.page(ASK.partition(contact_id), prefix=ASK.prefix, limit=ASKS)
        return [ask for row in found.rows if (ask := _ask(contact_id, row))]

    # -- writing

    def new_request(self, request: Request, subject: Subject, evidence: str = "", over: str = "") -> list[Write]:
        """Return the writes of a new request, on condition that the contact has no open one and is not being erased. A
        pointer that still names the request `over` is replaced. `evidence` is sealed to the contact's key."""
        pointer = {"contact_id": subject.contact_id, "request_id": request.id, "at": request.received_at}
        condition, values = (f"{NEW} OR request_id = :over", {"over": over}) if over else (NEW, {})
        return [
            self._tables.put("pointer", OPEN_REQUEST.key(subject.contact_id), pointer, condition, values),
            self._request(request, subject, evidence),
            self.require_active(subject),
        ]

    def require_active(self, subject: Subject) -> Write:
        """Return the check that the contact exists and is not being erased."""
        condition, values = "attribute_exists(pk) AND #state <> :erasing", {"erasing": "erasing"}
        return self._tables.check("subject", CONTACT.key(subject.contact_id), condition, values)

    def accept_version(self, contact_id: str, aliases: Sequence[str], version: str) -> list[Write]:
        """Return the writes by which the rows of a person's addresses say that they accept a version of the policy,
        refused when they say so already or an address is another person's."""
        condition = "#contact_id = :contact AND attribute_not_exists(#former_at)"
        condition += " AND (attribute_not_exists(#policy) OR #policy <> :policy)"
        values = {"policy": version, "contact": contact_id}
        return [
            self._tables.update("alias", ALIAS.key(name), "SET #policy = :policy", condition, values)
            for name in aliases
        ]

    def new_answered(self, request: Request, subject: Subject, secret: str, evidence: str = "") -> list[Write]:
        """Return the writes of a new request that is answered at once, on condition that the contact is not being
        erased. One with the step OPTED_OUT ends news and offers, and every subscription, in the same transaction,
        unless another one has since `subject` was read.

        No pointer names it, so that it does not keep other requests from being opened. The `secret` of its certificate
        is sealed to the contact's key; "" when it gets none.
        """
        sealed = {"secret": self.seal_text(request.id, "secret", subject, secret)} if secret else {}
        row = self._request(request, subject, evidence, **sealed)
        if not request.done(Step.OPTED_OUT):
            return [self.require_active(subject), row]
        ended = self._subscriptions.end(subject.contact_id, Answered("request"), request.at(Step.OPTED_OUT))
        return [self._opt_out(request, subject), row, *ended]

    def _opt_out(self, request: Request, subject: Subject) -> Write:
        condition = "attribute_exists(pk) AND #state <> :erasing AND "
        values: dict[str, Any] = {"erasing": "erasing", "request": request.id, "now": request.at(Step.OPTED_OUT)}
        if subject.opted_out_by:
            values["read"] = subject.opted_out_by
            condition += "#opted_out_by = :read"
        else:
            condition += "attribute_not_exists(#opted_out_by)"
        expression = "SET #opted_out_at = if_not_exists(#opted_out_at, :now), #opted_out_by = :request"
        return self._tables.update(OPTED_OUT, CONTACT.key(subject.contact_id), expression, condition, values)

    def _request(self, request: Request, subject: Subject, evidence: str, **more: Any) -> Write:
        row: dict[str, Any] = {name: value for name, value in asdict(request).items() if name not in _NOT_YET}
        row |= {"request_id": request.id, "due": OPEN_KEY, "queue": OPEN_QUEUE, "activity": request.deadline_at, **more}
        if evidence:
            row["evidence"] = self.seal_text(request.id, "evidence", subject, evidence)
        return self._tables.put("request", REQUEST.key(request.id), row)

    def seal_text(self, request_id: str, attribute: str, subject: Subject, text: str) -> bytes:
        """Return an attribute of a request (`evidence`, `reason`, `secret`) sealed to the contact's key."""
        return seal(subject.public_key, encryption.request_attribute(request_id, attribute), text.encode())

    def delete_ask(self, ask: Ask) -> Write:
        """Return the write that deletes an ask; refused when it was dealt with already."""
        return self._tables.delete("ask", ASK.key(ask.contact_id, ask.at, ask.blind), "attribute_exists(pk)")

    def require_not_erasing(self, contact_id: str) -> Write:
        """Return the check that the contact is not being erased: behind the write barrier only the eraser deletes its
        rows. A contact that is gone passes."""
        condition, values = "attribute_not_exists(pk) OR #state <> :erasing", {"erasing": "erasing"}
        return self._tables.check(NOT_ERASING, CONTACT.key(contact_id), condition, values)

    def require_newest(self, request: Request) -> Write:
        """Return the check that the contact's pointer names this request: the person has not asked again since."""
        key, values = OPEN_REQUEST.key(request.contact_id), {"request": request.id}
        return self._tables.check("pointer", key, "#request_id = :request", values)

    def note_asked(self, contact_id: str, read: Asked, *, told: bool = False, questioned: bool = False) -> Write:
        """Return the write that notes that the person opened a request in the chat just now, or was `told` that they
        cannot, or was `questioned` what a message meant; refused when something was noted since `read`."""
        until = (read.now + ASKED_WITHIN) // SECOND
        times = read.lately if told or questioned else (*read.lately, read.now)
        row = {
            "contact_id": contact_id,
            "times": list(times),
            "told_at": read.now if told else read.told_at,
            "questioned_at": read.now if questioned else read.questioned_at,
            "expires_at": until,
            "gone_at": gone_at(until),
        }
        # The release before wrote no `questioned_at`.
        condition = (
            f"{NEW} OR (#times = :times AND told_at = :told"
            " AND (questioned_at = :questioned OR attribute_not_exists(questioned_at)))"
        )
        values = {"times": list(read.times), "told": read.told_at, "questioned": read.questioned_at}
        return self._tables.put(ASKED_NOTED, ASKED.key(contact_id), row, condition, values)

    def require_none_open(self, contact_id: str, pointed: str) -> Write:
        """Return the check that the contact's pointer still names the request `pointed`, which is over, or, when that
        is "", that there is no pointer."""
        key = OPEN_REQUEST.key(contact_id)
        if not pointed:
            return self._tables.check("pointer", key, NEW)
        return self._tables.check("pointer", key, "#request_id = :read", {"read": pointed})

    def supersede(self, older: Request, now: int) -> Write:
        """Return the write by which a stopped request destroys its reply mailbox as soon as it can, because the person
        has asked again. Refused when the mailbox is destroyed already. `now` in ms."""
        expression = f"SET #steps.#{Step.SUPERSEDED} = :now, #due_at = :now"
        condition = f"attribute_exists(#due) AND attribute_not_exists(#steps.#{Step.MAILBOX_DESTROYED})"
        return self._tables.update(OLDER, REQUEST.key(older.id), expression, condition, {"now": now})

    def pause_outreach(self, contact_id: str, now: int) -> Write:
        """Return the write after which only answers are sent to this contact, from `now` (ms) on unless it was so
        before."""
        return self._contact(
            contact_id, "SET #suppressed_at = if_not_exists(#suppressed_at, :now)", {"now": now, "erasing": "erasing"}
        )

    def suppress(self, request: Request, recipient: Recipient, now: int, *, ends_news: bool) -> Write:
        """Return the write after which only answers leave, and with `ends_news` news and offers end, too: for good,
        unless the person cancels the request that ended them. Refused when the contact has changed since it was read.
        """
        values: dict[str, Any] = {"now": now, "epoch": recipient.epoch, "active": "active"}
        key, condition = CONTACT.key(recipient.contact_id), "#epoch = :epoch AND #state = :active AND "
        expression = "SET #suppressed_at = :now"
        if recipient.opted_out_by:
            condition, values["read"] = condition + "#opted_out_by = :read", recipient.opted_out_by
        else:
            condition += "attribute_not_exists(#opted_out_by)"
        if ends_news:
            expression += ", #opted_out_at = if_not_exists(#opted_out_at, :now), #opted_out_by = :request"
            values["request"] = request.id
        return self._tables.update("contact", key, expression, condition, values)

    def delete_pointer(self, request: Request) -> Write:
        """Return the deletion of the contact's pointer to this request: the person may ask again. Refused when it names
        a later one."""
        key, condition = OPEN_REQUEST.key(request.contact_id), f"{NEW} OR #request_id = :request"
        return self._tables.delete("pointer", key, condition, {"request": request.id})

    def resume_outreach(self, contact_id: str) -> Write:
        """Return the write that ends the pause of outreach."""
        return self._contact(contact_id, "REMOVE #suppressed_at", {"erasing": "erasing"})

    def take_back(self, request: Request) -> Write:
        """Return the write that ends the pause of outreach and the opt-out that came with the request. Refused when the
        opt-out is another request's."""
        values = {"erasing": "erasing", "request": request.id}
        there = "attribute_exists(pk) AND #state <> :erasing AND #opted_out_by = :request"
        expression = "REMOVE #suppressed_at, #opted_out_at, #opted_out_by"
        return self._tables.update(OPTED_OUT, CONTACT.key(request.contact_id), expression, there, values)

    def _contact(self, contact_id: str, expression: str, values: Mapping[str, Any]) -> Write:
        there = "attribute_exists(pk) AND #state <> :erasing"
        return self._tables.update("contact", CONTACT.key(contact_id), expression, there, values)


def _ask(contact_id: str, item: Mapping[str, Any]) -> Ask | None:
    """Return the ask that a row holds. The partition says whose it is, not the row, because intake writes the row."""
    key, ref = _ASK.fullmatch(item["sk"]), MessageRef.parse(item.get("message_ref", ""))
    if key is None:
        return None
    return Ask(
        contact_id=contact_id,
        action=item.get("action", ""),
        at=int(key[1]),
        blind=key[2],
        request_id=item.get("request_id", ""),
        language=item.get("language", ""),
        said_at=ref.at if ref else 0,
        kinds=_words(item.get("kinds")),
        meant_at=_whole(item.get("meant_at")),
        item=item.get("item", ""),
    )


def _words(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list | tuple) else ()


def _whole(value: Any) -> int:
    return int(value) if isinstance(value, int) else 0
