"""Whatever a parser gives beside the text is shown, or belongs to what is not for reading."""

from typing import Any

import pytest

from chalicelib.channels.email.read_letter import read_letter
from chalicelib.channels.parts import InboundMessage
from chalicelib.channels.telegram.parse import parse as telegram
from chalicelib.channels.whatsapp.parse import parse as whatsapp
from chalicelib.tickets.records import Message
from chalicelib.web.details import NOT_FOR_READERS, SHOWN, TOLD_BY_KIND, TOLD_BY_TEXT, detail_lines, details_of
from tests.support.channels import bodies, mails
from tests.support.channels.telegram import NOT_UNDERSTOOD as TELEGRAM_ODD
from tests.support.channels.telegram import UNDERSTOOD as TELEGRAM
from tests.support.channels.whatsapp import NOT_UNDERSTOOD as WHATSAPP_ODD
from tests.support.channels.whatsapp import UNDERSTOOD as WHATSAPP
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, DANIYAR, say

AD = {"source_url": "https://fb.me/1", "source_type": "ad", "headline": "Жеңілдік", "body": "20 %"}


def from_whatsapp(kind: str = "text", **fields: Any) -> InboundMessage:
    [part] = whatsapp(bodies.body(bodies.change([bodies.message(kind, **fields)])), {bodies.NUMBER}, bodies.NOW)
    assert isinstance(part, InboundMessage)
    return part


def from_telegram(kind: str = "message", **fields: Any) -> InboundMessage:
    [part] = telegram(bodies.update(kind, **bodies.private(**fields)), bodies.BOT, bodies.NOW)
    assert isinstance(part, InboundMessage)
    return part


def every_kind() -> list[InboundMessage]:
    """What both parsers give of everything that their tests know, with all that can stand beside a message."""
    context = {"frequently_forwarded": True, "referred_product": {"product_retailer_id": "sku-1"}}
    whatsapps = [from_whatsapp(kind, **fields, referral=AD, context=context) for kind, fields, *_ in WHATSAPP]
    whatsapps += [from_whatsapp(kind, **{"text": None, **fields}) for kind, fields in WHATSAPP_ODD]
    answered = {"reply_to_message": bodies.private(7, text="?"), "quote": {"text": "?"}, "media_group_id": "1"}
    telegrams = [from_telegram(**fields, **answered) for fields, *_ in TELEGRAM]
    raw = mails.mail("?", file=("a.pdf", b"%PDF"), References="<a@example.kz>", Cc="b@example.kz")
    letter = read_letter(raw, mails.envelope(mails.FORGED), mails.ACCOUNTS, (mails.MAILBOX,), bodies.NOW)
    by_mail = [one for one in letter.parts if isinstance(one, InboundMessage)]
    return [*whatsapps, *telegrams, *(from_telegram(**fields) for fields, _ in TELEGRAM_ODD), *by_mail]


def test_every_detail_is_shown_or_has_a_reason_not_to_be() -> None:
    known = TOLD_BY_TEXT | TOLD_BY_KIND | NOT_FOR_READERS | SHOWN
    assert {name for one in every_kind() for name in one.details} - known == set()
    assert not SHOWN & (TOLD_BY_TEXT | TOLD_BY_KIND | NOT_FOR_READERS)


def test_what_is_said_in_the_text_is_in_the_text() -> None:
    for one in every_kind():
        for card in one.details.get("cards", ()):
            assert card["name"] in one.text
        for answer in one.details.get("answers", {}).values():
            assert answer in one.text


ODD: list[tuple[InboundMessage, str, list[str]]] = [
    (from_whatsapp(referral=AD), "Сәлеметсіз бе", ["From an advertisement: Жеңілдік, 20 %, https://fb.me/1"]),
    (from_whatsapp(referral={"source_id": "7"}), "Сәлеметсіз бе", ["From an advertisement: 7"]),
    (
        from_telegram(text="осында", entities=[{"type": "text_link", "url": "https://desk.example/a"}] * 2),
        "осында",
        ["Address behind the words: https://desk.example/a"] * 2,
    ),
    (from_telegram(text="x", via_bot={"username": "gif"}), "x", ["Written by a bot that the customer used: gif"]),
    (from_whatsapp("contacts", contacts=[{"org": {"company": "sPoint"}}]), "sPoint", []),
    (from_whatsapp("contacts", contacts=[{"birthday": "2000-01-01"}]), "…", []),
    (
        from_whatsapp("contacts", contacts=[{"name": {"formatted_name": "С"}, "phones": [{"phone": "1"}] * 31}]),
        ", ".join(["С: 1", *["1"] * 29, "…"]),
        [],
    ),
    (
        from_whatsapp("order", order={"product_items": [{"product_retailer_id": "s", "quantity": 1}] * 42}),
        "1 × s",
        ["And 12 more, which are not kept"],
    ),
    (
        from_whatsapp("interactive", interactive={"nfm_reply": {"response_json": {f"f{n}": n for n in range(35)}}}),
        "f29: 29",
        ["And 5 more, which are not kept"],
    ),
    (
        from_whatsapp("order", order={"product_items": [
            {"product_retailer_id": "gift", "quantity": 1, "item_price": 0, "currency": "KZT"},
            {"product_retailer_id": "odd", "quantity": 1, "currency": "KZT"},
        ]}),
        "1 × gift — 0 KZT\n1 × odd",
        [],
    ),
    (
        from_whatsapp(text={"body": "ж" * 65_536}),
        "ж" * 50_000,
        ["Cut here: the text is longer than 100 kB, and the rest is not kept"],
    ),
    (from_telegram(paid_media={"star_count": 5}, caption="Сурет"), "Сурет", []),
    (from_telegram(checklist={"title": "Сатып алу"}), "Сатып алу", []),
    (from_whatsapp("unsupported", text={"body": "Сонда да"}), "Сонда да", []),
    (from_whatsapp("hologram", text=None, hologram={"caption": "Тірі"}), "Тірі", []),
    (
        from_whatsapp("unsupported", text=None, errors=[{"code": 131051, "title": "Unknown type"}]),
        "",
        ["The provider's number for it: 131051", "The provider says: Unknown type"],
    ),
    (from_whatsapp(timestamp="soon"), "Сәлеметсіз бе", ["The provider gave no time: this is when it arrived"]),
    (
        from_whatsapp("location", text=None, location={"latitude": 1, "longitude": 2, "address": "а" * 1500}),
        "а" * 999 + "…",
        [],
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(ODD)))
def test_it_is_visible_or_it_is_said_that_it_was_cut(case: int) -> None:
    part, text, lines = ODD[case]
    assert text in part.text
    shown = Message("m", "in", part.kind, 0, text=part.text, details=part.details)
    assert detail_lines(str, shown) == lines
    assert details_of(shown).keys() <= SHOWN


def test_the_page_and_the_api_show_what_stands_beside_a_message(web: Web) -> None:
    say(web, AMINA, "Тапсырыс", kind="order", details={"items": [], "more": 12, "referral": AD})
    say(web, DANIYAR, "тут", details={"links": ["https://desk.example/<b>"]})
    tickets = {one["contact"]["name"].split()[0]: one["id"] for one in web.tickets()}
    page = web.signed_in("bolat").get(f"/dashboard/tickets/{tickets['Амина']}").text
    assert "And 12 more, which are not kept" in page and "From an advertisement: Жеңілдік" in page
    other = web.signed_in("bolat").get(f"/dashboard/tickets/{tickets['Данияр']}").text
    assert "https://desk.example/&lt;b&gt;" in other
    [message] = [
        one
        for one in web.call("GET", f"/api/v1/tickets/{tickets['Амина']}").json["messages"]
        if one["direction"] == "in"
    ]
    assert message["details"] == {"more": 12, "referral": AD}


def test_a_mail_shows_its_subject_folds_its_history_and_says_what_proves_nothing(web: Web) -> None:
    letter = read_letter(
        mails.mail(
            "Мәтін\n\n> бұрынғы хат", subject="Шот <b>", Reply_To="Accounts <kassa@example.kz>",
            Cc=", ".join(["aliya@example.kz", *(f"n{number}@example.kz" for number in range(24))]),
        ),
        mails.envelope(mails.FORGED), mails.ACCOUNTS, (mails.MAILBOX,), bodies.NOW,
    )  # fmt: skip
    (part,) = letter.parts
    assert isinstance(part, InboundMessage)
    details = dict(part.details) | {"folded": "бұрынғы хат"}
    say(web, AMINA, part.text, details=details)
    (ticket,) = web.tickets()
    page = web.signed_in("bolat").get(f"/dashboard/tickets/{ticket['id']}").text
    for line in ("Шот &lt;b&gt;</b>", f"Written to: {mails.MAILBOX}", "Also to: aliya@example.kz"):
        assert line in page
    for line in ("Also to: n18@", "And 5 more, which are not kept", "Asks for answers at kassa@example.kz: "):
        assert line in page
    assert "n19@" not in page
    assert "Nothing proves that this mail was sent from its address" in page
    folded = page.index("Show earlier mails and the signature")
    assert page.index("<details", folded - 200) < folded < page.index("бұрынғы хат", folded)
