"""A revoked account of staff is kept for the profile's term, and then deleted here and in the user pool."""

import pytest

from chalicelib.core.clock import DAY, SECOND
from chalicelib.profile.load import load_profile
from chalicelib.staff.manage import RestoreStaff, RevokeStaff
from chalicelib.staff.model import Staff
from chalicelib.staff.store import StaffStore
from tests.support.retention.desk import RetentionDesk
from tests.support.retention.desk import desk as desk

KEPT = load_profile("spoint").retention["staff"].kept
ADMIN = Staff("admin", "admin@desk.local", "Әкімші", frozenset({"administrator"}), 1)
BOLAT = Staff("bolat", "bolat@desk.local", "Болат", frozenset({"operator"}), 1)


class Pool:
    """The user pool, as far as it is asked here."""

    def disable(self, staff_id: str) -> None:
        assert staff_id == BOLAT.id

    def enable(self, staff_id: str) -> bool:
        return staff_id == BOLAT.id


@pytest.fixture
def staff(desk: RetentionDesk) -> StaffStore:
    from chalicelib.dynamo.rows import bind

    bind(desk.tables)
    store = StaffStore(b"s" * 32)
    for one in (ADMIN, BOLAT):
        store.put(one)
    return store


def revoked(desk: RetentionDesk, staff: StaffStore) -> int:
    """Revoke Bolat's access; return when his account ends (ms)."""
    RevokeStaff(staff, Pool(), KEPT, lambda: desk.now)(BOLAT.id, ADMIN)  # type: ignore[arg-type]
    return KEPT.after(desk.now) // SECOND * SECOND


def test_it_ends_on_its_day_and_nobody_elses_does(desk: RetentionDesk, staff: StaffStore) -> None:
    desk.trust_the_index()
    desk.now = revoked(desk, staff) - 1
    desk.sweeper()()
    assert staff.get(BOLAT.id) is not None and desk.closed_accounts == []
    desk.now += 1
    desk.sweeper()()
    assert (staff.get(BOLAT.id), desk.closed_accounts) == (None, [BOLAT.id])
    desk.now += 400 * DAY
    desk.sweeper()()
    assert staff.get(ADMIN.id) == ADMIN


def test_whose_access_is_restored_stays(desk: RetentionDesk, staff: StaffStore) -> None:
    desk.trust_the_index()
    until = revoked(desk, staff)
    RestoreStaff(staff, Pool())(BOLAT.id, ADMIN)  # type: ignore[arg-type]
    desk.now = until + DAY
    desk.sweeper()()
    found = staff.get(BOLAT.id)
    assert found is not None and not found.disabled and desk.closed_accounts == []


def test_revoking_again_keeps_the_first_day(desk: RetentionDesk, staff: StaffStore) -> None:
    revoked(desk, staff)
    first = desk.item("staff", BOLAT.id)["expires_at"]
    desk.now += DAY
    revoked(desk, staff)
    assert desk.item("staff", BOLAT.id)["expires_at"] == first
