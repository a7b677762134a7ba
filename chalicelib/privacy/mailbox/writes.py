"""The box of a request: a small conversation with its own key, in which the person gets every answer about it.

It outlives the person's rows, because the last answers are due when those are gone, and it is destroyed last. Its
contact has addresses and nothing else: no profile, no alias, no ticket. So nobody finds it, no list shows it, and what
the person writes never leads there. Its rows have no date: they are needed for as long as the request is open, however
long that takes, and go with its end. The watch sees to it that every open request comes to one.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chalicelib.core.backoff import TRIES, sleep_with_jitter
from chalicelib.core.errors import Conflict, Unavailable
from chalicelib.core.references import MessageRef
from chalicelib.dynamo import schema as rows
from chalicelib.dynamo.attributes import AttributeValues, plain_item
from chalicelib.dynamo.client_calls import reach
from chalicelib.dynamo.transactions import Transactions
from chalicelib.dynamo.writes import Write, Writes, pseudonym_of_notice
from chalicelib.messages.model import Button
from chalicelib.outbox.model import RIGHTS
from chalicelib.privacy.requests.kinds import Identity, Step
from chalicelib.privacy.requests.model import Request, Subject
from chalicelib.suppression.model import ReplyMailbox
from chalicelib.tickets.model import RANK
from chalicelib.vault import sealing
from chalicelib.vault.model import ContactKey
from chalicelib.vault.vault import seal

ADDRESSES = ("user", "phone", "chat")
"""Attributes of a contact that hold addresses, by their kind."""
DEFAULT = "defaulted"
"""Kind of the answer that the person gets near the law's limit when nobody has decided."""
BOX = "box"
"""Role of the write that demands an open box. It is refused when the box was closed meanwhile: then read the request
anew."""


class MailboxWrites:
    """Builds the writes of a box. They belong into the transaction that marks what they tell of as done."""

    def __init__(self, tables: Mapping[str, str]) -> None:
        self._writes = Writes(tables)

    def opening(
        self,
        request: Request,
        box: ReplyMailbox,
        key: ContactKey,
        addresses: Mapping[str, str],
        head: Mapping[str, Any],
        now: int,
    ) -> list[Write]:
        """A new box with the person's addresses, sealed to its own key; `head` says what is known of reaching them."""
        contact: dict[str, Any] = {
            "contact_id": box.contact_id,
            "conversation_id": box.conversation_id,
            "channel": request.channel,
            "account": request.account,
            "language": request.language,
            "state": "active",
            "public_key": box.public_key,
            "epoch": 1,
            "created_at": now,
        }
        contact |= _sealed(box, addresses)
        conversation = {
            "conversation_id": box.conversation_id,
            "contact_id": box.contact_id,
            "channel": request.channel,
            "account": request.account,
            "language": request.language,
            "public_key": box.public_key,
            "epoch": 1,
            "last_at": now,
            "aliases": [],
            **head,
        }
        kept = {"public_key": key.public, "sealed_private": key.sealed_private, "vault_id": key.vault_id}
        return [
            self._writes.put("box_contact", "desk", rows.contact_pk(box.contact_id), "contact", contact),
            self._writes.put("box_head", "desk", rows.conversation_pk(box.conversation_id), "head", conversation),
            self._writes.put("box_key", "keys", box.contact_id, "", {**kept, "created_at": now}),
        ]

    def readdressed(self, box: ReplyMailbox, addresses: Mapping[str, str]) -> Write:
        """The person is reached by these addresses now, and by no other; sealed to the box's own key."""
        sealed = _sealed(box, addresses)
        gone = [f"#{kind}" for kind in ADDRESSES if kind not in sealed]
        changes = ["SET " + ", ".join(f"#{kind} = :{kind}" for kind in sealed)] if sealed else []
        changes += ["REMOVE " + ", ".join(gone)] if gone else []
        pk, values = rows.contact_pk(box.contact_id), {"box": box.conversation_id, **sealed}
        condition = "#conversation_id = :box"
        return self._writes.update("box_contact", "desk", pk, "contact", " ".join(changes), condition, values)

    def notice(
        self, request: Request, kind: str, text: str, buttons: Sequence[Button], now: int, *, rings: bool = False
    ) -> list[Write]:
        """An answer to the person, under the condition that the box is open; nothing when the request has none. One
        that `rings` wakes the request when its status changes.

        It is made once when it is written together with a step's mark, or with the deletion of the ask that it answers.
        """
        if request.box is None:
            return []
        written = self.message(request.box, request.channel, request.account, request.id, kind, text, buttons, now)
        if rings:
            written[0].item["Put"]["Item"]["request_id"] = {"S": request.id}
        return [self._open(request, request.box), *written]

    def announcement(
        self, request: Request, text: str, buttons: Sequence[Button], now: int, heard_at: int = 0
    ) -> tuple[MessageRef, list[Write]]:
        """An answer whose arrival the request waits for: its reference, and its writes under the condition that the box
        is open. `heard_at` is when the person last wrote (ms), where that may be later than the box knows. The stream
        rings for the request when the status of the message changes."""
        if request.box is None:
            raise Conflict("The request has no box to answer into.", code="no_box")
        kind, box = f"announced-{len(request.announcements)}", request.box
        written = self.message(box, request.channel, request.account, request.id, kind, text, buttons, now)
        written[0].item["Put"]["Item"]["request_id"] = {"S": request.id}
        ref = MessageRef(box.conversation_id, now, pseudonym_of_notice(kind, request.id))
        return ref, [self._open(request, box, heard_at), *written]

    def message(
        self,
        box: ReplyMailbox,
        channel: str,
        account: str,
        request_id: str,
        kind: str,
        text: str,
        buttons: Sequence[Button],
        at: int,
        purpose: str = RIGHTS,
    ) -> list[Write]:
        """The rows of an answer and of its place in the outbox. There is one of each `kind` about a request at the
        same time `at` (ms): who wants one for good gives a time that is always the same."""
        ref = MessageRef(box.conversation_id, at, pseudonym_of_notice(kind, request_id))
        content = {"text": text, "buttons": [one._asdict() for one in buttons]}
        message = {
            "direction": "out",
            "kind": "text",
            "contact_id": box.contact_id,
            "content": sealing.seal_json(box.public_key, sealing.message_content(ref), content),
            "sent_at": at,
            "arrived_at": at,
            "status": "queued",
            "rank": RANK["queued"],
            "author": "desk",
            "purpose": purpose,
        }
        place = {
            "conversation_id": box.conversation_id,
            "action": "send",
            "purpose": purpose,
            "due": "due#0",
            "due_at": at,
            "queued_at": at,
            "attempts": 0,
            "channel": channel,
            "account": account,
        }
        pk = rows.conversation_pk(box.conversation_id)
        return [
            self._writes.put("notice", "desk", pk, f"message#{ref.tail}", message),
            self._writes.put("outbox", "desk", pk, f"outbox#{ref.tail}", place, fresh=False),
        ]

    def to_subject(
        self, subject: Subject, kind: str, text: str, now: int, buttons: Sequence[Button] = ()
    ) -> list[Write]:
        """An answer into the person's own conversation, where no request and so no box is open. `now` in ms."""
        own = ReplyMailbox(subject.contact_id, subject.conversation_id, subject.public_key)
        pk, values = rows.conversation_pk(own.conversation_id), {"contact": own.contact_id}
        channel, account = subject.channel, subject.account
        return [
            self._writes.update("subject", "desk", pk, "head", "", "#contact_id = :contact", values),
            *self.message(own, channel, account, own.contact_id, kind, text, buttons, now, "status"),
        ]

    def _open(self, request: Request, box: ReplyMailbox, heard_at: int = 0) -> Write:
        """The box is open. A press of the person that the request knows of counts as their last message: WhatsApp
        then takes answers for another day."""
        pressed = max(0 if request.cancelled_by else request.at(Step.CANCELLED), heard_at)
        if request.identity == Identity.SECOND_PRESS:
            pressed = max(pressed, request.at(Step.VERIFIED))
        pk = rows.conversation_pk(box.conversation_id)
        values: dict[str, Any] = {"contact": box.contact_id}
        if not pressed:
            return self._writes.update(BOX, "desk", pk, "head", "", "#contact_id = :contact", values)
        values |= {"at": pressed, "no": False}
        expression = "SET #last_inbound_at = :at, #blocked = :no"
        return self._writes.update(BOX, "desk", pk, "head", expression, "#contact_id = :contact", values)


def default_answer(request: Request) -> str:
    """Return the reference of the answer that the default gave, in the request's box; "" when there is none."""
    if not request.done(Step.DEFAULTED) or request.box is None:
        return ""
    at, blind = request.at(Step.DEFAULTED), pseudonym_of_notice(DEFAULT, request.id)
    return str(MessageRef(request.box.conversation_id, at, blind))


def last_answer(request: Request) -> str:
    """Return the reference of the last answer that lies in a request's box; "" when there is none."""
    for step, kind in (
        (Step.NOTIFIED, "erased"),
        (Step.REASONED, "refused"),
        (Step.CLOSED_WITHOUT_ERASURE, "cancelled" if request.done(Step.CANCELLED) else "refused"),
    ):
        if request.done(step) and request.box:
            return str(MessageRef(request.box.conversation_id, request.at(step), pseudonym_of_notice(kind, request.id)))
    return ""


def _sealed(box: ReplyMailbox, addresses: Mapping[str, str]) -> dict[str, bytes]:
    return {
        kind: seal(box.public_key, sealing.contact_attribute(box.contact_id, kind), value.encode())
        for kind, value in addresses.items()
    }


class BoxRemoval:
    """Destroys boxes and inventories. All methods raise Unavailable, and may be done again at any time."""

    def __init__(self, client: Any, tables: Mapping[str, str]) -> None:
        self._client = client
        self._tables = tables
        self._run = Transactions(client, sleep_with_jitter)

    def key(self, box: ReplyMailbox) -> None:
        """Destroy the box's key: from here on nothing of it opens, in no copy."""
        self._delete("keys", box.contact_id, "")

    def rows(self, box: ReplyMailbox) -> None:
        """Delete everything that lies in the box.

        The head goes first: without it no answer is put there any more, and no sender takes hold of one. Then
        whatever there is, until nothing is there: a sender that is still at work may have written in between.
        """
        pk = rows.conversation_pk(box.conversation_id)
        self._delete("desk", pk, "head")
        for attempt in range(TRIES):
            found = list(self._of(pk))
            if not found:
                break
            gone = [self._row(pk, item) for item in found]
            if not all(gone):
                sleep_with_jitter(attempt)
        else:
            raise Unavailable("The box is being written to; try again.")
        self._delete("desk", rows.contact_pk(box.contact_id), "contact")

    def inventory(self, request_id: str) -> None:
        """Delete the lists of what was to be destroyed: they hold the person's addresses, sealed to the box."""
        pk = rows.request_pk(request_id)
        for item in self._of(pk, "inventory#"):
            self._delete("desk", pk, item["sk"])

    def _row(self, pk: str, item: Mapping[str, Any]) -> bool:
        """Delete a row; a message only as it was read, and with what the provider's id leads to it by. False: it has
        changed, or a sender is at it."""
        name = item.get("provider_hash", "")
        if not name:
            condition = {"ConditionExpression": "attribute_not_exists(provider_hash)"}
            return self._run.once([self._deletion("desk", pk, item["sk"], condition)]) is None
        as_read = {
            "ConditionExpression": "provider_hash = :name",
            "ExpressionAttributeValues": {":name": {"S": name}},
        }
        writes = [self._deletion("desk", pk, item["sk"], as_read)]
        for one in {name, *item.get("links", ())}:  # one for each piece and each try
            writes += [self._deletion("index", f"{kind}#{one}", kind) for kind in ("link", "parked")]
        return self._run.once(writes) is None

    def _deletion(self, table: str, pk: str, sk: str, condition: Mapping[str, Any] | None = None) -> Write:
        key = {"pk": {"S": pk}} | ({"sk": {"S": sk}} if sk else {})
        return Write("row", {"Delete": {"TableName": self._tables[table], "Key": key, **(condition or {})}})

    def _delete(self, table: str, pk: str, sk: str) -> None:
        self._call("delete_item", self._deletion(table, pk, sk).item["Delete"])

    def _of(self, pk: str, beginning: str = "") -> Iterable[dict[str, Any]]:
        body: AttributeValues = {
            "TableName": self._tables["desk"],
            "KeyConditionExpression": "pk = :pk" + (" AND begins_with(sk, :beginning)" if beginning else ""),
            "ExpressionAttributeValues": {":pk": {"S": pk}} | ({":beginning": {"S": beginning}} if beginning else {}),
            "ProjectionExpression": "sk, provider_hash, links",
            "ConsistentRead": True,
        }
        while True:
            answer = self._call("query", body)
            yield from (plain_item(item) for item in answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            body["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _call(self, operation: str, body: AttributeValues) -> AttributeValues:
        return reach(self._client, operation, body)
