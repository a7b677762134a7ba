"""News by mail on the running desk, by SMTP and over HTTP: asked for, confirmed, sent by two people, and ended by one
click or by a marked mail."""

import secrets
import smtplib
from typing import Any
from urllib.parse import urlencode, urlsplit

from chalicelib.core.ids import new_id
from tests.support.channels.mails import mail
from tests.support.e2e.erasing import advance, readable
from tests.support.e2e.playing import Play, eventually
from tests.support.e2e.stored import everything
from tests.support.e2e.visiting import colleague, http
from tests.support.filled_forms import hidden

MARKING = "жаңа өнімдер мен қызметтер және арнайы ұсыныстар туралы хабарламалардан бас тарту"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Post:
    """What leaves the desk by mail for one address."""

    def __init__(self, play: Play, address: str) -> None:
        self.play, self.address = play, address

    def mails(self) -> list[dict[str, Any]]:
        items = self.play.phones("/sent?channel=email")["items"]
        return [one["payload"] for one in items if one["to"] == self.address]

    def link(self, begins: str) -> str:
        """Wait for a mail that leads to such a page; return the page."""

        def look() -> str:
            pages = [url for one in self.mails() for url, _ in one["pages"] if begins in url]
            return pages[-1] if pages else ""

        return eventually(look)


def mailing(play: Play, words: str) -> str:
    """Bolat writes it, Madina lets it go; return its path."""
    bolat, madina = colleague(play, "operator@desk.local"), colleague(play, "supervisor@desk.local")
    texts = {f"{what}_{one}": f"{words} {one}" for one in ("kk", "ru", "en") for what in ("subject", "text")}
    bolat.get("/dashboard/mailings")
    made = bolat.post("/dashboard/mailings", {"client_id": new_id(), "purpose": "news", **texts})
    assert made.status == 303, made.text
    path = urlsplit(made.location).path
    assert bolat.post(f"{path}/release", {"version": "1"}).status == 403
    madina.get(path)
    assert madina.post(f"{path}/release", {"version": "1"}).status == 303
    return path


def subscribe(play: Play, post: Post) -> None:
    call = http(play)
    page = call("GET", "/news?lang=kk")
    advance(play, 5)
    fields = {"page": hidden(page.text), "email": post.address, "website": "", "news": "yes"}
    assert call("POST", "/news?lang=kk", headers=FORM, body=urlencode(fields)).status == 200
    link = post.link("/news/confirm/")
    assert call("GET", link).status == 200
    assert call("POST", link, headers=FORM).status == 200


def write(play: Play, sender: str, text: str, **more: Any) -> None:
    raw = mail(text, sender=sender, to="info@spot.kz", serial=secrets.randbelow(10**12), at=play.now(), **more)
    with smtplib.SMTP("127.0.0.1", play.desk.smtp_port, timeout=20) as server:
        server.sendmail(sender, ["info@spot.kz"], raw)


def test_news_from_the_first_box_to_the_last_click(play: Play) -> None:
    leaver = Post(play, f"gulnur.{secrets.token_hex(5)}@example.kz")
    stayer = Post(play, f"aidos.{secrets.token_hex(5)}@example.kz")
    annoyed = Post(play, f"complaint+{secrets.token_hex(5)}@simulator.amazonses.com")
    for one in (leaver, stayer, annoyed):
        subscribe(play, one)
    first, second = (f"Жаңалық {secrets.token_hex(6)}" for _ in range(2))
    path = mailing(play, first)
    (got,) = eventually(lambda: [one for one in leaver.mails() if first in one["text"]])
    eventually(lambda: [one for one in stayer.mails() if first in one["text"]])
    assert got["subject"] == f"{first} kk" and got["headers"]["Auto-Submitted"] == "auto-generated"
    assert got["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = got["headers"]["List-Unsubscribe"].strip("<>")
    assert link == leaver.link("/news/end/")
    bolat = colleague(play, "operator@desk.local")
    eventually(lambda: "sent to all" in bolat.get(path).text)
    eventually(lambda: "Delivered and marked as unwanted" in bolat.get(path).text)

    found = list(everything(play.desk.client))
    assert readable(found, [leaver.address, stayer.address]) == set(), "a mailing names nobody"
    body = "List-Unsubscribe=One-Click"
    assert http(play)("POST", link, headers=FORM, body=body).status == 200
    mailing(play, second)
    eventually(lambda: [one for one in stayer.mails() if second in one["text"]])
    assert not [one for one in leaver.mails() if second in one["text"]]


def test_a_marked_mail_ends_news_and_support_goes_on(play: Play) -> None:
    post = Post(play, f"nurlan.{secrets.token_hex(5)}@example.kz")
    subscribe(play, post)
    write(play, post.address, "Өтінемін.", subject=MARKING)
    eventually(lambda: [one for one in post.mails() if "Auto-Submitted" in one["headers"]][1:])
    words = f"Жаңалық {secrets.token_hex(6)}"
    other = Post(play, f"aidos.{secrets.token_hex(5)}@example.kz")
    subscribe(play, other)
    mailing(play, words)
    eventually(lambda: [one for one in other.mails() if words in one["text"]])
    assert not [one for one in post.mails() if words in one["text"]]
    write(play, post.address, "Терминал істемейді.")
    eventually(lambda: play.sign_in().get(f"tickets?q={post.address}")["items"])
