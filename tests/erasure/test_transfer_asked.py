"""The question about consent asks for the transfer abroad as an item of its own, with an answer of its own; what was
said stands in the record and on the conversation, and is changed later in the menu (B7.2, C10, E10.2; art. 16, 24)."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from chalicelib.channels import registry
from chalicelib.contacts.change_contact import ContactChanges
from chalicelib.contacts.change_transfer import TransferConsents
from chalicelib.core.asks import CONSENT_ABROAD, CONSENT_NO, CONSENT_YES
from chalicelib.core.clock import DAY
from chalicelib.core.errors import BadInput, Conflict, NotFound
from chalicelib.core.ids import MessageRef
from chalicelib.core.languages import LANGUAGES
from chalicelib.core.transfer import GIVEN, PURPOSE, REFUSED
from chalicelib.core.working_days import day_of
from chalicelib.messages.consent_notices import answers, question
from chalicelib.messages.ingest import Outcome
from chalicelib.privacy.enter_transfer import EnterTransfer
from chalicelib.profile.build import parse_profile
from chalicelib.vault.encryption import message_content
from tests.support.delivery.desk import opened
from tests.support.erasure.consenting import APART, ASKING, SPOINT, AskingDesk
from tests.support.erasure.destroyed import assert_destroyed, finish, prepared
from tests.support.erasure.living import DANA
from tests.support.erasure.person import Person
from tests.support.faults import fated

CHANNELS = pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
ANSWERS = pytest.mark.parametrize(("payload", "answer"), [(CONSENT_ABROAD, GIVEN), (CONSENT_YES, REFUSED)])


@pytest.fixture
def desk(tables: Mapping[str, str]) -> Iterator[AskingDesk]:
    with opened(AskingDesk, tables) as made:
        made.profile = APART
        yield made


def content_of(desk: AskingDesk, row: Mapping[str, Any]) -> dict[str, Any]:
    ref = MessageRef.of_tail(row["pk"].partition("#")[2], row["sk"].removeprefix("message#"))
    return desk.open(row, "content", message_content(ref))


def consents(desk: AskingDesk) -> list[dict[str, Any]]:
    return desk.of("consent#")


def agreed(desk: AskingDesk, channel: str = "telegram", payload: str = CONSENT_ABROAD) -> dict[str, Any]:
    """Somebody who has answered; their contact."""
    desk.says(channel, "Сәлем, сұрағым бар")
    desk.presses(channel, payload)
    desk.deal()
    (contact,) = desk.of("contact")
    return contact


def chooses(desk: AskingDesk, payload: str, channel: str = "telegram") -> str:
    """Choose in the menu; return what is answered."""
    before = len(desk.messages("out"))
    desk.presses(channel, payload)
    desk.deal()
    (answer,) = desk.messages("out")[before:]
    return str(content_of(desk, answer)["text"])


# -- the question


@CHANNELS
@ANSWERS
def test_each_answer_stands_in_the_record_and_on_the_conversation(
    desk: AskingDesk, channel: str, payload: str, answer: str
) -> None:
    desk.says(channel, "Сәлем, сұрағым бар")
    (asked,) = desk.messages("out")
    said = content_of(desk, asked)
    assert [one["id"] for one in said["buttons"]] == [CONSENT_ABROAD, CONSENT_YES, CONSENT_NO]
    carrier = APART.abroad(channel)[0].name
    assert f"{carrier} (" in said["text"] and desk.of("question")[0]["asks_abroad"] is True
    desk.later(60)
    assert desk.presses(channel, payload) is Outcome.STORED
    desk.deal()
    (consent,), (head,) = consents(desk), desk.of("head")
    assert (consent["abroad"], head["abroad"]) == (answer, answer)
    assert (consent["asked"], consent["answered_by"]) == (said["text"], "press")
    assert consent["policy_version"] and consent["policy_hash"] and consent["at"] == desk.now
    assert len(desk.of("ticket")) == 1 and not desk.of("held#")
    notice = content_of(desk, desk.messages("out")[-1])["text"]
    without = {"telegram": "вы не дали", "whatsapp": "келісім бермедіңіз"}[channel]
    assert (without in notice) == (answer == REFUSED)


@CHANNELS
def test_a_no_destroys_as_everywhere(desk: AskingDesk, channel: str) -> None:
    desk.says(channel, "Сәлем")
    desk.presses(channel, CONSENT_NO)
    desk.later(30)
    desk.sweep()
    assert not desk.of("contact") and not consents(desk) and not desk.of("held#")


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("1", GIVEN), ("1.", GIVEN), ("Да на оба", GIVEN), ("yes to both", GIVEN), ("Екеуіне де иә", GIVEN),
        ("2", REFUSED), ("да, без передачи за рубеж", REFUSED), ("Yes, without the transfer abroad", REFUSED),
        ("Иә, шетелге берусіз", REFUSED), ("да", REFUSED), ("yes", REFUSED), ("иә", REFUSED), ("Келісемін", REFUSED),
    ],
)  # fmt: skip
def test_words_answer_and_a_yes_that_names_no_item_gives_none(desk: AskingDesk, word: str, answer: str) -> None:
    desk.says("whatsapp", "Сәлем")
    desk.says("whatsapp", word)
    desk.deal()
    (consent,) = consents(desk)
    assert (consent["abroad"], consent["answered_by"]) == (answer, "word")
    assert desk.of("head")[0]["abroad"] == answer


@pytest.mark.parametrize("word", ["3", "нет", "жоқ"])
def test_a_no_may_be_a_word_or_its_number(desk: AskingDesk, word: str) -> None:
    desk.says("whatsapp", "Сәлем")
    desk.says("whatsapp", word)
    desk.later(30)
    desk.sweep()
    assert not desk.of("contact") and not consents(desk)


@pytest.mark.parametrize("words", ["4", "12", "1 2", "1?", "2 литра", "да на оба, но сначала цена"])
def test_other_numbers_and_more_words_are_held(desk: AskingDesk, words: str) -> None:
    desk.says("whatsapp", "Сәлем")
    desk.says("whatsapp", words)
    desk.deal()
    assert len(desk.of("held#")) == 2 and not consents(desk)


def test_where_the_question_has_one_item_a_number_is_words(desk: AskingDesk) -> None:
    desk.profile = ASKING
    desk.says("whatsapp", "Сәлем")
    desk.says("whatsapp", "1")
    desk.deal()
    assert len(desk.of("held#")) == 2 and not consents(desk)


def test_an_answer_about_an_item_that_was_not_asked_gives_none(desk: AskingDesk) -> None:
    desk.profile = ASKING
    desk.says("telegram", "Сәлем")
    desk.presses("telegram", CONSENT_ABROAD)
    desk.deal()
    (consent,), (head,) = consents(desk), desk.of("head")
    assert "abroad" not in consent and "abroad" not in head


@pytest.mark.parametrize("channel", ["whatsapp", "telegram", "email"])
def test_no_item_is_asked_where_nobody_abroad_carries_the_channel(channel: str) -> None:
    at_home = SPOINT
    for country in ("US", "AE", "DE"):
        at_home = at_home.replace(f'country = "{country}"\nrole = "delivery"', 'country = "KZ"\nrole = "delivery"')
    at_home = at_home.replace('mode = "message"', 'mode = "explicit"\nhold_days = 7')
    at_home = at_home.replace('cross_border = "message"', 'cross_border = "explicit"')
    profile = parse_profile(at_home)
    assert profile.transfer(channel) == ""
    asked = question(profile, "en", channel, 1_764_000_000)
    assert "abroad" not in asked and "outside Kazakhstan" not in asked
    assert [one.id for one in answers(profile, "en", channel)] == [CONSENT_YES, CONSENT_NO]


@pytest.mark.parametrize("language", [*LANGUAGES, ""])
@pytest.mark.parametrize("channel", ["whatsapp", "telegram", "email"])
def test_question_and_buttons_fit_the_channel_and_name_three_answers(channel: str, language: str) -> None:
    asked, buttons = question(APART, language, channel, 1_764_000_000), answers(APART, language, channel)
    limits = registry.channel(channel).buttons
    assert limits is not None and len(buttons) == 3 <= limits.most
    assert all(len(one.title) <= limits.title for one in buttons) and len({one.title for one in buttons}) == 3
    for number, one in enumerate(buttons, 1):
        assert one.title.startswith(str(number)) and f"\n{number} – " in asked


# -- the menu


def test_the_menu_tells_what_holds_and_takes_it_back_and_gives_it_with_a_record_each(desk: AskingDesk) -> None:
    agreed(desk)
    assert "Вы дали согласие" in chooses(desk, "menu.abroad") and len(consents(desk)) == 1
    desk.later(60)
    assert "Согласия на эту передачу нет" in chooses(desk, "menu.abroad.no")
    assert desk.of("head")[0]["abroad"] == REFUSED
    first, second = consents(desk)
    assert (second["purpose"], second["abroad"], second["answered_by"]) == (PURPOSE, REFUSED, "press")
    assert second["at"] == desk.now and second["asked"] and second["message_ref"]
    same = ("policy_version", "policy_hash", "subject", "contact_id")
    assert {one: second[one] for one in same} == {one: first[one] for one in same}
    assert chooses(desk, "menu.abroad.no") and len(consents(desk)) == 2, "it holds already"
    desk.later(60)
    assert "Вы дали согласие" in chooses(desk, "menu.abroad.yes")
    assert [one["abroad"] for one in consents(desk)] == [GIVEN, REFUSED, GIVEN]
    kinds = [row["kind"] for row in desk.messages("event") if row.get("ticket_id")]
    assert [one for one in kinds if one.startswith("transfer")] == ["transfer_refused", "transfer_agreed"]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("Отзываю согласие на трансграничную передачу", REFUSED),
        ("Не передавайте мои данные за рубеж.", REFUSED),
        ("I withdraw my consent to the transfer abroad", REFUSED),
        ("Шетелге беруге келісімімді қайтарып аламын", REFUSED),
        ("Согласна на передачу за рубеж", GIVEN),
        ("I agree to the transfer abroad", GIVEN),
        ("Шетелге беруге келісемін", GIVEN),
    ],
)
def test_words_take_it_back_and_give_it_and_open_no_request(desk: AskingDesk, words: str, answer: str) -> None:
    agreed(desk, payload=CONSENT_YES if answer == GIVEN else CONSENT_ABROAD)
    assert desk.says("telegram", words) is Outcome.STORED
    desk.deal()
    assert desk.of("head")[0]["abroad"] == answer
    assert (consents(desk)[-1]["abroad"], consents(desk)[-1]["answered_by"]) == (answer, "word")
    assert not desk.of_pk("request#") and len(desk.of("ticket")) == 1


def test_a_question_about_it_changes_nothing(desk: AskingDesk) -> None:
    agreed(desk)
    desk.says("telegram", "Не передавать за рубеж?")
    desk.deal()
    assert desk.of("head")[0]["abroad"] == GIVEN and len(consents(desk)) == 1


def test_the_command_shows_it_and_my_data_names_it(desk: AskingDesk) -> None:
    agreed(desk, payload=CONSENT_YES)
    before = len(desk.messages("out"))
    desk.says("telegram", "/abroad")
    desk.deal()
    (answer,) = desk.messages("out")[before:]
    assert [one["id"] for one in content_of(desk, answer)["buttons"]] == ["menu.abroad.yes", "menu"]
    chooses(desk, "menu.abroad.yes")
    kept = chooses(desk, "menu.data")
    assert "Передача за рубеж: Вы дали согласие на эту передачу" in kept
    assert "Ваше согласие:" in kept, "the consent to the processing, which is an older record"


def test_who_has_not_answered_the_question_yet_is_told_to(desk: AskingDesk) -> None:
    desk.says("telegram", "Сәлем")
    assert "сначала ответьте" in chooses(desk, "menu.abroad.yes")
    assert not consents(desk) and "abroad" not in desk.of("head")[0]


def test_where_a_message_is_the_consent_it_holds_until_it_is_taken_back(desk: AskingDesk) -> None:
    desk.profile = parse_profile(SPOINT)
    desk.says("telegram", "Сәлем, сұрағым бар")
    assert "Написав сюда" in chooses(desk, "menu.abroad")
    assert "abroad" not in desk.of("head")[0]
    assert "Согласия на эту передачу нет" in chooses(desk, "menu.abroad.no")
    assert desk.of("head")[0]["abroad"] == REFUSED


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_answer_is_recorded_once_whenever_its_writer_dies(desk: AskingDesk, when: str) -> None:
    agreed(desk)
    desk.presses("telegram", "menu.abroad.no")
    died = set()
    for number in range(1, 30):
        with fated(number, when) as fate:
            desk.deal()
        died.add(fate.died_at)
    assert "TransactWriteItems" in died
    desk.deal()
    assert [one["abroad"] for one in consents(desk)] == [GIVEN, REFUSED] and not desk.of("ask#")
    assert desk.of("head")[0]["abroad"] == REFUSED


# -- on paper


def entering(desk: AskingDesk) -> EnterTransfer:
    changes = ContactChanges(desk.gateway())
    return EnterTransfer(changes, TransferConsents(desk.gateway(), changes), lambda: desk.now)


def test_an_officer_enters_what_came_on_paper_and_it_holds_at_once(desk: AskingDesk) -> None:
    contact = agreed(desk)
    desk.later(3600)
    yesterday = day_of(desk.now - DAY)
    entering(desk)(contact["contact_id"], REFUSED, yesterday, DANA)
    record, (head,) = consents(desk)[-1], desk.of("head")
    assert (head["abroad"], record["abroad"], record["answered_by"]) == (REFUSED, REFUSED, "paper")
    assert record["booked_by"] == DANA and day_of(record["received_at"]) == yesterday
    line = desk.messages("event")[-1]
    assert (line["kind"], line["author"]) == ("transfer_refused_on_paper", DANA)
    before = desk.items()
    entering(desk)(contact["contact_id"], REFUSED, yesterday, DANA)
    assert desk.items() == before


@pytest.mark.parametrize("day", ["", "2026-02-30", "tomorrow", "2019-01-01", "2999-01-01"])
def test_a_wrong_day_changes_nothing(desk: AskingDesk, day: str) -> None:
    contact = agreed(desk)
    before = desk.items()
    with pytest.raises(BadInput) as refused:
        entering(desk)(contact["contact_id"], REFUSED, day, DANA)
    assert refused.value.code == "received_on" and desk.items() == before


def test_nothing_is_entered_for_nobody_or_who_has_not_answered(desk: AskingDesk) -> None:
    with pytest.raises(NotFound):
        entering(desk)("0" * 20, REFUSED, day_of(desk.now), DANA)
    desk.says("telegram", "Сәлем")
    (contact,) = desk.of("contact")
    with pytest.raises(Conflict) as refused:
        entering(desk)(contact["contact_id"], GIVEN, day_of(desk.now), DANA)
    assert refused.value.code == "pending" and "abroad" not in desk.of("head")[0]


# -- destruction


@CHANNELS
def test_a_destruction_takes_every_record_and_the_certificate_proves_the_answer(desk: AskingDesk, channel: str) -> None:
    contact = agreed(desk, channel)
    chooses(desk, "menu.abroad.no", channel)
    person = Person(desk, channel, contact["contact_id"], contact["conversation_id"], [])
    assert len(consents(desk)) == 2
    desk, person, request, before = prepared((desk, person, desk.request_for(person)))
    finish(desk, request)
    assert_destroyed(desk, person, request, before)
    proofs = desk.requests.item(request.id).get("consents", [])
    assert [one["abroad"] for one in proofs] == [GIVEN, REFUSED]
    assert not consents(desk)
