"""The composer in Chromium with a slow, a broken and a lost connection: no typed word is lost, none is doubted."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.wiring import web as wiring_web
from tests.support.web.asking import set_state
from tests.support.web.chromium import CHROMIUM, SIZES, check, fresh
from tests.support.web.chromium import address as address
from tests.support.web.chromium import chromium as chromium
from tests.support.web.composing import NOTE, TEXT, texts, ticket_page, told
from tests.support.web.desk import Web
from tests.support.web.drafts import drafts
from tests.support.web.serving import AMINA, say

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")]
SEND = ".pane.reply [data-send]"


@pytest.fixture
def page(chromium: Any, web: Web, address: str) -> Iterator[Any]:
    """Amina's ticket, opened by Bolat."""
    say(web, AMINA, "Терминал қосылмайды")
    page = ticket_page(chromium, web, address)
    yield page
    page.context.close()


def saved(page: Any) -> None:
    page.wait_for_selector("[data-saved]:visible:has-text('Draft saved')")


def slow(page: Any, pattern: str, seconds: float) -> list[str]:
    """Hold answers back; returns the requests that were made."""
    made: list[str] = []

    def hold(route: Any) -> None:
        made.append(route.request.url)
        page.wait_for_timeout(seconds * 1000)
        route.continue_()

    page.route(pattern, hold)
    return made


# -- drafts


def test_a_draft_survives_reloading_assigning_solving_and_a_colleague_who_closes_the_ticket(
    page: Any, web: Web
) -> None:
    page.fill(TEXT, "Жартылай жауап")
    saved(page)
    page.reload()
    assert page.input_value(TEXT) == "Жартылай жауап"
    page.click("button[name=assignee][value=me]")
    page.wait_for_selector(".acts .flat")
    page.click("button[name=state][value=solved]")
    page.wait_for_selector("[data-live=head]:has-text('Solved')")
    assert page.input_value(TEXT) == "Жартылай жауап"
    web.call("PATCH", f"/api/v1/tickets/{web.tickets()[0]['id']}", {"state": "closed"}, by="saule")
    page.wait_for_selector("[data-composer=closed]", timeout=15_000)
    assert page.input_value(TEXT) == "Жартылай жауап"
    page.reload()
    assert page.input_value(TEXT) == "Жартылай жауап"
    assert page.locator(SEND).count() == 0


def test_a_draft_keeps_what_the_reply_quotes_and_lets_choose(page: Any, web: Web) -> None:
    page.click(".msg[data-in] [data-quote]")
    page.click("[data-choices] summary")
    page.fill("[name=choice-1]", "Бүгін")
    page.fill("[name=choice-2]", "Ертең")
    saved(page)
    page.reload()
    assert page.inner_text("[data-quoted]") == "Терминал қосылмайды"
    assert [page.input_value(f"[name=choice-{number}]") for number in (1, 2, 3)] == ["Бүгін", "Ертең", ""]
    page.click("[data-unquote]")
    saved(page)
    page.reload()
    assert page.locator("[data-quoting]").is_hidden() and page.input_value("[name=choice-2]") == "Ертең"
    page.fill(TEXT, "Қай күні?")
    page.click(SEND)
    page.wait_for_selector(".msg.out:has-text('Қай күні?')")
    page.reload()
    assert page.input_value("[name=choice-1]") == "" and not [one for one in drafts(web) if "content" in one]


def test_what_was_typed_in_the_last_second_before_reloading_is_there(page: Any) -> None:
    page.fill(TEXT, "Соңғы секунд")
    page.reload()
    sync_api.expect(page.locator(TEXT)).to_have_value("Соңғы секунд", timeout=15_000)


def test_another_form_of_the_page_goes_on_its_way_and_the_words_stay(page: Any) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.fill(TEXT, "Тіл ауысқанда")
    page.click("[name=language][value=ru]")
    page.wait_for_selector("html[lang=ru]")
    sync_api.expect(page.locator(TEXT)).to_have_value("Тіл ауысқанда")


def test_emptying_the_box_removes_the_draft(page: Any) -> None:
    page.fill(TEXT, "Керексіз")
    saved(page)
    page.fill(TEXT, "")
    page.wait_for_timeout(2000)
    page.reload()
    page.wait_for_timeout(1500)
    assert page.input_value(TEXT) == ""


def test_a_ticket_that_is_closed_while_one_types_takes_no_reply_and_keeps_the_words(page: Any, web: Web) -> None:
    page.fill(TEXT, "Дәл осы сәтте")
    web.call("PATCH", f"/api/v1/tickets/{web.tickets()[0]['id']}", {"state": "closed"}, by="saule")
    page.press(TEXT, "Control+Enter")
    told(page, "Not sent. The ticket is closed")
    page.wait_for_selector("[data-composer=closed]")
    assert page.input_value(TEXT) == "Дәл осы сәтте"
    assert texts(web) == []


# -- sending


def test_while_a_reply_is_sent_the_button_says_so_and_what_is_typed_meanwhile_stays(page: Any, web: Web) -> None:
    made = slow(page, "**/reply", 2)
    page.fill(TEXT, "Бірінші сөйлем.")
    page.press(TEXT, "Control+Enter")
    page.wait_for_selector(f"{SEND}:disabled:has-text('Sending…')")
    page.press(TEXT, "Control+Enter")
    page.type(TEXT, " Екінші сөйлем.")
    page.wait_for_selector(".msg.out:has-text('Бірінші сөйлем.')", timeout=15_000)
    page.wait_for_selector(f"{SEND}:enabled:has-text('Send on WhatsApp')")
    assert page.input_value(TEXT) == "Екінші сөйлем."
    assert len(made) == 1 and texts(web) == ["Бірінші сөйлем."]
    saved(page)
    page.reload()
    assert page.input_value(TEXT) == "Екінші сөйлем."


def test_a_lost_answer_is_doubt_then_certainty_and_never_a_second_reply(page: Any, web: Web) -> None:
    def lose(route: Any) -> None:
        route.fetch()
        route.abort("connectionreset")

    page.route("**/reply", lose)
    page.fill(TEXT, "Жетті ме?")
    page.press(TEXT, "Control+Enter")
    told(page, "We do not know yet")
    told(page, "It was sent. Only the answer was lost")
    assert page.input_value(TEXT) == "" and texts(web) == ["Жетті ме?"]
    page.reload()
    page.wait_for_timeout(1500)
    assert page.input_value(TEXT) == ""


@pytest.mark.parametrize("how", ["abort", "502"])
def test_a_request_that_never_arrived_keeps_the_text_and_the_id(page: Any, web: Web, how: str) -> None:
    def lose(route: Any) -> None:
        if how == "abort":
            route.abort("connectionreset")
        else:
            route.fulfill(status=502, content_type="text/html", body="<h1>Bad gateway</h1>")

    page.route("**/reply", lose)
    before = page.input_value("[name=client_id]")
    page.fill(TEXT, "Қайда?")
    page.press(TEXT, "Control+Enter")
    told(page, "We do not know yet")
    for _ in range(8):  # the pauses between its questions
        page.clock.fast_forward(16_000)
        page.wait_for_timeout(700)
    told(page, "It was not sent")
    assert page.input_value(TEXT) == "Қайда?" and page.input_value("[name=client_id]") == before
    page.unroute("**/reply")
    page.press(TEXT, "Control+Enter")
    page.wait_for_selector(".msg.out:has-text('Қайда?')")
    assert texts(web) == ["Қайда?"]


def other_window(page: Any) -> Any:
    """The same ticket as it is found after a crash: the first page saves nothing by leaving."""
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector("[data-composer]")
    return other


def doubted(page: Any, text: str) -> None:
    """A reply that is sent before its draft is saved, and of which nobody knows whether it arrived."""
    page.route("**/reply", lambda route: route.fulfill(status=502, content_type="text/html", body="<h1>Bad</h1>"))
    page.fill(TEXT, text)
    page.press(TEXT, "Control+Enter")
    told(page, "We do not know yet")


def test_while_nobody_knows_whether_it_was_sent_the_draft_is_kept_under_its_id(page: Any, web: Web) -> None:
    before = page.input_value("[name=client_id]")
    doubted(page, "Кетті ме?")
    saved(page)
    other = other_window(page)
    assert (other.input_value(TEXT), other.input_value("[name=client_id]")) == ("Кетті ме?", before)
    other.press(TEXT, "Control+Enter")
    other.wait_for_selector(".msg.out:has-text('Кетті ме?')")
    told(page, "It was sent. Only the answer was lost")
    assert page.input_value(TEXT) == "" and texts(web) == ["Кетті ме?"]
    page.reload()
    page.wait_for_timeout(1500)
    assert page.input_value(TEXT) == "" and not [one for one in drafts(web) if "content" in one]


def test_what_is_typed_behind_a_doubted_reply_is_kept_as_another_text(page: Any, web: Web) -> None:
    before = page.input_value("[name=client_id]")
    doubted(page, "Бірінші.")
    saved(page)
    page.type(TEXT, " Екінші.")
    page.wait_for_function("() => !document.querySelector('.pane.reply [data-saved]').textContent")
    saved(page)
    other = other_window(page)
    assert other.input_value(TEXT) == "Бірінші. Екінші." and other.input_value("[name=client_id]") != before
    other.close()
    for _ in range(8):
        page.clock.fast_forward(16_000)
        page.wait_for_timeout(700)
    told(page, "It was not sent")
    page.unroute("**/reply")
    page.wait_for_selector(f"{SEND}:enabled")
    page.press(TEXT, "Control+Enter")
    page.wait_for_selector(".msg.out:has-text('Екінші.')")
    assert texts(web) == ["Бірінші. Екінші."]
    page.reload()
    page.wait_for_timeout(1500)
    assert page.input_value(TEXT) == "", "the draft of the other id is gone, too"


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (413, '{"message":"Request Too Long"}', "The text is too large"),
        (429, '{"message":"Too Many Requests"}', "Too many requests"),
        (403, '{"message":"Forbidden"}', "The server refused it (403)"),
        (404, "<html>nginx</html>", "The server refused it (404)"),
    ],
)
def test_a_refusal_of_the_gateway_is_said_beside_the_box(
    page: Any, web: Web, status: int, body: str, said: str
) -> None:
    kind = "application/json" if body.startswith("{") else "text/html"
    page.route("**/reply", lambda route: route.fulfill(status=status, content_type=kind, body=body))
    page.fill(TEXT, "Жауап")
    page.press(TEXT, "Control+Enter")
    told(page, said)
    assert page.input_value(TEXT) == "Жауап" and texts(web) == []
    page.wait_for_selector(f"{SEND}:enabled")


def test_a_second_text_under_a_used_id_stays_in_the_box_and_goes_out_at_the_next_press(page: Any, web: Web) -> None:
    path = f"/api/v1/tickets/{web.tickets()[0]['id']}/replies"
    web.call("POST", path, {"text": "Басқа терезеден", "client_id": page.input_value("[name=client_id]")})
    page.fill(TEXT, "Осы терезеден")
    page.press(TEXT, "Control+Enter")
    page.wait_for_selector("[data-told] .notice")
    assert page.input_value(TEXT) == "Осы терезеден"
    page.wait_for_selector(f"{SEND}:enabled")
    page.press(TEXT, "Control+Enter")
    page.wait_for_selector(".msg.out:has-text('Осы терезеден')")
    assert texts(web) == ["Басқа терезеден", "Осы терезеден"]


def test_after_signing_in_again_the_page_renews_itself_and_says_so(page: Any, web: Web) -> None:
    page.fill(TEXT, "Жаңа сеанс")
    saved(page)
    page.route("**/dashboard/tickets/*", lambda route: route.abort())  # the refresh would renew it before
    token = web.session("bolat", "page")
    cookie = next(one for one in page.context.cookies() if one["name"] == "desk")
    page.context.add_cookies([{**cookie, "value": token}])
    page.press(TEXT, "Control+Enter")
    told(page, "You signed in again")
    assert page.input_value(TEXT) == "Жаңа сеанс" and texts(web) == []
    page.wait_for_selector(f"{SEND}:enabled")
    page.press(TEXT, "Control+Enter")
    sync_api.expect(page.locator(TEXT)).to_have_value("")
    page.unroute("**/dashboard/tickets/*")
    page.wait_for_selector(".msg.out:has-text('Жаңа сеанс')")
    assert texts(web) == ["Жаңа сеанс"]


# -- who may not see the page any more


def test_the_page_of_a_person_who_is_destroyed_is_frozen_at_the_next_look(page: Any, web: Web) -> None:
    page.fill(TEXT, "Кеш қалған сөз")
    saved(page)
    set_state(web, web.tickets()[0]["contact"]["id"], "erasing")
    page.wait_for_selector("[data-frozen]", timeout=15_000)
    for what in ("Амина", "700 000", "Терминал", "Кеш қалған"):
        assert what not in page.inner_text("body")
    assert page.locator("[data-send]").count() == 0


def test_a_ticket_that_is_gone_leaves_nothing_on_the_screen(page: Any, web: Web) -> None:
    ticket_id = web.tickets()[0]["id"]
    key = {"pk": {"S": f"ticket#{ticket_id}"}, "sk": {"S": "ticket"}}
    web.dynamodb.delete_item(TableName=web.tables["desk"], Key=key)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_selector("[data-gone=gone]")
    assert page.locator("[data-composer]").count() == 0 and "Амина" not in page.content()


def test_a_colleague_without_access_keeps_their_unsent_words_and_nothing_else(page: Any, web: Web) -> None:
    page.route("**/draft", lambda route: route.abort())
    page.fill(TEXT, "Сақталмаған сөз")
    wiring_web.staff().revoke(web.staff["bolat"], 2_000_000_000)  # and not in Cognito, which all tests share
    page.wait_for_selector("[data-gone=out]", timeout=15_000)
    assert page.input_value("#unsaved") == "Сақталмаған сөз"
    for what in ("Амина", "700 000", "Терминал"):
        assert what not in page.content()


def test_who_signs_in_again_finds_what_was_typed_last(page: Any, web: Web) -> None:
    page.route("**/draft", lambda route: route.abort())
    page.fill(TEXT, "Соңғы сөз")
    cookie = next(one for one in page.context.cookies() if one["name"] == "desk")
    page.context.clear_cookies()
    page.wait_for_selector("[data-gone=out] #unsaved:visible", timeout=15_000)
    page.unroute("**/draft")
    page.context.add_cookies([{**cookie, "value": web.session("bolat", "page")}])
    page.wait_for_selector("[data-composer]", timeout=15_000)
    assert page.input_value(TEXT) == "Соңғы сөз"


def test_another_colleagues_session_closes_the_page(page: Any, web: Web) -> None:
    page.fill(TEXT, "Болаттың сөзі")
    saved(page)
    cookie = next(one for one in page.context.cookies() if one["name"] == "desk")
    page.context.add_cookies([{**cookie, "value": web.session("saule", "page")}])
    page.wait_for_selector("[data-gone=other]", timeout=15_000)
    assert "Амина" not in page.content()


# -- offline


def test_without_a_connection_nothing_ends_in_the_browsers_error_page(page: Any, web: Web) -> None:
    page.fill(TEXT, "Желі жоқ")
    saved(page)
    page.context.set_offline(True)
    page.wait_for_selector("[data-bar]:visible")
    page.click("button[name=state][value=solved]")
    page.wait_for_selector(".acts .beside:has-text('Nothing was changed')")
    page.click("button[name=assignee][value=me]")
    page.press(TEXT, "Control+Enter")
    told(page, "No connection. Nothing was sent")
    assert page.input_value(TEXT) == "Желі жоқ"
    page.context.set_offline(False)
    page.wait_for_selector("[data-bar]", state="hidden")
    page.press(TEXT, "Control+Enter")
    page.wait_for_selector(".msg.out:has-text('Желі жоқ')")
    page.click("button[name=state][value=solved]")
    page.wait_for_selector("[data-live=head]:has-text('Solved')")
    assert texts(web) == ["Желі жоқ"]


@pytest.mark.parametrize("size", SIZES)
def test_the_bar_of_a_lost_connection_covers_nothing(chromium: Any, web: Web, address: str, size: str) -> None:
    say(web, AMINA, "Сәлем")
    width, height = SIZES[size]
    page = ticket_page(chromium, web, address, viewport={"width": width, "height": height})
    page.context.set_offline(True)
    page.wait_for_selector("[data-bar]:visible")
    bar, button = page.locator("[data-bar]").bounding_box(), page.locator(SEND).bounding_box()
    assert button["y"] + button["height"] <= bar["y"] and bar["y"] + bar["height"] <= height
    page.context.close()


def test_a_lost_answer_to_solving_is_not_called_done(page: Any) -> None:
    page.route("**/change", lambda route: route.abort("connectionreset"))
    page.click("button[name=state][value=solved]")
    page.wait_for_selector(".beside:has-text('we do not know whether this was done')")
    page.unroute("**/change")
    page.route("**/change", lambda route: route.fulfill(status=502, body="x"))
    page.click("button[name=state][value=solved]")
    page.wait_for_selector(".beside:has-text('did not manage it (502)')")


# -- how it looks


def _offline(page: Any, web: Web) -> None:
    page.fill(TEXT, "Сәлеметсіз бе, Амина! Терминалды қайта қосып көріңіз.")
    page.wait_for_timeout(1800)
    page.context.set_offline(True)
    page.press(TEXT, "Control+Enter")
    page.click("button[name=state][value=solved]")
    page.wait_for_selector(".beside")


def _unknown(page: Any, web: Web) -> None:
    page.route("**/reply", lambda route: route.abort("connectionreset"))
    page.fill(TEXT, "Сәлеметсіз бе, Амина!")
    page.press(TEXT, "Control+Enter")
    page.wait_for_selector("[data-told] .warn")


def _draft(page: Any, web: Web) -> None:
    page.fill(TEXT, "Сәлеметсіз бе, Амина! Терминалды қайта қосып көріңіз.")
    page.wait_for_timeout(2500)


def _comment(page: Any, web: Web) -> None:
    page.click("label[for=mode-comment]")
    page.fill(NOTE, "Роутерді тексеру керек")
    page.wait_for_timeout(2500)


def _out(page: Any, web: Web) -> None:
    page.route("**/draft", lambda route: route.abort())
    page.fill(TEXT, "Сақталмаған сөз")
    page.context.clear_cookies()
    page.wait_for_selector("[data-gone=out]", timeout=15_000)


def _closed(page: Any, web: Web) -> None:
    page.fill(TEXT, "Сәлеметсіз бе, Амина!")
    ticket_id = web.tickets()[0]["id"]
    web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"state": "closed"}, by="saule")
    page.wait_for_selector("[data-composer=closed]", timeout=15_000)
    page.wait_for_timeout(1200)


STATES = {
    "draft": _draft,
    "comment": _comment,
    "offline": _offline,
    "unknown": _unknown,
    "out": _out,
    "closed": _closed,
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_every_state_of_the_composer_is_accessible_and_fits(
    chromium: Any, web: Web, address: str, language: str, size: str
) -> None:
    say(web, AMINA, "Сәлеметсіз бе! Терминал желіге қосылмай тұр.")
    ticket_id = web.tickets()[0]["id"]
    wiring_web.staff().set_language(web.staff["bolat"], language)
    cookie = {"name": "desk", "value": web.session("bolat", "page"), "url": address}
    width, height = SIZES[size]
    for name, reach in STATES.items():
        page = fresh(chromium, viewport={"width": width, "height": height})
        page.context.add_cookies([cookie])
        page.goto(f"{address}/dashboard/tickets/{ticket_id}")
        page.wait_for_timeout(1300)
        reach(page, web)
        check(page, f"composer-{name}-{language}-{size}")
        page.context.close()
