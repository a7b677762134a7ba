"""Every kind is asked for in the chat by words, by the operator's marking, by a command and by a button under our
question; its clock runs from then, and asking again and again opens no more than it may."""

from typing import Any

import pytest

from chalicelib.core.clock import DAY, HOUR
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.languages import LANGUAGES, Language
from chalicelib.core.texts import bot_text
from chalicelib.core.working_days import day_of, deadline, default_time
from chalicelib.privacy.kinds.contract import Kind
from chalicelib.privacy.recognition.answer_phrases import spelled
from chalicelib.privacy.requests.asked import MOST_ASKED
from chalicelib.privacy.requests.contact_rows import ContactRequestRows
from chalicelib.privacy.requests.model import Request, Subject
from chalicelib.profile.model import Profile
from chalicelib.vault.encryption import request_attribute
from tests.privacy.kinds.gaps import language_of
from tests.support.erasure.asking import questions
from tests.support.erasure.living import DANA, Living
from tests.support.erasure.person import Person
from tests.support.people import from_daniyar


def writes(living: Living, text: str, **more: Any) -> None:
    """Daniyar writes, and what he asks is dealt with."""
    living.asked += 1
    living.desk.receive(from_daniyar(text, sent_at=living.desk.seconds, message_id=1000 + living.asked, **more))
    for contact_id in {item["contact_id"] for item in living.desk.of("ask#")}:
        living.asks(contact_id)


def opened(living: Living) -> Request:
    (row,) = living.requests()
    return living.read(row["request_id"])


def said_in(kind: Kind, language: str) -> str:
    return next(one for one in spelled(kind.phrases) if language_of(one) == language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_in_every_language_open_it(
    living: Living, daniyar: Person, kind: Kind, profile: Profile, language: Language
) -> None:
    writes(living, said_in(kind, language).capitalize() + ".")
    request = opened(living)
    assert (request.kind, request.source, request.contact_id) == (kind.id, "bot", daniyar.contact_id)
    received = living.desk.seconds * 1000
    assert request.received_at == received
    assert request.deadline_at == deadline(profile.deadlines[kind.limit], received)
    assert request.alarm_at == deadline(profile.deadlines[kind.alarm], received)
    assert request.default_at == (default_time(profile.deadlines[kind.limit], received) if kind.default else 0)


def test_a_run_that_dies_is_seen_long_before_the_limit(living: Living, daniyar: Person, kind: Kind) -> None:
    writes(living, said_in(kind, "ru"))
    request = opened(living)
    assert living.desk.now < request.due_at < living.desk.now + HOUR
    assert request.due_at < (request.default_at or request.deadline_at) < request.deadline_at + 1


def test_the_published_marking_opens_it_whatever_follows(
    living: Living, daniyar: Person, kind: Kind, profile: Profile
) -> None:
    if not kind.marking:
        pytest.skip("the operator publishes none for it")
    writes(living, f"{profile.phrases[kind.marking][0]}\nС уважением, Данияр")
    assert opened(living).kind == kind.id


def test_its_command_opens_it(living: Living, daniyar: Person, kind: Kind) -> None:
    if not kind.command:
        pytest.skip("it has none")
    writes(living, kind.command)
    assert opened(living).kind == kind.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_may_mean_it_is_asked_and_its_button_opens_it(
    living: Living, daniyar: Person, kind: Kind, language: Language
) -> None:
    meant_at = living.desk.seconds * 1000
    writes(living, f"{said_in(kind, language)} 1234567")
    assert not living.requests()
    (question,) = questions(living, daniyar)
    shown = next(one for one in question["buttons"] if f".{kind.id}." in one["id"])
    assert any(bot_text(one, title) in shown["title"] for one in LANGUAGES for title in kind.button)
    living.desk.now += HOUR
    writes(living, "", kind="callback", details={"data": shown["id"]})
    request = opened(living)
    assert (request.kind, request.received_at) == (kind.id, meant_at), "the terms count from what was meant"


def test_a_button_of_a_kind_that_nobody_handles_opens_nothing(living: Living, daniyar: Person) -> None:
    writes(living, "", kind="callback", details={"data": f"ask.no_such_kind.{living.desk.now:013d}"})
    assert not living.requests() and not living.desk.of("ask#")


def test_evidence_of_staff_is_kept_sealed_if_the_kind_keeps_it(
    living: Living, daniyar: Person, kind: Kind, profile: Profile
) -> None:
    day = day_of(living.desk.now - 5 * DAY)
    made = living.open_request(
        daniyar.contact_id, kind.id, "staff", received_on=day, created_by=DANA, evidence="Хат 20 қараша"
    )
    item, request = living.store.item(made.request_id), living.read(made.request_id)
    assert made.new and (request.created_by, request.received_on) == (DANA, day)
    assert request.deadline_at == deadline(profile.deadlines[kind.limit], request.received_at)
    assert ("evidence" in item) is ("notes" in kind.evidence)
    if "evidence" in item:
        place = request_attribute(made.request_id, "evidence")
        assert living.unsealed(daniyar, place, item["evidence"]) == "Хат 20 қараша"
        assert "Хат" not in str(item)


def test_asking_again_and_again_opens_no_more_than_it_may(living: Living, daniyar: Person, kind: Kind) -> None:
    """One that runs, or is in force, is returned; of what changes nothing a person opens a few in a day."""
    for _ in range(MOST_ASKED + 2):
        living.desk.now += 60_000
        writes(living, said_in(kind, "en"))
    assert not living.desk.of("ask#")
    once = kind.way == "erasure" or kind.ends_news
    assert len(living.requests()) == (1 if once else MOST_ASKED)


def test_none_is_opened_for_somebody_whose_erasure_begins_at_that_moment(
    living: Living, daniyar: Person, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = ContactRequestRows.subject

    def then_begins(rows: ContactRequestRows, contact_id: str) -> Subject | None:
        found = read(rows, contact_id)
        living.set_contact(daniyar, state="erasing")
        return found

    monkeypatch.setattr(ContactRequestRows, "subject", then_begins)
    with pytest.raises(NotFound):
        living.open_request(daniyar.contact_id, kind.id, "message")
    assert not living.requests()


def test_it_does_to_the_person_what_it_says(living: Living, daniyar: Person, kind: Kind) -> None:
    writes(living, said_in(kind, "kk"))
    request = opened(living)
    if kind.way == "erasure":
        assert living.soft_suppress(request.id) == {"outcome": "suppressed"}
        assert bot_text(request.language, kind.received) in living.box_texts(living.read(request.id))[0]
    else:
        assert living.soft_suppress(request.id) == {"outcome": "opted_out"}
    assert ("suppressed_at" in daniyar.row) is (kind.way == "erasure")
    assert ("opted_out_at" in daniyar.row) is kind.ends_news
    assert bool(living.pointers()) is (kind.way == "erasure"), "what is answered at once stands in nobody's way"


def test_staff_may_propose_what_it_says_and_nothing_else(living: Living, daniyar: Person, kind: Kind) -> None:
    request = living.opened(daniyar, kind=kind.id)
    living.soft_suppress(request.id)
    if "refuse" in kind.decisions:
        living.deciding.propose(
            request.id, "refuse", DANA, ground="obligation", reason="Долг по договору ещё не погашен."
        )
        with pytest.raises(Conflict) as told:
            living.deciding.agree(request.id, DANA)
        assert told.value.code == "same_person", "every decision takes two"
    else:
        with pytest.raises(Conflict) as told:
            living.deciding.propose(request.id, "refuse", DANA, ground="obligation", reason="Долг по договору есть.")
        assert told.value.message == kind.undecidable
