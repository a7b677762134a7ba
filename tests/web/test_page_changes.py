"""Changes from the ticket's page that are refused: said beside the field, and everything else is kept."""

import re
from dataclasses import replace
from html import unescape

import pytest

from chalicelib.wiring import web as wiring_web
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, say
from tests.support.web.visiting import Answer, Browser

DRAFT = {"text": "Жартылай жауап", "client_id": "page-draft-1", "mode": "reply"}


@pytest.fixture
def ticket_id(web: Web) -> str:
    """Amina's ticket, on which Bolat has a draft."""
    say(web, AMINA, "Терминал қосылмайды")
    found = str(web.tickets()[0]["id"])
    assert web.signed_in("bolat").post(f"/dashboard/tickets/{found}/draft", DRAFT).status == 303
    return found


def change(web: Web, ticket_id: str, fields: dict[str, str], by: str = "bolat") -> Answer:
    browser: Browser = web.signed_in(by)
    return browser.post(f"/dashboard/tickets/{ticket_id}/change", fields)


def part(page: Answer, name: str) -> str:
    """A form of the panel, as the page draws it."""
    found = re.search(f'<div class="small-form" data-live="change-{name}">(.*?)data-live=', page.text, re.DOTALL)
    assert found
    return unescape(found[1])


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        ("касса, amina@mail.kz", "no @ and at most two digits"),
        ("заказ 123", "no @ and at most two digits"),
        ("а" * 31, "at most 30 characters"),
        (",".join(f"т{'а' * n}" for n in range(21)), "at most 20 tags"),
        ("ка\x01сса", "cannot be shown"),
    ],
    ids=["address", "number", "long", "many", "control"],
)
def test_a_tag_that_is_not_allowed_is_said_beside_the_field(web: Web, ticket_id: str, tags: str, why: str) -> None:
    page = change(web, ticket_id, {"tags": tags, "panel": "1"})
    assert page.status == 400
    form = part(page, "tags")
    assert why in form and f'value="{tags}"' in form and 'aria-describedby="why-tags"' in form
    assert '<details id="change" open>' in page.text
    assert "Терминал қосылмайды" in page.text and DRAFT["text"] in page.text, "the rest of the page is there"
    assert "bad_input" not in page.text
    assert web.ticket(ticket_id)["tags"] == []


@pytest.mark.parametrize(
    ("language", "said"),
    [("ru", "В одной метке нет знака @"), ("kk", "Бір белгіде @ таңбасы болмайды"), ("en", "A tag has no @")],
)
def test_the_rule_is_said_in_the_readers_language(web: Web, ticket_id: str, language: str, said: str) -> None:
    web.signed_in("bolat").post("/dashboard/language", {"language": language, "next": "/dashboard"})
    assert said in part(change(web, ticket_id, {"tags": "a@b", "panel": "1"}), "tags")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"priority": "extreme"}, "There is no such choice any more"),
        ({"assignee": "5f0c1c1e-0000-4000-8000-000000000009"}, "This colleague has no access any more"),
        ({"assignee": "no such form"}, "This colleague has no access any more"),
    ],
    ids=["priority", "nobody of ours", "no id"],
)
def test_a_choice_that_is_refused_is_said_beside_its_field(
    web: Web, ticket_id: str, fields: dict[str, str], said: str
) -> None:
    page = change(web, ticket_id, {**fields, "panel": "1"})
    assert page.status == 400 and said in part(page, next(iter(fields)))
    assert web.ticket(ticket_id)["assignee"] is None and web.ticket(ticket_id)["priority"] == "normal"


def test_a_state_that_is_refused_is_said_below_the_head(web: Web, ticket_id: str) -> None:
    page = change(web, ticket_id, {"state": "boiling"})
    assert page.status == 400 and 'id="why-state"' in page.text and DRAFT["text"] in page.text
    assert '<details id="change">' in page.text
    change(web, ticket_id, {"state": "closed"})
    say(web, AMINA, "Қайтадан мен")
    page = change(web, ticket_id, {"state": "open"})
    assert page.status == 409 and "The customer has a newer ticket" in page.text


def test_a_colleague_who_lost_access_meanwhile_is_refused(web: Web, ticket_id: str) -> None:
    store, saule = wiring_web.staff(), wiring_web.staff().get(web.staff["saule"])
    assert saule is not None
    store.put(replace(saule, disabled=True))  # the account at Cognito is every test's
    page = change(web, ticket_id, {"assignee": saule.id, "seen_assignee": "", "panel": "1"})
    assert page.status == 400 and "This colleague has no access any more" in part(page, "assignee")


# -- who was quicker


def again(page: Answer) -> dict[str, str]:
    """The fields of the button that does it all the same."""
    form = re.search(r"data-refused>.*?<form[^>]*>(.*?)</form>", page.text, re.DOTALL)
    assert form
    return {
        name: unescape(value)
        for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form[1])
        if name != "csrf" and (value or name != "channel")
    }


@pytest.mark.parametrize("panel", [False, True], ids=["button", "select"])
def test_a_ticket_that_a_colleague_took_is_not_taken_from_a_stale_page(web: Web, ticket_id: str, panel: bool) -> None:
    me, her = web.staff["bolat"], web.staff["saule"]
    assert web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"assignee": "me"}, by="saule").status == 200
    fields = {"assignee": me, "panel": "1"} if panel else {"assignee": "me"}
    page = change(web, ticket_id, {**fields, "seen_assignee": ""})
    assert page.status == 409
    assert "Сәуле Нұрланова has taken this ticket meanwhile." in page.text and "Take it all the same" in page.text
    assert DRAFT["text"] in page.text
    assert web.ticket(ticket_id)["assignee"] == her
    fields = again(page)
    assert fields["seen_assignee"] == her
    assert change(web, ticket_id, fields).status == 303
    assert web.ticket(ticket_id)["assignee"] == me


def test_of_two_colleagues_in_turn_the_page_names_the_one_who_has_it(web: Web, ticket_id: str) -> None:
    for name in ("saule", "madina"):
        web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"assignee": "me"}, by=name)
        page = change(
            web, ticket_id, {"assignee": "me", "seen_assignee": "" if name == "saule" else web.staff["saule"]}
        )
        assert page.status == 409 and again(page)["seen_assignee"] == web.staff[name]


def test_a_stale_page_neither_gives_away_nor_frees_a_colleagues_ticket(web: Web, ticket_id: str) -> None:
    web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"assignee": "me"}, by="saule")
    for wanted in (web.staff["madina"], ""):
        page = change(web, ticket_id, {"assignee": wanted, "seen_assignee": web.staff["bolat"], "panel": "1"})
        assert page.status == 409 and "Change it all the same" in part(page, "assignee")
        assert web.ticket(ticket_id)["assignee"] == web.staff["saule"]


def test_ones_own_ticket_is_handed_on_from_a_page_that_does_not_know_it_yet(web: Web, ticket_id: str) -> None:
    assert change(web, ticket_id, {"assignee": "me", "seen_assignee": ""}).status == 303
    assert change(web, ticket_id, {"assignee": web.staff["saule"], "seen_assignee": ""}).status == 303
    assert web.ticket(ticket_id)["assignee"] == web.staff["saule"]


def test_every_form_that_assigns_says_what_the_page_shows(web: Web, ticket_id: str) -> None:
    web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"assignee": "me"}, by="saule")
    page = web.signed_in("bolat").get(f"/dashboard/tickets/{ticket_id}").text
    forms = [one for one in re.findall(r"<form.*?</form>", page, re.DOTALL) if 'name="assignee"' in one]
    assert len(forms) == 2
    for form in forms:
        assert f'name="seen_assignee" value="{web.staff["saule"]}"' in form
