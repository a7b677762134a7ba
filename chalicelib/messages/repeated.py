"""Finds the parts of a repeated body that are stored already, a hundred at once, without reading what customers wrote.

A body may hold a thousand parts. Recognising them one by one takes as long as storing them, so a body that was too long
once would stay too long. A transaction of conditions is one call for a hundred parts; its cancellation names those
whose condition failed, and it writes nothing. Only a failed condition is a proof: every other part is stored as
usual.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chalicelib.channels.parts import InboundMessage, Part, StatusUpdate
from chalicelib.core.clock import SECOND
from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.builder import NEW, Write
from chalicelib.dynamo.schema import ALIAS, EARLY_STATUS, LINK, MESSAGE, Key
from chalicelib.dynamo.tables import MOST_WRITES, Tables
from chalicelib.messages.statuses import LOWER_STATUS, NO_HIGHER_EARLY_STATUS, lower_piece_status, rank_of
from chalicelib.vault.pseudonyms import AddressKey

AT_ONCE = MOST_WRITES


class RepeatedParts:
    """Finds stored parts of a repeated body."""

    def __init__(self, tables: Tables, address_key: AddressKey) -> None:
        self._tables = tables
        self._address_key = address_key

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
        found = self._rows(known.values())
        asked: dict[Key, list[int]] = {}
        for place, alias in known.items():
            owner = found[alias]
            if not owner or owner.get("fenced") or "former_at" in owner:
                continue
            asked.setdefault(self._row(messages[place], owner["conversation_id"]), []).append(place)
        checks = {key: self._tables.check(_role(key), key, NEW) for key in asked}
        return {place for key in self._failed(checks) for place in asked[key]}

    def _alias(self, message: InboundMessage) -> Key:
        address = message.author.addresses[0]
        return ALIAS.key(self._address_key.address(message.channel, message.account, address))

    def _row(self, message: InboundMessage, conversation_id: str) -> Key:
        pseudonym = self._address_key.message(message.channel, message.account, message.provider_id)
        if message.undated:
            return LINK.key(pseudonym)
        return MESSAGE.key(conversation_id, message.sent_at * SECOND, pseudonym)

    def _statuses(self, statuses: Mapping[int, StatusUpdate]) -> set[int]:
        """Return positions of statuses that change nothing: the message has this rank or a higher one, or is gone; or
        the message is unknown and an early status of this rank or a higher one is kept."""
        asked: dict[Key, list[int]] = {}
        pieces: dict[Key, set[int]] = {}
        links: dict[Key, Key] = {}
        for place, status in statuses.items():
            key, piece, link = self._status_row(status)
            asked.setdefault(key, []).append(place)
            pieces.setdefault(key, set()).add(piece)
            links |= {key: link} if link else {}
        checks: dict[Key, Write] = {}
        for key, places in asked.items():
            if len(pieces[key]) > 1:
                continue  # A transaction may name an item once only, so these are stored one by one.
            rank = max(rank_of(statuses[place]) for place in places)
            piece = min(pieces[key])
            values: dict[str, Any] = {"rank": rank} if key in links else {"rank": rank, "out": "out"}
            condition = NO_HIGHER_EARLY_STATUS if key in links else lower_piece_status(piece) if piece else LOWER_STATUS
            checks[key] = self._tables.check(_role(key), key, condition, values)
        done = self._failed(checks)
        # In this order, because the sender writes the link first and then takes the early status.
        early = {key: links[key] for key in done if key in links}
        linked = self._rows(early.values())
        done -= {key for key, link in early.items() if linked[link]}
        return {place for key in done for place in asked[key]}

    def _status_row(self, status: StatusUpdate) -> tuple[Key, int, Key | None]:
        """Return the row that a status changes, the number of the piece that it is about, 0 for the whole message, and
        for an early status the link for which it waits."""
        ref, piece = MessageRef.parse_piece(status.reference)
        if ref is not None:
            return MESSAGE.key(*ref), piece, None
        pseudonym = self._address_key.message(status.channel, status.account, status.provider_id)
        return EARLY_STATUS.key(pseudonym), 0, LINK.key(pseudonym)

    def _rows(self, keys: Iterable[Key]) -> dict[Key, dict[str, Any]]:
        """Return rows by their keys, in one call that needs no right beside GetItem. Raises Unavailable."""
        wanted = list(dict.fromkeys(keys))
        return dict(zip(wanted, self._tables.get_at_once(wanted, tries=1), strict=True))

    def _failed(self, checks: Mapping[Key, Write]) -> set[Key]:
        """Return the keys whose condition failed. Raises Unavailable."""
        refusal = self._tables.transact(checks.values()) if checks else None
        return {key for key in checks if _role(key) in refusal.roles} if refusal else set()


def _role(key: Key) -> str:
    return " / ".join(key)
