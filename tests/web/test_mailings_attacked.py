"""Mailings under load and under attack: two senders at once, a stop in the middle of a run, words that try to be
headers or code, addresses in many spellings."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from chalicelib.core.ids import new_id
from chalicelib.dynamo.models import DeskRow
from chalicelib.mailings.model import Mailing
from chalicelib.mailings.store import MailingStore, Recipients
from chalicelib.wiring import base as wiring
from chalicelib.wiring import mailings as wiring_mailings
from tests.support.filled_forms import hidden
from tests.support.web.mailings import FORM, GULNUR, TEXTS, Mailbox, subscriptions, text_of
from tests.support.web.mailings import mailbox as mailbox
from tests.support.web.mailings import provider as provider


def outcomes(path: str) -> dict[str, int]:
    found = MailingStore(wiring.gateway()).outcomes(path.rpartition("/")[2])
    return {what: number for what, number in found.items() if number}


def test_senders_at_once_make_each_copy_once(mailbox: Mailbox) -> None:
    people = [f"p{number}@example.kz" for number in range(5)]
    for one in people:
        mailbox.subscribe(one)
    path = mailbox.write()
    assert mailbox.release(path).status == 303
    send, mailing_id = wiring_mailings.send_mailing(), path.rpartition("/")[2]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, [mailing_id] * 4))
    assert outcomes(path) == {"queued": 5}
    mailbox.send()
    assert outcomes(path) == {"queued": 5, "sent": 5}
    assert [len([mail for mail in mailbox.mails(one) if mail["List-Unsubscribe"]]) for one in people] == [1] * 5


class StoppedMeanwhile(MailingStore):
    """A colleague stops the mailing while a run has read its recipients and made nothing yet."""

    def recipients(self, mailing: Mailing, most: int) -> Recipients:
        found = super().recipients(mailing, most)
        wiring_mailings.write_mailing().stop(mailing.id, "somebody")
        return found


def test_a_mailing_that_is_stopped_is_made_for_nobody_else_whoever_works(mailbox: Mailbox) -> None:
    mailbox.subscribe()
    path = mailbox.write()
    assert mailbox.release(path).status == 303
    send = wiring_mailings.send_mailing()
    object.__setattr__(send, "store", StoppedMeanwhile(wiring.gateway()))
    assert send(path.rpartition("/")[2]) == 0
    mailbox.send()
    assert outcomes(path) == {}
    assert "stopped" in mailbox.web.signed_in("bolat").get(path).text


def test_words_become_neither_headers_nor_code(mailbox: Mailbox) -> None:
    mailbox.subscribe()
    hostile = "Жаңалық\r\nBcc: victim@example.kz\r\n\r\n<script>alert(1)</script>"
    texts = {name: hostile if name.startswith("subject") else f"<b>{words}</b>" for name, words in TEXTS.items()}
    given = {"client_id": new_id(), "purpose": "news", **texts}
    answer = mailbox.web.signed_in("bolat").post("/dashboard/mailings", given)
    assert answer.status == 303
    assert mailbox.release(answer.location).status == 303
    page = mailbox.web.signed_in("bolat").get(answer.location).text
    assert "<script>alert" not in page and "<b>Терминал" not in page
    mailbox.send()
    mail = mailbox.mails()[-1]
    assert mail["Bcc"] is None and mail["Subject"] == "Жаңалық Bcc: victim@example.kz <script>alert(1)</script>"
    assert mail.get_all("To") == [GULNUR] and "<b>" in text_of(mail)
    html = mail.get_body(("html",))
    assert html is not None and "&lt;b&gt;" in html.get_content()


def test_one_address_in_many_spellings_is_one_subscriber(mailbox: Mailbox) -> None:
    first = mailbox.subscribe("Gulnur@Example.KZ".lower())
    for spelling in ("Gulnur@Example.KZ", " gulnur@example.kz ", "<gulnur@EXAMPLE.kz.>"):
        assert mailbox.ask(spelling).status == 200
        assert mailbox.press(mailbox.confirmation()).status == 200
    assert {one.contact_id for one in subscriptions()} == {first}
    assert mailbox.subscribe("gulnur+news@example.kz") != first, "that is another mailbox, for all we know"


def test_a_domain_in_other_letters_is_the_one_that_mails_name(mailbox: Mailbox) -> None:
    as_mails_name_it = "gulnur@xn--80a1acn3a.xn--80ao21a"
    contact_id = mailbox.subscribe(as_mails_name_it)
    assert mailbox.ask("Gulnur@пошта.қаз").status == 200
    assert mailbox.press(mailbox.confirmation(as_mails_name_it)).status == 200
    assert {one.contact_id for one in subscriptions()} == {contact_id}


NO_ADDRESS = (
    *("a@b", "a b@example.kz", "a@example.kz\r\nBcc: b@example.kz", "a@example.kz,b@example.kz"),
    *("a@example.kz>, <b@example.kz", "@", ""),
)


@pytest.mark.parametrize("address", NO_ADDRESS)
def test_what_is_no_address_gets_nothing(mailbox: Mailbox, address: str) -> None:
    assert mailbox.ask(address or " ").status == 400
    assert not [row for row in DeskRow.scan() if row.sk in ("sign_up", "visitor")]


def test_a_page_that_is_filled_in_for_two_addresses_gives_each_a_link_of_its_own(mailbox: Mailbox) -> None:
    page = mailbox.web.http("GET", "/news?lang=kk")
    fields = {"page": hidden(page.text), "website": "", "news": "yes"}
    mailbox.web.advance(5)
    for address in (GULNUR, "thief@example.kz"):
        body = urlencode({**fields, "email": address})
        assert mailbox.web.http("POST", "/news?lang=kk", headers=FORM, body=body).status == 200
    links = [mailbox.confirmation(one) for one in (GULNUR, "thief@example.kz")]
    assert links[0] != links[1]
    assert mailbox.press(links[1]).status == 200
    assert len(subscriptions()) == 1, "who has read the other mail has confirmed nothing"


def test_saved_twice_it_is_one_draft(mailbox: Mailbox) -> None:
    bolat = mailbox.web.signed_in("bolat")
    given = {"client_id": hidden(bolat.get("/dashboard/mailings").text, "client_id"), "purpose": "news", **TEXTS}
    first, second = (bolat.post("/dashboard/mailings", given) for _ in range(2))
    assert (first.status, first.location) == (second.status, second.location) == (303, second.location)
    assert len([row for row in DeskRow.scan() if row.sk == "mailing"]) == 1


def test_other_words_from_a_page_that_was_saved_are_kept_and_saved_when_pressed_again(mailbox: Mailbox) -> None:
    bolat = mailbox.web.signed_in("bolat")
    given = {"client_id": new_id(), "purpose": "news", **TEXTS}
    assert bolat.post("/dashboard/mailings", given).status == 303
    given |= {"text_ru": "Другие слова"}
    refused = bolat.post("/dashboard/mailings", given)
    assert refused.status == 409 and "Другие слова" in refused.text and "already" in refused.text
    again = given | {"client_id": hidden(refused.text, "client_id")}
    assert bolat.post("/dashboard/mailings", again).status == 303
    assert len([row for row in DeskRow.scan() if row.sk == "mailing"]) == 2


@pytest.mark.parametrize("drawn", ["", "x", "../" * 10, "ә" * 20])
def test_an_id_that_no_page_has_drawn_is_refused_and_stores_nothing(mailbox: Mailbox, drawn: str) -> None:
    given = {"client_id": drawn, "purpose": "news", **TEXTS}
    answer = mailbox.web.signed_in("bolat").post("/dashboard/mailings", given)
    assert answer.status == 400 and TEXTS["text_ru"] in answer.text, "a page of the release before draws none"
    assert not [row for row in DeskRow.scan() if row.sk == "mailing"]
