"""News by mail are asked for on a public page, confirmed by the address, and ended by its owner at once."""

import re

import pytest

from chalicelib.core.clock import DAY, SECOND
from chalicelib.core.languages import LANGUAGES
from chalicelib.dynamo.models import DeskRow
from chalicelib.mailings.texts import asked
from chalicelib.messages.page_limit import MOST_MAILS
from chalicelib.profile.load import load_profile
from chalicelib.profile.policy import policy_reference
from tests.support.filled_forms import hidden
from tests.support.forgetting import forget_wiring
from tests.support.web.desk import Web
from tests.support.web.mailings import GULNUR, Mailbox, path_in, records, subscriptions
from tests.support.web.mailings import mailbox as mailbox
from tests.support.web.mailings import provider as provider

SPOINT = load_profile("spoint")


def stored() -> list[str]:
    return sorted(row.sk.partition("#")[0] for row in DeskRow.scan() if not row.pk.startswith("staff"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_has_an_unticked_box_for_each_purpose(mailbox: Mailbox, language: str) -> None:
    page = mailbox.web.http("GET", f"/news?lang={language}")
    assert page.status == 200 and f'<html lang="{language}">' in page.text
    assert 'name="news"' in page.text and 'name="marketing"' in page.text
    assert "checked" not in page.text and "<script" not in page.text
    assert asked(SPOINT, language, "news", "email").split("https://")[0][:60] in page.text.replace("&#39;", "'")
    assert page.headers["x-robots-tag"] == "noindex, nofollow" and page.headers["cache-control"] == "no-store"


def test_an_address_that_was_never_confirmed_is_sealed_and_short_lived(mailbox: Mailbox) -> None:
    answer = mailbox.ask()
    assert answer.status == 200 and GULNUR not in answer.text
    assert stored() == ["sign_up", "visitor"]
    rows = [row for row in DeskRow.scan() if row.sk in ("sign_up", "visitor")]
    assert all(GULNUR not in str(row.attribute_values) for row in rows)
    (sign_up,) = (row for row in rows if row.sk == "sign_up")
    assert sign_up.expires_at == mailbox.web.now // SECOND + 2 * DAY // SECOND or sign_up.list.startswith("expires#")
    mailbox.send()
    (mail,) = mailbox.mails()
    assert mail["Subject"] == "Растаңыз: sPoint хаттары" and mail["List-Unsubscribe"] is None


def test_opening_the_link_changes_nothing_and_the_button_subscribes_once(mailbox: Mailbox) -> None:
    mailbox.ask(marketing="yes")
    link = mailbox.confirmation()
    for _ in range(2):
        page = mailbox.web.http("GET", link)
        assert page.status == 200 and 'method="post"' in page.text
    assert not subscriptions()
    assert mailbox.press(link).status == 200
    found = subscriptions()
    assert [one.purpose for one in found] == ["marketing", "news"] and not any(one.ended_at for one in found)
    assert records() == records("marketing") == [("yes", "link")]
    (consent,) = (row for row in DeskRow.scan() if row.sk.startswith("consent#") and row.purpose == "news")
    assert (consent.policy_version, consent.policy_hash) == policy_reference(SPOINT).agreed
    assert consent.asked == asked(SPOINT, "kk", "news", "email")
    assert mailbox.press(link).status == 200 and records() == [("yes", "link")]
    assert "already" in mailbox.web.http("GET", f"{link}?lang=en").text


def test_a_subscriber_is_a_contact_without_ticket_that_staff_finds(mailbox: Mailbox) -> None:
    contact_id = mailbox.subscribe()
    assert mailbox.web.tickets(f"?q={GULNUR}") == []
    bolat = mailbox.web.signed_in("bolat")
    bolat.get("/dashboard")
    assert f"/dashboard/contacts/{contact_id}" in bolat.search(GULNUR).text
    page = bolat.get(f"/dashboard/contacts/{contact_id}").text
    assert GULNUR in page and "news" in page and "since" in page


def test_an_address_is_found_however_it_was_copied(mailbox: Mailbox) -> None:
    contact_id = mailbox.subscribe("gulnur@xn--80a1acn3a.kz")
    bolat = mailbox.web.signed_in("bolat")
    plain = "gulnur@пошта.kz"
    ways = [
        f"<{plain}>", f"Гүлнұр <{plain}>", f"mailto:{plain}", f"{plain},", f"{plain}.", f"\u202a{plain}\u202c",
        plain.upper(), plain.replace("@", "\uff20"), "gulnur@xn--80a1acn3a.kz", "\uff47ulnur@пош\u00adта.kz",
    ]  # fmt: skip
    for typed in ways:
        assert f"/dashboard/contacts/{contact_id}" in bolat.search(typed).text, typed
    assert contact_id not in bolat.search("gulnur@почта.kz").text


def test_the_link_ends_it_at_once_for_ever_and_needs_no_login(mailbox: Mailbox) -> None:
    mailbox.subscribe()
    mailbox.mailing()
    mail = mailbox.mails()[-1]
    link = path_in(mail, "/news/end/")
    assert mailbox.web.http("GET", link).status == 200 and not any(one.ended_at for one in subscriptions())
    for _ in range(2):
        assert mailbox.press(link).status == 200
    assert all(one.ended_at for one in subscriptions()) and records() == [("yes", "link"), ("no", "link")]
    count = len(mailbox.mails())
    path = mailbox.write()
    assert mailbox.release(path).status == 409
    mailbox.send()
    assert len(mailbox.mails()) == count


def test_a_mail_program_ends_it_by_one_field_without_a_session(mailbox: Mailbox) -> None:
    mailbox.subscribe()
    mailbox.mailing()
    mail = mailbox.mails()[-1]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = path_in(mail, "/news/end/")
    assert mail["List-Unsubscribe"] == f"<http://127.0.0.1:8000{link}>"
    assert mailbox.press(link, **{"List-Unsubscribe": "One-Click"}).status == 200
    assert records() == [("yes", "link"), ("no", "program")]


@pytest.mark.parametrize("link", ["x", "a" * 20 + ".news." + "b" * 22, "a" * 20 + ".news.é"])
def test_a_link_that_is_not_ours_ends_nothing(mailbox: Mailbox, link: str) -> None:
    assert mailbox.press(f"/news/end/{link}").status == 404
    assert mailbox.press("/news/confirm/" + "a" * 43).status == 404


def test_a_sign_up_that_waits_too_long_confirms_nothing(mailbox: Mailbox) -> None:
    mailbox.ask()
    link = mailbox.confirmation()
    mailbox.web.advance(2 * DAY // SECOND + 10)
    assert mailbox.press(link).status == 404 and not subscriptions()


@pytest.mark.parametrize(
    ("change", "status"),
    [({"email": "gulnur@пошта"}, 400), ({"email": ""}, 400), ({"news": ""}, 400), ({"extra": "1"}, 400)],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_stored(
    mailbox: Mailbox, change: dict[str, str], status: int
) -> None:
    assert mailbox.ask(change.pop("email", GULNUR), **change).status == status
    assert stored() == []


def test_a_program_that_fills_the_trap_is_thanked_and_nothing_is_stored(mailbox: Mailbox) -> None:
    assert mailbox.ask(website="https://spam.example").status == 200
    assert stored() == []


def test_an_address_is_not_flooded_through_the_page(mailbox: Mailbox) -> None:
    for _ in range(MOST_MAILS + 2):
        assert mailbox.ask().status == 200
    mailbox.send()
    assert len(mailbox.mails()) == MOST_MAILS


def test_a_page_that_cannot_be_taken_now_keeps_what_was_filled_in(mailbox: Mailbox) -> None:
    while (answer := mailbox.ask(news="", marketing="yes")).status == 200:
        pass
    assert answer.status == 429 and "retry-after" in answer.headers
    assert f'value="{GULNUR}"' in answer.text and re.findall(r'name="(\w+)" value="yes" checked', answer.text) == [
        "marketing"
    ]


def test_who_corrects_the_address_and_sends_the_page_again_gets_the_link_there(mailbox: Mailbox) -> None:
    page = hidden(mailbox.web.http("GET", "/news").text)
    for address in ("gulnur@exampl.kz", GULNUR, GULNUR):
        assert mailbox.ask(address, page=page).status == 200
    mailbox.send()
    assert len(mailbox.mails()) == len(mailbox.mails("gulnur@exampl.kz")) == 1
    assert mailbox.press(mailbox.confirmation()).status == 200
    assert len(subscriptions()) == 1


def test_who_declined_news_before_and_asks_again_gets_them(mailbox: Mailbox) -> None:
    contact_id = mailbox.subscribe()
    dana = mailbox.web.signed_in("dana")
    fields = {"contact": contact_id, "kind": "opt_out", "evidence": "by phone", "received_on": "2026-11-01"}
    dana.get(f"/dashboard/privacy/new?contact={contact_id}")
    assert dana.post("/dashboard/privacy/new", fields).status == 303
    assert all(one.ended_at for one in subscriptions()) and records() == [("yes", "link"), ("no", "request")]
    mailbox.web.advance(60)
    assert mailbox.subscribe() == contact_id
    (row,) = (one for one in DeskRow.scan() if one.sk == "contact")
    assert row.opted_out_at is None and not subscriptions()[0].ended_at


def test_the_page_is_not_there_without_mailings(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, web: Web) -> None:
    monkeypatch.setenv("OPERATOR", "wadjet")
    forget_wiring()
    assert web.http("GET", "/news").status == 404


@pytest.mark.parametrize("operator", ["spark", "rsoftware"])
def test_where_the_operator_asks_first_each_consent_has_a_box_of_its_own(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, operator: str
) -> None:
    monkeypatch.setenv("OPERATOR", operator)
    forget_wiring()
    purpose = load_profile(operator).mailed[-1]
    filled = {"news": "", purpose: "yes"}
    assert mailbox.ask(**filled, processing="yes").status == 400
    assert mailbox.ask(**filled, transfer="yes").status == 400
    mailbox.subscribe(**filled, processing="yes", transfer="yes")
    given = [row for row in DeskRow.scan() if row.sk.startswith("consent#")]
    assert {row.purpose: (row.abroad, row.answer, row.answered_by) for row in given} == {
        "support": (None, None, "tick"),
        "transfer": ("yes", None, "tick"),
        purpose: (None, "yes", "link"),
    }
    assert all(row.asked and row.policy_version for row in given)
    mailbox.mailing(purpose)
    assert mailbox.mails()[-1]["List-Unsubscribe"] is not None
    mailbox.web.signed_in("bolat").get("/dashboard")
    assert GULNUR in mailbox.web.signed_in("bolat").search(GULNUR).text
