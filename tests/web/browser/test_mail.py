"""A mail thread in the desk, and what forms bring, in Chromium: wide and narrow, in three languages."""

from typing import Any

import pytest

from chalicelib.channels.email.read_letter import read_letter
from chalicelib.channels.email.told import brief, status
from chalicelib.channels.parts import InboundMessage
from chalicelib.messages.statuses import Statuses
from chalicelib.wiring import base as wiring
from tests.support.channels.mail.building import mail as built
from tests.support.channels.mail.building import many, part
from tests.support.channels.mails import ACCOUNTS, DOMAIN, FORGED, came_back, envelope, event
from tests.support.web.chromium import CHROMIUM, SIZES, check, fresh
from tests.support.web.chromium import address as address
from tests.support.web.chromium import chromium as chromium
from tests.support.web.contact import Visitor, deliver
from tests.support.web.desk import Web
from tests.support.web.files import bucket as bucket

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
    pytest.mark.usefixtures("bucket"),
]
LANGUAGES = ("en", "ru", "kk")
SUBJECT = "Шот-фактура бойынша сұрақ: № 2026/11-0481207 келісімшарт, " + "қосымша" * 6
TEXT = (
    "Сәлеметсіз бе! Төлем өтпеді.\nhttps://example.kz/" + "u" * 90 + "\n\nЖауап күтемін.\n\n"
    "On Mon, 30 Nov 2026 at 10:00, sPoint <info@spoint.kz> wrote:\n> Тапсырысыңыз қабылданды.\n> Рақмет!\n"
)
RAW = built(
    many("mixed", part(TEXT), part("0", "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "")),
    "Әбдірахманқызы Гүлнұр-Айсұлу <gulnur@example.kz>",
    SUBJECT,
    Cc="Бухгалтерия <accounting-department-of-the-company@example.kz>",
)


def arrive(web: Web) -> str:
    """A mail with history, a copied address and an encrypted part, of which nothing proves who sent it; its ticket."""
    for one in read_letter(RAW, envelope(FORGED), ACCOUNTS, ("info@spoint.kz",), web.seconds).parts:
        assert isinstance(one, InboundMessage)
        web.receive(one)
    (ticket,) = web.tickets()
    return str(ticket["id"])


def tell(web: Web, ticket: str, kind: str, **more: Any) -> None:
    """SES tells of the newest mail of ours."""
    (*_, newest) = [one for one in web.ticket(ticket)["messages"] if one["direction"] == "out"]
    web.advance(60)
    update = status(brief(event(kind, newest["id"], at=web.seconds, **more)), DOMAIN, web.seconds)
    assert update and Statuses(wiring.gateway(), wiring.address_key()).apply(update, web.now)


def looked_at(chromium: Any, web: Web, address: str, ticket: str, name: str, words: str) -> None:
    """The ticket's page is whole and clean in each language and width; `words` are on the English one."""
    for language in LANGUAGES:
        for size, (width, height) in SIZES.items():
            dark = "dark" if size == "360" else None
            page = fresh(chromium, viewport={"width": width, "height": height}, color_scheme=dark)
            page.context.add_cookies([{"name": "desk", "value": web.session("bolat", "page"), "url": address}])
            page.goto(f"{address}/dashboard")
            page.evaluate("code => document.querySelector(`[name=language][value=${code}]`).click()", language)
            page.wait_for_selector(f"html[lang={language}]")
            page.goto(f"{address}/dashboard/tickets/{ticket}")
            check(page, f"{name}-{language}-{size}")
            assert language != "en" or words in page.content()
            page.context.close()


def test_a_mail_with_history_copies_and_an_encrypted_part(chromium: Any, web: Web, address: str) -> None:
    ticket = arrive(web)
    answer = {"text": "Тексеріп жатырмыз. " * 30, "client_id": "answer"}
    assert web.call("POST", f"/api/v1/tickets/{ticket}/replies", answer).status == 201
    looked_at(chromium, web, address, ticket, "mail", "Nothing proves that this mail was sent from its address")


@pytest.mark.parametrize(
    ("kind", "more", "words"),
    [
        ("Bounce", came_back(status="5.1.1"), "Our mail came back"),
        ("Complaint", {}, "The customer marked our mail as unwanted"),
    ],
)
def test_who_cannot_be_written_to(
    chromium: Any, web: Web, address: str, kind: str, more: dict[str, Any], words: str
) -> None:
    ticket = arrive(web)
    tell(web, ticket, kind, **more)
    looked_at(chromium, web, address, ticket, f"mail-{kind.lower()}", words)


def test_what_a_form_brought_stands_beside_its_ticket(chromium: Any, web: Web, address: str) -> None:
    visitor = Visitor(web)
    assert (
        visitor.send(email="gulnur.abdirahmankyzy.of.a.long.name@a-very-long-domain-of-a-company.example.kz").status
        == 303
    )
    deliver(web)
    (ticket,) = web.tickets()
    looked_at(chromium, web, address, ticket["id"], "form-ticket", "as they wrote in the form; nothing proves it")
