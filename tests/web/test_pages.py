"""Pages as HTML: headers, escaping, what is kept when something fails."""

import re

import pytest

from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, DANIYAR, customer, say

ATTACKS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'); alert(1); //",
    "{{ 4871 * 4877 }}${4871*4877}",
    "</textarea><script>alert(1)</script>",
    "javascript:alert(1)",
]


@pytest.mark.parametrize(
    "path", ["/dashboard", "/dashboard/sign-in", "/dashboard/undertaking", "/api/v1/me", "/dashboard/keys"]
)
def test_every_answer_has_the_security_headers(web: Web, path: str) -> None:
    answer = web.signed_in("bolat").get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff" and answer.headers["cache-control"] == "no-store"
    assert (
        answer.headers["referrer-policy"] == "no-referrer" and "max-age" in answer.headers["strict-transport-security"]
    )


def test_pages_hold_no_inline_script_or_style(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    for path in ("/dashboard", f"/dashboard/tickets/{web.tickets()[0]['id']}", "/dashboard/keys"):
        html = web.signed_in("bolat").get(path).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", html)


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/dashboard", ["/dashboard"]),
        ("/dashboard/keys", []),
        ("/dashboard/account", []),
        ("/dashboard/staff", []),
        ("/dashboard/withheld", ["/dashboard/withheld"]),
        ("/dashboard/privacy", ["/dashboard/privacy"]),
        ("/dashboard/privacy/hold", ["/dashboard/privacy"]),
    ],
)
def test_the_sidebar_marks_no_page_as_the_current_one_but_that(web: Web, path: str, current: list[str]) -> None:
    who = "dana" if path.startswith(("/dashboard/privacy", "/dashboard/staff")) else "madina"
    html = web.signed_in(who).get(path).text
    marked = re.findall(r'<a href="(/dashboard[^"]*)" aria-current="page"', html)
    assert "/dashboard/keys" in html and [one.partition("?")[0] for one in marked] == current


@pytest.mark.parametrize("attack", ATTACKS)
def test_names_and_texts_are_text_and_nothing_else(web: Web, attack: str) -> None:
    say(web, customer(attack, "telegram", "500000099", username="x"), attack)
    ticket_id = web.tickets()[0]["id"]
    web.call("POST", f"/api/v1/tickets/{ticket_id}/comments", {"text": attack})
    browser = web.signed_in("bolat")
    pages = [browser.get("/dashboard").text, browser.get(f"/dashboard/tickets/{ticket_id}").text]
    pages.append(browser.search(attack).text)
    for html in pages:
        assert "<script>alert" not in html and "<img src=x" not in html and 'href="javascript' not in html
        assert "23755867" not in html  # 4871 * 4877: no time and no count of a page is that number


def test_what_people_search_for_never_stands_in_an_address_or_log(web: Web, capfd: pytest.CaptureFixture[str]) -> None:
    say(web, AMINA, "Сәлем")
    browser = web.signed_in("bolat")
    capfd.readouterr()
    found = browser.search("+7 700 000 01 07")
    assert found.status == 200 and AMINA.name in found.text
    assert browser.get("/dashboard?q=77000000107").status == 400
    said = capfd.readouterr()
    assert "7700" not in said.out + said.err and "700 000" not in said.out + said.err


def test_a_refused_reply_keeps_both_texts(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    ticket_id = web.tickets()[0]["id"]
    browser = web.signed_in("bolat")
    browser.get(f"/dashboard/tickets/{ticket_id}")
    web.call("PATCH", f"/api/v1/tickets/{ticket_id}", {"state": "closed"})
    fields = {"text": "Жауап мәтіні", "note": "Ескертпе", "client_id": "c"}
    answer = browser.post(f"/dashboard/tickets/{ticket_id}/reply", fields)
    assert answer.status == 409 and "Ескертпе" in answer.text and "closed" in answer.text


@pytest.mark.parametrize(
    ("path", "typed", "more"),
    [
        (f"/dashboard/tickets/{'0' * 20}/reply", ("text", "choice-1"), {"client_id": "c" * 20, "note_id": "d" * 20}),
        (f"/dashboard/tickets/{'0' * 20}/edit", ("new_text",), {"message": "m" * 20}),
        (f"/dashboard/tickets/{'0' * 20}/template", ("value.1", "value.name"), {"template": "t" * 20}),
        ("/dashboard/privacy/new", ("evidence",), {"contact": "k" * 20}),
        (f"/dashboard/privacy/{'0' * 20}/decision", ("reason",), {"decision": "e" * 20}),
        ("/dashboard/mailings", ("subject_kk", "text_kk", "subject_ru", "text_ru"), {"purpose": "p" * 20}),
    ],
)
def test_who_was_signed_out_gets_everything_back_that_they_typed(
    web: Web, path: str, typed: tuple[str, ...], more: dict[str, str]
) -> None:
    browser = web.signed_in("bolat")
    web.advance(13 * 3600)
    answer = browser.post(path, {**{name: f"Ұзақ жауап, {name}" for name in typed}, **more})
    assert answer.status == 401 and all(f"Ұзақ жауап, {name}" in answer.text for name in typed)
    assert not any(one in answer.text for one in more.values())


def test_sending_redirects_so_that_reloading_sends_nothing_twice(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    ticket_id = web.tickets()[0]["id"]
    browser = web.signed_in("bolat")
    page = browser.get(f"/dashboard/tickets/{ticket_id}").text
    client_id = re.search(r'name="client_id" value="([^"]+)"', page)
    assert client_id
    fields = {"text": "Жауап", "client_id": client_id[1]}
    for _ in range(2):
        assert browser.post(f"/dashboard/tickets/{ticket_id}/reply", fields).status == 303
    texts = [one["text"] for one in web.ticket(ticket_id)["messages"]]
    assert texts.count("Жауап") == 1


def test_after_signing_in_only_our_own_pages_follow(web: Web) -> None:
    for wanted in ("https://evil.example/", "//evil.example", "/dashboard/../x", "/dashboard/tickets/x"):
        browser = web.browser()
        browser.get("/dashboard/sign-in")
        fields = {"email": "bolat@desk.local", "password": "Local-password-1", "next": wanted}
        assert browser.post("/dashboard/sign-in", fields).location == "/dashboard"


def test_static_files_are_kept_for_a_year_under_the_hash_of_their_content(web: Web) -> None:
    html = web.signed_in("bolat").get("/dashboard").text
    for address in set(re.findall(r'(?:href|src)="(/static/[^"#]+)', html)):
        answer = web.http("GET", address)
        assert answer.status == 200 and "immutable" in answer.headers["cache-control"]
    assert web.http("GET", "/static/0000000000000000/desk.css").status == 404
    assert web.http("GET", "/static/desk.css").status == 200
    assert web.http("GET", "/static/settings.py").status == 404


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_operator_chooses_the_language(web: Web, language: str) -> None:
    browser = web.signed_in("saule")
    assert browser.post("/dashboard/language", {"language": language, "next": "/dashboard"}).status == 303
    assert f'<html lang="{language}">' in browser.get("/dashboard").text


@pytest.mark.parametrize(
    ("kind", "latitude", "longitude", "link"),
    [
        ("location", 43.238949, 76.889709, "geo:43.238949,76.889709"),
        ("venue", -33, 0.00001, "geo:-33,0.00001"),
        ("location", 90.0, -180.0, "geo:90,-180"),
        ("location", 0.0, -1e-9, "geo:0,-0"),
        ("location", 90.1, 0.0, ""),
        ("location", float("nan"), 0.0, ""),
        ("location", '43" onclick="x', 76.0, ""),
        ("location", True, 76.0, ""),
        ("location", None, 76.0, ""),
        ("text", 43.0, 76.0, ""),
    ],
)
def test_a_place_is_a_link_for_the_readers_own_map_program(
    web: Web, kind: str, latitude: object, longitude: object, link: str
) -> None:
    say(web, AMINA, "Осында", kind=kind, details={"latitude": latitude, "longitude": longitude})
    html = web.signed_in("bolat").get(f"/dashboard/tickets/{web.tickets()[0]['id']}").text
    assert re.findall(r'href="(geo:[^"]*)"', html) == ([link] if link else [])
    # Nothing of the page comes from elsewhere, so nobody else learns the place.
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', html) and "onclick" not in html


def test_an_edited_place_is_a_link_too(web: Web) -> None:
    details = {"new_kind": "location", "latitude": 43.25, "longitude": 76.94}
    first = say(web, DANIYAR, "Мен осында", kind="location", details={"latitude": 43.2, "longitude": 76.9})
    say(web, DANIYAR, "43.25, 76.94", kind="edit", target=first.provider_id, details=details)
    html = web.signed_in("bolat").get(f"/dashboard/tickets/{web.tickets()[0]['id']}").text
    assert re.findall(r'href="(geo:[^"]*)"', html) == ["geo:43.25,76.94"]


@pytest.mark.parametrize(("language", "label"), [("kk", "Картаны ашу"), ("ru", "Открыть карту"), ("en", "Open map")])
def test_the_link_to_a_place_is_named_in_the_readers_language(web: Web, language: str, label: str) -> None:
    say(web, AMINA, "", kind="location", details={"latitude": 43.25, "longitude": 76.94})
    browser = web.signed_in("bolat")
    browser.post("/dashboard/language", {"language": language, "next": "/dashboard"})
    html = browser.get(f"/dashboard/tickets/{web.tickets()[0]['id']}").text
    assert f'<a href="geo:43.25,76.94">{label}</a>' in html
