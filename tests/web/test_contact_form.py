"""The form on the website, sent by a browser without scripts: what is stored, and what is refused beside where it was
typed."""

import pytest

from chalicelib.channels import registry
from chalicelib.core.clock import SECOND
from chalicelib.core.languages import LANGUAGES
from chalicelib.dynamo.models import DeskRow, IndexRow
from chalicelib.messages.consent_notices import ticked
from chalicelib.messages.page_limit import MOST, WINDOW
from chalicelib.messages.receive_page import LONGEST
from chalicelib.profile.load import load_profile
from chalicelib.profile.policy import policy_reference
from chalicelib.web.public.form_model import MOST_FILES, MOST_TEXT
from tests.support.filled_forms import FILLED, PDF, TEXT, hidden
from tests.support.web.contact import Visitor
from tests.support.web.contact import laid as laid
from tests.support.web.desk import Web

FORM = next(one for one in registry.SERVED if one.page)
SPOINT = load_profile("spoint")
WITHDRAWAL = "Отзыв согласия на обработку персональных данных"


@pytest.fixture
def visitor(web: Web) -> Visitor:
    return Visitor(web)


def stored() -> list[str]:
    """Sort keys of everything in the table `desk` but the colleagues."""
    return sorted(row.sk for row in DeskRow.scan() if not row.pk.startswith("staff"))


def consents() -> list[DeskRow]:
    return [row for row in DeskRow.scan() if row.sk.startswith("consent#")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_asks_for_what_a_purpose_names_and_for_nothing_else(web: Web, language: str) -> None:
    page = Visitor(web, language).open()
    assert page.status == 200 and f'<html lang="{language}">' in page.text
    for name in ("full_name", "email", "phone", "text", "files", "consent"):
        assert f'name="{name}"' in page.text
    assert 'name="organisation"' not in page.text and "checked" not in page.text and "<script" not in page.text
    first, *_ = ticked(SPOINT, language, FORM.id).split("https://")
    assert first.split("\n")[0].strip() in page.text.replace("&#39;", "'")
    assert page.headers["cache-control"] == "no-store" and page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-robots-tag"] == "noindex, nofollow"


def test_what_is_sent_is_a_ticket_with_name_and_consent(web: Web, visitor: Visitor) -> None:
    answer = visitor.send()
    assert answer.status == 303 and answer.headers["cache-control"] == "no-store"
    (ticket,) = web.tickets()
    assert (ticket["channel"], ticket["contact"]["name"]) == (FORM.id, FILLED["full_name"])
    assert ticket["contact"]["language"] == "kk"
    (said,) = [one for one in web.ticket(ticket["id"])["messages"] if one["direction"] == "in"]
    assert said["text"] == TEXT
    assert said["details"] == {"given_mail": FILLED["email"], "given_phone": FILLED["phone"]}
    page = web.signed_in("bolat").get(f"/dashboard/tickets/{ticket['id']}").text
    panel = page[page.index('id="side"') :]
    assert FILLED["email"] in panel and FILLED["phone"] in panel, "as what they say of themselves"
    assert "as the customer&#39;s application gives it" not in panel
    assert web.tickets(f"?q={FILLED['email']}") == [], "nothing proves it, so nobody is found by it"
    (consent,) = consents()
    assert (consent.policy_version, consent.policy_hash) == policy_reference(SPOINT).agreed
    assert consent.asked == ticked(SPOINT, "kk", FORM.id) and consent.answered_by == "tick"
    assert (consent.subject, consent.channel, consent.language) == ("typed_name", FORM.id, "kk")
    page = web.signed_in("bolat").get(f"/dashboard/tickets/{ticket['id']}").text
    assert FILLED["email"] in page and "as they say" in page


def test_a_form_without_files_may_come_as_a_plain_form(web: Web, visitor: Visitor) -> None:
    assert visitor.send_urlencoded().status == 303
    assert len(web.tickets()) == 1


def test_only_the_text_and_the_tick_are_wanted(web: Web, visitor: Visitor) -> None:
    assert visitor.send(full_name="", email="", phone="").status == 303
    (ticket,) = web.tickets()
    assert not ticket["contact"]["name"]
    assert consents()[0].subject == "no_name"


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"consent": ""}, "consent", "Without your consent"),
        ({"consent": "on"}, "consent", "Without your consent"),
        ({"text": ""}, "text", "nothing to read"),
        ({"text": " \u200b\n\u2800"}, "text", "nothing to read"),
        ({"text": "я" * (MOST_TEXT + 1)}, "text", f"at most {MOST_TEXT}"),
        ({"email": "gulnur@пошта"}, "email", "no whole e-mail address"),
        ({"email": "a@b.kz, c@d.kz"}, "email", "no whole e-mail address"),
        ({"phone": "звоните"}, "phone", "no phone number"),
        ({"full_name": "Гүлнұр\r\nBcc: a@b.kz"}, "full_name", "one line"),
        ({"full_name": "\u202e\u200b"}, "full_name", "one line"),
        ({"full_name": "я" * 201}, "full_name", "at most 200"),
    ],
)
def test_what_is_wrong_is_said_beside_where_it_was_typed_and_nothing_is_stored(
    web: Web, change: dict[str, str], field: str, said: str
) -> None:
    visitor = Visitor(web, "en")
    answer = visitor.send(**change)
    assert answer.status == 400 and stored() == []
    beside = answer.text.split(f'id="{field}-error"')[1].split("</span>")[0]
    assert said in beside and f'<a href="#{field}">' in answer.text
    if field != "text":
        assert TEXT in answer.text, "what was typed stays"
    assert "checked" not in answer.text


@pytest.mark.parametrize("extra", [{"iin": "900101300123"}, {"organisation": "ТОО"}, {"csrf": "1"}, {"press": "menu"}])
def test_an_extra_field_is_refused_and_nothing_stored(web: Web, visitor: Visitor, extra: dict[str, str]) -> None:
    answer = visitor.send(**extra)
    assert answer.status == 400 and stored() == []
    assert not list(IndexRow.scan()), "not even counted"


def test_a_file_in_another_field_is_refused(web: Web, visitor: Visitor) -> None:
    assert visitor.send(("avatar", "a.png", "image/png", b"1")).status == 400
    assert stored() == []


def test_a_program_that_fills_in_what_nobody_sees_is_told_that_all_is_well(web: Web, visitor: Visitor) -> None:
    answer, real = visitor.send(website="https://spam.example"), Visitor(web).send()
    assert answer.status == real.status == 303
    assert len(answer.location) == len(real.location) and answer.location.startswith("/contact/r/")
    assert len(web.tickets()) == 1
    assert web.http("GET", answer.location).status == 404


@pytest.mark.parametrize("seconds", [-4, LONGEST // SECOND])
def test_a_page_that_is_sent_too_soon_or_too_late_asks_to_send_it_again(web: Web, seconds: int) -> None:
    visitor = Visitor(web, "en")
    filled = visitor.filled()
    web.advance(seconds)
    answer = visitor.post(filled)
    assert answer.status == 400 and "Send it again" in answer.text and TEXT in answer.text and stored() == []
    web.advance(5)
    assert visitor.post({**filled, "page": hidden(answer.text)}).status == 303


@pytest.mark.parametrize("token", ["", "x", "é", "AAAA" * 12, "A" * 5000])
def test_a_page_that_is_not_ours_stores_nothing(web: Web, visitor: Visitor, token: str) -> None:
    assert visitor.send(page=token).status == 400
    assert stored() == []


def test_a_page_that_is_sent_twice_is_one_ticket_with_one_link(
    web: Web, visitor: Visitor, laid: dict[str, bytes]
) -> None:
    filled = visitor.filled()
    first, second = (visitor.post(filled, [PDF]).location for _ in range(2))
    assert first == second
    assert len(laid) == 1
    (ticket,) = web.tickets()
    assert [one["kind"] for one in web.ticket(ticket["id"])["messages"] if one["direction"] == "in"] == [
        "text",
        "document",
    ]


def test_a_page_that_is_changed_and_sent_again_loses_nothing(web: Web, visitor: Visitor) -> None:
    filled = visitor.filled()
    first = visitor.post(filled).location
    web.advance(5)
    second = visitor.post({**filled, "text": "И ещё: какой у вас адрес?"}).location
    assert first == second
    (ticket,) = web.tickets()
    said = [one["text"] for one in web.ticket(ticket["id"])["messages"] if one["direction"] == "in"]
    assert said == [TEXT, "И ещё: какой у вас адрес?"]
    assert len(consents()) == 1


def test_two_people_with_one_mail_address_stay_two(web: Web) -> None:
    links = [Visitor(web).send().location for _ in range(2)]
    assert links[0] != links[1]
    assert len({one["contact"]["id"] for one in web.tickets()}) == 2


def test_files_are_laid_for_the_file_fetcher(web: Web, visitor: Visitor, laid: dict[str, bytes]) -> None:
    picture = ("files", "../../чек.png", "image/png", b"\x89PNG picture")
    assert visitor.send(PDF, picture).status == 303
    assert sorted(laid.values()) == sorted([PDF[3], picture[3]])
    (ticket,) = web.tickets()
    kinds = [one["kind"] for one in web.ticket(ticket["id"])["messages"] if one["direction"] == "in"]
    assert kinds == ["text", "document", "image"]
    assert sum(row.sk.startswith("fetch#") for row in DeskRow.scan()) == 2


def test_files_of_more_than_4_mb_are_refused_on_the_page(web: Web, laid: dict[str, bytes]) -> None:
    visitor = Visitor(web, "en")
    half = MOST_FILES // 2
    answer = visitor.send(*[("files", f"{n}.bin", "application/octet-stream", bytes(half + n)) for n in range(2)])
    assert answer.status == 400 and "together at most 4 MB" in answer.text and "choose the files again" in answer.text
    assert TEXT in answer.text and stored() == [] and laid == {}
    larger = visitor.send(("files", "1.bin", "application/octet-stream", bytes(4_400_000)))
    assert larger.status == 413 and "too large" in larger.text and stored() == []


def test_after_some_pages_from_one_network_the_next_is_refused_for_a_while(web: Web) -> None:
    visitor = Visitor(web, "en")
    web.advance((WINDOW - web.now % WINDOW) // SECOND + 1)  # ten minutes of the clock begin now
    answers = [visitor.send() for _ in range(50)]
    taken = [one for one in answers if one.status == 303]
    assert len(taken) == MOST
    refused = answers[-1]
    assert refused.status == 429 and "ten minutes" in refused.text and TEXT in refused.text
    assert refused.headers["retry-after"] == "600"
    assert len(web.tickets()) == len(taken)
    web.advance(600)
    assert visitor.send().status == 303
    counted = [row for row in IndexRow.scan() if row.pk.startswith("pages#")]
    assert counted and all(int(row.expires_at) <= web.seconds + 1200 for row in counted)
    assert not any("127.0.0.1" in row.pk for row in counted)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_withdrawal_of_somebody_unknown_is_answered_and_nothing_is_stored(web: Web, language: str) -> None:
    answer = Visitor(web, language).send(text=f"«{WITHDRAWAL.upper()}». Иванов И.И.")
    assert answer.status == 200 and stored() == []
    assert "spoint.kz/policy" in answer.text


def test_what_is_typed_is_text_on_every_page(web: Web) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    visitor = Visitor(web, "en")
    refused = visitor.send(full_name=evil, text=evil, consent="")
    assert "<script" not in refused.text and "<img" not in refused.text and "&lt;script&gt;" in refused.text
    visitor.send(full_name=evil, text=evil)
    (ticket,) = web.tickets()
    for page in (visitor.follow(), web.signed_in("bolat").get(f"/dashboard/tickets/{ticket['id']}")):
        assert "<script>alert" not in page.text and "<img src=x" not in page.text and "&lt;script&gt;" in page.text
