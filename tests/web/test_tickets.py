"""The JSON API of tickets on real tables: lists, changes, comments, replies, search, strictness."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.dynamo.models import DeskRow, KeyRow
from chalicelib.staff.model import Staff
from chalicelib.tickets.change import AssignedMeanwhile, TicketChanges
from chalicelib.wiring import web as wiring_web
from tests.support.calls import Counted, heard_by
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, DANIYAR, customer, fail, say
from tests.support.web.visiting import email


def people(count: int) -> list[object]:
    return [customer(f"Клиент {number}", "telegram", str(600_000_000 + number)) for number in range(count)]


def test_a_list_has_every_ticket_once_newest_activity_first(web: Web) -> None:
    for number, who in enumerate(people(23)):
        say(web, who, f"Вопрос {number}")  # type: ignore[arg-type]
    ids = [one["id"] for one in web.tickets("?limit=100")]
    for state, index in (("pending", 3), ("solved", 7), ("closed", 11), ("snoozed", 13)):
        assert web.call("PATCH", f"/api/v1/tickets/{ids[index]}", {"state": state}).status == 200
    seen, cursor = [], ""
    while True:
        page = web.call("GET", f"/api/v1/tickets?limit=4{cursor}").json
        seen += page["items"]
        if page["cursor"] is None:
            break
        cursor = f"&cursor={page['cursor']}"
    assert Counter(one["id"] for one in seen) == Counter(ids)
    assert {one["state"] for one in seen} == {"open", "pending", "solved", "closed", "snoozed"}
    rows = {row.ticket_id: int(row.activity or 0) for row in DeskRow.scan(DeskRow.sk == "ticket")}
    activity = [rows[one["id"]] for one in seen]
    assert activity == sorted(activity, reverse=True)


def test_filters_choose_state_channel_assignee_and_tag(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    say(web, DANIYAR, "Привет")
    daniyar, amina = web.tickets()
    change = {"assignee": "me", "tags": ["Терминал ", "терминал"], "priority": "high"}
    changed = web.call("PATCH", f"/api/v1/tickets/{amina['id']}", change).json
    assert changed["tags"] == ["терминал"] and changed["assignee"] == web.staff["bolat"]
    for query, expected in (
        ("?state=open", [daniyar, amina]),
        ("?channel=whatsapp", [amina]),
        ("?assignee=me", [amina]),
        (f"?assignee={web.staff['bolat']}", [amina]),
        ("?assignee=none", [daniyar]),
        ("?tag=%D1%82%D0%B5%D1%80%D0%BC%D0%B8%D0%BD%D0%B0%D0%BB", [amina]),
        ("?state=closed", []),
    ):
        assert [one["id"] for one in web.tickets(query)] == [one["id"] for one in expected], query


def test_a_rare_filter_does_bounded_work_and_goes_on(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.tickets.listing.EXAMINED", 5)
    for who in people(12):
        say(web, who, "Вопрос")  # type: ignore[arg-type]
    oldest = web.tickets("?limit=100&state=open")
    found, cursor, pages = [], "", 0
    web.call("PATCH", f"/api/v1/tickets/{web_all(web)[-1]}", {"tags": ["редкая"]})
    tag = "%D1%80%D0%B5%D0%B4%D0%BA%D0%B0%D1%8F"
    while pages < 10:
        page = web.call("GET", f"/api/v1/tickets?tag={tag}&limit=50{cursor}").json
        found += page["items"]
        pages += 1
        if page["cursor"] is None:
            break
        cursor = f"&cursor={page['cursor']}"
    assert len(found) == 1 and pages == 3 and len(oldest) == 5


def web_all(web: Web) -> list[str]:
    return [str(row.ticket_id) for row in DeskRow.queue_index.query("open#0", scan_index_forward=False)]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/tickets?state=new", "/api/v1/tickets?limit=0", "/api/v1/tickets?limit=101", "/api/v1/tickets?limit=x",
        "/api/v1/tickets?page=2", "/api/v1/tickets?cursor=", "/api/v1/tickets?cursor=abc",
        "/api/v1/tickets?cursor=b3BlbjplbmQsb3BlbjplbmQ", "/api/v1/tickets?state=open&state=closed",
        "/api/v1/tickets?q=", "/api/v1/tickets?channel=fax", "/api/v1/me?x=1",
    ],
)  # fmt: skip
def test_unknown_or_wrong_parameters_are_refused(web: Web, path: str) -> None:
    answer = web.call("GET", path)
    assert answer.status == 400 and set(answer.json) == {"code", "message"}, answer.text


@pytest.mark.parametrize(
    "body",
    [
        {}, {"state": "new"}, {"state": None}, {"unknown": 1}, {"tags": "a"}, {"tags": ["a,b"]}, {"tags": [""]},
        {"tags": ["x" * 41]}, {"priority": "top"}, {"assignee": 1}, {"assignee": "nobody"}, {"assignee": ""}, [], "x",
    ],
)  # fmt: skip
def test_wrong_changes_change_nothing(web: Web, body: object) -> None:
    say(web, AMINA, "Сәлем")
    before = web.tickets()[0]
    assert web.call("PATCH", f"/api/v1/tickets/{before['id']}", body).status == 400
    assert web.tickets()[0] == before


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_body_gets_a_clear_answer(web: Web, raw: bytes) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {web.token('bolat')}"}
    for path in ("/api/v1/login", f"/api/v1/tickets/{'0' * 20}/replies"):
        assert web.http("POST", path, headers=headers, body=raw).status in (400, 404)


def test_another_content_type_is_refused_in_our_own_words(web: Web) -> None:
    answer = web.http("POST", "/api/v1/login", headers={"Content-Type": "text/plain"}, body="{}")
    assert answer.status == 415 and set(answer.json) == {"code", "message"}


def test_opening_makes_read_for_whom_the_ticket_waits(web: Web) -> None:
    say(web, AMINA, "Бір")
    say(web, AMINA, "Екі")
    ticket_id = web.tickets()[0]["id"]
    assert web.ticket(ticket_id)["unread"] == 2
    assert web.tickets()[0]["unread"] == 0
    web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"assignee": "me"}, by="saule")
    say(web, AMINA, "Үш")
    assert web.ticket(ticket_id, by="bolat")["unread"] == 1
    assert web.tickets()[0]["unread"] == 1, "only the assignee's look counts"
    web.ticket(ticket_id, by="saule")
    assert web.tickets()[0]["unread"] == 0


def test_edits_reactions_and_deletions_are_shown_on_their_message(web: Web) -> None:
    first = say(web, DANIYAR, "Ошибка 0x80", minutes_ago=9)
    second = say(web, DANIYAR, "Лишнее", minutes_ago=8)
    chat, number = first.provider_id.split(":")
    who = {"id": int(chat), "first_name": "Данияр", "last_name": "Оспанов", "username": "daniyar_osp", "is_bot": False}
    room = {"id": int(chat), "type": "private"}
    stamp = web.seconds - 400
    edit = {
        "message_id": int(number),
        "from": who,
        "chat": room,
        "date": stamp - 60,
        "edit_date": stamp,
        "text": "0x81",
    }
    web.telegram({"edited_message": {**edit, "edit_date": stamp + 5, "text": "Ошибка 0x82"}})
    web.telegram({"edited_message": edit})
    for emoji in ([{"type": "emoji", "emoji": "👍"}], [{"type": "emoji", "emoji": "❤"}]):
        reaction = {"chat": room, "user": who, "message_id": int(number), "date": stamp, "old_reaction": []}
        web.telegram({"message_reaction": {**reaction, "new_reaction": emoji}})
    say(web, DANIYAR, "", kind="revoke", target=second.provider_id)
    say(web, DANIYAR, "Вот это", quote=first.provider_id)
    said = [one for one in web.ticket(web.tickets()[0]["id"])["messages"] if one["direction"] == "in"]
    assert [one["text"] for one in said] == ["Ошибка 0x82", "", "Вот это"]
    assert said[0]["edited"] and said[0]["reactions"] == ["❤"] and said[1]["deleted"]
    assert said[2]["quote"] == {"id": said[0]["id"], "ticket_id": None, "text": "Ошибка 0x82"}


def test_a_reaction_can_be_taken_back_and_one_to_an_unknown_message_is_a_line(web: Web) -> None:
    first = say(web, AMINA, "Рахмет", minutes_ago=3)
    say(web, AMINA, "👍", kind="reaction", target=first.provider_id, minutes_ago=2)
    say(web, AMINA, "", kind="reaction", target=first.provider_id, details={"removed": True}, minutes_ago=1)
    say(web, AMINA, "🔥", kind="reaction", target="wamid.unknown")
    ticket_id = web.tickets()[0]["id"]
    assert web.ticket(ticket_id)["messages"][0]["reactions"] == []
    assert "Reaction to an unknown message" in web.signed_in("bolat").get(f"/dashboard/tickets/{ticket_id}").text


def test_a_comment_is_sealed_shown_to_colleagues_and_never_sent(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    ticket_id = web.tickets()[0]["id"]
    made = web.call("POST", f"/api/v1/tickets/{ticket_id}/comments", {"text": "КУПИЯ-СӨЗ"})
    assert made.status == 201 and made.json["kind"] == "comment"
    shown = [one for one in web.ticket(ticket_id)["messages"] if one["direction"] == "note"]
    assert [one["text"] for one in shown] == ["КУПИЯ-СӨЗ"]
    rows = web.dynamodb.scan(TableName=web.tables["desk"])["Items"]
    assert "КУПИЯ-СӨЗ".encode() not in str(rows).encode()
    assert not [row for row in rows if row["sk"]["S"].startswith("outbox#") and row["purpose"]["S"] != "status"]


def test_a_reply_is_queued_once_for_each_client_id(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    path = f"/api/v1/tickets/{web.tickets()[0]['id']}"
    answers = [web.call("POST", f"{path}/replies", {"text": "Қайырлы күн", "client_id": "c-1"}) for _ in range(2)]
    assert [one.status for one in answers] == [201, 201]
    assert answers[0].json["id"] == answers[1].json["id"] and answers[0].json["status"] == "queued"
    texts = [one["text"] for one in web.call("GET", path).json["messages"]]
    assert texts.count("Қайырлы күн") == 1
    assert web.call("GET", path).json["state"] == "pending"


def test_a_closed_window_is_a_conflict_with_a_way_out(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    web.advance(25 * 3600)
    path = f"/api/v1/tickets/{web.tickets()[0]['id']}/replies"
    answer = web.call("POST", path, {"text": "Жауап", "client_id": "c"})
    assert answer.status == 409 and answer.json["code"] == "window_closed"


def test_closing_dates_the_ticket_and_reopening_takes_the_date_away(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    ticket_id = web.tickets()[0]["id"]
    web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"state": "closed"})
    row = DeskRow.get(f"ticket#{ticket_id}", "ticket")
    assert row.expires_at and abs(int(row.expires_at) - web.seconds - 90 * 86400) < 10 and row.closed_at
    assert web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"state": "open"}).status == 200
    row = DeskRow.get(f"ticket#{ticket_id}", "ticket")
    assert row.expires_at is None and row.closed_at is None
    web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"state": "closed"})
    web.advance(91 * 86400)
    assert web.call("GET", f"/api/v1/tickets/{ticket_id}", token=web.call(
        "POST", "/api/v1/login", {"email": "bolat@desk.local", "password": "Local-password-1"}, by=""
    ).json["token"]).status == 404  # fmt: skip


def test_what_is_said_of_a_closed_ticket_later_ends_with_it_and_its_last_day_is_final(web: Web) -> None:
    say(web, AMINA, "Сұрақ")
    ticket_id = web.tickets()[0]["id"]
    for wish in ({"state": "closed"}, {"tags": ["кейін"]}):
        assert web.call("PATCH", f"/api/v1/tickets/{ticket_id}", wish).status == 200
    rows = web.dynamodb.scan(TableName=web.tables["desk"])["Items"]
    (event,) = [row for row in rows if row.get("kind", {}).get("S") == "tags_changed"]
    (ticket,) = [row for row in rows if row["sk"]["S"] == "ticket"]
    assert event["expires_at"] == ticket["expires_at"]

    web.advance(89 * 86400 + 43200)
    token = web.call("POST", "/api/v1/login", {"email": "bolat@desk.local", "password": "Local-password-1"}, by="")
    answer = web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"state": "open"}, token=token.json["token"])
    assert (answer.status, answer.json["code"]) == (409, "expiring")


def test_a_closed_ticket_with_a_successor_stays_closed(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    old = web.tickets()[0]["id"]
    web.call("PATCH", f"/api/v1/tickets/{old}", {"state": "closed"})
    say(web, AMINA, "Тағы бір сұрақ")
    answer = web.call("PATCH", f"/api/v1/tickets/{old}", {"state": "open"})
    assert answer.status == 409 and answer.json["code"] == "newer_ticket"
    assert [one["id"] for one in web.tickets("?q=8%20700%20000%2001%2007")][1] == old


@pytest.mark.parametrize("q", ["+7 700 000 01 07", "8 (700) 000-01-07", "77000000107", "7000000107"])
def test_a_phone_is_found_as_people_write_it(web: Web, q: str) -> None:
    from urllib.parse import quote

    say(web, AMINA, "Сәлем")
    say(web, DANIYAR, "Привет")
    assert [one["contact"]["name"] for one in web.tickets(f"?q={quote(q)}")] == [AMINA.name]


def test_numbers_and_telegram_ids_are_found_and_others_are_not(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    say(web, DANIYAR, "Привет")
    daniyar, amina = web.tickets()
    assert [one["id"] for one in web.tickets(f"?q={amina['number']}")] == [amina["id"]]
    assert [one["id"] for one in web.tickets(f"?q={amina['number'].replace('-', '')}")] == [amina["id"]]
    assert [one["id"] for one in web.tickets("?q=500000042")] == [daniyar["id"]]
    assert web.tickets("?q=99999999") == []


def test_when_the_key_is_gone_the_ticket_shows_erased_and_not_an_error(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    ticket = web.tickets()[0]
    KeyRow.get(ticket["contact"]["id"]).delete()
    shown = web.ticket(ticket["id"])
    assert shown["contact"]["erased"] and shown["contact"]["name"] is None
    assert [one["text"] for one in shown["messages"]] == ["", ""] and all(one["erased"] for one in shown["messages"])
    page = web.signed_in("bolat").get(f"/dashboard/tickets/{ticket['id']}")
    assert page.status == 200 and "Being destroyed" in page.text
    assert web.call("GET", f"/api/v1/contacts/{ticket['contact']['id']}").json["erased"]


def test_the_contact_shows_addresses_and_consent(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    contact = web.call("GET", f"/api/v1/contacts/{web.tickets()[0]['contact']['id']}").json
    assert contact["addresses"] == [{"kind": "phone", "value": "77000000107"}]
    assert [one["purpose"] for one in contact["consents"]] == ["support"]


def test_a_failed_reply_is_sent_again_once_by_the_button(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    ticket_id = web.tickets()[0]["id"]
    web.call("POST", f"/api/v1/tickets/{ticket_id}/replies", {"text": "Жауап", "client_id": "c"})
    fail(web, ticket_id, "131026")
    failed = next(one for one in web.ticket(ticket_id)["messages"] if one["status"] == "failed")
    browser = web.signed_in("bolat")
    browser.get(f"/dashboard/tickets/{ticket_id}")
    for _ in range(2):
        assert browser.post(f"/dashboard/tickets/{ticket_id}/retry", {"message": failed["id"]}).status == 303
    texts = [one["text"] for one in web.ticket(ticket_id)["messages"]]
    assert texts.count("Жауап") == 2


def test_a_page_of_the_queue_costs_the_same_however_many_tickets_there_are(
    web: Web,
) -> None:
    def cost(state: str) -> int:
        counted = Counted()
        with heard_by(counted):
            assert web.call("GET", f"/api/v1/tickets?limit=10{state}").status == 200
        return counted.calls

    crowd = people(60)
    for who in crowd[:20]:
        say(web, who, "Вопрос")  # type: ignore[arg-type]
    cost("")
    before = cost("&state=open"), cost("")
    for who in crowd[20:]:
        say(web, who, "Вопрос")  # type: ignore[arg-type]
    assert (cost("&state=open"), cost("")) == before


@pytest.mark.parametrize(
    "tag", ["amina@mail.kz", "@amina", "8 701", "1a2b3c", "заказ 123", "٣٤٥", "а" * 31], ids=lambda tag: tag[:8]
)
def test_a_tag_that_could_be_somebodys_data_is_refused_and_says_why(web: Web, tag: str) -> None:
    say(web, AMINA, "Сәлем")
    ticket = web.tickets()[0]["id"]
    refused = web.call("PATCH", f"/api/v1/tickets/{ticket}", {"tags": [tag]})
    assert refused.status == 400 and "must not hold personal data" in refused.json["message"]
    assert refused.json["code"] == ("tag_length" if len(tag) > 30 else "tag_private")
    assert tag not in refused.text
    assert web.ticket(ticket)["tags"] == []


def test_a_short_page_reads_no_fewer_rows_at_once(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    for who in people(4):
        say(web, who, "Вопрос")  # type: ignore[arg-type]
    asked: list[int] = []
    query = DeskRow.queue_index.query

    def counting(*args: object, **more: object) -> object:
        asked.append(int(str(more["limit"])))
        return query(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(DeskRow.queue_index, "query", counting)
    assert len(web.tickets("?limit=1&state=open")) == 1
    assert asked and set(asked) == {50}


def test_a_ticket_that_a_colleague_took_meanwhile_is_not_taken_from_them_unseen(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    (ticket,) = web.tickets()
    path = f"/api/v1/tickets/{ticket['id']}"
    assert web.call("PATCH", path, {"assignee": "me", "seen_assignee": None}, by="saule").status == 200
    refused = web.call("PATCH", path, {"assignee": "me", "seen_assignee": None})
    assert (refused.status, refused.json["code"]) == (409, "taken")
    assert web.ticket(ticket["id"])["assignee"] == web.staff["saule"]
    assert web.call("PATCH", path, {"assignee": "me", "seen_assignee": email("saule")}).json["assignee"]
    assert web.call("PATCH", path, {"seen_assignee": None}).status == 400, "nothing to change"
    assert web.call("PATCH", path, {"assignee": None, "seen_assignee": "me"}).json["assignee"] is None


def test_of_four_who_take_an_unassigned_ticket_at_once_one_has_it(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    (ticket,) = web.tickets()
    colleagues = [wiring_web.staff().get(web.staff[name]) for name in ("bolat", "saule", "madina", "aigul")]

    def take(by: Staff | None) -> str:
        assert by is not None
        try:
            wish = TicketChanges(assignee=by.id, seen_assignee="")
            return wiring_web.change_ticket()(ticket["id"], wish, by).assignee
        except AssignedMeanwhile as taken:
            return f"taken by {taken.assignee}"

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(take, colleagues))
    (winner,) = (one for one in found if not one.startswith("taken"))
    assert found.count(f"taken by {winner}") == 3
