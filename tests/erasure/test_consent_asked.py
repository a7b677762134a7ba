"""Where the operator asks first, nobody reads what a person wrote before they have consented: it is held, sealed, until
a yes makes contact, consent and ticket of it, or a no or silence destroys it (C7.1, E7.1; art. 7(1), 8(1), 8(4))."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.core.asks import CONSENT_NO, CONSENT_YES
from chalicelib.core.clock import DAY
from chalicelib.messages.held_rows import MOST_HELD
from chalicelib.messages.ingest import Outcome
from chalicelib.tickets.held_conversations import HeldConversations
from chalicelib.vault.encryption import message_content, ticket_attribute, visitor_content
from tests.support.erasure.consenting import HOLD_DAYS, AskingDesk
from tests.support.erasure.consenting import desk as desk
from tests.support.erasure.destroyed import assert_destroyed, finish, prepared
from tests.support.erasure.person import Person

CHANNELS = pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
CANARY = "Құпия қанат-7391"


def sent_texts(desk: AskingDesk) -> list[str]:
    desk.deliver()
    return desk.provider.texts


def content_of(desk: AskingDesk, row: dict[str, Any]) -> dict[str, Any]:
    from chalicelib.core.ids import MessageRef

    ref = MessageRef.of_tail(row["pk"].partition("#")[2], row["sk"].removeprefix("message#"))
    return desk.open(row, "content", message_content(ref))


@CHANNELS
def test_the_first_message_is_held_and_the_question_goes_out(desk: AskingDesk, channel: str) -> None:
    assert desk.says(channel, CANARY) is Outcome.STORED
    assert not desk.of("ticket") and not desk.messages() and not desk.of("consent#")
    (held,), (question,), (head,) = desk.of("held#"), desk.of("question"), desk.of("head")
    assert held["says"] and held["answer_wanted"]
    assert head["expires_at"] == question["due_at"] // 1000 == desk.seconds + HOLD_DAYS * 86_400
    (asked,) = desk.messages("out")
    said = content_of(desk, asked)
    assert [one["id"] for one in said["buttons"]] == [CONSENT_YES, CONSENT_NO]
    assert said["text"] == question["asked"]
    assert CANARY.encode() not in desk.everything()
    assert sent_texts(desk)


@CHANNELS
def test_a_yes_makes_consent_and_ticket_of_what_was_held_in_its_order(desk: AskingDesk, channel: str) -> None:
    first, second = desk.made(channel, "Бірінші"), desk.made(channel, "Екінші")
    for message in (first, second):
        assert desk.receive(message) is Outcome.STORED
    desk.later(3600)
    assert desk.presses(channel, CONSENT_YES) is Outcome.STORED
    assert desk.deal() == 1
    texts = [content_of(desk, row)["text"] for row in desk.messages()]
    assert texts == ["Бірінші", "Екінші"]
    assert [row["sent_at"] for row in desk.messages()] == [first.sent_at * 1000, second.sent_at * 1000]
    (ticket,), (consent,), (contact,) = desk.of("ticket"), desk.of("consent#"), desk.of("contact")
    assert {row["ticket_id"] for row in desk.messages()} == {ticket["ticket_id"]}
    assert (ticket["state"], ticket["unread"]) == ("open", 2) and ticket["question_at"] < desk.now - 3_599_000
    last = desk.open(ticket, "last", ticket_attribute(ticket["ticket_id"], "last"))
    assert last["text"] == "Екінші"
    assert consent["answered_by"] == "press"
    assert consent["asked"] and consent["policy_version"] == "1" and consent["subject"] == "profile_name"
    assert not desk.of("held#") and not desk.of("question") and "pending" not in contact
    (head,) = desk.of("head")
    assert "expires_at" not in head and "pending" not in head
    aliases = [row for row in desk.items("index") if row["pk"].startswith("alias#")]
    assert all("pending" not in row and "held_until" not in row and row["policy"] == "1" for row in aliases)
    assert any(ticket["number"][:3] in text for text in sent_texts(desk))
    assert desk.says(channel, "Үшінші") is Outcome.STORED
    assert len(desk.messages()) == 3 and len(desk.of("ticket")) == 1 and not desk.of("held#")


@pytest.mark.parametrize("word", ["да", "Да.", "Иә", "yes", "Yes, please", "ДА, СОГЛАСНА", "келісемін"])
def test_a_yes_may_be_a_word(desk: AskingDesk, word: str) -> None:
    desk.says("whatsapp")
    desk.says("whatsapp", word)
    desk.deal()
    (consent,) = desk.of("consent#")
    assert consent["answered_by"] == "word" and len(desk.messages()) == 1


@pytest.mark.parametrize("words", ["да?", "да, но сначала скажите цену", "yes maybe", "нет денег", "иә бар"])
def test_more_words_are_held_and_answer_nothing(desk: AskingDesk, words: str) -> None:
    desk.says("whatsapp")
    desk.says("whatsapp", words)
    desk.deal()
    assert len(desk.of("held#")) == 2 and not desk.of("consent#")


def test_a_yes_without_a_question_is_words(desk: AskingDesk) -> None:
    desk.says("whatsapp", "да")
    desk.deal()
    assert len(desk.of("held#")) == 1 and not desk.of("consent#")


@CHANNELS
def test_a_no_destroys_everything_and_says_so(desk: AskingDesk, channel: str) -> None:
    first = desk.made(channel, CANARY)
    desk.receive(first)
    desk.says(channel, "тағы")
    assert desk.presses(channel, CONSENT_NO) is Outcome.STORED
    assert not desk.of("ask#")
    desk.later(30)
    desk.sweep()
    left = desk.all_keys() - {"desk:cursor", "desk:sweep", "desk:barrier"}
    assert left == {"index:fence", "desk:visitor"}
    assert not desk.items("keys")
    (farewell,) = desk.of("visitor")
    assert "content" in farewell


@CHANNELS
def test_silence_destroys_everything_on_the_day_that_was_named(desk: AskingDesk, channel: str) -> None:
    desk.says(channel, CANARY)
    begun = desk.now
    desk.now = begun + HOLD_DAYS * DAY - 60_000
    desk.sweep()
    assert desk.of("held#")
    desk.now = begun + HOLD_DAYS * DAY + 1_000
    desk.sweep()
    assert not desk.of("held#") and not desk.of("contact") and not desk.items("keys") and not desk.of("visitor")


@CHANNELS
@pytest.mark.parametrize("how", ["no", "silence"])
@pytest.mark.parametrize("swept", [False, True])
def test_what_a_provider_sends_again_revives_nothing(desk: AskingDesk, channel: str, how: str, swept: bool) -> None:
    message = desk.made(channel, CANARY)
    desk.receive(message)
    if how == "no":
        desk.presses(channel, CONSENT_NO)
    else:
        desk.now += HOLD_DAYS * DAY
    desk.later(5)
    if swept:
        desk.sweep()
        before = desk.snapshot()
    assert desk.receive(message) is (Outcome.FENCED if swept else Outcome.DUPLICATE)
    if swept:
        assert desk.snapshot() == before
    else:
        desk.sweep()
    assert not desk.of("held#") and not desk.of("contact")


def test_what_was_taken_back_is_not_revived_while_the_rest_waits_for_the_sweeper(desk: AskingDesk) -> None:
    message = desk.made("whatsapp", CANARY)
    desk.receive(message)
    desk.says("whatsapp", "", kind="revoke", target=message.provider_id)
    desk.presses("whatsapp", CONSENT_NO)
    desk.later(5)
    assert desk.receive(message) is Outcome.DUPLICATE
    desk.sweep()
    assert not desk.of("held#") and not desk.of("contact")


@CHANNELS
@pytest.mark.parametrize("swept", [False, True])
def test_who_writes_anew_after_a_no_is_asked_anew(desk: AskingDesk, channel: str, swept: bool) -> None:
    desk.says(channel, CANARY)
    desk.presses(channel, CONSENT_NO)
    desk.later(5)
    if swept:
        desk.sweep()
    assert desk.says(channel, "Қайта") is Outcome.STORED
    desk.sweep()
    assert len(desk.of("held#")) == 1 and len(desk.of("question")) == 1 and len(desk.of("contact")) == 1


def test_a_yes_after_the_destruction_finds_nothing_and_says_so(desk: AskingDesk) -> None:
    desk.says("telegram", CANARY)
    desk.now += HOLD_DAYS * DAY
    desk.later(5)
    assert desk.presses("telegram", CONSENT_YES) is Outcome.STORED
    desk.sweep()
    assert not desk.of("ask#") and not desk.of("contact") and desk.of("visitor")


def test_two_yes_release_once(desk: AskingDesk) -> None:
    desk.says("telegram")
    for _ in range(2):
        desk.presses("telegram", CONSENT_YES)
    desk.deal()
    assert len(desk.of("ticket")) == len(desk.of("consent#")) == len(desk.messages()) == 1
    assert not desk.of("ask#")


def test_a_yes_in_time_holds_though_it_is_dealt_with_late(desk: AskingDesk) -> None:
    desk.says("telegram")
    desk.now += HOLD_DAYS * DAY - 10_000
    desk.presses("telegram", CONSENT_YES)
    desk.later(3600)
    desk.sweep()
    desk.deal()
    assert len(desk.of("ticket")) == 1 and not desk.of("held#")


def test_messages_and_a_yes_at_once_lose_nothing(desk: AskingDesk) -> None:
    desk.says("telegram")
    desk.presses("telegram", CONSENT_YES)
    texts = [desk.made("telegram", f"№{number}") for number in range(4)]
    with ThreadPoolExecutor(5) as pool:
        released = pool.submit(desk.deal)
        outcomes = list(pool.map(desk.receive, texts))
        assert released.result() == 1
    assert outcomes == [Outcome.STORED] * 4
    assert len(desk.messages()) == 5 and not desk.of("held#") and len(desk.of("ticket")) == 1


def test_a_yes_and_the_sweeper_at_once_release_all_or_destroy_all(desk: AskingDesk) -> None:
    for _ in range(3):
        desk.says("telegram")
    desk.presses("telegram", CONSENT_YES)
    desk.now += HOLD_DAYS * DAY
    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(desk.deal), pool.submit(desk.sweep)]:
            one.result()
    assert (len(desk.messages()), len(desk.of("held#"))) == (3, 0)


def test_no_more_is_held_than_may_be_and_the_person_is_told_once(desk: AskingDesk) -> None:
    for _ in range(MOST_HELD):
        assert desk.says("whatsapp") is Outcome.STORED
    assert [desk.says("whatsapp") for _ in range(3)] == [Outcome.FULL] * 3
    assert len(desk.of("held#")) == MOST_HELD and len(desk.messages("out")) == 2
    desk.presses("whatsapp", CONSENT_YES)
    desk.deal()
    assert len(desk.messages()) == MOST_HELD


def test_a_repetition_is_held_once(desk: AskingDesk) -> None:
    message = desk.made("whatsapp", CANARY)
    desk.receive(message)
    assert desk.receive(message) is Outcome.DUPLICATE
    desk.presses("whatsapp", CONSENT_YES)
    desk.deal()
    assert desk.receive(message) is Outcome.DUPLICATE
    assert len(desk.messages()) == 1


def test_an_edit_is_held_and_a_deletion_takes_it_out(desk: AskingDesk) -> None:
    kept, gone = desk.made("whatsapp", "Қалады"), desk.made("whatsapp", CANARY)
    desk.receive(kept)
    desk.receive(gone)
    desk.says("whatsapp", "Түзетілді", kind="edit", target=kept.provider_id)
    desk.says("whatsapp", "", kind="revoke", target=gone.provider_id)
    assert sum("content" in row for row in desk.of("held#")) == 2
    assert desk.receive(gone) is Outcome.DUPLICATE
    desk.presses("whatsapp", CONSENT_YES)
    desk.deal()
    assert [row["kind"] for row in desk.messages()] == ["text", "edit"] and not desk.of("held#")


def test_who_has_deleted_everything_is_told_that_nothing_is_kept(desk: AskingDesk) -> None:
    message = desk.made("whatsapp", CANARY)
    desk.receive(message)
    desk.says("whatsapp", "", kind="revoke", target=message.provider_id)
    desk.presses("whatsapp", CONSENT_YES)
    desk.deal()
    assert not desk.of("ticket") and not desk.of("consent#") and len(desk.messages("out")) == 2


@CHANNELS
@pytest.mark.parametrize(
    "words", ["Withdrawal of consent to the processing of personal data", "/delete", "удалите мои данные"]
)
def test_what_asks_about_data_is_never_held(desk: AskingDesk, channel: str, words: str) -> None:
    desk.says(channel, CANARY)
    desk.says(channel, words)
    assert len(desk.of("held#")) == 1
    desk.deal()
    assert len(desk.of_pk("request#")) == 1 and not desk.of("ticket") and not desk.of("consent#")


def test_the_first_words_may_be_a_withdrawal(desk: AskingDesk) -> None:
    desk.says("whatsapp", "Withdrawal of consent to the processing of personal data")
    desk.deal()
    assert len(desk.of_pk("request#")) == 1 and not desk.of("held#") and not desk.of("question")
    desk.says("whatsapp", CANARY)
    assert len(desk.of("held#")) == len(desk.of("question")) == 1
    assert not desk.of("ticket") and not desk.of("consent#")


def test_who_corrects_before_consenting_learns_that_nothing_was_recorded(desk: AskingDesk) -> None:
    assert desk.says("whatsapp", "Updating of personal data") is Outcome.STORED
    assert not desk.of("contact") and desk.of("visitor")


def test_files_and_what_cannot_be_shown_are_released_with_their_rows(desk: AskingDesk) -> None:
    desk.says("whatsapp", "", kind="unsupported", raw=b'{"secret": "raw"}', raw_type="poll")
    assert not desk.of("raw#")
    desk.presses("whatsapp", CONSENT_YES)
    desk.deal()
    assert len(desk.of("raw#")) == 1 and len(desk.messages()) == 1


def test_whose_consent_was_a_message_goes_on_as_before(desk: AskingDesk) -> None:
    from tests.support.intake.desk import Desk

    Desk.receiver(desk)(desk.made("whatsapp", "Бұрын"))
    assert desk.says("whatsapp", "Енді") is Outcome.STORED
    assert len(desk.messages()) == 2 and not desk.of("held#")


def test_a_consented_person_who_says_yes_again_learns_what_is_kept(desk: AskingDesk) -> None:
    desk.says("telegram")
    desk.presses("telegram", CONSENT_YES)
    desk.deal()
    before = len(desk.messages("out"))
    desk.presses("telegram", CONSENT_NO)
    desk.deal()
    assert len(desk.messages("out")) == before + 1 and len(desk.of("consent#")) == 1


def test_no_search_finds_who_has_not_consented(desk: AskingDesk) -> None:
    desk.says("telegram", CANARY)
    (contact,) = desk.of("contact")
    desk.indexer()(contact["contact_id"])
    assert not [row for row in desk.items("index") if row["pk"].startswith(("text#", "words#"))]
    desk.presses("telegram", CONSENT_YES)
    desk.deal()
    desk.indexer()(contact["contact_id"])
    assert [row for row in desk.items("index") if row["pk"].startswith("text#")]


@CHANNELS
def test_who_is_destroyed_while_their_consent_is_awaited_leaves_nothing(desk: AskingDesk, channel: str) -> None:
    desk.says(channel, CANARY)
    desk.says(channel, "", kind="document", details={"media_id": "id", "filename": f"{CANARY}.pdf"})
    (row,) = desk.of("contact")
    person = Person(desk, channel, row["contact_id"], row["conversation_id"], [CANARY])
    desk, person, request, before = prepared((desk, person, desk.request_for(person)))
    finish(desk, request)
    assert_destroyed(desk, person, request, before)


@CHANNELS
def test_the_farewell_leaves_once_everything_is_destroyed(desk: AskingDesk, channel: str) -> None:
    desk.says(channel, CANARY)
    desk.presses(channel, CONSENT_NO)
    assert not desk.of("visitor")
    desk.later(30)
    desk.sweep()
    (row,) = desk.of("visitor")
    farewell = desk.vault.open_vaulted(
        row["vault_id"], visitor_content(row["pk"].partition("#")[2]), row["content"]
    ).decode()
    assert ("жойылды" in farewell or "уничтожено" in farewell) and row["due_at"] == desk.now


def test_staff_see_how_many_wait_and_nothing_else(desk: AskingDesk) -> None:
    waiting = HeldConversations(desk.gateway())
    desk.says("whatsapp")
    desk.says("whatsapp")
    desk.says("telegram")
    assert waiting.count() == 2
    desk.presses("whatsapp", CONSENT_YES)
    desk.deal()
    assert waiting.count() == 1
    desk.presses("telegram", CONSENT_NO)
    desk.later(30)
    desk.sweep()
    assert waiting.count() == 0


def test_the_wish_for_a_person_waits_like_words(desk: AskingDesk) -> None:
    assert desk.says("telegram", "/person") is Outcome.STORED
    assert len(desk.of("held#")) == 1 and not desk.of("ask#")
    desk.presses("telegram", CONSENT_YES)
    desk.deal()
    (ticket,) = desk.of("ticket")
    assert ticket["person_at"] and ticket["last_kind"] == "person_asked"
    assert [row["kind"] for row in desk.messages("event") if row.get("ticket_id")] == ["person_asked"]


def test_an_album_is_one_unread_message_after_the_release(desk: AskingDesk) -> None:
    for number in range(3):
        details = {"media_id": f"id {number}", "media_group_id": "777"}
        desk.says("telegram", "", kind="image", details=details)
    desk.presses("telegram", CONSENT_YES)
    desk.deal()
    (ticket,) = desk.of("ticket")
    assert ticket["unread"] == 0 and len(ticket["unread_albums"]) == 1
    assert len(desk.of_pk("fetch#")) == 3 and len(desk.messages()) == 3
