"""What lies behind the private link of a form: answers, writing on, requests about data, and their end."""

import pytest

from chalicelib.channels import registry
from chalicelib.core.clock import DAY, SECOND
from chalicelib.core.languages import LANGUAGES
from chalicelib.dynamo.models import DeskRow, IndexRow, KeyRow
from chalicelib.entrypoints import privacy
from chalicelib.privacy import follow_link
from chalicelib.wiring import delivery as wiring_delivery
from tests.support.filled_forms import PDF, TEXT, buttons, hidden
from tests.support.web.contact import Visitor, deliver
from tests.support.web.contact import laid as laid
from tests.support.web.desk import Web

FORM = next(one for one in registry.SERVED if one.page)
ANSWER = "Қосқышты бес секунд басып тұрыңыз."
WITHDRAWAL = "Отзыв согласия на обработку персональных данных"


@pytest.fixture
def visitor(web: Web) -> Visitor:
    """Somebody who has sent the form."""
    made = Visitor(web)
    assert made.send().status == 303
    return made


def answered(web: Web, text: str = ANSWER) -> str:
    web.advance(60)
    (ticket,) = web.tickets("?state=open")
    answer = web.call("POST", f"/api/v1/tickets/{ticket['id']}/replies", {"text": text, "client_id": "answer"})
    assert answer.status == 201, answer.text
    return str(ticket["id"])


def statuses(web: Web, ticket_id: str) -> list[str]:
    return [one["status"] for one in web.ticket(ticket_id)["messages"] if one["direction"] == "out"]


def ask(web: Web) -> None:
    """What the function `privacy` does about every ask that waits."""
    for row in [one for one in DeskRow.scan() if one.sk.startswith("ask#")]:
        body = f'{{"contact_id": "{row.contact_id}"}}'
        assert privacy.handle({"Records": [{"messageId": "1", "body": body}]}) == {"batchItemFailures": []}


def test_the_answer_stands_behind_the_link_and_is_read_when_it_was_looked_at(web: Web, visitor: Visitor) -> None:
    ticket_id = answered(web)
    deliver(web)
    assert statuses(web, ticket_id) == ["sent", "sent"]
    page = visitor.follow()
    assert page.status == 200 and ANSWER in page.text and TEXT in page.text
    assert web.ticket(ticket_id)["number"] in page.text
    assert statuses(web, ticket_id) == ["read", "read"]
    assert '<html lang="kk">' in page.text, "the language in which they wrote"
    assert '<html lang="ru">' in web.http("GET", f"{visitor.link}?lang=ru").text


@pytest.mark.parametrize("header", ["Sec-Purpose", "Purpose"])
def test_what_a_browser_loads_in_advance_is_not_read(web: Web, visitor: Visitor, header: str) -> None:
    ticket_id = answered(web)
    visitor.follow(**{header: "prefetch"})
    assert statuses(web, ticket_id) == ["sent", "sent"]


def test_the_page_is_for_its_owner_alone(web: Web, visitor: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    page = visitor.follow()
    assert page.headers["cache-control"] == "no-store" and page.headers["referrer-policy"] == "no-referrer"
    assert (
        page.headers["x-robots-tag"] == "noindex, nofollow"
        and "default-src 'none'" in page.headers["content-security-policy"]
    )
    secret = visitor.link.rpartition("/")[2]
    for model in (DeskRow, IndexRow, KeyRow):
        for row in model.scan():
            assert secret not in repr(row.attribute_values)
    assert secret not in caplog.text
    (ticket,) = web.tickets()
    for path in (f"/dashboard/tickets/{ticket['id']}", "/dashboard"):
        assert secret not in web.signed_in("bolat").get(path).text


@pytest.mark.parametrize("link", ["", "x", "A" * 43, "A" * 44, "%00" * 43, "ж" * 43])
def test_another_link_shows_nothing(web: Web, visitor: Visitor, link: str) -> None:
    answer = web.http("GET", f"/contact/r/{link}")
    assert answer.status in (403, 404)
    assert TEXT not in answer.text


def test_staff_sees_what_is_theirs_and_the_person_does_not(web: Web, visitor: Visitor) -> None:
    ticket_id = answered(web)
    web.call("POST", f"/api/v1/tickets/{ticket_id}/comments", {"text": "Клиент сердится", "client_id": "c"})
    page = visitor.follow().text
    assert "сердится" not in page and "Болат" not in page


def test_the_person_writes_on_and_a_closed_ticket_opens_a_new_one(web: Web, visitor: Visitor) -> None:
    ticket_id = answered(web)
    assert visitor.write(text="Рахмет, істейді!").status == 303
    assert len(web.tickets()) == 1 and "Рахмет, істейді!" in visitor.follow().text
    assert web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"state": "closed"}).status == 200
    assert visitor.write(text="Тағы бұзылды").status == 303
    assert len(web.tickets()) == 2 and "Тағы бұзылды" in visitor.follow().text
    assert len([row for row in DeskRow.scan() if row.sk.startswith("consent#")]) == 1


def test_files_alone_may_be_written_and_their_names_stand_there(
    web: Web, visitor: Visitor, laid: dict[str, bytes]
) -> None:
    assert visitor.write(PDF, text="").status == 303
    assert list(laid.values()) == [PDF[3]] and "чек.pdf" in visitor.follow().text


def test_an_empty_file_says_nothing(web: Web, visitor: Visitor, laid: dict[str, bytes]) -> None:
    visitor.language = "en"
    answer = visitor.write(("files", "a.txt", "text/plain", b""), text="")
    assert answer.status == 400 and "nothing to read" in answer.text and laid == {}


@pytest.mark.parametrize(
    ("fields", "said"), [({"text": ""}, "nothing to read"), ({"text": "я" * 4001}, "at most 4000")]
)
def test_what_is_wrong_with_it_is_said_beside_where_it_was_typed(
    web: Web, visitor: Visitor, fields: dict[str, str], said: str
) -> None:
    visitor.language = "en"
    answer = visitor.write(**fields)
    assert answer.status == 400 and said in answer.text and 'name="consent"' not in answer.text
    assert f'action="../../../{visitor.link[1:]}/messages"' in answer.text


@pytest.mark.parametrize("extra", ["full_name", "consent", "website", "iin"])
def test_no_other_field_is_taken(web: Web, visitor: Visitor, extra: str) -> None:
    before = len(list(DeskRow.scan()))
    assert visitor.write(text="Тағы", **{extra: "x"}).status == 400
    assert len(list(DeskRow.scan())) == before


def test_a_choice_of_staff_is_a_button_and_its_press_says_something(web: Web, visitor: Visitor) -> None:
    web.advance(60)
    (ticket,) = web.tickets()
    reply = {"text": "Қай касса?", "client_id": "1", "choices": ["Бірінші", "Екінші"]}
    assert web.call("POST", f"/api/v1/tickets/{ticket['id']}/replies", reply).status == 201
    shown = buttons(visitor.follow().text)
    assert {"Бірінші", "Екінші"} <= shown.keys()
    assert visitor.write(press=shown["Екінші"], title="Екінші").status == 303
    (said,) = [one for one in web.ticket(ticket["id"])["messages"] if one["kind"] == "button"]
    assert said["text"] == "Екінші" and said["direction"] == "in"


def test_the_menu_answers_behind_the_link_and_staff_sees_nothing_of_it(web: Web, visitor: Visitor) -> None:
    answered(web)
    before = web.tickets()
    assert visitor.write(press="menu", title="Мәзір").status == 303
    ask(web)
    page = visitor.follow().text
    assert "menu.data" in buttons(page).values()
    assert visitor.write(press="menu.data", title="Деректер").status == 303
    ask(web)
    assert "90" in visitor.follow().text
    assert [one["unread"] for one in web.tickets()] == [one["unread"] for one in before]


def test_a_button_may_be_pressed_at_once_and_leaves_no_empty_line(web: Web, visitor: Visitor) -> None:
    answered(web)
    page, path = visitor.follow().text, f"{visitor.link}/messages"
    assert visitor.post({"page": hidden(page), "text": "Рақмет"}, path=path).status == 400, "too quick for a text"
    assert visitor.post({"page": hidden(page), "press": "menu", "title": "Мәзір"}, path=path).status == 303
    ask(web)
    after = visitor.follow().text
    assert "menu.data" in buttons(after).values()
    assert after.count('class="msg out"') == page.count('class="msg out"') == 1
    web.advance(13 * 3600)
    late = visitor.post({"page": hidden(page), "press": "menu.data", "title": "Деректер"}, path=path)
    assert late.status == 400


@pytest.mark.parametrize("phrase", [WITHDRAWAL, f"«{WITHDRAWAL.lower()}.»\nИванов И.И."])
def test_a_marked_text_opens_a_request_and_no_ticket(web: Web, visitor: Visitor, phrase: str) -> None:
    answered(web)
    assert visitor.write(text=phrase).status == 303
    ask(web)
    items = web.call("GET", "/api/v1/privacy-requests", by="dana").json["items"]
    assert [one["kind"] for one in items] == ["withdrawal"]
    assert len(web.tickets()) == 1 and WITHDRAWAL.lower() in visitor.follow().text.lower()


def test_the_link_ends_with_what_lies_behind_it(web: Web, visitor: Visitor) -> None:
    ticket_id = answered(web)
    assert web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"state": "closed"}).status == 200
    head = next(row for row in DeskRow.scan() if row.sk == "head")
    wiring_delivery.stamp_expiry()(str(head.conversation_id), ticket_id, "")
    page = visitor.follow()
    until = next(int(row.expires_at) for row in DeskRow.scan() if row.sk == "head")
    assert until * SECOND > web.now + 89 * DAY
    assert page.status == 200 and "Жарамды мерзімі" in page.text
    web.advance(90 * DAY // SECOND + 60)
    gone = visitor.follow()
    assert gone.status == 404 and TEXT not in gone.text
    before = sorted(row.sk for row in DeskRow.scan())
    assert visitor.write(text="Мен қайтып келдім").status == 303
    after = sorted(row.sk for row in DeskRow.scan())
    assert after == before, "who was forgotten is made known by the form alone, with a consent"


def test_of_very_long_conversations_the_newest_messages_are_shown(
    web: Web, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(web)
    visitor.write(text="Соңғы хат")
    monkeypatch.setattr(follow_link, "MOST_SHOWN", 10)
    page = visitor.follow().text
    assert "Соңғы хат" in page and TEXT not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_a_link_speaks_three_languages(web: Web, visitor: Visitor, language: str) -> None:
    for path in (visitor.link, f"{visitor.link}/messages", "/contact/r/" + "A" * 43):
        assert f'<html lang="{language}">' in web.http("GET", f"{path}?lang={language}").text
