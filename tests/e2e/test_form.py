"""The form on the website of the running desk: a ticket, its answer behind the private link, the end of the person's
data, and what programs try."""

import secrets

import pytest

from tests.support.e2e.erasing import HOUR, Office, advance, readable
from tests.support.e2e.form import FormVisitor
from tests.support.e2e.playing import Api, Play, eventually
from tests.support.e2e.stored import everything
from tests.support.filled_forms import TEXT

pytestmark = pytest.mark.timeout(240)
WITHDRAWAL = "Дербес деректерді өңдеуге берілген келісімді кері қайтарып алу"
TICKET_ROWS = "tickets?channel=form&limit=100"


def named() -> str:
    """A name that nobody else has in this run."""
    letters = "абвгдежзиклмнопрст"
    return "Гүлнұр" + "".join(secrets.choice(letters) for _ in range(10))


def states_of_files(api: Api, ticket_id: str) -> list[str]:
    return [one["state"] for each in api.get(f"tickets/{ticket_id}")["messages"] for one in each["attachments"]]


def looks_until(visitor: FormVisitor, office: Office, state: str) -> None:
    """Look at the private link until the request is in this state."""

    def look() -> bool:
        visitor.follow()
        (found,) = office.of(visitor)
        assert found["state"] != "escalated", found
        return bool(found["state"] == state)

    eventually(look)


def test_a_form_its_answer_and_the_end_of_its_data(play: Play) -> None:
    visitor, api, office = FormVisitor(play, named()), play.sign_in(), Office(play)
    text, words = f"{TEXT} {secrets.token_hex(4)}", f"receipt {secrets.token_hex(6)}"
    receipt = ("files", "чек-құпия.pdf", "application/pdf", f"%PDF-1.4 {words}".encode())
    assert visitor.send(text, receipt).status_code == 303
    ticket = visitor.ticket_id(api)
    eventually(lambda: "ready" in states_of_files(api, ticket))
    number = visitor.reads(api.get(f"tickets/{ticket}")["number"])
    assert text in number and "чек-құпия.pdf" in number

    answer = f"Қосқышты басыңыз {secrets.token_hex(4)}"
    assert api.reply(ticket, answer).ok
    eventually(lambda: api.delivery(ticket, answer) == "sent")
    visitor.reads(answer)
    assert api.delivery(ticket, answer) == "read"
    found = list(everything(play.desk.client))
    assert readable(found, [visitor.name, visitor.mail, text, answer, visitor.secret]) == set()

    visitor.write(WITHDRAWAL)
    visitor.press("erase.confirm.")
    office.reach("telling", visitor, waits="telling")
    looks_until(visitor, office, "grace")
    advance(play, 5 * HOUR, steps=5)
    office.reach("destroying", visitor, waits="told")
    page = visitor.reads("/certificates")
    assert text not in page and answer not in page and WITHDRAWAL not in page
    assert 'name="text"' not in page, "nothing can be written there any more"
    advance(play, 24 * HOUR, steps=4)
    office.reach("waiting_for_backups", visitor)
    assert "/certificates</" not in visitor.follow(), "the last answer is gone, too"
    found = list(everything(play.desk.client))
    gone = [visitor.name, visitor.mail, text, answer, visitor.secret, words, "чек-құпия"]
    assert readable(found, gone) == set()


def test_nothing_is_told_before_the_person_has_looked_at_the_link(play: Play) -> None:
    visitor, office = FormVisitor(play, named()), Office(play)
    assert visitor.send(TEXT).status_code == 303
    visitor.ticket_id(play.sign_in())
    visitor.write(WITHDRAWAL)
    visitor.press("erase.confirm.")
    office.reach("telling", visitor, waits="telling")
    looks_until(visitor, office, "grace")


def test_a_program_a_stranger_and_a_flood(play: Play) -> None:
    """One place of the network may send ten pages in ten minutes of the clock; this test comes last."""
    api = play.sign_in()
    advance(play, 1200)
    before = {one["id"] for one in api.get(TICKET_ROWS)["items"]}
    visitor = FormVisitor(play, named(), "en")
    assert visitor.send(TEXT, website="https://spam.example").status_code == 303
    assert visitor.get(visitor.link).status_code == 404
    assert visitor.send(TEXT, iin="900101300123").status_code == 400
    assert visitor.send(TEXT, consent="").status_code == 400
    assert visitor.get("/contact/r/" + "A" * 43).status_code == 404
    fields = visitor.fields(TEXT)
    answers = [visitor.post("/contact", {**fields, "text": f"{TEXT} {n}"}) for n in range(50)]
    statuses = [one.status_code for one in answers]
    assert set(statuses) == {303, 429} and statuses.count(303) <= 20
    refused = next(one for one in answers if one.status_code == 429)
    assert "ten minutes" in refused.text and refused.headers["Retry-After"] == "600"
    assert len({one["id"] for one in api.get(TICKET_ROWS)["items"]} - before) == 1, "one page, one person, one ticket"
    advance(play, 1200)
