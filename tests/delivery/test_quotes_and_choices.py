"""What a reply quotes, and the choices under it: as each channel can, once, and shown as the customer's are."""

from typing import Any

import pytest

from chalicelib.channels.parts import Button
from chalicelib.core.asks import read_button
from chalicelib.core.errors import BadInput, Conflict
from chalicelib.core.ids import MessageRef
from chalicelib.outbox.content import ReplyContent, choices_of
from chalicelib.tickets.records import Message
from tests.support.delivery.both import KINDS, ref_of, ticket_of
from tests.support.delivery.desk import BOLAT, DeliveryDesk
from tests.support.people import DANIYAR_CHAT, from_amina, from_daniyar


def question(desk: DeliveryDesk) -> MessageRef:
    return ref_of(desk.messages("in")[0])


def say(desk: DeliveryDesk, ticket: dict[str, Any], content: ReplyContent, client_id: str = "page-1") -> MessageRef:
    desk.now += 10
    ref = MessageRef.parse(desk.replier()(ticket["ticket_id"], content, client_id, BOLAT).id)
    assert ref is not None
    return ref


def shown(desk: DeliveryDesk, ref: MessageRef) -> Message:
    tickets = desk.reader().tickets([one["ticket_id"] for one in desk.of("ticket")])
    found = [one for each in tickets for one in desk.reader().messages(each).messages if one.id == str(ref)]
    return found[0]


# -- quotes


@KINDS
def test_a_reply_quotes_the_customers_message(desk: DeliveryDesk, kind: str) -> None:
    ticket, asked = ticket_of(desk, kind), question(desk)
    ref = say(desk, ticket, ReplyContent("Жауап", quote=str(asked)))
    desk.sender()(ticket["conversation_id"])
    (sent,) = desk.provider.sent
    assert sent.quote.startswith("wamid.") if kind == "whatsapp" else sent.quote == f"{DANIYAR_CHAT}:7"
    quote = shown(desk, ref).quote
    assert quote is not None
    assert (quote.id, quote.text) == (str(asked), shown(desk, asked).text)
    assert sent.quote not in str(desk.message(ref))


@KINDS
def test_a_reply_quotes_one_of_ours(desk: DeliveryDesk, kind: str) -> None:
    ticket = ticket_of(desk, kind)
    first = say(desk, ticket, ReplyContent("Бір"))
    desk.sender()(ticket["conversation_id"])
    say(desk, ticket, ReplyContent("Екі", quote=str(first)), "page-2")
    desk.sender()(ticket["conversation_id"])
    assert desk.provider.sent[1].quote == desk.provider.sent[0].provider_id


@KINDS
def test_only_the_first_piece_of_a_long_text_quotes(desk: DeliveryDesk, kind: str) -> None:
    ticket = ticket_of(desk, kind)
    text = " ".join(f"сөз{number:05d}" for number in range(900))
    say(desk, ticket, ReplyContent(text, quote=str(question(desk))))
    desk.sender()(ticket["conversation_id"])
    assert [bool(one.quote) for one in desk.provider.sent] == [True, False]


def test_a_message_that_was_deleted_meanwhile_is_quoted_no_more(desk: DeliveryDesk) -> None:
    ticket, asked = desk.open_ticket(), question(desk)
    ref = say(desk, ticket, ReplyContent("Жауап", quote=str(asked)))
    target = desk.messages("in")[0]
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"],
        Key={"pk": {"S": target["pk"]}, "sk": {"S": target["sk"]}},
        UpdateExpression="SET deleted = :yes REMOVE content",
        ExpressionAttributeValues={":yes": {"BOOL": True}},
    )
    desk.sender()(ticket["conversation_id"])
    assert (desk.provider.texts, desk.provider.sent[0].quote) == (["Жауап"], "")
    assert desk.message(ref)["status"] == "sent"


def test_what_cannot_be_quoted_is_refused(desk: DeliveryDesk) -> None:
    ticket, asked = desk.open_ticket(), question(desk)
    waiting = say(desk, ticket, ReplyContent("Бір"))
    before = desk.items()
    foreign = asked._replace(conversation_id="0" * 20)
    for quote, error in (("odd", BadInput), (str(foreign), BadInput), (str(waiting), Conflict)):
        with pytest.raises(error) as caught:
            say(desk, ticket, ReplyContent("Екі", quote=quote), "page-2")
        assert caught.value.code == "quote"
    assert desk.items() == before


def test_an_id_is_used_for_one_quote(desk: DeliveryDesk) -> None:
    ticket, asked = desk.open_ticket(), question(desk)
    ref = say(desk, ticket, ReplyContent("Жауап", quote=str(asked)))
    assert say(desk, ticket, ReplyContent("Жауап", quote=str(asked))) == ref
    with pytest.raises(Conflict):
        say(desk, ticket, ReplyContent("Жауап"))


# -- choices


def test_the_ids_of_choices_tell_nothing_and_are_no_asks_about_data() -> None:
    one, other = choices_of(["Иә", "Жоқ"], "page-1"), choices_of(["Иә", "Жоқ"], "page-2")
    assert one == choices_of(["Иә", "Жоқ"], "page-1")
    assert len({each.id for each in (*one, *other)}) == 4
    assert all(read_button(each.id) is None and len(each.id.encode()) <= 64 for each in one)
    assert not any("page" in each.id for each in one)


@KINDS
@pytest.mark.parametrize("titles", [("Бүгін", "Ертең"), tuple(f"Уақыт {n}" for n in range(10)), ("Ж" * 24,)])
def test_choices_stand_under_the_reply(desk: DeliveryDesk, kind: str, titles: tuple[str, ...]) -> None:
    ticket, choices = ticket_of(desk, kind), choices_of(titles, "page-1")
    ref = say(desk, ticket, ReplyContent("Қашан?", choices=choices))
    desk.sender()(ticket["conversation_id"])
    (sent,) = desk.provider.sent
    assert sent.buttons == tuple(tuple(one) for one in choices)
    listed = kind == "whatsapp" and titles != ("Бүгін", "Ертең")
    assert sent.opens == ("Таңдау" if listed else "")
    assert shown(desk, ref).choices == titles


@pytest.mark.parametrize("titles", [tuple(f"{n}" for n in range(11)), ("Ж" * 25,)])
def test_more_than_the_channel_takes_is_refused_by_name(desk: DeliveryDesk, titles: tuple[str, ...]) -> None:
    ticket = desk.open_ticket()
    before = desk.items()
    with pytest.raises(BadInput, match=r"\(capability: buttons\)") as caught:
        say(desk, ticket, ReplyContent("Қашан?", choices=choices_of(titles, "page-1")))
    assert caught.value.code == "choices"
    assert desk.items() == before


@KINDS
@pytest.mark.parametrize("state", ["pending", "solved", "closed"])
def test_a_pressed_choice_is_what_the_customer_says(desk: DeliveryDesk, kind: str, state: str) -> None:
    ticket, (choice,) = ticket_of(desk, kind), choices_of(["Ертең"], "page-1")
    say(desk, ticket, ReplyContent("Қашан?", choices=(choice,)))
    desk.sender()(ticket["conversation_id"])
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"],
        Key={"pk": {"S": ticket["pk"]}, "sk": {"S": "ticket"}},
        UpdateExpression="SET #s = :s, unread = :none, solved_at = :now",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":s": {"S": state}, ":none": {"N": "0"}, ":now": {"N": str(desk.now)}},
    )
    desk.later(5)
    desk.receive(press(desk, kind, choice))
    open_now = [one for one in desk.of("ticket") if one["state"] == "open"]
    assert len(open_now) == 1
    assert (open_now[0]["ticket_id"] == ticket["ticket_id"]) == (state != "closed")
    assert open_now[0]["unread"] == 1
    assert open_now[0]["question_at"] == desk.now
    pressed = next(one for one in desk.messages("in") if one["kind"] in ("button", "callback"))
    assert shown(desk, ref_of(pressed)).text == "Ертең"


def press(desk: DeliveryDesk, kind: str, choice: Button) -> Any:
    if kind == "whatsapp":
        return from_amina(choice.title, sent_at=desk.seconds, kind="button", details={"payload": choice.id})
    details = {"callback_id": "4382", "data": choice.id}
    given = from_daniyar(choice.title, sent_at=desk.seconds, message_id=0, kind="callback", details=details)
    return given._replace(
        provider_id=f"{DANIYAR_CHAT}:callback:4382", target=f"{DANIYAR_CHAT}:2000", undated=True, order=0
    )


def test_a_pressed_button_about_data_says_nothing_still(desk: DeliveryDesk) -> None:
    ticket = desk.open_telegram_ticket()
    before = desk.ticket(ticket)["unread"]
    desk.receive(press(desk, "telegram", Button("something.else", "?")))
    assert desk.ticket(ticket)["unread"] == before
