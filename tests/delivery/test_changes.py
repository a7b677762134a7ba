"""Reactions, edits and deletions by staff: through the outbox, in order and once, on both channels as far as they can;
and on the reply itself while it waits."""

import json
from typing import Any

import pytest

from chalicelib.attachments.drop_file import DropFile
from chalicelib.channels.parts import Button
from chalicelib.core.clock import DAY
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.ids import MessageRef
from chalicelib.entrypoints.stream_router import _wake_up
from chalicelib.messages.customer_deletion import TakeBack, TakeBackStore
from chalicelib.outbox.content import ReplyContent, SentFile
from chalicelib.vault import encryption
from tests.support.attachments.no_files import NO_FILES
from tests.support.delivery.both import KINDS, ref_of, telegram_ticket, ticket_of
from tests.support.delivery.changes import question, refused, sent_reply, shown
from tests.support.delivery.desk import BOLAT, DeliveryDesk
from tests.support.delivery.dying import Fate, deliver_dying
from tests.support.people import DANIYAR_CHAT, from_daniyar


def take_back(desk: DeliveryDesk) -> None:
    """What the dater does with every deletion and edit."""
    taker = TakeBack(TakeBackStore(desk.gateway()), DropFile(desk.gateway(), NO_FILES), lambda: desk.now)
    for one in (*desk.messages("in"), *desk.messages("out")):
        if one["kind"] in ("edit", "revoke"):
            taker(one["pk"].partition("#")[2], one["sk"])


# -- reactions


@KINDS
def test_a_reaction_leaves_and_stands_beside_the_customers_message(desk: DeliveryDesk, kind: str) -> None:
    ticket, asked = ticket_of(desk, kind), question(desk)
    before = desk.ticket(ticket)

    assert desk.amends().react(ticket["ticket_id"], asked, "👍", BOLAT) == "queued"
    assert [(one.kind, one.text, one.status) for one in shown(desk, asked).changes] == [("reaction", "👍", "queued")]
    assert desk.sender()(ticket["conversation_id"]) == 1

    (made,) = desk.provider.changes
    if kind == "whatsapp":
        content = desk.open(desk.messages("in")[0], "content", encryption.message_content(asked))
        assert (made["message_id"], made["emoji"]) == (content["id"], "👍")
    else:
        assert (made["method"], made["chat_id"], made["message_id"]) == ("setMessageReaction", DANIYAR_CHAT, "7")
        assert json.loads(made["reaction"]) == [{"type": "emoji", "emoji": "👍"}]
    assert (shown(desk, asked).own_reaction, shown(desk, asked).changes) == ("👍", ())
    assert desk.ticket(ticket) == before, "the question stays open"
    assert not desk.of("outbox#")
    assert not desk.provider.sent


@KINDS
def test_another_one_replaces_it_and_none_takes_it_back(desk: DeliveryDesk, kind: str) -> None:
    ticket, asked = ticket_of(desk, kind), question(desk)
    for emoji in ("👍", "🙏", ""):
        desk.now += 10
        desk.amends().react(ticket["ticket_id"], asked, emoji, BOLAT)
    desk.sender()(ticket["conversation_id"])
    assert len(desk.provider.changes) == 3
    assert shown(desk, asked).own_reaction == ""


def test_a_refused_reaction_is_said_at_the_message_and_reopens_nothing(desk: DeliveryDesk) -> None:
    ticket, asked = telegram_ticket(desk), question(desk)
    reply = sent_reply(desk, ticket)
    before = desk.ticket(ticket)
    desk.amends().react(ticket["ticket_id"], asked, "👍", BOLAT)
    desk.provider.faults = [desk.provider.telegram_error(400, "Bad Request: message to react not found")]
    desk.sender()(ticket["conversation_id"])

    (failed,) = shown(desk, asked).changes
    assert (failed.status, failed.failure["reason"]) == ("failed", "gone")
    assert shown(desk, asked).own_reaction == ""
    assert desk.ticket(ticket) == before
    row = next(one for one in desk.messages("out") if one["kind"] == "reaction")
    assert "flagged" not in row
    assert _wake_up({"eventName": "MODIFY", "dynamodb": {"NewImage": _image(row)}}) is None
    assert desk.message(reply)["status"] == "sent"

    desk.now += 10
    desk.amends().react(ticket["ticket_id"], asked, "🙏", BOLAT)
    desk.sender()(ticket["conversation_id"])
    assert (shown(desk, asked).own_reaction, shown(desk, asked).changes) == ("🙏", ())


def _image(row: dict[str, Any]) -> dict[str, Any]:
    from chalicelib.dynamo.builder import attribute_values

    return attribute_values({name: value for name, value in row.items() if value not in ({}, [])})


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 9))
def test_a_sender_may_die_anywhere_and_the_reaction_is_made(desk: DeliveryDesk, number: int, when: str) -> None:
    ticket, asked = desk.open_ticket(), question(desk)
    desk.amends().react(ticket["ticket_id"], asked, "👍", BOLAT)
    deliver_dying(desk, ticket["conversation_id"], Fate(number, when))
    desk.later(61)
    desk.sender()(ticket["conversation_id"])
    assert shown(desk, asked).own_reaction == "👍"
    assert not desk.of("outbox#")


@KINDS
def test_what_is_no_reaction_is_refused(desk: DeliveryDesk, kind: str) -> None:
    ticket, asked = ticket_of(desk, kind), question(desk)
    (notice,) = desk.messages("out")
    ticket_id = ticket["ticket_id"]
    assert refused(desk, "react", ticket_id, asked, "ok") == "bad_emoji"
    for two in ("👍👍", "🇰", "👍 ", "❤\ufe0e"):
        assert refused(desk, "react", ticket_id, asked, two) == "bad_emoji"
    assert refused(desk, "react", ticket_id, ref_of(notice), "👍") == "wrong_message"
    with pytest.raises(NotFound):
        desk.amends().react(ticket_id, asked._replace(pseudonym="0" * 32), "👍", BOLAT)
    desk.now += 31 * DAY
    if kind == "whatsapp":
        assert refused(desk, "react", ticket_id, asked, "👍") == "window_closed"
    else:
        desk.amends().react(ticket_id, asked, "👍", BOLAT)
        assert refused(desk, "react", ticket_id, asked, "😂") == "bad_emoji"


# -- edits


def test_a_sent_reply_gets_another_text_and_keeps_the_old_one_for_staff(desk: DeliveryDesk) -> None:
    ticket = telegram_ticket(desk)
    ref = sent_reply(desk, ticket)
    assert desk.amends().edit(ticket["ticket_id"], ref, "Дұрыс жауап", BOLAT) == "queued"
    assert shown(desk, ref).text == "Жауап"
    desk.sender()(ticket["conversation_id"])

    (made,) = desk.provider.changes
    assert (made["method"], made["message_id"], made["text"]) == ("editMessageText", "2000", "Дұрыс жауап")
    now = shown(desk, ref)
    assert (now.text, now.history, bool(now.edited_at), now.changes) == ("Дұрыс жауап", ("Жауап",), True, ())
    assert "Дұрыс" not in str(desk.items())


def test_an_edit_of_choices_keeps_their_buttons(desk: DeliveryDesk) -> None:
    ticket = telegram_ticket(desk)
    content = ReplyContent("Қашан?", choices=(Button("pick.a.1", "Бүгін"), Button("pick.a.2", "Ертең")))
    ref = MessageRef.parse(desk.replier()(ticket["ticket_id"], content, "page-1", BOLAT).id)
    assert ref is not None
    desk.sender()(ticket["conversation_id"])
    desk.amends().edit(ticket["ticket_id"], ref, "Қай күні?", BOLAT)
    desk.sender()(ticket["conversation_id"])
    assert "pick.a.2" in desk.provider.changes[0]["reply_markup"]
    assert shown(desk, ref).choices == ("Бүгін", "Ертең")


def test_what_is_so_already_counts_as_done(desk: DeliveryDesk) -> None:
    ticket = telegram_ticket(desk)
    ref = sent_reply(desk, ticket)
    said = "Bad Request: message is not modified: specified new message content and reply markup are exactly the same"
    desk.provider.faults = [desk.provider.telegram_error(400, said)]
    desk.amends().edit(ticket["ticket_id"], ref, "Жауап 2", BOLAT)
    desk.sender()(ticket["conversation_id"])
    assert (shown(desk, ref).text, shown(desk, ref).changes) == ("Жауап 2", ())


def test_a_reply_that_waits_is_changed_itself(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Жауап")
    assert desk.amends().edit(ticket["ticket_id"], ref, "Дұрыс жауап", BOLAT) == "done"
    desk.sender()(ticket["conversation_id"])
    assert desk.provider.texts == ["Дұрыс жауап"]
    assert (shown(desk, ref).text, shown(desk, ref).history) == ("Дұрыс жауап", ())
    (shown_ticket,) = desk.reader().tickets([ticket["ticket_id"]])
    assert shown_ticket.last_text == "Дұрыс жауап"


def test_a_sender_that_has_read_the_old_text_reads_it_anew(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    ref, outbox = desk.reply(ticket, "Жауап"), desk.outbox()
    claim, edited = outbox.claim, []

    def late(*given: Any, **more: Any) -> Any:
        if not edited:
            edited.append(desk.amends().edit(ticket["ticket_id"], ref, "Дұрыс жауап", BOLAT))
        return claim(*given, **more)

    outbox.claim = late  # type: ignore[method-assign]
    desk.sender(store=outbox)(ticket["conversation_id"])
    assert desk.provider.texts == ["Дұрыс жауап"]


def test_a_reply_that_a_sender_has_is_not_changed_any_more(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Жауап")
    found: list[str] = []
    desk.provider.accepted = lambda sent: found.extend(
        refused(desk, what, ticket["ticket_id"], ref, *more) for what, more in (("edit", ("Басқа",)), ("delete", ()))
    )
    desk.sender()(ticket["conversation_id"])
    assert found == ["leaving", "leaving"]
    assert shown(desk, ref).text == "Жауап"


# -- deletions


def test_a_sent_reply_is_deleted_with_every_text_it_had(desk: DeliveryDesk) -> None:
    ticket = telegram_ticket(desk)
    ref = sent_reply(desk, ticket, "құпия 1")
    desk.amends().edit(ticket["ticket_id"], ref, "құпия 2", BOLAT)
    desk.sender()(ticket["conversation_id"])
    desk.receive(from_daniyar("?", sent_at=desk.seconds + 9, message_id=1009, quote=f"{DANIYAR_CHAT}:2000"))
    assert desk.amends().delete(ticket["ticket_id"], ref, BOLAT) == "queued"
    take_back(desk)
    assert shown(desk, ref).text == "құпия 2", "it has not left"
    desk.sender()(ticket["conversation_id"])
    assert desk.provider.changes[-1]["method"] == "deleteMessage"
    row = next(one for one in desk.messages("out") if one["kind"] == "revoke")
    woken = _wake_up({"eventName": "MODIFY", "dynamodb": {"NewImage": _image(row)}})
    assert woken is not None
    assert (woken[0], woken[1].body["row"], woken[1].body["change"]) == ("dating", row["sk"], "yes")

    now = shown(desk, ref)
    assert (now.deleted, now.deleted_by, now.text, now.history) == (True, BOLAT, "", ())
    take_back(desk)
    take_back(desk)
    left = desk.message(ref)
    assert left["deleted"] is True
    assert not {"content", "provider_ids"} & left.keys()
    (edit,) = [one for one in desk.messages("out") if one["kind"] == "edit"]
    assert "content" not in edit
    quoting = next(one for one in desk.messages("in") if one.get("quote_hash"))
    assert quoting["quote_gone"] is True
    assert refused(desk, "edit", ticket["ticket_id"], ref, "Тағы") == "gone"


def test_the_preview_of_a_deleted_reply_goes(desk: DeliveryDesk) -> None:
    ticket = telegram_ticket(desk)
    ref = sent_reply(desk, ticket, "құпия")
    desk.amends().delete(ticket["ticket_id"], ref, BOLAT)
    desk.sender()(ticket["conversation_id"])
    take_back(desk)
    assert desk.ticket(ticket)["last_kind"] == "revoke"
    assert "last" not in desk.ticket(ticket)


def test_a_failed_deletion_destroys_nothing(desk: DeliveryDesk) -> None:
    ticket = telegram_ticket(desk)
    ref = sent_reply(desk, ticket)
    desk.provider.faults = [desk.provider.telegram_error(400, "Bad Request: message can't be deleted for everyone")]
    desk.amends().delete(ticket["ticket_id"], ref, BOLAT)
    desk.sender()(ticket["conversation_id"])
    take_back(desk)
    now = shown(desk, ref)
    assert (now.text, now.deleted, now.changes[0].failure["reason"]) == ("Жауап", False, "too_old")


def test_every_piece_of_a_long_reply_is_deleted_and_one_that_is_gone_is_no_failure(desk: DeliveryDesk) -> None:
    ticket = telegram_ticket(desk)
    ref = sent_reply(desk, ticket, " ".join(f"сөз{number:05d}" for number in range(900)))
    assert len(desk.provider.sent) == 2
    assert refused(desk, "edit", ticket["ticket_id"], ref, "Қысқа") == "long"
    desk.provider.faults = [desk.provider.telegram_error(400, "Bad Request: message to delete not found")]
    desk.amends().delete(ticket["ticket_id"], ref, BOLAT)
    desk.sender()(ticket["conversation_id"])
    assert [one["message_id"] for one in desk.provider.changes] == ["2001"]
    assert shown(desk, ref).deleted


def test_a_reply_that_waits_is_not_sent_and_its_question_is_open_again(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    asked = desk.ticket(ticket)["question_at"]
    ref = desk.reply(ticket, "Жауап")
    assert desk.amends().delete(ticket["ticket_id"], ref, BOLAT) == "done"
    assert desk.sender()(ticket["conversation_id"]) == 0
    assert not desk.provider.sent
    assert not desk.of("outbox#")
    now, row = desk.ticket(ticket), desk.message(ref)
    assert (now["question_at"], now["state"], "last" in now) == (asked, "open", False)
    assert "content" not in row
    assert (shown(desk, ref).deleted, shown(desk, ref).deleted_by) == (True, BOLAT)


def test_the_replies_behind_one_that_is_deleted_meanwhile_leave_at_once(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    first, outbox = desk.reply(ticket, "Бір"), desk.outbox()
    desk.reply(ticket, "Екі")
    claim, deleted = outbox.claim, []

    def late(*given: Any, **more: Any) -> Any:
        if not deleted:
            deleted.append(desk.amends().delete(ticket["ticket_id"], first, BOLAT))
        return claim(*given, **more)

    outbox.claim = late  # type: ignore[method-assign]
    desk.sender(store=outbox)(ticket["conversation_id"])
    assert desk.provider.texts == ["Екі"]


# -- what is refused


def test_a_channel_refuses_by_name_what_it_lacks(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    ref = sent_reply(desk, ticket)
    with pytest.raises(Conflict, match=r"WhatsApp cannot do this \(capability: edit\)"):
        desk.amends().edit(ticket["ticket_id"], ref, "Басқа", BOLAT)
    with pytest.raises(Conflict, match=r"WhatsApp cannot do this \(capability: revoke\)"):
        desk.amends().delete(ticket["ticket_id"], ref, BOLAT)


def test_notices_old_replies_and_texts_that_do_not_fit_stay(desk: DeliveryDesk) -> None:
    ticket = telegram_ticket(desk)
    (notice,) = desk.messages("out")
    ticket_id = ticket["ticket_id"]
    assert refused(desk, "delete", ticket_id, ref_of(notice)) == "wrong_message"
    assert refused(desk, "delete", ticket_id, question(desk)) == "wrong_message"
    ref = sent_reply(desk, ticket)
    assert refused(desk, "edit", ticket_id, ref, " ") == "empty"
    assert refused(desk, "edit", ticket_id, ref, "ж" * 5000) == "long"
    desk.now += 2 * DAY
    assert refused(desk, "delete", ticket_id, ref) == "too_old"
    assert desk.amends().edit(ticket_id, ref, "Жауап 2", BOLAT) == "queued"


def test_a_reply_with_a_file_or_a_template_is_not_edited(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    content = ReplyContent("Шот", files=(SentFile("x" * 20, "шот.pdf", "application/pdf", 9, "document"),))
    ref = desk.reply(ticket, "Шот")
    sealed = encryption.seal_json(desk.head()["public_key"], encryption.message_content(ref), content.stored())
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"],
        Key={"pk": {"S": f"conversation#{ref.conversation_id}"}, "sk": {"S": f"message#{ref.tail}"}},
        UpdateExpression="SET content = :content",
        ExpressionAttributeValues={":content": {"B": sealed}},
    )
    assert refused(desk, "edit", ticket["ticket_id"], ref, "Басқа") == "wrong_message"


def test_a_message_of_an_older_release_without_its_providers_id_offers_nothing(desk: DeliveryDesk) -> None:
    ticket, asked = desk.open_ticket(), question(desk)
    row = desk.messages("in")[0]
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"],
        Key={"pk": {"S": row["pk"]}, "sk": {"S": row["sk"]}},
        UpdateExpression="REMOVE provider_hash",
    )
    assert refused(desk, "react", ticket["ticket_id"], asked, "👍") == "unknown_id"
    with pytest.raises(Conflict) as caught:
        desk.replier()(ticket["ticket_id"], ReplyContent("Жауап", quote=str(asked)), "page-1", BOLAT)
    assert caught.value.code == "quote"


def test_the_files_of_a_deleted_reply_go_from_the_bucket(desk: DeliveryDesk) -> None:
    ticket, dropped = telegram_ticket(desk), []
    ref = desk.reply(ticket, "Шот")
    row = desk.message(ref)
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"],
        Key={"pk": {"S": row["pk"]}, "sk": {"S": row["sk"]}},
        UpdateExpression="SET file_objects = :names",
        ExpressionAttributeValues={":names": {"L": [{"S": "one"}, {"S": "two"}]}},
    )
    desk.amends().delete(ticket["ticket_id"], ref, BOLAT)
    woken = _wake_up({"eventName": "MODIFY", "dynamodb": {"NewImage": _image(desk.message(ref))}})
    assert woken is not None
    assert (woken[0], woken[1].body["change"]) == ("dating", "yes")

    def drop(about: MessageRef, contact_id: str, name: str) -> None:
        dropped.append((about, contact_id, name))

    taker = TakeBack(TakeBackStore(desk.gateway()), drop, lambda: desk.now)
    for _ in range(2):
        taker(ref.conversation_id, row["sk"])
    assert dropped == [(ref, row["contact_id"], "one"), (ref, row["contact_id"], "two")]
    assert "file_objects" not in desk.message(ref)
    assert _wake_up({"eventName": "MODIFY", "dynamodb": {"NewImage": _image(desk.message(ref))}}) is None
