"""What is typed on a ticket is never lost and never doubted: client ids, drafts, and the words for every refusal."""

import re
from collections.abc import Iterable
from html import unescape
from typing import Any

import pytest

from chalicelib.core.clock import DAY
from chalicelib.dynamo.builder import Refusal, Write
from chalicelib.dynamo.tables import Tables
from chalicelib.tickets.drafts import DRAFT_DAYS
from chalicelib.web.http.tokens import is_token
from tests.support.storage.declared import class_of, undeclared
from tests.support.web.asking import set_state
from tests.support.web.desk import Web
from tests.support.web.drafts import JSON, drafts, keep, post, texts
from tests.support.web.serving import AMINA, DANIYAR, say
from tests.support.web.visiting import Browser


def opened(web: Web, text: str = "Сәлем") -> str:
    say(web, AMINA, text)
    return str(web.tickets()[0]["id"])


def boxes(browser: Browser, ticket_id: str) -> dict[str, str]:
    """What stands in the boxes of a fresh page, and the ids under which that will be sent."""
    page = browser.get(f"/dashboard/tickets/{ticket_id}").text
    found = {}
    for name in ("text", "note"):
        match = re.search(rf'<textarea[^>]* name="{name}"[^>]*>([^<]*)</textarea>', page)
        found[name] = unescape(match[1]) if match else ""
    for name in ("client_id", "note_id"):
        match = re.search(rf'name="{name}" value="([^"]+)"', page)
        assert match
        found[name] = match[1]
    return found


# -- one client id, one content


@pytest.mark.parametrize("what", ["replies", "comments"])
def test_the_api_refuses_another_text_under_a_used_client_id_and_echoes_nothing(web: Web, what: str) -> None:
    path = f"/api/v1/tickets/{opened(web)}/{what}"
    first = web.call("POST", path, {"text": "А", "client_id": "X"})
    again = web.call("POST", path, {"text": "А", "client_id": "X"})
    assert (first.status, again.status, again.json["id"]) == (201, 201, first.json["id"])

    other = web.call("POST", path, {"text": "Б", "client_id": "X"})

    assert (other.status, other.json["code"]) == (409, "client_id_used")
    assert "Б" not in other.json["message"]
    assert texts(web, web.tickets()[0]["id"], "out" if what == "replies" else "note") == ["А"]


def test_a_comment_without_a_client_id_is_a_new_one_each_time(web: Web) -> None:
    ticket_id = opened(web)
    for _ in range(2):
        assert web.call("POST", f"/api/v1/tickets/{ticket_id}/comments", {"text": "А"}).status == 201
    assert texts(web, ticket_id, "note") == ["А", "А"]


@pytest.mark.parametrize("client_id", [{}, {"client_id": "X"}])
def test_a_comment_that_meets_other_changes_is_tried_again(
    web: Web, client_id: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket_id = opened(web)
    store, met = Tables.transact, []

    def busy(tables: Tables, writes: Iterable[Write]) -> Refusal | None:
        met.append(writes)
        return store(tables, writes) if len(met) > 3 else Refusal(frozenset())

    monkeypatch.setattr(Tables, "transact", busy)
    stored = web.call("POST", f"/api/v1/tickets/{ticket_id}/comments", {"text": "А", **client_id})
    assert (stored.status, len(met), texts(web, ticket_id, "note")) == (201, 4, ["А"])


def test_a_reply_and_a_comment_may_have_the_same_client_id(web: Web) -> None:
    ticket_id = opened(web)
    for what in ("replies", "comments"):
        answer = web.call("POST", f"/api/v1/tickets/{ticket_id}/{what}", {"text": f"{what} А", "client_id": "X"})
        assert answer.status == 201
    assert (texts(web, ticket_id), texts(web, ticket_id, "note")) == (["replies А"], ["comments А"])


def test_the_api_tells_whether_a_reply_is_stored(web: Web) -> None:
    path = f"/api/v1/tickets/{opened(web)}/replies"
    assert web.call("GET", f"{path}/X").status == 404
    stored = web.call("POST", path, {"text": "А", "client_id": "X"}).json
    found = web.call("GET", f"{path}/X")
    assert (found.status, found.json) == (200, stored)
    say(web, DANIYAR, "Привет")
    other = next(one["id"] for one in web.tickets() if one["id"] not in path)
    assert web.call("GET", f"/api/v1/tickets/{other}/replies/X").status == 404


@pytest.mark.parametrize(("way", "field", "id_name"), [("reply", "text", "client_id"), ("comment", "note", "note_id")])
def test_back_edit_send_keeps_the_second_text_in_its_box_under_a_fresh_id(
    web: Web, way: str, field: str, id_name: str
) -> None:
    ticket_id, browser = opened(web), web.signed_in("bolat")
    first = boxes(browser, ticket_id)
    path = f"/dashboard/tickets/{ticket_id}/{way}"
    assert browser.post(path, {field: "Бірінші", id_name: first[id_name]}).status == 303

    answer = browser.post(path, {field: "Екінші\r\nжол", id_name: first[id_name]})

    assert answer.status == 409 and "is sent already" in answer.text
    now = boxes(browser, ticket_id)
    assert now[field] == "Екінші\nжол" and now[id_name] != first[id_name]
    assert browser.post(path, {field: now[field], id_name: now[id_name]}).status == 303
    assert texts(web, ticket_id, "out" if way == "reply" else "note") == ["Бірінші", "Екінші\nжол"]
    assert boxes(browser, ticket_id)[field] == ""


def test_a_comment_posted_twice_by_the_page_is_one_comment(web: Web) -> None:
    ticket_id, browser = opened(web), web.signed_in("bolat")
    fields = {"note": "Тексеру", "note_id": boxes(browser, ticket_id)["note_id"]}
    for _ in range(2):
        assert browser.post(f"/dashboard/tickets/{ticket_id}/comment", fields).status == 303
    assert texts(web, ticket_id, "note") == ["Тексеру"]


# -- drafts


def test_a_draft_keeps_what_the_reply_quotes_and_lets_choose(web: Web) -> None:
    ticket_id, browser = opened(web), web.signed_in("bolat")
    path = f"/dashboard/tickets/{ticket_id}"
    quoted = web.ticket(ticket_id)["messages"][0]["id"]
    beside = {"quote": quoted, "choice-1": "Иә, КУПИЯ-ТАҢДАУ", "choice-2": "Жоқ"}
    assert keep(browser, ticket_id, "", **beside).json == {"saved": True}, "choices alone are typed words"
    assert "КУПИЯ-ТАҢДАУ".encode() not in str(drafts(web)[0]).encode()

    def shown(address: str = path) -> tuple[str, list[str]]:
        page = browser.get(address).text
        quote = re.search(r'name="quote" value="([^"]*)"', page)
        assert quote is not None
        return quote[1], [one for one in re.findall(r'name="choice-[0-9]+"[^>]* value="([^"]*)"', page) if one]

    assert shown() == (quoted, ["Иә, КУПИЯ-ТАҢДАУ", "Жоқ"])
    assert shown(f"{path}?quote=none") == ("", ["Иә, КУПИЯ-ТАҢДАУ", "Жоқ"])
    assert keep(browser, ticket_id, "Жауап", order=2, **beside).json == {"saved": True}
    web.advance(25 * 3600)
    browser = web.browser("bolat")
    assert 'data-composer="window"' in browser.get(path).text
    assert shown() == (quoted, ["Иә, КУПИЯ-ТАҢДАУ", "Жоқ"]), "they wait with the unsent text"
    assert keep(browser, ticket_id, " ", order=3).json == {"saved": True}
    assert not any("content" in row for row in drafts(web))


def test_a_reply_refused_or_left_beside_a_comment_keeps_its_quote_and_choices(web: Web) -> None:
    ticket_id, browser = opened(web), web.signed_in("bolat")
    path = f"/dashboard/tickets/{ticket_id}"
    fields = {**boxes(browser, ticket_id), "text": "Таңдаңыз", "choice-1": "Бір", "choice-2": "бір", "mode": "reply"}
    refused = browser.post(f"{path}/reply", fields)
    assert refused.status == 400 and 'value="бір"' in refused.text
    page = browser.get(path).text
    assert 'value="Бір"' in page and 'value="бір"' in page

    fields = {**boxes(browser, ticket_id), "text": "", "note": "Тексеру", "choice-1": "Екі", "mode": "comment"}
    assert browser.post(f"{path}/comment", fields).status == 303
    assert 'value="Екі"' in browser.get(path).text


def test_a_draft_is_there_after_loading_again_and_for_nobody_else(web: Web) -> None:
    ticket_id, browser = opened(web), web.signed_in("bolat")
    assert keep(browser, ticket_id, "Жауаптың басы", note="Ескерту", note_id="note-1").json == {"saved": True}

    assert boxes(browser, ticket_id) == {
        "text": "Жауаптың басы", "client_id": "page-1", "note": "Ескерту", "note_id": "note-1",
    }  # fmt: skip
    assert "Draft saved" in browser.get(f"/dashboard/tickets/{ticket_id}").text
    assert boxes(web.signed_in("saule"), ticket_id)["text"] == ""


def test_a_draft_is_sealed_declared_dated_and_hidden_after_its_date(web: Web) -> None:
    ticket_id, browser = opened(web), web.signed_in("bolat")
    keep(browser, ticket_id, "КУПИЯ-СӨЗ")
    (row,) = drafts(web)
    one = class_of("desk", row)
    assert one is not None and one.name == "draft" and undeclared("desk", [row]) == []
    assert "КУПИЯ-СӨЗ".encode() not in str(row).encode()
    assert abs(row["expires_at"] - web.seconds - DRAFT_DAYS * DAY // 1000) < 5
    web.advance(DRAFT_DAYS * 24 * 3600 + 10)
    assert boxes(web.browser("bolat"), ticket_id)["text"] == ""


def test_a_draft_on_a_closed_ticket_never_outlives_it(web: Web) -> None:
    ticket_id, browser = opened(web), web.signed_in("bolat")
    web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"state": "closed"})
    ticket = web.dynamodb.get_item(
        TableName=web.tables["desk"], Key={"pk": {"S": f"ticket#{ticket_id}"}, "sk": {"S": "ticket"}}
    )["Item"]
    date = int(ticket["expires_at"]["N"])
    web.advance(date - web.seconds - 5 * 24 * 3600)
    browser = web.browser("bolat")
    assert keep(browser, ticket_id, "Соңғы сөз").status == 200
    assert drafts(web)[0]["expires_at"] == date


def test_emptying_the_box_removes_the_draft_and_an_older_save_does_not_bring_it_back(web: Web) -> None:
    ticket_id, browser = opened(web), web.signed_in("bolat")
    keep(browser, ticket_id, "А", order=1)
    assert keep(browser, ticket_id, " \n", order=3).json == {"saved": True}
    assert keep(browser, ticket_id, "А", order=2).json == {"saved": False}
    assert boxes(browser, ticket_id)["text"] == ""
    assert "content" not in drafts(web)[0]


def test_saves_that_arrive_in_the_wrong_order_keep_the_newest(web: Web) -> None:
    ticket_id, browser = opened(web), web.signed_in("bolat")
    for order, text in ((1, "А"), (3, "АБВ"), (2, "АБ")):
        assert keep(browser, ticket_id, text, order=order).json == {"saved": order != 2}
    assert boxes(browser, ticket_id)["text"] == "АБВ"


@pytest.mark.parametrize(("way", "field", "id_name"), [("reply", "text", "client_id"), ("comment", "note", "note_id")])
def test_sending_removes_the_draft_and_a_late_save_does_not_bring_it_back(
    web: Web, way: str, field: str, id_name: str
) -> None:
    ticket_id, browser = opened(web), web.signed_in("bolat")
    draft = f"/dashboard/tickets/{ticket_id}/draft"
    post(browser, draft, {field: "Жау", id_name: "X", "order": "1"})
    sent = post(browser, f"/dashboard/tickets/{ticket_id}/{way}", {field: "Жауап", id_name: "X"})
    assert sent.json["sent"] is True and sent.json["client_id"] != "X"

    late = post(browser, draft, {field: "Жауап", id_name: "X", "order": "2"})

    assert (late.status, late.json["code"]) == (409, "client_id_used")
    assert boxes(browser, ticket_id)[field] == ""
    assert not any("content" in row for row in drafts(web))


def test_a_draft_of_the_next_text_is_not_removed_by_sending_the_last_one(web: Web) -> None:
    ticket_id, browser = opened(web), web.signed_in("bolat")
    keep(browser, ticket_id, "келесі", "Y")
    assert post(browser, f"/dashboard/tickets/{ticket_id}/reply", {"text": "осы", "client_id": "X"}).status == 200
    assert boxes(browser, ticket_id)["text"] == "келесі"


def test_saves_and_a_sending_at_once_leave_the_reply_and_no_draft_of_it(web: Web) -> None:
    from concurrent.futures import ThreadPoolExecutor

    ticket_id, browser = opened(web), web.signed_in("bolat")
    path = f"/dashboard/tickets/{ticket_id}/reply"
    for turn in range(6):
        name = f"X{turn}"
        jobs: list[Any] = [lambda n=n, name=name: keep(browser, ticket_id, "жауа", name, n) for n in range(1, 5)]
        jobs.insert(turn % 5, lambda name=name, turn=turn: post(browser, path, {"text": f"{turn}", "client_id": name}))
        with ThreadPoolExecutor(5) as pool:
            answers = [one.result() for one in [pool.submit(job) for job in jobs]]
        assert {one.status for one in answers} <= {200, 409}
    assert texts(web, ticket_id) == [str(turn) for turn in range(6)]
    assert boxes(browser, ticket_id)["text"] == ""


def test_nothing_but_the_colleague_removes_a_draft(web: Web) -> None:
    ticket_id, browser = opened(web), web.signed_in("bolat")
    keep(browser, ticket_id, "Жартылай жауап")
    path = f"/dashboard/tickets/{ticket_id}"
    browser.post(f"{path}/change", {"assignee": "me"})
    browser.post(f"{path}/change", {"state": "solved"})
    assert boxes(browser, ticket_id)["text"] == "Жартылай жауап"
    web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"state": "closed"}, by="saule")
    page = browser.get(path).text
    assert 'data-composer="closed"' in page and "Жартылай жауап" in page and "cannot be sent now" in page
    web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"state": "open"}, by="saule")
    web.advance(25 * 3600)
    page = web.browser("bolat").get(path).text
    assert 'data-composer="window"' in page and "Жартылай жауап" in page


def test_a_refusal_keeps_what_was_typed_as_a_draft(web: Web) -> None:
    ticket_id, browser = opened(web), web.signed_in("bolat")
    web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"state": "closed"}, by="saule")
    fields = {"text": "Жауап\r\nмәтіні", "note": "Ескертпе", "client_id": "c", "note_id": "n"}
    answer = browser.post(f"/dashboard/tickets/{ticket_id}/reply", fields)
    assert answer.status == 409 and "Жауап\nмәтіні" in answer.text and "Ескертпе" in answer.text
    assert boxes(browser, ticket_id) == {"text": "Жауап\nмәтіні", "note": "Ескертпе", "client_id": "c", "note_id": "n"}


def test_without_scripts_a_button_keeps_both_texts_and_sending_one_keeps_the_other(web: Web) -> None:
    ticket_id, browser = opened(web), web.signed_in("bolat")
    path = f"/dashboard/tickets/{ticket_id}"
    now = boxes(browser, ticket_id)
    kept = browser.post(f"{path}/draft", {**now, "text": "Жауап", "note": "Ескерту", "mode": "reply"})
    assert kept.status == 303 and kept.location == path
    now = boxes(browser, ticket_id)
    assert (now["text"], now["note"]) == ("Жауап", "Ескерту")
    assert browser.post(f"{path}/reply", {**now, "mode": "reply"}).status == 303
    now = boxes(browser, ticket_id)
    assert (now["text"], now["note"]) == ("", "Ескерту")
    assert (
        '<input class="vh" type="radio" name="mode" value="comment" id="mode-comment" checked>'
        in browser.get(path).text
    )


def test_both_texts_come_back_when_the_session_has_ended(web: Web) -> None:
    browser = web.signed_in("bolat")
    web.advance(13 * 3600)
    fields = {"text": "Ұзақ жауап", "note": "Ескертпе", "client_id": "c"}
    answer = browser.post(f"/dashboard/tickets/{'0' * 20}/reply", fields)
    assert answer.status == 401 and "Ұзақ жауап" in answer.text and "Ескертпе" in answer.text


def test_no_draft_is_kept_while_the_customers_data_is_being_destroyed(web: Web) -> None:
    ticket_id, browser = opened(web), web.signed_in("bolat")
    set_state(web, web.tickets()[0]["contact"]["id"], "erasing")
    refused = keep(browser, ticket_id, "кеш")
    assert (refused.status, refused.json["code"]) == (409, "erasing")
    assert drafts(web) == []


@pytest.mark.parametrize(
    "fields", [{"order": "x"}, {"order": "-1"}, {"text": "а" * 16_001}, {"client_id": "я"}, {"unknown": "1"}]
)
def test_a_draft_that_is_not_as_it_should_be_changes_nothing(web: Web, fields: dict[str, str]) -> None:
    ticket_id, browser = opened(web), web.signed_in("bolat")
    answer = keep(browser, ticket_id, **{"text": "а", **fields})  # type: ignore[arg-type]
    assert answer.status == 400 and answer.json["code"]
    assert drafts(web) == []


# -- what the script asks and is told


def test_the_page_can_ask_whether_its_text_was_stored(web: Web) -> None:
    ticket_id, browser = opened(web), web.signed_in("bolat")
    path = f"/dashboard/tickets/{ticket_id}"
    assert browser.get(f"{path}/sent/X", **JSON).json == {"sent": False, "text": ""}
    post(browser, f"{path}/reply", {"text": "Жауап", "client_id": "X"})
    post(browser, f"{path}/comment", {"note": "Ескерту", "note_id": "N"})
    assert browser.get(f"{path}/sent/X", **JSON).json == {"sent": True, "text": "Жауап"}
    assert browser.get(f"{path}/sent/N", **JSON).json == {"sent": True, "text": "Ескерту"}
    set_state(web, web.tickets()[0]["contact"]["id"], "erasing")
    assert browser.get(f"{path}/sent/X", **JSON).json["code"] == "erasing"


def test_the_script_learns_who_is_signed_in_and_gets_their_form_token(web: Web) -> None:
    bolat, saule = web.signed_in("bolat"), web.signed_in("saule")
    for name, browser in (("bolat", bolat), ("saule", saule)):
        said = browser.get("/dashboard/session", **JSON).json
        assert said["staff"] == web.staff[name] and is_token(said["csrf"], browser.token)
    assert web.browser().get("/dashboard/session", **JSON).status == 401


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "You signed in again"), ("ru", "Вы снова вошли"), ("kk", "Сіз қайта кірдіңіз")],
)
def test_refusals_are_told_to_the_script_in_the_readers_language(web: Web, language: str, said: str) -> None:
    ticket_id, browser = opened(web), web.signed_in("bolat")
    browser.post("/dashboard/language", {"language": language, "next": ""})
    browser.token = "0" * 64
    answer = post(browser, f"/dashboard/tickets/{ticket_id}/reply", {"text": "А", "client_id": "X"})
    assert (answer.status, answer.json["code"]) == (403, "csrf")
    assert answer.json["message"].startswith(said)
    assert texts(web, ticket_id) == []


def test_a_refusal_is_told_to_the_script_by_its_reason(web: Web) -> None:
    ticket_id, browser = opened(web), web.signed_in("bolat")
    path = f"/dashboard/tickets/{ticket_id}/reply"
    web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"state": "closed"})
    closed = post(browser, path, {"text": "А", "client_id": "X"})
    assert (closed.status, closed.json["code"]) == (409, "closed") and "closed" in closed.json["message"]
    gone = post(browser, path.replace(ticket_id, "0" * 20), {"text": "А", "client_id": "X"})
    assert (gone.status, gone.json["code"]) == (404, "not_found")
    too_large = post(browser, path, {"text": "а" * 300_000, "client_id": "X"})
    assert too_large.status == 413
