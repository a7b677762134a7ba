"""What signing in asks, and what colleagues are asked for."""

from chalicelib.profile.load import load_profile
from chalicelib.staff.login_throttle import LoginThrottle
from chalicelib.staff.sessions import SessionStore
from chalicelib.staff.store import StaffStore
from chalicelib.staff.undertaking import undertaking_text
from chalicelib.tickets.marker import Changes, Markers
from tests.storage.access_patterns.patterns import Action, asks
from tests.storage.access_patterns.preparing import colleague
from tests.support.delivery.desk import BOLAT
from tests.support.retention.desk import RetentionDesk


@asks("AP21", "AP22", "AP21", "AP22", "AP21", "AP22")
def _(desk: RetentionDesk) -> Action:
    return lambda: LoginThrottle(b"k").attempt("bolat", "192.0.2.1", desk.now)


@asks("AP21", "AP21", "AP21")
def _(desk: RetentionDesk) -> Action:
    LoginThrottle(b"k").attempt("bolat", "192.0.2.1", desk.now)
    return lambda: LoginThrottle(b"k").attempt("bolat", "192.0.2.1", desk.now)


@asks("AP23", "AP24", "AP24")
def _(desk: RetentionDesk) -> Action:
    LoginThrottle(b"k").attempt("bolat", "192.0.2.1", desk.now)
    return lambda: LoginThrottle(b"k").forgive("bolat", "192.0.2.1")


@asks("AP408")
def _(desk: RetentionDesk) -> Action:
    return lambda: LoginThrottle(b"k").take_code("bolat", "123456", desk.now)


@asks("AP25", "AP26", "AP27")
def _(desk: RetentionDesk) -> Action:
    staff, store = colleague(desk), SessionStore(b"k")

    def session() -> None:
        token, _ = store.open(staff, "page", desk.now)
        assert store.find(token, "page", desk.now)
        store.end(token)

    return session


@asks("AP25", "AP720", "AP721")
def _(desk: RetentionDesk) -> Action:
    staff, store, markers = colleague(desk), SessionStore(b"k"), Markers(desk.gateway())
    markers.tell(Changes(tickets=True), desk.now)

    def looks() -> None:
        token, _ = store.open(staff, "page", desk.now)
        for strong in (True, False):
            _, row = markers.read_with(store.row_key(token), strong=strong)
            assert store.of_row(row, "page", desk.now)

    return looks


@asks("AP722", "AP723", "AP722")
def _(desk: RetentionDesk) -> Action:
    markers, changes = Markers(desk.gateway()), Changes(tickets=True, conversations=frozenset({"a", "b"}))
    return lambda: [markers.tell(changes, desk.now) for _ in range(2)]


@asks("AP28", "AP29")
def _(desk: RetentionDesk) -> Action:
    colleague(desk)
    return lambda: [StaffStore(b"k").get(BOLAT), StaffStore(b"k").all()]


@asks("AP106")
def _(desk: RetentionDesk) -> Action:
    return lambda: colleague(desk)


@asks("AP28", "AP30", "AP31", "AP28", "AP32")
def _(desk: RetentionDesk) -> Action:
    colleague(desk)
    staff, text = StaffStore(b"k"), undertaking_text(load_profile("spoint"), "kk")
    return lambda: [
        staff.sign_undertaking(BOLAT, text, desk.now),
        staff.set_language(BOLAT, "kk"),
        staff.revoke(BOLAT, 2_000_000_000),
    ]


@asks("AP28", "AP410")
def _(desk: RetentionDesk) -> Action:
    colleague(desk)
    staff = StaffStore(b"k")
    staff.revoke(BOLAT, 2_000_000_000)
    return lambda: staff.restore(BOLAT)


@asks("AP28", "AP116")
def _(desk: RetentionDesk) -> Action:
    colleague(desk)
    return lambda: StaffStore(b"k").end_sessions(BOLAT)
