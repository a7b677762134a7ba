"""What arrives from Telegram and what becomes of it."""

import json
from typing import Any

import pytest

from chalicelib.channels.parts import (
    ChatEvent,
    IgnoredPart,
    InboundMessage,
    NumberChanged,
    ReachChanged,
    Started,
    UnparsedPart,
)
from chalicelib.channels.reading import TEXT_LIMIT
from chalicelib.channels.telegram.kinds import LINES, SERVICE
from chalicelib.channels.telegram.parse import parse
from chalicelib.core.addresses import Address
from chalicelib.core.errors import BadInput
from tests.support.channels.bodies import AMINA_CHAT, BOT, NOW, private, update
from tests.support.channels.telegram import (
    FILE,
    LARGE,
    NOT_UNDERSTOOD,
    PLACE,
    UNDERSTOOD,
    member,
    message,
    pressed,
    reacted,
    read,
)

HOUR = NOW - NOW % 3600


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff", b"7"])
def test_what_is_no_json_object_is_bad_input(raw: bytes) -> None:
    with pytest.raises(BadInput):
        parse(raw, BOT, NOW)


def test_a_text_of_a_person() -> None:
    part = message(**private(text="Сәлем"))
    assert (part.text, part.sent_at, part.order) == ("Сәлем", NOW - 60, 900_000_001)
    assert part.provider_id == f"{AMINA_CHAT}:42"
    assert part.author.addresses == (Address("chat", str(AMINA_CHAT)),)
    assert (part.author.name, part.author.username, part.author.language_code) == ("Amina S", "amina_s", "kk")
    assert (part.channel, part.account) == ("telegram", BOT)


def test_the_clock_may_be_ours() -> None:
    assert isinstance(parse(update(**private(text="Сәлем")), BOT)[0], InboundMessage)


# Start


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("/start", ""),
        ("/start promo_42", "promo_42"),
        ("/start ", ""),
        ("/START", ""),
        ("/start@our_bot", ""),
        ("/Start@Our_Bot Promo-42", "Promo-42"),
    ],
)
def test_scenario_21_start_is_no_message(text: str, payload: str) -> None:
    part = read(**private(text=text))
    assert isinstance(part, Started)
    assert (part.payload, part.author.language_code, part.provider_id) == (payload, "kk", f"{AMINA_CHAT}:42")


@pytest.mark.parametrize(
    "text", ["/starting", "start", "/start where is my order", "Hello /start", "/start@", "/start@our-bot", "/ſtart"]
)
def test_what_only_looks_like_start_is_a_message(text: str) -> None:
    assert message(**private(text=text)).kind == "text"


# Content


@pytest.mark.parametrize(("fields", "kind", "text", "details"), UNDERSTOOD)
def test_a_message_is_understood(fields: dict[str, Any], kind: str, text: str, details: dict[str, Any]) -> None:
    part = message(**private(**fields))
    assert (part.kind, part.text, dict(part.details)) == (kind, text, details)
    assert (part.raw, part.raw_type) == (b"", "")


@pytest.mark.parametrize(("fields", "raw_type"), NOT_UNDERSTOOD)
def test_a_message_that_is_not_understood_is_shown_with_its_type(fields: dict[str, Any], raw_type: str) -> None:
    given = private(**fields)
    part = message(**given)
    assert (part.kind, part.raw_type) == ("unsupported", raw_type)
    assert json.loads(part.raw) == given
    odd_id = given["message_id"] != 42
    assert part.provider_id == (f"{AMINA_CHAT}:update:900000001" if odd_id else f"{AMINA_CHAT}:42")
    assert (part.sent_at, part.undated) == ((NOW - 60, False) if given["date"] == NOW - 60 else (NOW, True))


@pytest.mark.parametrize("date", [-1, 0, "soon", None, [], 10**30, NOW + 8 * 86_400])
def test_a_text_whose_time_cannot_be_is_kept_as_it_arrived(date: Any) -> None:
    part = message(**private(text="Сәлем", date=date))
    assert (part.kind, part.text, part.sent_at, part.undated) == ("text", "Сәлем", NOW, True)


@pytest.mark.parametrize("unit", [1000, 1_000_000])
def test_a_time_in_smaller_units_is_a_time(unit: int) -> None:
    assert message(**private(text="Сәлем", date=(NOW - 60) * unit)).sent_at == NOW - 60


@pytest.mark.parametrize("number", [0, "42", -5, None, True])
def test_a_text_whose_number_cannot_be_is_kept_under_its_updates_number(number: Any) -> None:
    part = message(**private(number, text="Сәлем"))
    assert (part.text, part.provider_id, part.order) == ("Сәлем", f"{AMINA_CHAT}:update:900000001", 900_000_001)


def test_scenario_24_a_file_too_big_to_fetch_keeps_its_name_and_size() -> None:
    part = message(**private(document=FILE | {"file_name": "film.mkv", "file_size": 25 * 1024 * 1024}))
    assert part.details["too_big"] is True
    assert (part.details["filename"], part.details["size"]) == ("film.mkv", 25 * 1024 * 1024)


def test_an_album_is_known_by_its_group() -> None:
    part = message(**private(photo=[LARGE], media_group_id="13579246801234567"))
    assert part.details["media_group_id"] == "13579246801234567"


def test_quotes_and_forwards() -> None:
    part = message(**private(text="Yes", reply_to_message=private(7, text="?"), quote={"text": "?", "position": 0}))
    assert (part.quote, part.details["quote_text"], part.forwarded) == (f"{AMINA_CHAT}:7", "?", False)
    assert message(**private(text="Yes", forward_origin={"type": "hidden_user"})).forwarded
    assert message(**private(text="Yes", forward_date=NOW - 900)).forwarded


def test_an_answer_to_another_chat_is_seen_without_a_quote_too() -> None:
    assert message(**private(text="this?", external_reply={"origin": {}})).details["quote_text"] == "…"
    poll = {"origin": {"type": "channel"}, "poll": {"question": "When?", "options": []}}
    assert message(**private(text="this?", external_reply=poll)).details["quote_text"] == "…"
    both = message(**private(text="this?", external_reply={}, quote={"text": "that"})).details
    assert both["quote_text"] == "that"
    here = message(**private(text="this?", external_reply=poll, reply_to_message=private(7, text="x"))).details
    assert (here.get("quote_text"), here["quoted_text"]) == (None, "x")


def test_options_that_are_not_kept_are_counted() -> None:
    part = message(**private(poll={"question": "When?", "options": [{"text": str(day)} for day in range(33)]}))
    assert (len(part.details["options"]), part.details["more"]) == (30, 3)


def test_what_a_new_kind_lists_is_shown() -> None:
    tasks = [{"id": 1, "text": "Buy"}, {"id": 2, "text": "Sell"}, {"id": 3}, "?"]
    part = message(**private(checklist={"title": "Today", "tasks": tasks}))
    assert (part.kind, part.text) == ("unsupported", "Today\nBuy\nSell")


def test_what_an_inline_bot_wrote_says_so() -> None:
    for bot, shown in (({"username": "gif"}, "gif"), ({"first_name": "Gif"}, "Gif"), ({"id": 1}, "…"), ("x", None)):
        part = message(**private(text="one", via_bot=bot))
        assert part.details.get("via_bot") == shown


def test_a_long_text_is_cut_and_marked() -> None:
    part = message(**private(text="😀" * 30_000))
    assert part.details["truncated"] is True
    assert len(part.text.encode()) == TEXT_LIMIT


# Edits, presses, reactions


def test_scenario_23_an_edit_names_its_message_and_the_newer_one_is_ordered_later() -> None:
    first = message("edited_message", 11, **private(text="one", edit_date=NOW - 10))
    second = message("edited_message", 12, **private(caption="two", photo=[LARGE], edit_date=NOW - 10))
    assert first.kind == second.kind == "edit"
    assert first.target == second.target == f"{AMINA_CHAT}:42"
    assert (first.text, second.text) == ("one", "two")
    assert (first.details["new_kind"], second.details["new_kind"]) == ("text", "image")
    assert (first.sent_at, first.order, second.order) == (NOW - 10, 11, 12)
    assert first.provider_id != second.provider_id
    assert message("edited_message", 11, **private(text="one", edit_date=NOW - 10)) == first


def test_an_edit_that_is_not_understood_names_its_message() -> None:
    part = message("edited_message", 11, **private(text=None))
    assert (part.kind, part.text, part.details["new_kind"]) == ("edit", "", "unsupported")
    assert part.target == f"{AMINA_CHAT}:42"
    nothing = message("edited_message", 12, **private(None, text="one", edit_date=NOW - 9))  # of what?
    assert (nothing.kind, nothing.text, nothing.target) == ("unsupported", "one", "")
    assert (nothing.refers, nothing.sent_at, nothing.provider_id) == (True, NOW - 9, f"{AMINA_CHAT}:update:12")


def test_a_live_location_has_one_row_that_the_newest_position_takes() -> None:
    there = {"location": PLACE | {"live_period": 900}, "edit_date": NOW - 10}
    first, last = (message("edited_message", number, **private(**there)) for number in (11, 40))
    assert first.provider_id == last.provider_id == f"{AMINA_CHAT}:42:live"
    assert first.sent_at == last.sent_at == NOW - 60 and first.order < last.order
    assert first.replaces and first.details["new_kind"] == "location"
    ended = message("edited_message", 41, **private(location=PLACE, edit_date=NOW))
    assert ended.replaces and "live" not in ended.details


def test_a_press_is_shown_with_the_words_of_the_button() -> None:
    part = message("callback_query", **pressed())
    assert (part.kind, part.text, part.target) == ("callback", "Иә", f"{AMINA_CHAT}:7")
    assert dict(part.details) == {"callback_id": "3006478412", "data": "y"}
    assert part.author.name == "Amina S"
    assert (part.sent_at, part.undated) == (NOW, True)


def test_a_press_long_after_the_button_is_not_shown_before_it() -> None:
    for date in (NOW - 90_000, 0, NOW + 5):
        part = message("callback_query", **pressed(message=private(7, date=date)))
        assert (part.text, part.sent_at) == ("", NOW), "the message is shown without its buttons, and no payload"


def test_a_press_on_a_message_that_is_gone() -> None:
    part = message("callback_query", **pressed(message=None, inline_message_id="AA"))
    assert (part.kind, part.target, part.sent_at) == ("callback", "", NOW)


def test_a_press_without_an_id_says_nothing_and_is_its_persons() -> None:
    part = message("callback_query", **pressed(id=None))
    assert (part.kind, part.raw_type, part.refers) == ("unsupported", "callback_query", True)
    assert part.author.addresses[0].value == str(AMINA_CHAT)


@pytest.mark.parametrize(
    ("new", "text"),
    [
        ([{"type": "emoji", "emoji": "👍"}], "👍"),
        ([{"type": "emoji", "emoji": "👍"}, {"type": "custom_emoji", "custom_emoji_id": "5"}], "👍🔹"),
        ([{"type": "paid"}], "⭐"),
    ],
)
def test_a_reaction(new: list[dict[str, Any]], text: str) -> None:
    part = message("message_reaction", 13, **reacted(*new))
    assert (part.kind, part.text, part.target) == ("reaction", text, f"{AMINA_CHAT}:7")
    assert part.provider_id == f"{AMINA_CHAT}:7:reaction:13"
    assert "removed" not in part.details


def test_a_reaction_taken_back() -> None:
    part = message("message_reaction", **reacted())
    assert (part.text, dict(part.details)) == ("", {"removed": True})


def test_a_broken_reaction_says_nothing_and_is_its_persons() -> None:
    assert message("message_reaction", **reacted(new_reaction=7)).kind == "reaction"
    given = reacted()
    del given["new_reaction"]
    part = message("message_reaction", 13, **given)
    assert (part.kind, part.raw_type, part.refers) == ("unsupported", "message_reaction", True)
    assert part.provider_id == f"{AMINA_CHAT}:update:13", "not that of the message that it is about"


# Reach


@pytest.mark.parametrize(("status", "blocked"), [("kicked", True), ("member", False)])
def test_blocked_and_unblocked(status: str, blocked: bool) -> None:
    part = read("my_chat_member", **member(status))
    assert isinstance(part, ReachChanged)
    assert (part.blocked, part.at, part.author.addresses[0].value) == (blocked, NOW - 5, str(AMINA_CHAT))
    late = read("my_chat_member", **member(status, date=None))
    assert isinstance(late, ReachChanged) and late.at == HOUR


@pytest.mark.parametrize("status", ["left", None, 7, "restricted"])
def test_other_changes_of_membership_are_counted(status: Any) -> None:
    part = read("my_chat_member", **member(status))
    assert isinstance(part, IgnoredPart) and part.reason.startswith("member:")


# Groups and whatever comes


@pytest.mark.parametrize("kind", ["message", "edited_message", "message_reaction", "my_chat_member"])
@pytest.mark.parametrize("chat", ["group", "supergroup", "channel"])
def test_a_group_is_counted_and_nothing_of_it_is_kept(kind: str, chat: str) -> None:
    part = read(kind, **private(text="Сәлем", chat={"id": -100123, "type": chat}))
    assert part == IgnoredPart("telegram", "channel" if chat == "channel" else "group")


def test_a_press_in_a_group_is_counted() -> None:
    group = private(7, chat={"id": -100123, "type": "group"})
    assert read("callback_query", **pressed(message=group)) == IgnoredPart("telegram", "group")


def test_a_group_that_becomes_another_is_a_change_of_address() -> None:
    part = read(**private(chat={"id": -123, "type": "group"}, migrate_to_chat_id=-100123))
    assert part == NumberChanged(
        "telegram", BOT, "-123:42", Address("chat", "-123"), Address("chat", "-100123"), NOW - 60
    )
    odd = read(**private(chat={"id": -123, "type": "group"}, migrate_to_chat_id=-100123, date=None, message_id=None))
    assert isinstance(odd, NumberChanged) and (odd.provider_id, odd.at) == ("-123:900000001", HOUR)


@pytest.mark.parametrize("kind", ["message_reaction_count", "channel_post", "edited_channel_post"])
def test_what_is_known_and_not_handled_is_counted(kind: str) -> None:
    assert isinstance(read(kind, chat={"id": -100123}, date=NOW), IgnoredPart)


@pytest.mark.parametrize(
    "kind",
    "business_message edited_business_message business_connection inline_query chosen_inline_result poll poll_answer"
    " chat_join_request chat_member shipping_query purchased_paid_media guest_message".split(),
)
def test_what_nobody_wrote_to_the_bot_is_counted_and_nothing_of_it_is_kept(kind: str) -> None:
    assert read(kind, **private(text="Сәлем")) == IgnoredPart("telegram", f"update:{kind}")


OWNER = {"id": 999, "is_bot": False, "first_name": "Owner"}
OUR_BOT = {"id": int(BOT), "is_bot": True, "first_name": "Desk"}


@pytest.mark.parametrize("sender", [OWNER, OUR_BOT])
@pytest.mark.parametrize("kind", ["message", "edited_message"])
def test_in_a_private_chat_only_its_person_is_the_customer(kind: str, sender: dict[str, Any]) -> None:
    assert read(kind, **private(sender=sender, text="x")) == IgnoredPart("telegram", "not_the_customer")


def test_an_anonymous_message_is_of_whose_chat_it_is() -> None:
    given = private(text="x")
    del given["from"]
    assert message(**given).author.name == "Amina"


LINE = {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}}


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        (LINE, "timer_changed"),
        ({"pinned_message": private(7, text="x")}, "pinned"),
        ({"pinned_message": private(7, text="x"), "reply_to_message": private(7)}, "pinned"),
    ],
)
@pytest.mark.parametrize("sender", [None, OUR_BOT])
def test_what_happened_in_the_chat_is_no_message(fields: dict[str, Any], kind: str, sender: Any) -> None:
    part = read(**private(sender=sender, **fields))
    assert isinstance(part, ChatEvent)
    assert (part.kind, part.at, part.author.addresses) == (kind, NOW - 60, (Address("chat", str(AMINA_CHAT)),))
    assert part == read(**private(sender=sender, **fields))


@pytest.mark.parametrize("name", sorted({*SERVICE, "refunded_payment"} - LINES.keys()))
def test_other_service_messages_are_counted(name: str) -> None:
    assert read(**private(**{name: {}})) == IgnoredPart("telegram", f"service:{name}")


@pytest.mark.parametrize("raw", [b"{}", b'{"update_id": 1}', b'{"update_id": 1, "message": null}', b'{"message": {}}'])
def test_an_update_of_nothing_is_unclear(raw: bytes) -> None:
    [part] = parse(raw, BOT, NOW)
    assert isinstance(part, UnparsedPart)


def test_a_bot_without_a_chat_is_nobody() -> None:
    assert isinstance(read(message_id=1, date=NOW, user=OUR_BOT), UnparsedPart)


def test_an_update_without_its_number_gets_one_of_its_own() -> None:
    raw = json.dumps({"edited_message": private(text="one", edit_date=NOW - 10)}).encode()
    [part] = parse(raw, BOT, NOW)
    assert isinstance(part, InboundMessage)
    assert part.provider_id.startswith(f"{AMINA_CHAT}:42:edit:made.")
    assert part.order == 0
