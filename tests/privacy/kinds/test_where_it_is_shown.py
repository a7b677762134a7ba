"""Every kind is entered by staff, on pages and by the API, and shown there and on the public page, as itself and in
every language."""

import html

import pytest

from chalicelib.certificates.ledger import Ledger
from chalicelib.certificates.model import Certificate, certificate_body
from chalicelib.core.ids import new_id
from chalicelib.core.languages import LANGUAGES
from chalicelib.core.texts import desk_text
from chalicelib.core.working_days import day_of, deadline
from chalicelib.dynamo.tables import Tables
from chalicelib.privacy.kinds import registry
from chalicelib.privacy.kinds.contract import Kind
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import RequestState, Step
from chalicelib.profile.model import Profile
from chalicelib.web.public.certificate import _page
from chalicelib.wiring import privacy_stores as wiring_stores
from chalicelib.wiring import web as wiring_web
from tests.support.web import asking
from tests.support.web.asking import LIST, Signing, contact_of, mark, over, plain, read
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, say

REQUESTS = "/api/v1/privacy-requests"


def entered(web: Web, kind: Kind) -> Request:
    """The officer enters a paper of two days ago by the API."""
    say(web, AMINA, "Сәлем")
    contact_id = contact_of(web, AMINA)["contact"]["id"]
    day = day_of(web.now - 2 * 86_400_000)
    body = {"kind": kind.id, "contact_id": contact_id, "evidence": "Хат", "received_on": day}
    answer = web.call("POST", REQUESTS, body, by="dana")
    assert (answer.status, answer.json["kind"], answer.json["state"]) == (201, kind.id, "received")
    return read(web, answer.json["id"])


def certified(web: Web, request: Request, kind: Kind) -> Request:
    """The same with its certificate in the ledger."""
    if kind.way == "erasure":
        return asking.certified(web, request)
    ledger, beside = (
        Ledger(Tables(web.dynamodb, web.tables)),
        wiring_stores.requests().finish(request, Step.CERTIFIED, web.now),
    )
    assert ledger.add(certificate_body(request, wiring_web.profile(), web.now), Signing(), beside)  # type: ignore[arg-type]
    return over(web, mark(web, read(web, request.id), {Step.NOTIFIED: web.now}), RequestState.ANSWERED)


def test_the_officer_enters_it_by_the_api_and_its_clock_runs_from_the_paper(
    web: Web, kind: Kind, profile: Profile
) -> None:
    request = entered(web, kind)
    limit = deadline(profile.deadlines[kind.limit], request.received_at)
    assert (request.deadline_at, request.created_by) == (limit, web.staff["dana"])
    found = web.call("GET", f"{REQUESTS}?kind={kind.id}", by="dana").json["items"]
    assert [one["id"] for one in found] == [request.id]


def test_the_officer_enters_it_on_the_page(web: Web, kind: Kind) -> None:
    say(web, AMINA, "Сәлем")
    contact_id = contact_of(web, AMINA)["contact"]["id"]
    browser = web.browser("dana")
    form = plain(browser.get(f"{LIST}/new?contact={contact_id}").text)
    assert kind.name in form and kind.entry_hint in form
    typed = {"contact": contact_id, "kind": kind.id, "evidence": "Хат", "received_on": day_of(web.now)}
    answer = browser.post(f"{LIST}/new", typed)
    assert answer.status == 303
    shown = browser.get(answer.location)
    assert shown.status == 200 and kind.name in plain(shown.text)


def test_an_operator_says_that_a_message_asks_for_it(web: Web, kind: Kind) -> None:
    say(web, AMINA, "Бәрін тазартыңыздар", minutes_ago=60)
    ticket = web.ticket(web.tickets()[0]["id"])
    message = next(one for one in ticket["messages"] if one["direction"] == "in")
    page = web.signed_in("bolat").get(f"/dashboard/tickets/{ticket['id']}/request?message={message['id']}")
    assert f'value="{kind.id}"' in page.text and kind.name in plain(page.text)
    body = {"message_id": message["id"], "kind": kind.id}
    answer = web.call("POST", f"/api/v1/tickets/{ticket['id']}/privacy-requests", body, by="bolat")
    assert (answer.status, answer.json["kind"]) == (201, kind.id)
    request = read(web, answer.json["id"])
    assert (request.source, request.created_by) == ("message", web.staff["bolat"])
    beside = plain(web.signed_in("bolat").get(f"/dashboard/tickets/{ticket['id']}").text)
    assert ("Withdrawn" in beside) is kind.ends_consent
    assert ("No news and offers since" in beside) is (kind.ends_news and kind.way == "answer"), (
        "the others end it later"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_show_it_in_every_language(web: Web, kind: Kind, language: str) -> None:
    request, say_it = entered(web, kind), desk_text(language).gettext
    officer = web.browser("dana")
    officer.post("/dashboard/language", {"language": language, "next": "/dashboard"})
    for path in (LIST, f"{LIST}/{request.id}"):
        shown = plain(officer.get(path, **{"Accept-Language": language}).text)
        assert say_it(kind.name) in shown


def test_the_page_of_a_certified_one_speaks_of_what_was_done_and_of_nothing_else(web: Web, kind: Kind) -> None:
    if kind.certificate is None:
        pytest.skip("it has none")
    request = certified(web, entered(web, kind), kind)
    shown = plain(web.signed_in("dana").get(f"{LIST}/{request.id}").text)
    assert kind.certificate.card in shown and "1970" not in shown
    assert ("Access closed" in shown) is (kind.way == "erasure")
    assert all(words in shown for words in kind.effect)
    api = web.call("GET", f"{REQUESTS}/{request.id}", by="dana").json
    assert (api["kind"], api["certificate_id"]) == (kind.id, request.certificate_id)
    asked_for = web.call("GET", f"/api/v1/certificates/{request.certificate_id}", by="dana").json
    assert asked_for["entries"][0]["body"]["kind"] == kind.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_public_page_shows_it_in_every_language(web: Web, kind: Kind, language: str) -> None:
    if kind.certificate is None:
        pytest.skip("it has none")
    request = certified(web, entered(web, kind), kind)
    first, profile = wiring_web.ledger().entry(request.certificate_id, "issued"), wiring_web.profile()
    assert first is not None
    page = _page(profile, language, request.certificate_id, Certificate(first, None, True), new_id()).body
    shown, say_it = html.unescape(plain(page)), desk_text(language).gettext
    assert say_it(kind.certificate.title) in shown and say_it(kind.certified_as) in shown
    assert say_it(kind.certificate.says).format(company=profile.operator.company[request.language or "kk"]) in shown
    assert AMINA.name not in shown


def test_rows_of_a_kind_that_a_newer_release_wrote_stand_in_nobodys_way(web: Web) -> None:
    """After a release is taken back its lists and its monitor leave such requests alone."""
    known, other, store = asking.opened(web), asking.opened(web), wiring_stores.requests()
    store.run(store.change(other.id, {"kind": "from_tomorrow"}))
    assert [one.id for one in store.open_ones(10)] == [known.id]
    shown = web.signed_in("dana").get(LIST)
    assert shown.status == 200 and known.id in shown.text and other.id not in shown.text
    assert [one["id"] for one in web.call("GET", REQUESTS, by="dana").json["items"]] == [known.id]
    with pytest.raises(registry.UnknownKind):
        registry.kind_of("from_tomorrow")
