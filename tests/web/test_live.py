"""Pages that stay open: nothing is read while nothing has changed, and each change reaches them, alone."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.core.errors import Unavailable
from chalicelib.entrypoints.stream_router import tell_marker
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.tickets.marker import ROW, SLOTS, Changes, Markers, slot_of
from chalicelib.web.http.watch import PERIOD
from chalicelib.wiring import web as wiring_web
from tests.support.calls import Call, heard_by
from tests.support.web.asking import freeze, mark, opened
from tests.support.web.delivered import replied, report
from tests.support.web.desk import Web
from tests.support.web.live import OpenPage, Relay, weight
from tests.support.web.serving import AMINA, DANIYAR, say
from tests.support.web.visiting import Browser


class Heard:
    """What was asked of DynamoDB, and what it cost by AWS's rule of rows below 4 kB."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, float]] = []

    def asked(self, call: Call) -> None:
        """Nothing: the cost is known when the answer is there."""

    def answered(self, call: Call, answer: dict[str, Any], status: int) -> None:
        tables = call.params.get("RequestItems", {})
        units = sum(len(one["Keys"]) * (1 if one.get("ConsistentRead") else 0.5) for one in tables.values())
        self.calls.append((call.operation, units))


@pytest.fixture
def relay(web: Web) -> Relay:
    return Relay(web)


@pytest.fixture
def ticket_id(web: Web) -> str:
    say(web, AMINA, "Терминал қосылмайды")
    return str(web.tickets()[0]["id"])


def open_page(web: Web, relay: Relay, path: str, by: str = "bolat") -> OpenPage:
    """A page that was loaded a while after the last change."""
    relay.settle()
    browser = web.signed_in(by)
    browser = Browser(web.http, {**browser.cookies, "desk-script": "1"}, browser.token)
    page = OpenPage(browser, path).load()
    if page.left(web.now) < 60:
        web.advance(page.left(web.now) + 1)
    return page.load()


@pytest.mark.parametrize("path", ["/dashboard", "/dashboard/tickets/{}", "/dashboard?view=pending&channel=telegram"])
def test_while_nothing_changes_one_small_read_says_so(web: Web, relay: Relay, ticket_id: str, path: str) -> None:
    page = open_page(web, relay, path.format(ticket_id))
    for _ in range(3):
        heard = Heard()
        with heard_by(heard):
            answer = page.look()
        assert (answer.status, answer.text) == (304, "")
        assert heard.calls == [("BatchGetItem", 1.0)]
        assert weight(answer) < 200 and answer.headers["cache-control"] == "no-store"
        web.advance(10)


# -- what changes reaches the page


def _message(web: Web, ticket_id: str) -> str:
    say(web, AMINA, "Екінші хабарлама")
    return "Екінші хабарлама"


def _status(web: Web, ticket_id: str) -> str:
    _, message_id = replied(web)
    report(web, message_id, "delivered")
    return "Delivered"


def _note(web: Web, ticket_id: str) -> str:
    web.call("POST", f"/api/v1/tickets/{ticket_id}/comments", {"text": "Роутерді тексер"}, by="saule")
    return "Роутерді тексер"


def _assignee(web: Web, ticket_id: str) -> str:
    web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"assignee": "me"}, by="saule")
    return "Сәуле Нұрланова"


def _tag(web: Web, ticket_id: str) -> str:
    web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"tags": ["касса"]}, by="saule")
    return "касса"


def _request(web: Web, ticket_id: str) -> str:
    opened(web, AMINA)
    return "Request"


def _edit(web: Web, ticket_id: str) -> str:
    first = say(web, AMINA, "Қате")
    say(web, AMINA, "Түзетілген", kind="edit", target=first.provider_id, details={"new_kind": "text"})
    return "Түзетілген"


@pytest.mark.parametrize("change", [_message, _status, _note, _assignee, _tag, _request, _edit])
def test_a_change_reaches_the_open_ticket(
    web: Web, relay: Relay, ticket_id: str, change: Callable[[Web, str], str]
) -> None:
    page = open_page(web, relay, f"/dashboard/tickets/{ticket_id}")
    shown = change(web, ticket_id)
    relay.settle()
    assert page.look().status == 200
    assert shown in page.html()
    assert page.look().status == 304


@pytest.mark.parametrize("change", [_message, _assignee, _tag])
def test_a_change_of_a_ticket_reaches_the_open_list(
    web: Web, relay: Relay, ticket_id: str, change: Callable[[Web, str], str]
) -> None:
    page = open_page(web, relay, "/dashboard")
    shown = change(web, ticket_id)
    relay.settle()
    assert page.look().status == 200 and shown in page.html()
    assert page.look().status == 304


def test_a_change_of_a_request_reaches_the_officers_pages(web: Web, relay: Relay) -> None:
    request = opened(web, AMINA)
    lists = open_page(web, relay, "/dashboard/privacy", by="dana")
    case = open_page(web, relay, f"/dashboard/privacy/{request.id}", by="dana")
    assert (lists.look().status, case.look().status) == (304, 304)
    say(web, DANIYAR, "Привет")
    relay.settle()
    assert (lists.look().status, case.look().status) == (304, 304), "a message is none of their business"
    mark(web, request, {Step.CANCELLED: web.now})
    relay.settle()
    for page in (lists, case):
        assert page.look().status == 200 and page.html()


def test_another_customers_message_reads_the_lists_beside_a_ticket_and_not_the_ticket(
    web: Web, relay: Relay, ticket_id: str
) -> None:
    page = open_page(web, relay, f"/dashboard/tickets/{ticket_id}")
    other = next(
        one for number in range(99) if slot(web, one := f"70000{number:04}") != slot_of(conversation(web, ticket_id))
    )
    assert other
    relay()
    assert page.look().status == 200
    assert set(page.parts) <= {"rail", "rows"} and page.parts
    assert len(page.parts["rows"]) == 2, "one row is new, the other stays"
    assert page.look().status == 200 and page.parts == {}, "the index may be late: the lists once more"
    web.advance(4)
    assert (page.look().status, page.look().status) == (200, 304)


def slot(web: Web, chat: str) -> int:
    """Let somebody new write; returns the place of their conversation."""
    from tests.support.web.serving import customer

    say(web, customer(f"Ким {chat}", "telegram", chat), "Здравствуйте")
    return slot_of(conversation(web, web.tickets()[0]["id"]))


def conversation(web: Web, ticket_id: str) -> str:
    ticket = wiring_web.desk(None).ticket(ticket_id)
    assert ticket
    return ticket.conversation_id


def test_a_new_message_on_a_long_ticket_travels_alone(web: Web, relay: Relay, ticket_id: str) -> None:
    for number in range(99):
        say(web, AMINA, f"Хабарлама {number}: терминал әлі де желіге қосылмай тұр, не істеу керек?")
    page = open_page(web, relay, f"/dashboard/tickets/{ticket_id}")
    say(web, AMINA, "Жүзінші: рахмет, енді бәрі жұмыс істейді")
    relay.settle()
    answer = page.look(**{"X-Fresh": ""})
    assert answer.status == 200 and len(page.parts["log"]) == 3, "the line of new messages, and the message"
    assert "Жүзінші" in page.html() and "Хабарлама 98" not in "".join(page.parts["log"])
    assert weight(answer) < 14_000, "before it is compressed"


def test_a_status_reads_the_ticket_and_no_list(web: Web, relay: Relay, ticket_id: str) -> None:
    _, message_id = replied(web)
    page = open_page(web, relay, f"/dashboard/tickets/{ticket_id}")
    report(web, message_id, "read")
    relay.settle()
    heard = Heard()
    with heard_by(heard):
        assert page.look().status == 200
    assert set(page.parts) == {"log"} and "Read" in page.html()
    assert len(heard.calls) <= 10


# -- who may not see it any more


def test_a_revoked_colleague_and_one_who_signed_out_learn_it_at_the_next_look(
    web: Web, relay: Relay, ticket_id: str
) -> None:
    for path in ("/dashboard", f"/dashboard/tickets/{ticket_id}"):
        page = open_page(web, relay, path, by="saule")
        wiring_web.staff().revoke(web.staff["saule"], 2_000_000_000)
        relay()
        assert page.look().status == 401
        wiring_web.staff().restore(web.staff["saule"])
        web.browsers.pop("saule")
    page = open_page(web, relay, "/dashboard")
    wiring_web.sessions().end(page.browser.cookies["desk"])
    assert page.look().status == 401, "without any mark"


def test_another_role_learns_it_at_the_next_look(web: Web, relay: Relay) -> None:
    request = opened(web, AMINA)
    page = open_page(web, relay, f"/dashboard/privacy/{request.id}", by="dana")
    dana = wiring_web.staff().get(web.staff["dana"])
    assert dana
    wiring_web.staff().put(type(dana)(**{**dana.__dict__, "roles": frozenset({"operator"})}))
    relay()
    answer = page.look()
    assert answer.status == 403
    wiring_web.staff().put(dana)


def test_the_page_of_a_person_whose_data_is_being_destroyed_freezes_at_the_next_look(web: Web, relay: Relay) -> None:
    request = opened(web, DANIYAR)
    ticket = web.tickets()[0]["id"]
    page, lists = (open_page(web, relay, path) for path in (f"/dashboard/tickets/{ticket}", "/dashboard"))
    freeze(web, request)
    relay.settle()
    answer = page.look()
    assert (answer.status, answer.json["code"]) == (409, "erasing") and "Данияр" not in answer.text
    assert lists.look().status == 200
    assert "Being destroyed" in lists.html() and "Данияр" not in lists.html()


def test_a_ticket_that_is_gone_says_so_within_a_period(web: Web, relay: Relay, ticket_id: str) -> None:
    page = open_page(web, relay, f"/dashboard/tickets/{ticket_id}")
    key = {"pk": {"S": f"ticket#{ticket_id}"}, "sk": {"S": "ticket"}}
    web.dynamodb.delete_item(TableName=web.tables["desk"], Key=key)
    relay.settle()
    assert page.look().status == 200 and set(page.parts) <= {"rail", "rows"}, "a deleted row names no conversation"
    web.advance(PERIOD // 1000)
    assert page.look().status == 404


def test_a_stamp_of_another_colleague_page_or_period_is_worth_nothing(web: Web, relay: Relay, ticket_id: str) -> None:
    page = open_page(web, relay, f"/dashboard/tickets/{ticket_id}")
    mine = page.stamp
    others = open_page(web, relay, f"/dashboard/tickets/{ticket_id}", by="saule")
    others.stamp = mine
    assert others.look().status == 200
    lists = open_page(web, relay, "/dashboard")
    lists.stamp = mine
    assert lists.look().status == 200
    for foreign in ("x", "." * 6, "1.2.3.4.5.6.7", mine.replace(".", ". "), mine + ".", "я", mine[:-2] + "²."):
        page.stamp = foreign
        assert page.look().status == 200
    page.stamp = mine
    web.advance(PERIOD // 1000)
    assert page.look().status == 200, "times on the page have grown old"


def test_what_has_just_changed_is_read_once_more_because_an_index_may_be_late(
    web: Web, relay: Relay, ticket_id: str
) -> None:
    page = open_page(web, relay, "/dashboard")
    say(web, AMINA, "Тағы бір сөз")
    relay()
    assert page.look().status == 200 and "Тағы бір сөз" in page.html()
    web.advance(4)
    assert page.look().status == 200 and "Тағы бір сөз" not in page.html(), "read again, and nothing is new"
    assert page.look().status == 304


# -- the marker


def test_the_marker_costs_one_write_for_a_batch_and_less_than_a_kilobyte(web: Web, relay: Relay) -> None:
    for number in range(30):
        slot(web, f"80000{number:04}")
    relay()
    for number in range(5):
        say(web, AMINA, f"Сәлем {number}")
    heard = Heard()
    with heard_by(heard):
        relay()
    assert [
        name for name, _ in heard.calls if "Stream" not in name and name not in ("GetRecords", "GetShardIterator")
    ] == ["UpdateItem"]
    row = web.dynamodb.get_item(
        TableName=web.tables["index"], Key={"pk": {"S": ROW.pk}, "sk": {"S": ROW.sk}}, ReturnConsumedCapacity="TOTAL"
    )
    assert len(row["Item"]["conversations"]["L"]) == SLOTS
    size = sum(
        len(name) + sum(len(one["S"]) + 1 for one in value.get("L", [{"S": str(value)}]))
        for name, value in row["Item"].items()
    )
    assert size < 1024


def test_a_marker_that_cannot_be_told_repeats_nothing_and_heals_within_a_period(
    web: Web, relay: Relay, ticket_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(web, relay, f"/dashboard/tickets/{ticket_id}")

    def broken(*_: object) -> None:
        raise Unavailable("x")

    with monkeypatch.context() as patched:
        patched.setattr(Markers, "tell", broken)
        say(web, AMINA, "Жоғалған белгі")
        relay()
    assert page.look().status == 304
    web.advance(PERIOD // 1000)
    assert page.look().status == 200 and "Жоғалған белгі" in page.html()


def test_telling_twice_and_at_once_is_harmless(web: Web) -> None:
    markers, changes = wiring_web.markers(), Changes(tickets=True, conversations=frozenset({"a"}))
    for _ in range(2):
        markers.tell(changes, web.now)
    marker, session = markers.read_with(ROW._replace(pk="session#none", sk="session"), strong=True)
    assert session == {} and marker.tickets == marker.of_slot(slot_of("a")) != marker.staff


def test_on_a_desk_without_a_marker_pages_work_and_learn_of_the_first_change(web: Web, ticket_id: str) -> None:
    page = OpenPage(web.signed_in("bolat"), "/dashboard").load()
    assert page.look().status == 304
    tell_marker([], wiring_web.markers(), web.now)
    wiring_web.markers().tell(Changes(tickets=True), web.now)
    assert page.look().status == 200
