"""Opens what the desk keeps after a destruction, for the two officers who have decided so and for as long as that
holds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.core.errors import Conflict
from chalicelib.erasure.inventory import CONTACT_ROWS, CONVERSATION_ROWS, TICKET_ROWS
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import openable
from chalicelib.vault.encryption import kept_content

if TYPE_CHECKING:
    from chalicelib.erasure.kept_part import KeptParts
    from chalicelib.vault.decryptor import BatchDecryptor

Row = Mapping[str, Any]


@dataclass(frozen=True)
class KeptContent:
    """What is kept in the clear: name and addresses, tickets, and messages in their order (kept_content.py)."""

    contact: Row
    tickets: tuple[Row, ...]
    messages: tuple[Row, ...]


def may_read(request: Request, staff_id: str, now: int) -> bool:
    """Whether this officer may read the kept part at `now` (ms)."""
    opened = request.part_opened
    return openable(request, now) and staff_id in opened.get("by", ()) and now < int(opened.get("until", 0))


@dataclass(frozen=True)
class ReadPart:
    """Reads kept parts."""

    store: "KeptParts"
    decryptor: "Callable[[], BatchDecryptor]"

    def __call__(self, request: Request, staff_id: str, now: int) -> KeptContent:
        """Return what is kept. Raises Conflict with the code `not_opened` for everybody else and at any other time;
        CannotOpen and Unavailable."""
        if not may_read(request, staff_id, now):
            raise Conflict("Two privacy officers have to decide first to open it.", code="not_opened")
        decryptor = self.decryptor()
        decryptor.load([request.id])
        found: dict[str, list[Row]] = {CONTACT_ROWS: [], TICKET_ROWS: [], CONVERSATION_ROWS: []}
        for name, store, sealed in self.store.content(request.id):
            opened = decryptor.json(request.id, kept_content(request.id, name), sealed)
            found[store].append(opened or {})
        tickets, messages = (sorted(found[one], key=_place) for one in (TICKET_ROWS, CONVERSATION_ROWS))
        return KeptContent(next(iter(found[CONTACT_ROWS]), {}), tuple(tickets), tuple(messages))


def _place(row: Row) -> int:
    return int(row.get("place", 0))
