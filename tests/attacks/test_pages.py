"""What customers and other sites do to the pages of colleagues."""

import re
from html.parser import HTMLParser

from tests.support.people import from_amina
from tests.support.web.desk import Web
from tests.support.web.serving import DANIYAR, customer, say
from tests.support.web.visiting import Browser

MARK = "zqx"
ATTACKS = (
    f'"><img src=x onerror={MARK}(1)>',
    f"'><svg/onload={MARK}(1)>",
    f"</textarea></title><script>{MARK}(1)</script>",
    f'<a href="javascript:{MARK}(1)">',
    f"{{{{ {MARK} }}}}{{% raw %}}",
    f'" onfocus={MARK}(1) autofocus x="',
)


class Found(HTMLParser):
    """Tags and attributes in which the attacker's word stands; text is allowed to hold it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.bad: list[str] = []
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag if tag in ("script", "style") else ""
        for name, value in attrs:
            executes = name.startswith("on") or name == "style" or (value or "").lower().startswith("javascript:")
            if MARK in name or (executes and MARK in (value or "")) or executes:
                self.bad.append(f"{tag} {name}={value}")
        if tag in ("img", "svg") and any(value == "x" for _, value in attrs):
            self.bad.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside and MARK in data:
            self.bad.append(f"{self._inside}: {data[:60]}")


def test_nothing_that_a_customer_or_colleague_writes_becomes_markup(web: Web) -> None:
    """By name, username, text, file name, contact card, place, button, caption, comment, search and a kept note."""
    browser, bad, seen = web.signed_in("bolat"), {}, 0
    for number, attack in enumerate(ATTACKS):
        who = customer(attack, "telegram", f"60000{number:04d}", username="x")
        details = {
            "document": {"filename": attack, "mime_type": attack, "size": 1, "media_id": "1"},
            "contacts": {"cards": [{"name": attack, "organization": attack, "phones": [attack], "emails": [attack]}]},
            "venue": {"latitude": 43.2, "longitude": 76.9, "name": attack, "address": attack},
            "unsupported": {},
        }
        say(web, who, attack)
        for kind, given in details.items():
            more = {"raw": b"{}", "raw_type": "x"} if kind == "unsupported" else {}
            say(web, who, attack, kind=kind, details=given, **more)
        ticket_id = web.tickets()[0]["id"]
        assert web.call("POST", f"/api/v1/tickets/{ticket_id}/comments", {"text": attack}).status == 201
        path = f"/dashboard/tickets/{ticket_id}"
        browser.get(path)
        pages = {
            "list": browser.get("/dashboard"),
            "ticket": browser.get(path),
            "search": browser.post("/dashboard/search", {"q": attack}),
            "tag": browser.post(f"{path}/change", {"tags": attack}),
            "kept reply": browser.post(f"{path}/reply", {"text": attack, "note": attack, "client_id": attack}),
            "sign in": Browser(web.http).get("/dashboard/sign-in?next=%22%3E%3Cscript%3Ezqx%3C/script%3E"),
        }
        for name, page in pages.items():
            seen += MARK in page.text
            if found := Found(page.text).bad:
                bad[f"{name}: {attack}"] = found
    assert bad == {}
    assert seen > 3 * len(ATTACKS), "the attacks are on the pages, as text"


def test_links_in_texts_lead_where_they_say_and_open_nothing_of_ours(web: Web) -> None:
    texts = ["javascript:alert(1)", "data:text/html,x", "http://a@evil.example/", 'https://kz.example/"onclick="x']
    for text in texts:
        say(web, DANIYAR, text)
    html = web.signed_in("bolat").get(f"/dashboard/tickets/{web.tickets()[0]['id']}").text
    addresses = re.findall(r'href="([^"]*)"', html)
    assert not [one for one in addresses if one.lower().startswith(("javascript:", "data:"))]
    assert not Found(html).bad


def test_the_host_that_a_caller_names_is_nowhere_believed(web: Web) -> None:
    web.receive(from_amina(sent_at=web.seconds))
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"}
    forged |= {"Forwarded": "host=evil.example", "X-Original-URL": "/dashboard/staff", "X-HTTP-Method-Override": "PUT"}
    bolat, stranger = web.signed_in("bolat"), Browser(web.http)
    answers = [who.get(path, **forged) for who in (bolat, stranger) for path in ("/dashboard", "/dashboard/sign-in")]
    answers += [stranger.get("/policy", **forged), stranger.get("/certificates", **forged)]
    answers.append(stranger.get("/dashboard/tickets/x", **forged))
    for answer in answers:
        assert "evil.example" not in answer.text + str(answer.headers) + str(answer.set_cookies)
        assert answer.status in (200, 303)


def test_nothing_that_follows_a_form_leads_elsewhere(web: Web) -> None:
    wanted = [
        "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "/dashboard//evil.example",
        "/dashboard\r\nX-Bad: 1", "javascript:alert(1)", "/dashboard/../policy", "/dashboard@evil.example", " //evil",
        "/dashboard/%2e%2e/x", "https:evil.example", "/dashboard?next=//evil.example\t",
    ]  # fmt: skip
    browser, bad = web.signed_in("saule"), {}
    for address in wanted:
        answer = browser.post("/dashboard/language", {"language": "en", "next": address})
        target = answer.headers.get("location", "")
        if answer.status not in (303, 400) or not re.fullmatch(r"(/dashboard([/?][\w/?=&-]*)?)?", target):
            bad[address] = target
        if "//" in target:
            bad[address] = target
    assert bad == {}


def test_every_kind_of_answer_has_the_headers_that_browsers_need(web: Web) -> None:
    say(web, DANIYAR, "Сәлем")
    browser, ticket = web.signed_in("bolat"), web.tickets()[0]["id"]
    answers = {
        "page": browser.get(f"/dashboard/tickets/{ticket}"),
        "redirect": web.http("GET", "/dashboard"),
        "forbidden": browser.post("/dashboard/language", {"language": "en"}, csrf="x"),
        "not found": browser.get(f"/dashboard/tickets/{'0' * 20}"),
        "bad input": browser.get("/dashboard?x=1"),
        "API": web.call("GET", "/api/v1/tickets"),
        "API, refused": web.call("GET", "/api/v1/tickets", by=""),
        "public": web.http("GET", "/policy"),
    }
    wanted = {
        "content-security-policy": "frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "strict-transport-security": "max-age",
        "cross-origin-opener-policy": "same-origin",
    }
    missing = [
        (name, header)
        for name, answer in answers.items()
        for header, value in wanted.items()
        if value not in answer.headers.get(header, "")
    ]
    assert missing == []
    personal = [name for name in answers if name != "public"]
    assert {answers[name].headers["cache-control"] for name in personal} == {"no-store"}
    assert not [name for name in answers if "access-control-allow-origin" in answers[name].headers]


# -- who sees only how long an answer is


def tokens(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'name="csrf" value="([^"]*)"', page)))


def test_the_token_of_a_form_is_another_one_in_each_answer_and_every_one_of_them_holds(web: Web) -> None:
    browser = web.signed_in("bolat")
    plain = browser.token
    (first,), (second,) = (tokens(browser.get("/dashboard").text) for _ in range(2))
    assert first != second and plain not in (first, second)
    for token in (first, second, plain):
        assert browser.post("/dashboard/language", {"language": "en", "next": ""}, csrf=token).status == 303
    for forged in ("", "x", "0" * 64, first[:-2], first[::-1], second[:43] + first[43:], "я" * 86):
        assert browser.post("/dashboard/language", {"language": "en", "next": ""}, csrf=forged).status == 403
    (before, after) = (tokens(web.browser().get("/dashboard/sign-in").text)[0] for _ in range(2))
    assert before != after


def test_what_another_site_asks_for_is_not_compressed_and_the_length_of_the_rest_is_blurred(web: Web) -> None:
    browser = web.signed_in("bolat")
    for site, encoding in (
        ("cross-site", "identity"),
        ("same-site", "identity"),
        ("same-origin", None),
        ("none", None),
    ):
        answer = browser.get("/dashboard?tag=guess", **{"Sec-Fetch-Site": site})
        assert answer.status == 200 and answer.headers.get("content-encoding") == encoding
    lengths = {len(browser.get("/dashboard").text) for _ in range(8)}
    assert len(lengths) > 1
