"""Staff chooses a template on the ticket page or by the API; what is refused stays typed, and the page works without
scripts."""

import re
from typing import Any

import pytest

from chalicelib.channels.templates import ProviderTemplate
from chalicelib.core.clock import DAY
from chalicelib.provider_templates.store import TemplateStore
from chalicelib.wiring import base as wiring
from tests.support.delivery.templates import BODY, BUSINESS, SHOWN, component, template
from tests.support.people import WHATSAPP_ACCOUNT
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, DANIYAR, say
from tests.support.web.visiting import Browser

VALUES = {"body.1": "Амина", "body.2": "тіркелім"}
NAMED = template(
    component("HEADER", "Счёт {{1}}", format="TEXT"),
    component("BODY", "{{name}}, готово."),
    component("FOOTER", "sPoint"),
    {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Спасибо"}]},
    name="invoice",
    language="ru",
)


def keep(web: Web, *templates: ProviderTemplate, code: str = "") -> None:
    store = TemplateStore(wiring.gateway())
    store.note("whatsapp", WHATSAPP_ACCOUNT, BUSINESS, web.now, code)
    for one in templates:
        assert store.put(BUSINESS, one, web.seconds)


def late(web: Web, *templates: ProviderTemplate) -> str:
    """Amina's ticket a second after its window has closed, with these templates."""
    say(web, AMINA, "Сәлеметсіз бе, принтер басылмайды")
    ticket_id = str(web.tickets()[0]["id"])
    web.advance(DAY // 1000 + 1)
    web.tokens.clear()  # sessions are shorter than the window
    web.browsers.clear()
    keep(web, *(templates or (template(),)))
    return ticket_id


def send(web: Web, ticket_id: str, client_id: str = "X", **changed: Any) -> Any:
    body = {"name": "answer_ready", "language": "kk", "values": VALUES} | changed
    path = f"/api/v1/tickets/{ticket_id}/replies"
    return web.call("POST", path, {"template": body, "client_id": client_id})


def offered(web: Web, ticket_id: str) -> dict[str, Any]:
    answer = web.call("GET", f"/api/v1/templates?ticket_id={ticket_id}")
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def form(page: str, key: str) -> dict[str, str]:
    """The fields of a template's form."""
    (inside,) = [one for one in re.findall(r"<form.*?</form>", page, re.S) if f'value="{key}"' in one]
    return dict(re.findall(r'name="([^"]+)" value="([^"]*)"', inside))


def post(browser: Browser, ticket_id: str, fields: dict[str, str], **more: str) -> Any:
    return browser.post(f"/dashboard/tickets/{ticket_id}/template", fields | more)


# -- API


def test_the_api_lists_what_may_be_sent_first_and_says_why_the_rest_may_not(web: Web) -> None:
    ticket_id = late(
        web,
        NAMED,
        template(),
        template(name="paused", status="PAUSED"),
        template(name="news", correct_category="MARKETING"),
        template(component("BODY", "x"), {"type": "HEADER", "format": "IMAGE"}, name="photo"),
    )

    found = offered(web, ticket_id)

    assert [(one["name"], one["reason"]) for one in found["items"]] == [
        ("answer_ready", None), ("invoice", None), ("news", "becomes_marketing"), ("paused", "paused"),
        ("photo", "unbuilt"),
    ]  # fmt: skip
    assert found["problem"] is None and found["fetched_at"]
    first, second = found["items"][:2]
    assert first["content"]["body"] == BODY
    assert [one["id"] for one in second["places"]] == ["header.1", "body.name"]
    assert second["content"]["buttons"] == [{"kind": "reply", "title": "Спасибо", "target": None}]


def test_the_api_says_why_there_is_nothing_to_choose_from(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    say(web, DANIYAR, "Привет")
    by_channel = {one["channel"]: one["id"] for one in web.tickets()}
    assert offered(web, by_channel["telegram"])["problem"] == "no_templates"
    assert offered(web, by_channel["whatsapp"])["problem"] == "not_linked"
    keep(web)
    assert offered(web, by_channel["whatsapp"])["problem"] == "none"
    keep(web, template(), code="190")
    found = offered(web, by_channel["whatsapp"])
    assert (found["problem"], len(found["items"])) == ("not_fetched", 1)


def test_the_api_sends_a_template_where_a_text_is_refused(web: Web) -> None:
    ticket_id = late(web)
    path = f"/api/v1/tickets/{ticket_id}/replies"
    refused = web.call("POST", path, {"text": "Кеш қалды", "client_id": "T"})
    assert (refused.status, refused.json["code"]) == (409, "window_closed")

    answer = send(web, ticket_id)

    assert (answer.status, answer.json["text"], answer.json["status"]) == (201, SHOWN, "queued")
    assert answer.json["template"]["body"] == SHOWN
    assert send(web, ticket_id).json["id"] == answer.json["id"], "the same again is the same reply"
    assert web.ticket(ticket_id)["messages"][-1]["template"]["body"] == SHOWN
    found = web.call("GET", f"{path}/X")
    assert found.json["template"]["body"] == SHOWN


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"values": {"body.1": "Амина"}}, 400, "template_value"),
        ({"values": VALUES | {"body.2": "a\nb"}}, 400, "template_value"),
        ({"values": VALUES | {"body.2": "x" * 1024}}, 400, "template_too_long"),
        ({"values": VALUES | {"body.3": "x"}}, 400, "template_value"),
        ({"values": {"body.1": 7}}, 400, "bad_input"),
        ({"values": {str(n): "x" for n in range(51)}}, 400, "bad_input"),
        ({"language": "ru"}, 404, "no_template"),
        ({"name": ""}, 400, "bad_input"),
        ({"more": 1}, 400, "bad_input"),
    ],
)
def test_the_api_refuses_a_template_that_cannot_be_sent(
    web: Web, changed: dict[str, Any], status: int, code: str
) -> None:
    ticket_id = late(web)
    answer = send(web, ticket_id, **changed)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert "Амина" not in answer.json["message"]
    assert [one["status"] for one in web.ticket(ticket_id)["messages"] if one["direction"] == "out"] == ["queued"]


@pytest.mark.parametrize(
    ("body", "code"),
    [({}, "empty"), ({"text": "x", "template": {"name": "answer_ready", "language": "kk"}}, "bad_input")],
)
def test_a_reply_is_a_text_or_a_template(web: Web, body: dict[str, Any], code: str) -> None:
    ticket_id = late(web)
    answer = web.call("POST", f"/api/v1/tickets/{ticket_id}/replies", {**body, "client_id": "X"})
    assert (answer.status, answer.json["code"]) == (400, code)


# -- the page


def test_outside_the_window_the_page_shows_templates_as_forms_and_sends_one(web: Web) -> None:
    ticket_id, browser = late(web, template(), NAMED, template(name="paused", status="PAUSED")), web.signed_in("bolat")

    page = browser.get(f"/dashboard/tickets/{ticket_id}").text
    assert "A template may be sent at any time" in page
    assert "Paused by the provider" in page
    assert page.index("answer_ready") < page.index("invoice"), "the customer's language first"
    assert 'data-place="body.1">{{1}}</b>' in page
    fields = form(page, "answer_ready#kk")
    assert fields["value.body.1"] == ""

    answer = post(browser, ticket_id, fields, **{"value.body.1": "Амина", "value.body.2": "тіркелім"})

    assert answer.status == 303
    shown = browser.get(f"/dashboard/tickets/{ticket_id}").text
    assert SHOWN in shown.replace("&#39;", "'")
    (sent,) = [one for one in web.ticket(ticket_id)["messages"] if one["template"]]
    assert sent["author"] == web.staff["bolat"]


def test_a_refused_template_stays_typed_beside_its_reason(web: Web) -> None:
    ticket_id, browser = late(web), web.signed_in("bolat")
    fields = form(browser.get(f"/dashboard/tickets/{ticket_id}").text, "answer_ready#kk")

    answer = post(browser, ticket_id, fields, **{"value.body.1": "Амина", "value.body.2": "a     b"})

    assert answer.status == 400
    assert "without more than four spaces in a row" in answer.text
    kept = form(answer.text, "answer_ready#kk")
    assert (kept["value.body.1"], kept["value.body.2"]) == ("Амина", "a     b")
    assert re.search(r'name="value.body.2"[^>]*aria-invalid="true"', answer.text)


def test_a_template_that_is_gone_says_so(web: Web) -> None:
    ticket_id, browser = late(web), web.signed_in("bolat")
    fields = form(browser.get(f"/dashboard/tickets/{ticket_id}").text, "answer_ready#kk")
    answer = post(browser, ticket_id, fields | {"template": "other#kk"})
    assert answer.status == 404
    assert "There is no such template any more" in answer.text


def test_while_the_window_is_open_templates_are_behind_a_button(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    keep(web, template())
    ticket_id, browser = str(web.tickets()[0]["id"]), web.signed_in("bolat")
    page = browser.get(f"/dashboard/tickets/{ticket_id}").text
    assert f'href="/dashboard/tickets/{ticket_id}/templates"' in page
    assert "answer_ready" not in page

    page = browser.get(f"/dashboard/tickets/{ticket_id}/templates").text

    assert "answer_ready" in page and 'name="text"' in page
    assert post(browser, ticket_id, form(page, "answer_ready#kk"), **{
        "value.body.1": "Амина", "value.body.2": "x"}).status == 303  # fmt: skip


def test_a_channel_without_templates_has_no_button(web: Web) -> None:
    say(web, DANIYAR, "Привет")
    ticket_id = str(web.tickets()[0]["id"])
    assert f"{ticket_id}/templates" not in web.signed_in("bolat").get(f"/dashboard/tickets/{ticket_id}").text


def test_buttons_and_header_of_a_sent_template_are_shown(web: Web) -> None:
    ticket_id = late(web, NAMED)
    values = {"header.1": "№ 7", "body.name": "Амина <b>"}
    assert send(web, ticket_id, name="invoice", language="ru", values=values).status == 201
    page = web.signed_in("bolat").get(f"/dashboard/tickets/{ticket_id}").text
    assert "<b>Счёт № 7</b>" in page
    assert "Амина &lt;b&gt;, готово." in page
    assert "Спасибо" in page


def test_a_field_that_is_unknown_is_refused(web: Web) -> None:
    ticket_id, browser = late(web), web.signed_in("bolat")
    assert post(browser, ticket_id, {"template": "answer_ready#kk", "client_id": "x", "other": "1"}).status == 400
