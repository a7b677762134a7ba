"""Builds the writes of a conversation's rows: messages, raw parts, head, activity lines, notices, outbox entries."""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.channels.parts import FILES, InboundMessage
from chalicelib.contacts.model import ContactReference
from chalicelib.core.asks import ASK_WAITS, Ask
from chalicelib.core.clock import DAY, GUARD_DAYS, RAW_DAYS, SECOND
from chalicelib.core.detect_language import detect
from chalicelib.core.ids import MessageRef, new_id, pseudonym_of_notice
from chalicelib.core.purposes import SUPPORT
from chalicelib.dynamo.builder import NEW, Builder, Write
from chalicelib.dynamo.schema import (
    ASK,
    ASKING,
    CONSENT,
    FETCH,
    HEAD,
    LINK,
    MESSAGE,
    OUTBOX,
    RAW,
    Key,
)
from chalicelib.messages.ingest import IngestPlan, Notice
from chalicelib.messages.new_rows import fetch_row, notice_row, outbox_row
from chalicelib.tickets.lines import line_row
from chalicelib.vault import encryption
from chalicelib.vault.encryption import seal
from chalicelib.vault.pseudonyms import AddressKey

NOT_EXPIRED = "(attribute_not_exists(expires_at) OR expires_at > :now)"
"""Condition on a head (:now in seconds): its contact's retention has not ended. A conversation that has ended takes no
message, also before the sweeper deletes it; its author becomes a new contact."""


class ConversationRows:
    """Builds writes of a conversation's rows. `fetcher_key` is the file fetcher's public key; without one no file is
    fetched."""

    def __init__(self, tables: Builder, address_key: AddressKey, fetcher_key: bytes = b"") -> None:
        self._build = tables
        self._address_key = address_key
        self._fetcher_key = fetcher_key

    def message_ref(self, plan: IngestPlan) -> MessageRef:
        """Return the message's reference: conversation, the provider's time and the pseudonym of the provider's id
        (`blind`). Time of arrival and ticket are no part of it, so that a repetition gets the same one."""
        message = plan.message
        pseudonym = self._address_key.message(message.channel, message.account, message.provider_id)
        return MessageRef(plan.person.conversation_id, message.sent_at * SECOND, pseudonym)

    def message(self, plan: IngestPlan, ref: MessageRef) -> Write:
        """Put the message on the condition that its row does not exist, which makes a repetition harmless."""
        return self.once("message", MESSAGE.key(*ref), self.message_row(plan, ref), plan.message)

    def once(self, role: str, key: Key, attributes: Mapping[str, Any], message: InboundMessage) -> Write:
        """Put the row of a message on the condition that there is none; of a message that is replaced, an older one."""
        if message.replaces:
            newer = f"{NEW} OR #order < :order"
            return self._build.put(role, key, attributes, newer, {"order": message.order})
        return self._build.put(role, key, attributes)

    def message_row(self, plan: IngestPlan, ref: MessageRef) -> dict[str, Any]:
        """Return the row of a message, its content sealed to the contact's key."""
        message, name = plan.message, self._address_key.message
        quote = "" if plan.line else message.quote  # the menu lies on no ticket
        content = encryption.seal_json(
            plan.person.public_key,
            encryption.message_content(ref),
            {
                "text": "" if plan.line and message.topic is None else message.text,
                "details": dict(message.details),
                "id": message.provider_id,
                "quote": quote,
                "target": message.target,
                "forwarded": message.forwarded,
            },
        )
        attributes: dict[str, Any] = {
            "direction": "event" if plan.line else "in",
            "kind": plan.line or message.kind,
            "ticket_id": plan.ticket_id,
            "contact_id": plan.person.contact_id,
            "content": content,
            "sent_at": ref.at,
            "provider_hash": ref.pseudonym,
            "order": message.order,
            "arrived_at": plan.now,
            "raw_type": message.raw_type,
            "file_state": self._file_state(message),
            "quote_hash": name(message.channel, message.account, quote) if quote else "",
            "target_hash": name(message.channel, message.account, message.target) if message.target else "",
        }
        if message.undated:
            attributes |= {"links": [ref.pseudonym], "linked_until": _known_until(plan.now)}
        return attributes

    def _file_state(self, message: InboundMessage) -> str:
        """Return what becomes of the message's file: it waits to be fetched, or its provider hands it out to nobody."""
        if message.kind not in FILES or not self._fetcher_key:
            return ""
        return "too_big" if message.details.get("too_big") else "waiting"

    def fetch(self, plan: IngestPlan, ref: MessageRef) -> Iterator[Write]:
        """Put what the file fetcher must know of the message's file, if it has one; the row dies with the fetch."""
        if row := self.fetch_row(plan, ref):
            yield self._build.put("fetch", FETCH.key(*ref), row)

    def fetch_row(self, plan: IngestPlan, ref: MessageRef) -> dict[str, Any]:
        """Return the row of the message's file to be fetched; empty when there is none."""
        if self._file_state(plan.message) != "waiting":
            return {}
        person, message = plan.person, plan.message
        about = person.contact_id, person.public_key, person.epoch, message.channel, message.account
        told = {"ticket": plan.ticket_id, "language": person.language}
        return fetch_row(self._fetcher_key, ref, message.details, *about, now=plan.now, told=told)

    def new_provider_id(self, plan: IngestPlan, ref: MessageRef) -> Write:
        """Put the link of a provider id that must be new. A message without a time of its own needs it: its row has
        another key each time that it arrives."""
        attributes = {"message_ref": str(ref), "expires_at": _known_until(plan.now)}
        return self._build.put("message", LINK.key(ref.pseudonym), attributes)

    def raw(self, plan: IngestPlan, ref: MessageRef) -> Write:
        """Put the provider's own JSON of an unsupported message; it is kept for RAW_DAYS."""
        from chalicelib.dynamo.schema.lists import dates  # most bodies need no date

        until = plan.now // SECOND + RAW_DAYS * DAY // SECOND
        attributes = {
            "raw": seal(plan.person.public_key, encryption.raw_part(ref), plan.message.raw),
            "raw_type": plan.message.raw_type,
            "contact_id": plan.person.contact_id,
        }
        key = RAW.key(*ref)
        return self._build.put("raw", key, attributes | dates(key.pk, until), "")

    def new_head(
        self,
        person: ContactReference,
        message: InboundMessage,
        now: int,
        *,
        ticket_id: str,
        wrote_at: int,
        expires_at: int = 0,
        abroad: str = "",
    ) -> Write:
        """Put the head of a new conversation. `wrote_at` is the time (ms) of the person's first message, `expires_at`
        (seconds) until when somebody is kept who has not consented yet, `abroad` their answer about a transfer abroad,
        "" without one."""
        key = HEAD.key(person.conversation_id)
        head = {
            "conversation_id": person.conversation_id,
            "contact_id": person.contact_id,
            "channel": message.channel,
            "account": message.account,
            "epoch": person.epoch,
            "ticket_id": ticket_id,
            "public_key": person.public_key,
            "last_inbound_at": wrote_at,
            "last_at": now,
            "language": person.language,
            "aliases": list(person.aliases),
            "blocked": False,
            "pending": person.pending or None,
            "abroad": abroad or None,
            **(_expiry(key.pk, expires_at) if expires_at else {}),
        }
        return self._build.put("head", key, head)

    def head(self, plan: IngestPlan) -> Write:
        """Update the head of a known conversation on the condition that epoch (the fencing token of an erasure) and
        ticket are as they were read, and that the contact's retention has not ended, or mailings keep it. A new ticket
        removes the contact's expiry; the place in the index stays, and the sweeper takes it away when it comes to
        it."""
        person, at = plan.person, plan.message.sent_at * SECOND
        values: dict[str, Any] = {"epoch": person.epoch}
        condition = "epoch = :epoch"
        if not plan.gets:
            values["now"] = plan.now // SECOND
            condition += f" AND {NOT_EXPIRED}"
        changes = []
        if person.ticket_id:
            condition += " AND ticket_id = :read"
            values["read"] = person.ticket_id
        else:
            condition += " AND attribute_not_exists(ticket_id)"
        if person.pending:
            condition += " AND #pending = :yes"
            values["yes"] = True
        if not plan.quiet or plan.aside:  # the menu opens the reply window like any words
            values["at"] = at
            condition += " AND last_inbound_at <= :at" if plan.newest else " AND last_inbound_at > :at"
            if plan.newest:
                changes += ["last_inbound_at = :at", "blocked = :no"]
                values["no"] = False  # a person who writes has not blocked us, whatever an earlier update said
        if plan.opens:
            changes.append("ticket_id = :ticket")
            values["ticket"] = plan.ticket_id
        if plan.found.added:
            changes.append("aliases = :aliases")
            values["aliases"] = list(person.aliases)
        if plan.kept_until:
            date = _expiry(HEAD.partition(person.conversation_id), plan.kept_until)
            changes += [f"#{name} = :{name}" for name in date]
            values |= date
        expression = "SET " + ", ".join(changes) if changes else ""
        if plan.opens:
            expression += " REMOVE expires_at"
        return self._build.update("head", HEAD.key(person.conversation_id), expression, condition, values)

    def ended(self, person: ContactReference, now: int) -> Write:
        """Check that the contact's retention has ended, so that their addresses may go to a new contact."""
        values = {"epoch": person.epoch, "now": now // SECOND}
        return self._build.check(
            "head", HEAD.key(person.conversation_id), "epoch = :epoch AND expires_at <= :now", values
        )

    def consent(self, plan: IngestPlan, ref: MessageRef) -> Write:
        """Put the consent that a person gives with their first message, or with the first one under a new version of
        the policy (A5.3, A5.4, A8.2)."""
        assert plan.consent is not None
        version, policy_hash = plan.consent
        attributes = {
            "contact_id": plan.person.contact_id,
            "purpose": SUPPORT,
            "subject": plan.known_by,
            "policy_version": version,
            "policy_hash": policy_hash,
            "language": plan.person.language,
            "channel": plan.message.channel,
            "message_ref": str(ref),
            "at": plan.now,
        }
        if plan.message.agreed:
            attributes |= {"asked": plan.message.agreed, "answered_by": "tick"}
        return self._build.put("consent", CONSENT.key(plan.person.contact_id, plan.now, ref.pseudonym), attributes)

    def ask(self, plan: IngestPlan, ask: Ask, ref: MessageRef) -> Write:
        """Put what the message asks about the person's data. The row stays until it is handled; the monitor enqueues it
        again when its first wake-up message was lost."""
        attributes = {
            "contact_id": plan.person.contact_id,
            "action": ask.action,
            "kinds": list(ask.kinds) or None,
            "meant_at": ask.meant_at or None,
            "item": ask.item,
            "request_id": ask.request_id,
            "message_ref": str(ref),
            "language": plan.person.language or ("" if ask.pressed else detect(plan.message.text)),
            "at": plan.now,
            "due": ASKING,
            "due_at": plan.now + ASK_WAITS,
        }
        return self._build.put("ask", ASK.key(plan.person.contact_id, plan.now, ref.pseudonym), attributes)

    def notice(
        self, person: ContactReference, message: InboundMessage, ticket_id: str, notice: Notice
    ) -> Iterator[Write]:
        """Put an automatic text."""
        ref = MessageRef(person.conversation_id, notice.at, pseudonym_of_notice(notice.kind, notice.about))
        row = notice_row(ref, notice, ticket_id, person.contact_id, person.public_key)
        yield self._build.put("notice", MESSAGE.key(*ref), row)
        yield self.outbox(message, ref, "send", notice.at)

    def outbox(self, message: InboundMessage, ref: MessageRef, action: str, now: int) -> Write:
        """Put an outbox entry."""
        row = outbox_row(ref, action, message.channel, message.account, now)
        return self._build.put("outbox", OUTBOX.key(*ref), row, "")

    def event(
        self, person: ContactReference, ticket_id: str, kind: str, at: int, *, pseudonym: str = "", **more: Any
    ) -> Write:
        """Put an activity line; `more` are further fields. With the `pseudonym` of a provider's id it is stored
        once."""
        ref = MessageRef(person.conversation_id, at, pseudonym or pseudonym_of_notice(kind, new_id()))
        row = line_row(kind, ticket_id, person.contact_id, at, **more)
        return self._build.put("message" if pseudonym else "event", MESSAGE.key(*ref), row)


def _expiry(pk: str, expires_at: int) -> dict[str, Any]:
    """Return the attributes of a head that expires at `expires_at` (seconds)."""
    from chalicelib.dynamo.schema.lists import expires  # most bodies need no date

    return {"expires_at": expires_at, **expires(pk, expires_at).attributes()}


def _known_until(now: int) -> int:
    """Return until when (seconds) a provider may repeat what arrived at `now` (ms)."""
    return now // SECOND + GUARD_DAYS * DAY // SECOND
