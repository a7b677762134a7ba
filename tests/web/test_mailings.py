"""A mailing is written by one colleague and let go by another; it leaves once for each person who still wants it, in
their language, and what became of it is counted."""

import pytest

from chalicelib.channels.email.told import brief, status
from chalicelib.channels.parts import StatusUpdate
from chalicelib.contacts.consent_records import Answered
from chalicelib.core.ids import new_id
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.schema import CONTACT, HEAD, SUBSCRIPTION
from chalicelib.mailings.send_mailing import AT_ONCE
from chalicelib.mailings.store import MailingStore
from chalicelib.wiring import base as wiring
from chalicelib.wiring import delivery as wiring_delivery
from chalicelib.wiring import mailings as wiring_mailings
from tests.support.channels.mails import DOMAIN, came_back, event
from tests.support.people import from_amina, from_daniyar
from tests.support.web.contact import Visitor
from tests.support.web.mailings import TEXTS, Mailbox, bounced, path_in, records, subscriptions, text_of
from tests.support.web.mailings import mailbox as mailbox
from tests.support.web.mailings import provider as provider

DANIYAR = "daniyar@example.kz"
BY = Answered("link")


def counts(path: str) -> dict[str, int]:
    found = MailingStore(wiring.gateway()).outcomes(path.rpartition("/")[2])
    return {what: number for what, number in found.items() if number}


def change(key: tuple[str, str, str], **values: object) -> None:
    """Change a row as somebody else would at this moment."""
    tables = wiring.gateway()
    expression = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
    assert tables.write(tables.update("row", key, expression, "attribute_exists(pk)", values))  # type: ignore[arg-type]


def test_each_person_gets_it_once_in_their_language_with_the_ways_to_end_it(mailbox: Mailbox) -> None:
    mailbox.subscribe()
    mailbox.subscribe(DANIYAR, "ru")
    path = mailbox.mailing()
    kazakh, russian = mailbox.mails()[-1], mailbox.mails(DANIYAR)[-1]
    assert (kazakh["Subject"], russian["Subject"]) == (TEXTS["subject_kk"], TEXTS["subject_ru"])
    for mail in (kazakh, russian):
        html = str(mail.get_body(("html",)).get_content())  # type: ignore[union-attr]
        assert f'href="http://127.0.0.1:8000{path_in(mail, "/news/end/")}"' in html
        assert mail["Auto-Submitted"] == "auto-generated" and "r." in mail["Reply-To"]
    assert counts(path) == {"queued": 2, "sent": 2}
    page = mailbox.web.signed_in("bolat").get(path).text
    assert "sent to all" in page and "Мадина Серікова" in page
    before = len(mailbox.provider.calls)
    wiring_mailings.send_mailing()(path.rpartition("/")[2])
    mailbox.send()
    assert len(mailbox.provider.calls) == before


def test_it_leaves_for_those_of_its_purpose_alone(mailbox: Mailbox) -> None:
    mailbox.subscribe()
    mailbox.subscribe(DANIYAR, "ru", news="", marketing="yes")
    mailbox.mailing("marketing")
    assert mailbox.mails()[-1]["List-Unsubscribe"] is None
    assert mailbox.mails(DANIYAR)[-1]["List-Unsubscribe"] is not None


def test_who_wrote_it_does_not_let_it_go(mailbox: Mailbox) -> None:
    mailbox.subscribe()
    path = mailbox.write("madina")
    assert "Another colleague" in mailbox.release(path).text
    assert mailbox.release(path, "bolat").status == 403 and mailbox.release(path, "dana").status == 403
    assert mailbox.release(path, "aigul").status == 303


def test_what_was_changed_since_it_was_read_is_not_let_go(mailbox: Mailbox) -> None:
    mailbox.subscribe()
    path, saule = mailbox.write(), mailbox.web.signed_in("saule")
    assert saule.post(f"{path}/change", {"version": "1", **TEXTS, "text_en": "Other words"}).status == 303
    assert mailbox.release(path).status == 409
    assert saule.post(f"{path}/change", {"version": "1", **TEXTS}).status == 409
    assert mailbox.release(path, version="2").status == 303
    assert saule.post(f"{path}/change", {"version": "2", **TEXTS}).status == 409
    assert mailbox.release(path, "aigul", version="2").status == 409


@pytest.mark.parametrize(
    "wrong",
    [
        {"purpose": "support"},
        {"subject_ru": " "},
        {"text_kk": ""},
        {"subject_en": "x" * 151},
        {"text_en": "x" * 10_001},
    ],
)
def test_a_mailing_says_something_in_each_language(mailbox: Mailbox, wrong: dict[str, str]) -> None:
    given = {"client_id": new_id(), "purpose": "news", **TEXTS, **wrong}
    answer = mailbox.web.signed_in("bolat").post("/dashboard/mailings", given)
    assert answer.status == 400 and TEXTS["text_ru"] in answer.text
    assert not [row for row in DeskRow.scan() if row.sk == "mailing"]


def test_a_test_mail_goes_to_who_asks_for_it(mailbox: Mailbox) -> None:
    path, bolat = mailbox.write(), mailbox.web.signed_in("bolat")
    assert bolat.post(f"{path}/test", {"language": "ru"}).status == 303
    mailbox.send()
    (mail,) = mailbox.mails("bolat@desk.local")
    assert mail["Subject"] == TEXTS["subject_ru"] and TEXTS["text_ru"] in text_of(mail)


@pytest.mark.parametrize(
    ("refused", "why"),
    [
        ("ended_at", "ended"),
        ("opted_out_at", "declined"),
        ("suppressed_at", "paused"),
        ("abroad", "at_home"),
    ],
)
def test_who_wants_it_no_more_between_release_and_sending_does_not_get_it(
    mailbox: Mailbox, refused: str, why: str
) -> None:
    contact_id = mailbox.subscribe()
    path = mailbox.write()
    mailbox.release(path)
    wiring_mailings.send_mailing()(path.rpartition("/")[2])
    (entry,) = (row for row in DeskRow.scan() if row.sk.startswith("outbox#"))
    conversation_id, now = str(entry.conversation_id), mailbox.web.now
    keys = {
        "ended_at": (SUBSCRIPTION.key(contact_id, "news"), now),
        "abroad": (HEAD.key(conversation_id), "no"),
    }
    key, value = keys.get(refused, (CONTACT.key(contact_id), now))
    change(key, **{refused: value})
    before = len(mailbox.mails())
    wiring_delivery.deliver()(conversation_id)
    assert len(mailbox.mails()) == before
    assert counts(path) == {"queued": 1, why: 1}
    assert not [row for row in DeskRow.scan() if row.sk.startswith("outbox#")]


@pytest.mark.parametrize("refused", ["ended_at", "opted_out_at", "suppressed_at"])
def test_a_refusal_at_the_very_moment_of_the_claim_holds(
    mailbox: Mailbox, refused: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row changes after it was read and before it is claimed: the condition of the claim refuses."""
    from chalicelib.outbox.store import Outbox

    contact_id = mailbox.subscribe()
    path = mailbox.write()
    mailbox.release(path)
    wiring_mailings.send_mailing()(path.rpartition("/")[2])
    key = SUBSCRIPTION.key(contact_id, "news") if refused == "ended_at" else CONTACT.key(contact_id)
    job = Outbox.job

    def read_then_changed(self: Outbox, entry: object, now: int) -> object:
        found = job(self, entry, now)  # type: ignore[arg-type]
        change(key, **{refused: now})
        return found

    monkeypatch.setattr(Outbox, "job", read_then_changed)
    before = len(mailbox.mails())
    mailbox.send()
    assert len(mailbox.mails()) == before and counts(path)["queued"] == 1 and "sent" not in counts(path)


def test_a_long_list_is_read_on_from_where_it_was_left_and_can_be_stopped(mailbox: Mailbox) -> None:
    contact_id = mailbox.subscribe()
    rows = wiring.gateway()
    for number in range(AT_ONCE + 1):  # of people who are gone: they only fill the list
        key = SUBSCRIPTION.key(f"{number:020d}", "news")
        row = {
            "contact_id": f"{number:020d}",
            "purpose": "news",
            "since": 1,
            "list": "subscribed#news",
            "place": number,
        }
        rows.write(rows.put("row", key, row))
    path = mailbox.write()
    mailbox.release(path)
    mailing_id, queued = path.rpartition("/")[2], []
    send = wiring_mailings.send_mailing()
    object.__setattr__(send, "enqueue", lambda one, wait: queued.append((one, wait)))
    assert send(mailing_id) == 0 and [one for one, _ in queued] == [mailing_id]
    (row,) = (one for one in DeskRow.scan() if one.sk == "mailing")
    assert row.due and row.attempts == 1 and row.cursor
    assert send(mailing_id) == 1 and counts(path) == {"queued": 1}
    assert mailbox.web.signed_in("madina").post(f"{path}/stop").status == 409, "it has gone to all"
    other = mailbox.write()
    mailbox.release(other)
    assert mailbox.web.signed_in("madina").post(f"{other}/stop").status == 303
    assert send(other.rpartition("/")[2]) == 0 and counts(other) == {} and contact_id


@pytest.mark.parametrize(("status", "ends"), [("5.1.1", True), ("5.2.2", False)])
def test_a_mail_that_comes_back_for_good_ends_the_subscription(mailbox: Mailbox, status: str, ends: bool) -> None:
    mailbox.subscribe(marketing="yes")
    path = mailbox.mailing()
    wiring.intake().store_all([bounced(len(mailbox.provider.calls), status)])
    (message,) = (row for row in DeskRow.scan() if row.mailing and row.sk.startswith("message#"))
    reference = f"{str(message.pk).partition('#')[2]}.{str(message.sk).removeprefix('message#').replace('#', '.')}"
    for _ in range(2):
        wiring_mailings.mail_told()(reference)
    assert counts(path) == {"queued": 1, "sent": 1, "came_back": 1}
    assert [bool(one.ended_at) for one in subscriptions()] == [ends, ends]
    assert records()[1:] == ([("no", "bounced")] if ends else [])


@pytest.mark.parametrize(
    ("events", "counted"),
    [
        (["Delivery", "Delivery"], {"delivered": 1}),
        (["Complaint"], {"delivered": 1, "complained": 1}),
        (["Complaint", "Delivery", "Complaint"], {"delivered": 1, "complained": 1}),
        (["DeliveryDelay", "Delivery", "Complaint"], {"delivered": 1, "complained": 1}),
        (["Delivery", "Bounce"], {"came_back": 1}),
        (["Bounce", "Delivery", "Bounce"], {"came_back": 1}),
        (["DeliveryDelay"], {}),
    ],
)
def test_what_the_mail_service_tells_of_a_copy_is_counted_once_in_every_order(
    mailbox: Mailbox, events: list[str], counted: dict[str, int]
) -> None:
    mailbox.subscribe()
    path = mailbox.mailing()
    (message,) = (row for row in DeskRow.scan() if row.mailing and row.sk.startswith("message#"))
    reference = f"{str(message.pk).partition('#')[2]}.{str(message.sk).removeprefix('message#').replace('#', '.')}"
    for kind in events:
        mailbox.web.advance(60)
        more = came_back("MailboxFull", permanent=False) if kind == "Bounce" else {}
        update = status(brief(event(kind, reference, at=mailbox.web.seconds, **more)), DOMAIN, mailbox.web.seconds)
        assert update is not None
        wiring.intake().store_all([update])
        for _ in range(2):
            wiring_mailings.mail_told()(reference)
    found = {what: number for what, number in counts(path).items() if number}
    assert found == {"queued": 1, "sent": 1, **counted}


@pytest.mark.parametrize("why", ["complained", "came_back"])
def test_who_marks_it_as_unwanted_gets_no_more_until_they_ask_again(mailbox: Mailbox, why: str) -> None:
    contact_id = mailbox.subscribe()
    mailbox.mailing()
    (message,) = (row for row in DeskRow.scan() if row.mailing and row.sk.startswith("message#"))
    conversation_id = str(message.pk).partition("#")[2]
    reference = f"{conversation_id}.{str(message.sk).removeprefix('message#').replace('#', '.')}"
    told = StatusUpdate(
        "email", DOMAIN, "", "delivered", mailbox.web.seconds, reference, final=False, blocks=why  # type: ignore[arg-type]
    )  # fmt: skip
    wiring.intake().store_all([told])
    for _ in range(2):
        wiring_mailings.mail_told().unreachable(conversation_id)
    assert records() == [("yes", "link"), ("no", "bounced")]
    mailbox.web.advance(60)
    assert mailbox.subscribe() == contact_id
    mailbox.mailing()
    assert mailbox.mails()[-1]["List-Unsubscribe"] is not None


def test_staff_ends_it_and_an_officer_enters_paper(mailbox: Mailbox) -> None:
    contact_id = mailbox.subscribe()
    here = f"/dashboard/contacts/{contact_id}"
    bolat, dana = mailbox.web.signed_in("bolat"), mailbox.web.signed_in("dana")
    assert bolat.post(f"{here}/mailings/end", {"purpose": "news"}).status == 303
    assert records()[-1] == ("no", "staff")
    fields = {"purpose": "news", "answer": "yes", "received_on": "2026-11-01"}
    assert bolat.post(f"{here}/mailings", fields).status == 403
    assert dana.post(f"{here}/mailings", fields | {"received_on": "2199-01-01"}).status == 400
    for _ in range(2):
        assert dana.post(f"{here}/mailings", fields).status == 303
    assert records()[2:] == [("yes", "paper")] and not subscriptions()[0].ended_at
    (row,) = (one for one in DeskRow.scan() if one.answered_by == "paper")
    assert row.booked_by == mailbox.web.staff["dana"] and row.received_at
    assert dana.post(f"{here}/mailings", fields | {"answer": "no"}).status == 303
    assert records()[-1] == ("no", "paper") and "ended on" in bolat.get(here).text


@pytest.mark.parametrize("releaser", ["madina", "aigul"])
@pytest.mark.parametrize("channel", ["whatsapp", "telegram", "form"])
def test_no_mailing_leaves_by_another_channel_whoever_lets_it_go(mailbox: Mailbox, channel: str, releaser: str) -> None:
    """Not even to somebody whose subscription stands in the table, which no way of the desk can bring about."""
    now = mailbox.web.seconds
    if channel == "form":
        assert Visitor(mailbox.web).send().status == 303
    else:
        known = from_amina(sent_at=now) if channel == "whatsapp" else from_daniyar(sent_at=now, message_id=7)
        mailbox.web.receive(known)
    (contact,) = (row for row in DeskRow.scan() if row.sk == "contact")
    tables = wiring.gateway()
    begins = wiring_mailings.subscriptions().begin(tables.get(CONTACT.key(contact.contact_id)), {"news": ""}, BY, 1)
    assert tables.transact(begins) is None
    for row in (one for one in DeskRow.scan() if one.sk.startswith("outbox#")):
        row.delete()
    path = mailbox.write()
    assert mailbox.release(path, releaser).status == 303
    mailbox.send()
    assert counts(path) == {"queued": 1, "not_sent": 1} and not mailbox.provider.calls


@pytest.mark.parametrize("purpose", ["news", "marketing"])
@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
def test_nobody_subscribes_who_is_not_known_by_mail(mailbox: Mailbox, purpose: str, channel: str) -> None:
    now = mailbox.web.seconds
    mailbox.web.receive(from_amina(sent_at=now) if channel == "whatsapp" else from_daniyar(sent_at=now, message_id=7))
    (ticket,) = mailbox.web.tickets()
    fields = {"purpose": purpose, "answer": "yes", "received_on": "2026-11-01"}
    dana = mailbox.web.signed_in("dana")
    here = f"/dashboard/contacts/{ticket['contact']['id']}"
    assert dana.post(f"{here}/mailings", fields).status == 400 and not subscriptions()
    assert "Enter an answer from paper" not in dana.get(here).text
