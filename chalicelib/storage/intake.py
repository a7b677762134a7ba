"""What intake does with the tables: one read to find a person, one transaction to store what arrived.

It speaks to the DynamoDB client directly: importing pynamodb would cost more than the rest of a cold start
(docs/adr). Nothing here reads content, and the function's role could not.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.ids import new_id
from chalicelib.domain.messages import Author, Channel, StatusUpdate
from chalicelib.domain.patience import TRIES, full_jitter
from chalicelib.domain.people import Arrival, ContactKey, Found, Outcome, Person
from chalicelib.domain.references import MessageRef
from chalicelib.domain.tickets import DAY, GUARD_DAYS, RANK, RAW_DAYS, SECOND
from chalicelib.errors import Unavailable
from chalicelib.storage import rows, sealing
from chalicelib.storage.attributes import Wire, item_from_wire
from chalicelib.storage.blind import AddressKey
from chalicelib.storage.conversation_rows import ConversationRows
from chalicelib.storage.person_rows import PersonRows
from chalicelib.storage.ticket_rows import TicketRows
from chalicelib.storage.vault import fingerprint, new_contact_key, seal
from chalicelib.storage.writes import Write, Writes

_BY_ROLE = (
    ("message", Outcome.DUPLICATE),
    ("number", Outcome.NUMBER_TAKEN),
    ("head", Outcome.HEAD_CHANGED),
    ("ticket", Outcome.TICKET_OVER),
)


class IntakeStore:
    """Intake's view of the tables."""

    def __init__(
        self,
        client: Any,
        tables: Mapping[str, str],
        address_key: AddressKey,
        vault_public: bytes,
        wait: Callable[[int], None] = full_jitter,
    ) -> None:
        self._client = client
        self._wait = wait
        self._tables = tables
        self._address_key = address_key
        self._vault_public = vault_public
        self.writes = Writes(tables)
        self.conversations = ConversationRows(self.writes, address_key)
        self.people = PersonRows(self.writes, address_key)
        self.tickets = TicketRows(self.writes)

    # -- finding

    def find(self, channel: Channel, account: str, author: Author, at: int) -> Found:
        """Find who wrote something sent at `at` (ms), by strongly consistent reads: one for a person known as they are.

        A business-scoped id decides before a phone. A phone known with another business-scoped id belongs to
        somebody new. Webhooks may be days late: what was sent before an address last changed changes nothing, and
        a former address still finds who had it then. Raises Unavailable.
        """
        names = self._names(channel, account, author)
        user, phone = names.get("user", ""), names.get("phone", "")
        person = self._alias(user or phone or names["chat"], at)
        if person is None:
            return self._found_by_phone(user, phone, at) if user and phone else Found(None)
        if not (user and phone) or person.phone_hash == phone or person.known_at > at:
            return Found(person)
        owner = self._alias(phone, at)
        if owner is not None and owner.contact_id == person.contact_id:
            return Found(replace(person, phone_hash=phone), readdressed=True)
        if owner is not None and owner.known_at > at:
            return Found(person)
        learned = replace(person, aliases=(*person.aliases, phone), phone_hash=phone)
        taken = phone if owner else ""
        return Found(learned, added=(phone,), readdressed=True, moved_from=owner, taken=taken)

    def _found_by_phone(self, user: str, phone: str, at: int) -> Found:
        """Somebody whose business-scoped id is new: the phone's owner, if that one has no id yet, or a stranger."""
        owner = self._alias(phone, at)
        if owner is None:
            return Found(None)
        if owner.known_at > at:
            return Found(None, unclaimed=phone)
        if owner.user_hash:
            return Found(None, moved_from=owner, taken=phone)
        learned = replace(owner, aliases=(*owner.aliases, user), user_hash=user)
        return Found(learned, added=(user,), readdressed=True)

    def _names(self, channel: Channel, account: str, author: Author) -> dict[str, str]:
        return {a.kind: self._address_key.address(channel, account, a) for a in author.addresses}

    def _alias(self, name: str, at: int) -> Person | None:
        answer = self._call(
            "get_item",
            TableName=self._tables["index"],
            Key={"pk": {"S": f"alias#{name}"}, "sk": {"S": "alias"}},
            ConsistentRead=True,
        )
        item = item_from_wire(answer.get("Item", {}))
        if not item:
            return None
        if "former_at" in item:
            return None if at > item["former_at"] else self._alias(item["aliases"][0], at)
        fields = {name: item[name] for name in Person.__dataclass_fields__ if name in item}
        return Person(**{**fields, "aliases": tuple(item["aliases"])})

    def draw(
        self, channel: Channel, account: str, author: Author, language: str, found: Found, at: int
    ) -> tuple[Person, ContactKey]:
        """Draw a new person with a key of their own. Nothing is stored."""
        contact_id = new_id()
        key = new_contact_key(self._vault_public, contact_id)
        names = {kind: name for kind, name in self._names(channel, account, author).items() if name != found.unclaimed}
        person = Person(
            contact_id=contact_id,
            conversation_id=new_id(),
            public_key=key.public,
            epoch=1,
            language=language,
            aliases=tuple(names.values()),
            profile_hash=self._address_key.profile(author.name, author.username),
            user_hash=names.get("user", ""),
            phone_hash=names.get("phone", ""),
            known_at=at if found.taken else 0,
        )
        return person, key

    # -- storing

    def commit(self, arrival: Arrival) -> Outcome:
        """Store an arrival with all that belongs to it, or nothing. Raises Unavailable."""
        return self.transact(list(self._writes_of(arrival)))

    def _writes_of(self, arrival: Arrival) -> Iterator[Write]:
        person, message = arrival.person, arrival.message
        ref = self.conversations.message_ref(arrival)
        profile = self.people.new_profile(arrival)
        yield self.conversations.message(arrival, ref)
        if message.raw:
            yield self.conversations.raw(arrival, ref)
        if arrival.key:
            stored = replace(person, ticket_id=arrival.ticket_id)
            yield from self.people.new_contact(stored, arrival.key, message, arrival.now, arrival.found)
            last = arrival.notice.at if arrival.notice else arrival.now
            wrote_at = message.sent_at * SECOND
            yield self.conversations.new_head(person, message, last, ticket_id=arrival.ticket_id, wrote_at=wrote_at)
        else:
            yield self.conversations.head(arrival)
            yield from self.people.changes(arrival, profile)
        if arrival.opens:
            yield from self.tickets.opened(arrival)
        elif arrival.touches_ticket:
            yield self.tickets.touched(arrival, renamed=bool(profile))
        if arrival.consent:
            yield self.conversations.consent(arrival, ref)
        if arrival.notice:
            yield from self.conversations.notice(person, message, arrival.ticket_id, arrival.notice)
        if message.kind == "callback":
            yield self.conversations.outbox(person, message, ref, "answer_callback", arrival.now)
        if loser := arrival.found.moved_from:
            yield from self.people.moved(loser, arrival.found.taken)
            for owner, ticket in ((person, arrival.ticket_id), (loser, loser.ticket_id)):
                yield self.conversations.event(owner, ticket, "phone_moved", arrival.now)

    def transact(self, writes: list[Write]) -> Outcome:
        """Run one transaction and read its cancellation reasons one by one. Raises Unavailable."""
        try:
            self._client.transact_write_items(TransactItems=[write.item for write in writes])
        except ClientError as error:
            if error.response["Error"]["Code"] != "TransactionCanceledException":
                raise Unavailable("The storage did not take the message; send it again.") from error
            codes = [reason.get("Code", "None") for reason in error.response.get("CancellationReasons", ())]
            failed = {
                write.role for write, code in zip(writes, codes, strict=False) if code == "ConditionalCheckFailed"
            }
            return next((outcome for role, outcome in _BY_ROLE if role in failed), Outcome.CONFLICT)
        except BotoCoreError as error:
            raise Unavailable("The storage did not answer; send the message again.") from error
        return Outcome.STORED

    # -- statuses and parts without a person

    def apply_status(self, update: StatusUpdate, now: int) -> None:
        """Raise our message's status in rank order, or park it until the sender knows the provider's id.

        Raises Unavailable.
        """
        ref = MessageRef.parse(update.reference) or self._linked(update, now)
        if ref is not None:
            self.raise_status(ref, update)

    def _linked(self, update: StatusUpdate, now: int) -> MessageRef | None:
        name = self._address_key.message(update.channel, update.account, update.provider_id)
        parked = {
            "status": update.status,
            "at": update.at,
            "code": update.code,
            "rank": RANK[update.status],
            "expires_at": now // SECOND + GUARD_DAYS * DAY // SECOND,
        }
        found = self._link(name)
        if found is not None:
            return found
        write = self.writes.put("parked", "index", f"parked#{name}", "parked", parked, fresh=False)
        put = write.item["Put"]
        put["ConditionExpression"] = "attribute_not_exists(pk) OR #rank < :rank"
        put["ExpressionAttributeNames"] = {"#rank": "rank"}
        put["ExpressionAttributeValues"] = {":rank": {"N": str(RANK[update.status])}}
        self._conditional("put_item", put)
        return self._link(name)

    def _link(self, name: str) -> MessageRef | None:
        key = {"pk": {"S": f"link#{name}"}, "sk": {"S": "link"}}
        answer = self._call("get_item", TableName=self._tables["index"], Key=key, ConsistentRead=True)
        item = item_from_wire(answer.get("Item", {}))
        return MessageRef.parse(item["message_ref"]) if item else None

    def raise_status(self, ref: MessageRef, update: StatusUpdate) -> None:
        """Write a status over one of lower rank. A message that is gone stays gone. Raises Unavailable."""
        values: dict[str, Any] = {"status": update.status, "rank": RANK[update.status], "out": "out"}
        expression = "SET #status = :status, #rank = :rank"
        if update.status == "failed":
            values["failure"] = {"code": update.code, "at": update.at}
            expression += ", failure = :failure"
        elif update.status in ("delivered", "read"):
            expression += " REMOVE failure"
        pk, sk = rows.conversation_pk(ref.conversation_id), f"message#{ref.tail}"
        condition = "direction = :out AND #rank < :rank"
        body = self.writes.update("status", "desk", pk, sk, expression, condition, values).item["Update"]
        self._conditional("update_item", body)

    def keep_unclear(self, channel: Channel, account: str, raw_type: str, raw: bytes, now: int) -> None:
        """Keep a part that names no person, sealed to the vault, for 30 days. Raises Unavailable."""
        day, name = now // DAY, self._address_key.raw(raw)
        attributes = {
            "raw": seal(self._vault_public, sealing.unclear_part(name), raw),
            "vault_id": fingerprint(self._vault_public),
            "channel": channel,
            "account": account,
            "raw_type": raw_type,
            "expires_at": (day + RAW_DAYS) * DAY // SECOND,
        }
        write = self.writes.put("unclear", "desk", f"unclear#{day}", name, attributes, fresh=False)
        self._call("put_item", **write.item["Put"])

    # -- calls

    def _conditional(self, operation: str, body: Wire) -> bool:
        """Make a conditional call; return whether the condition held. Raises Unavailable.

        A transaction on the same item, such as the sender's, makes the call fail for a moment only.
        """
        for attempt in range(TRIES):
            try:
                getattr(self._client, operation)(**body)
                return True
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code == "ConditionalCheckFailedException":
                    return False
                if code != "TransactionConflictException":
                    raise Unavailable("The storage did not take the change; send it again.") from error
                self._wait(attempt)
            except BotoCoreError as error:
                raise Unavailable("The storage did not answer; send it again.") from error
        raise Unavailable("The message changes too fast to store this now; send it again.")

    def _call(self, operation: str, **body: Any) -> Wire:
        try:
            answer: Wire = getattr(self._client, operation)(**body)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("The storage did not answer; send it again.") from error
        return answer
