"""A mail becomes a ticket, is answered in its thread, and the answer to that lies on the same ticket: on the running
desk, by SMTP and over HTTP. Everything that the operator's phrase book says in a subject is a request."""

import secrets
import smtplib
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.profile.load import load_profile
from tests.support.channels.mails import mail
from tests.support.e2e.customers import Dashboard
from tests.support.e2e.playing import Play, eventually

MAILBOX = "info@spot.kz"
FORGED = "dmarc=FAIL dkim=FAIL spf=FAIL"


def new_address() -> str:
    return f"nurlan.{secrets.token_hex(5)}@example.kz"


def write(play: Play, sender: str, text: str, **more: Any) -> None:
    """Send a mail by SMTP, as a mail server does."""
    to = more.pop("to", MAILBOX)
    raw = mail(text, sender=f"Нұрлан <{sender}>", to=to, serial=secrets.randbelow(10**12), at=play.now(), **more)
    with smtplib.SMTP("127.0.0.1", play.desk.smtp_port, timeout=20) as server:
        server.sendmail(sender, [to], raw)


def sent(play: Play, to: str) -> list[dict[str, Any]]:
    return [one["payload"] for one in play.phones("/sent?channel=email")["items"] if one["to"] == to]


def test_a_mail_its_answer_and_the_answer_to_that(play: Play) -> None:
    who = new_address()
    write(play, who, "Шотты қайдан көремін?", subject="Шот туралы", file=("түбіртек.pdf", b"%PDF-1.4"))
    api = play.sign_in()
    (item,) = eventually(lambda: api.get(f"tickets?q={who}")["items"])
    assert (item["channel"], item["contact"]["language"]) == ("email", "kk")
    (notice,) = eventually(lambda: sent(play, who))
    assert item["number"] in notice["text"] and notice["headers"]["Auto-Submitted"] == "auto-replied"

    assert api.reply(item["id"], "Жеке кабинетте <b>.").ok
    answer = eventually(lambda: sent(play, who)[1:])[0]
    assert notice["subject"] == "Re: Шот туралы", "whichever part of the mail is the newest"
    assert (answer["subject"], answer["text"]) == ("Re: Шот туралы", "Жеке кабинетте <b>.")
    assert answer["headers"]["In-Reply-To"] == notice["headers"]["In-Reply-To"] != ""

    write(play, who, "Рақмет!", subject="Re: Шот туралы", to=answer["headers"]["Reply-To"])
    texts = eventually(lambda: (found := api.get(f"tickets/{item['id']}")["messages"])[4:] and found)
    assert [one["text"] for one in texts if one["direction"] == "in"] == ["Шотты қайдан көремін?", "", "Рақмет!"]
    eventually(lambda: _file(api, item["id"])["state"] == "ready")
    assert _file(api, item["id"])["name"] == "түбіртек.pdf"


def _file(api: Any, ticket_id: str) -> dict[str, Any]:
    (file,) = (one for each in api.get(f"tickets/{ticket_id}")["messages"] for one in each["attachments"])
    found: dict[str, Any] = file
    return found


@pytest.mark.parametrize("disguise", ["{}", "Re: FWD: «{}» Иванов И.И.", "{} ."])
def test_every_marking_for_a_withdrawal_asks_the_known_address_once_and_opens_no_ticket(
    play: Play, disguise: str
) -> None:
    api, who = play.sign_in(), new_address()
    write(play, who, "Сәлем")
    eventually(lambda: sent(play, who))
    for phrase in load_profile("spoint").phrases["withdrawal"]:
        write(play, who, "Өтінемін.", subject=disguise.format(phrase), X_Stand_In_Verdicts=FORGED)
    asked = eventually(lambda: [one for one in sent(play, who) if "erase.confirm" in str(one["links"])])
    assert len(asked) == 1
    assert len(api.get(f"tickets?q={who}")["items"]) == 1


def test_a_marked_mail_of_somebody_unknown_is_told_how_to_prove_it(play: Play) -> None:
    who = new_address()
    write(play, who, "Прошу.", subject="Отзыв согласия на обработку персональных данных")
    (answer,) = eventually(lambda: sent(play, who))
    assert "https://spoint.kz/policy" in answer["text"]
    assert play.sign_in().get(f"tickets?q={who}")["items"] == []


@pytest.mark.parametrize(
    ("meant", "status", "banner"),
    [
        ("bounce", "failed", "Our mail came back"),
        ("complaint", "delivered", "The customer marked our mail as unwanted"),
        ("success", "delivered", ""),
    ],
)
def test_what_becomes_of_an_answer_is_shown_and_what_came_back_closes_the_box(
    play: Play, meant: str, status: str, banner: str
) -> None:
    who = f"{meant}+{secrets.token_hex(5)}@simulator.amazonses.com"
    write(play, who, "Hello")
    api = play.sign_in()
    (item,) = eventually(lambda: api.get(f"tickets?q={quote(who)}")["items"])

    def outgoing() -> list[str]:
        return [one["status"] for one in api.get(f"tickets/{item['id']}")["messages"] if one["direction"] == "out"]

    eventually(lambda: outgoing() == [status])
    pages = Dashboard(play)
    eventually(lambda: banner in pages.get(f"tickets/{item['id']}"))
    assert api.reply(item["id"], "Answer").ok == (not banner)

    write(play, who, "Me again")  # who writes is written to
    assert eventually(lambda: api.reply(item["id"], "Another answer").ok)


@pytest.mark.parametrize(("signed", "proved"), [("example.kz", True), ("thief.kz", False)])
def test_a_signature_of_the_own_domain_proves_who_wrote_where_it_has_no_dmarc(
    play: Play, signed: str, proved: bool
) -> None:
    who = new_address()
    write(play, who, "Hello", X_Stand_In_Verdicts=f"spf=FAIL dmarc=GRAY signed={signed}")
    (item,) = eventually(lambda: play.sign_in().get(f"tickets?q={who}")["items"])
    page = Dashboard(play).get(f"tickets/{item['id']}")
    assert ("Nothing proves that this mail was sent from its address" in page) is not proved


def test_two_desks_that_answer_each_other_stop(play: Play) -> None:
    who = new_address()
    write(play, who, "Hello")
    (notice,) = eventually(lambda: sent(play, who))
    echo = {name.replace("-", "_"): notice["headers"][name] for name in ("X-Helpdesk-Loop", "Auto-Submitted")}
    write(play, who, notice["text"], subject=notice["subject"], to=notice["headers"]["Reply-To"], **echo)
    write(play, who, "Last", to=notice["headers"]["Reply-To"])
    api = play.sign_in()
    (item,) = api.get(f"tickets?q={who}")["items"]
    said = eventually(lambda: (found := _inbound(api, item["id"]))[1:] and found)
    assert said == ["Hello", "Last"] and len(sent(play, who)) == 1


def _inbound(api: Any, ticket_id: str) -> list[str]:
    return [one["text"] for one in api.get(f"tickets/{ticket_id}")["messages"] if one["direction"] == "in"]
