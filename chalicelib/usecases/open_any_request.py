"""A request of any kind is opened: those that end in destruction, and the end of news and offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chalicelib.domain.privacy import OPT_OUT
from chalicelib.usecases.open_request import Opened, OpenRequest

if TYPE_CHECKING:
    from chalicelib.storage.writes import Write


class OptOut(Protocol):
    """Ends news and offers for a contact. Raises NotFound, BadInput and Unavailable."""

    def __call__(
        self,
        contact_id: str,
        received_at: int,
        source: str,
        language: str = "",
        created_by: str = "",
        also: "Sequence[Write]" = (),
    ) -> Opened:
        """Return the request that books it; `received_at` in ms."""


@dataclass(frozen=True)
class OpenAnyRequest:
    """Opens what a person asked for in the chat, by their own words or recognised by a colleague."""

    open_request: OpenRequest
    opt_out: OptOut

    def __call__(
        self,
        contact_id: str,
        kind: str,
        source: str,
        *,
        received_at: int,
        language: str = "",
        created_by: str = "",
        also: "Sequence[Write]" = (),
    ) -> Opened:
        """Open a request, or return the one that is open: `also` is written with a new one only. `received_at` (ms) is
        when the person asked. Raises NotFound for a contact that is not there or is being erased, BadInput and
        Unavailable."""
        if kind == OPT_OUT:
            return self.opt_out(contact_id, received_at, source, language, created_by, also)
        return self.open_request(
            contact_id,
            kind,
            source,
            received_at=received_at,
            language=language,
            created_by=created_by,
            also=also,
        )
