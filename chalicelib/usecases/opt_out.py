"""A person wants no news and offers any more."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chalicelib.errors import BadInput
from chalicelib.usecases.open_request import Opened

if TYPE_CHECKING:
    from chalicelib.storage.writes import Write


class OptOut:
    """Ends news and offers for a contact."""

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
        raise BadInput("The end of news and offers cannot be booked yet.", code="not_offered")
