"""Records of consent about a part of the processing, the transfer abroad or mailings: they are only added, one for each
answer (art. 8(1), 8(4), 24(1)(5) and 25(2)(5) of Law 94-V)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from chalicelib.core.ids import pseudonym_of_notice
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.schema import CONSENT
from chalicelib.dynamo.tables import Tables

_NEWEST = 50
"""Newest records of consent that are read at most."""


class Answered(NamedTuple):
    """How an answer was given: `by` a "press", a "word", on "paper", a "tick" or by a "link"; or who ended something in
    the person's place ("staff", "bounced"). `message_ref` names the person's message, `asked` is the question as it was
    asked. What came on paper arrived at `received_at` (ms), and the colleague `booked_by` has entered it."""

    by: str
    message_ref: str = ""
    asked: str = ""
    booked_by: str = ""
    received_at: int = 0


class ConsentRecords:
    """Reads and builds these records. All reads raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def newest(self, contact_id: str) -> list[dict[str, Any]]:
        """Return the person's newest records, of whatever purpose, the newest first."""
        partition = CONSENT.partition(contact_id)
        return list(self._tables.page(partition, prefix=CONSENT.prefix, newest_first=True, limit=_NEWEST).rows)

    def put(
        self, contact: Mapping[str, Any], purpose: str, how: Answered, now: int, name: str = "", **said: Any
    ) -> Write:
        """Return the write of a record for a contact's row. It names the version of the policy to which the person has
        consented last, unless `said` has another one; `said` holds the answer. `name` makes its key."""
        policy: dict[str, Any] = {one: said.pop(one) for one in ("policy_version", "policy_hash") if one in said}
        before: Mapping[str, Any] = {} if policy else next(iter(self.newest(contact["contact_id"])), {})
        row: dict[str, Any] = {one: before.get(one, "") for one in ("subject", "policy_version", "policy_hash")} | {
            "contact_id": contact["contact_id"],
            "purpose": purpose,
            "language": contact.get("language", ""),
            "channel": contact["channel"],
            "asked": how.asked,
            "answered_by": how.by,
            "message_ref": how.message_ref,
            "booked_by": how.booked_by,
            "received_at": how.received_at or None,
            "at": now,
            **policy,
            **said,
        }
        name = name or pseudonym_of_notice(purpose, f"{contact['contact_id']}{now}")
        return self._tables.put("consent", CONSENT.key(contact["contact_id"], now, name), row)
