"""Finds the parts of a repeated body that are stored already, a hundred at once, without reading what customers wrote.

A body may hold a thousand parts. Recognising them one by one takes as long as storing them, so a body that was too long
once would stay too long. A transaction of conditions is one call for a hundred parts; its cancellation names those
whose condition failed, and it writes nothing. Only a failed condition is a proof: every other part is stored as
usual.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.channels.parts import InboundMessage, Part, StatusUpdate
from chalicelib.core.clock import SECOND
from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo import keys
from chalicelib.dynamo.attributes import AttributeValues, plain_item
from chalicelib.dynamo.client_calls import ClientCalls
from chalicelib.dynamo.writes import Write, Writes
from chalicelib.messages.statuses import LOWER_STATUS, NO_HIGHER_EARLY_STATUS, lower_piece_status
from chalicelib.tickets.model import RANK
from chalicelib.vault.pseudonyms import AddressKey

AT_ONCE = 100
"""Most items of one transaction. Source: Amazon DynamoDB, TransactWriteItems."""
_Key = tuple[str, str, str]


class RepeatedParts:
    """Finds stored parts of a repeated body."""

    def __init__(self, client: Any, tables: Mapping[str, str], address_key: AddressKey) -> None:
        self._client = client
        self._calls = ClientCalls(client)
        self._tables = tables
        self._address_key = address_key
        self._writes = Writes(tables)

    def already_stored(self, parts: Sequence[Part]) -> set[int]:
        """Return the positions of those `parts` (at most AT_ONCE) that are stored already. It may miss some, and finds
        none when DynamoDB does not answer."""
        messages = {place: one for place, one in enumerate(parts) if isinstance(one, InboundMessage)}
        statuses = {place: one for place, one in enumerate(parts) if isinstance(one, StatusUpdate)}
        try:
            return self._messages(messages) | self._statuses(statuses)
        except Unavailable:
            return set()

    def _messages(self, messages: Mapping[int, InboundMessage]) -> set[int]:
        # A part that replaces its own row may be new although the row exists.
        known = {place: self._alias(one) for place, one in messages.items() if not one.replaces}
        found = self._items("index", ((f"alias#{name}", "alias") for name in known.values()))
        asked: dict[_Key, list[int]] = {}
        for place, name in known.items():
            owner = found.get(f"alias#{name}", {})
            if not owner or owner.get("fenced") or "former_at" in owner:
                continue
            asked.setdefault(self._row(messages[place], owner["conversation_id"]), []).append(place)
        absent = "attribute_not_exists(pk)"
        checks = {key: self._writes.update("message", *key, "", absent, {}) for key in asked}
        return {place for key in self._failed(checks) for place in asked[key]}

    def _alias(self, message: InboundMessage) -> str:
        return self._address_key.address(message.channel, message.account, message.author.addresses[0])

    def _row(self, message: InboundMessage, conversation_id: str) -> _Key:
        pseudonym = self._address_key.message(message.channel, message.account, message.provider_id)
        if message.undated:
            return "index", f"link#{pseudonym}", "link"
        tail = MessageRef(conversation_id, message.sent_at * SECOND, pseudonym).tail
        return "desk", keys.conversation_pk(conversation_id), f"message#{tail}"

    def _statuses(self, statuses: Mapping[int, StatusUpdate]) -> set[int]:
        """Return positions of statuses that change nothing: the message has this rank or a higher one, or is gone; or
        the message is unknown and an early status of this rank or a higher one is kept."""
        asked: dict[_Key, list[int]] = {}
        pieces: dict[_Key, set[int]] = {}
        for place, status in statuses.items():
            key, piece = self._status_row(status)
            asked.setdefault(key, []).append(place)
            pieces.setdefault(key, set()).add(piece)
        checks: dict[_Key, Write] = {}
        for key, places in asked.items():
            if len(pieces[key]) > 1:
                continue  # A transaction may name an item once only, so these are stored one by one.
            rank = max(RANK[statuses[place].status] for place in places)
            piece = min(pieces[key])
            values: dict[str, Any] = {"rank": rank} if key[0] == "index" else {"rank": rank, "out": "out"}
            condition = (
                NO_HIGHER_EARLY_STATUS if key[0] == "index" else lower_piece_status(piece) if piece else LOWER_STATUS
            )
            checks[key] = self._writes.update("status", *key, "", condition, values)
        done = self._failed(checks)
        # In this order, because the sender writes the link first and then takes the early status.
        early = {key: key[1].removeprefix("parked#") for key in done if key[0] == "index"}
        linked = self._items("index", ((f"link#{name}", "link") for name in early.values()))
        done -= {key for key, name in early.items() if f"link#{name}" in linked}
        return {place for key in done for place in asked[key]}

    def _status_row(self, status: StatusUpdate) -> tuple[_Key, int]:
        """Return the row that a status changes, and the number of the piece that it is about, 0 for the whole
        message."""
        ref, piece = MessageRef.parse_piece(status.reference)
        if ref is not None:
            return ("desk", keys.conversation_pk(ref.conversation_id), f"message#{ref.tail}"), piece
        pseudonym = self._address_key.message(status.channel, status.account, status.provider_id)
        return ("index", f"parked#{pseudonym}", "parked"), 0

    def _items(self, table: str, keys: Iterable[tuple[str, str]]) -> dict[str, dict[str, Any]]:
        """Return items by their partition key, in one call that needs no right beside GetItem."""
        gets: list[AttributeValues] = [
            {"Get": {"TableName": self._tables[table], "Key": {"pk": {"S": pk}, "sk": {"S": sk}}}}
            for pk, sk in dict.fromkeys(keys)
        ]
        if not gets:
            return {}
        answers = self._calls.call("transact_get_items", TransactItems=gets)["Responses"]
        items = [plain_item(answer["Item"]) for answer in answers if answer.get("Item")]
        return {item["pk"]: item for item in items}

    def _failed(self, checks: Mapping[_Key, Write]) -> set[_Key]:
        """Return the keys whose condition failed. Raises Unavailable."""
        if not checks:
            return set()
        try:
            self._client.transact_write_items(TransactItems=[check.item for check in checks.values()])
        except ClientError as error:
            if error.response["Error"]["Code"] != "TransactionCanceledException":
                raise Unavailable("The storage did not answer; send it again.") from error
            reasons = error.response.get("CancellationReasons", ())
            pairs = zip(checks, reasons, strict=False)
            return {key for key, reason in pairs if reason.get("Code") == "ConditionalCheckFailed"}
        except BotoCoreError as error:
            raise Unavailable("The storage did not answer; send it again.") from error
        return set()
