"""One running desk for all end-to-end tests."""

from collections.abc import Iterator

import pytest

from tests.support.e2e.playing import Play
from tests.support.running import RunningDesk


@pytest.fixture
def play(desk: RunningDesk) -> Iterator[Play]:
    """Everybody around the running desk; faults and switches are put back afterwards."""
    playing = Play(desk)
    yield playing
    playing.phones("/faults", method="DELETE")
    playing.phones("/confirmations", {"enabled": True})
