"""Nobody becomes known, and nobody comes back, but by saying something: through the webhooks, as they really arrive."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from chalice.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.channels.parts import KINDS, InboundMessage
from chalicelib.channels.telegram.parse import parse
from chalicelib.core.asks import Ask
from chalicelib.core.clock import DAY
from chalicelib.dynamo.builder import attribute_values
from chalicelib.messages.ingest import Outcome, is_news, is_statement
from tests.support.intake.changes import welcomed_before
from tests.support.intake.desk import Desk
from tests.support.intake.fences import close_fence, erase, fences, open_fence
from tests.support.intake.rows import change_ticket
from tests.support.intake.webhooks import envelope, post, text, update, value
from tests.support.intake.webhooks import front as front
from tests.support.people import DANIYAR_CHAT, TELEGRAM_ACCOUNT, from_amina, from_daniyar, wamid

__all__ = ["front"]
CHAT = {"id": int(DANIYAR_CHAT), "type": "private"}
DANIYAR = {"id": int(DANIYAR_CHAT), "is_bot": False, "first_name": "Данияр", "language_code": "ru"}
PLACE = {"latitude": 43.2, "longitude": 76.9}
Send = Callable[[Client, Desk, int], None]


def telegram(kind: str, **fields: Any) -> Send:
    """Send an update of Daniyar's; `number` makes each one another."""

    def send(front: Client, desk: Desk, number: int = 1) -> None:
        given = {"message_id": 7, "chat": CHAT, "from": DANIYAR, "date": desk.seconds - 60, **fields}
        for name in ("edit_date",):
            if name in given:
                given[name] = desk.seconds
        assert update(front, {"update_id": 500 + number, kind: given}).status_code == 200

    return send


def whatsapp(kind: str, **fields: Any) -> Send:
    """Send a message of Amina's of one type."""

    def send(front: Client, desk: Desk, number: int = 1) -> None:
        message = {name: one for name, one in text(desk, type=kind, **fields).items() if name != "text"}
        assert post(front, json.dumps(envelope(value(message))).encode()).status_code == 200

    return send


NOT_HANDED_OVER = [{"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}]


def not_handed_over(kind: str) -> Send:
    """Send what Meta says in place of something that Amina did and that it does not hand over."""
    return whatsapp("unsupported", unsupported={"type": kind}, errors=NOT_HANDED_OVER)


REACTION = {"user": DANIYAR, "old_reaction": [], "new_reaction": [{"type": "emoji", "emoji": "👍"}]}
OURS = {"message_id": 3, "chat": CHAT, "date": 0}
EVENTS: dict[str, Send] = {
    "telegram live location": telegram("edited_message", location=PLACE | {"live_period": 900}, edit_date=0),
    "telegram edit": telegram("edited_message", text="Иначе", edit_date=0),
    "telegram edit that is not understood": telegram("edited_message", hologram={}, edit_date=0),
    "telegram reaction": telegram("message_reaction", **REACTION),
    "telegram reaction taken back": telegram("message_reaction", **REACTION | {"new_reaction": []}),
    "telegram reaction that is not understood": telegram("message_reaction", user=DANIYAR, new_reaction=7),
    "telegram reaction to nothing": telegram("message_reaction", **REACTION | {"message_id": None}),
    "telegram edit of nothing": telegram("edited_message", text="Иначе", message_id="7", edit_date=0),
    "telegram press without an id": telegram("callback_query", message=OURS, data="menu.prices"),
    "telegram press": telegram("callback_query", id="77", message=OURS, data="menu.prices"),
    "telegram timer": telegram("message", message_auto_delete_timer_changed={"message_auto_delete_time": 86400}),
    "telegram pin": telegram("message", pinned_message={"message_id": 3, "chat": CHAT, "date": 0}),
    "telegram background": telegram("message", chat_background_set={}),
    "telegram inline query": telegram("inline_query", id="1", query="цены"),
    "telegram poll answer": telegram("poll_answer", poll_id="1", user=DANIYAR, option_ids=[0]),
    "telegram business connection": telegram("business_connection", id="1", user=DANIYAR, user_chat_id=1),
    "telegram join request": telegram("chat_join_request", user_chat_id=1),
    "telegram unknown kind": telegram("thought_transfer", text="Здравствуйте"),
    "telegram of somebody else": telegram("message", text="Отвечу за него", **{"from": DANIYAR | {"id": 999}}),
    "telegram blocked": telegram("my_chat_member", new_chat_member={"status": "kicked"}),
    "whatsapp reaction": whatsapp("reaction", reaction={"message_id": wamid(), "emoji": "👍"}),
    "whatsapp edit": whatsapp(
        "edit", edit={"original_message_id": wamid(), "message": {"type": "text", "text": {"body": "Басқаша"}}}
    ),
    "whatsapp revoke": whatsapp("revoke", revoke={"original_message_id": wamid()}),
    "whatsapp reaction to nothing": whatsapp("reaction", reaction={"emoji": "👍"}),
    "whatsapp edit that is not understood": whatsapp(
        "edit", edit={"original_message_id": wamid(), "message": {"type": "hologram"}}
    ),
    "whatsapp edit of nothing": whatsapp("edit", edit={"message": {"type": "text", "text": {"body": "Басқаша"}}}),
    "whatsapp revoke of nothing": whatsapp("revoke", revoke={}),
    "whatsapp edit that is not handed over": not_handed_over("edit"),
    "whatsapp reaction that is not handed over": not_handed_over("reaction"),
    "whatsapp vote": not_handed_over("poll_update"),
    "whatsapp message kept in the chat": not_handed_over("keep_in_chat"),
    "whatsapp pin": not_handed_over("pin"),
    "whatsapp group": whatsapp("image", image={"id": "1"}, group_id="Y2FwaV9ncm91cA"),
    "whatsapp system": whatsapp("system", system={"type": "user_flew_away", "body": "x"}),
    "whatsapp number without a new one": whatsapp("system", system={"type": "user_changed_number", "body": "x"}),
}
PICK = f"pick.{'a' * 20}.1"
LABELLED = OURS | {"reply_markup": {"inline_keyboard": [[{"text": "Ертең", "callback_data": PICK}]]}}
PRESSES: dict[str, Send] = {
    "telegram choice": telegram("callback_query", id="77", message=LABELLED, data=PICK),
    "telegram choice without its words": telegram("callback_query", id="77", message=OURS, data=PICK),
    "telegram choice of a message that is gone": telegram("callback_query", id="77", message=None, data=PICK),
    "whatsapp choice": whatsapp(
        "interactive", interactive={"type": "button_reply", "button_reply": {"id": PICK, "title": "Ертең"}}
    ),
    "whatsapp choice of a list": whatsapp(
        "interactive", interactive={"type": "list_reply", "list_reply": {"id": PICK, "title": "Ертең"}}
    ),
    "whatsapp button of somebody else's software": whatsapp(
        "interactive", interactive={"type": "button_reply", "button_reply": {"id": "menu.1", "title": "Цены"}}
    ),
    "whatsapp button of a template without its words": whatsapp("button", button={"payload": "menu.1"}),
    "whatsapp button without anything": whatsapp("button", button={}),
    "whatsapp press that is not understood": whatsapp("interactive", interactive={"type": "call_permission_reply"}),
    "whatsapp press of which the message alone is named": whatsapp("interactive", context={"id": wamid()}),
}
"""Presses of buttons and lists under messages of ours: of somebody known they say something, of others nothing."""
REFERRING_PARTS = EVENTS | PRESSES


def test_somebody_never_seen_stays_unknown(front: Client, desk: Desk) -> None:
    left_something = []
    for number, (name, send) in enumerate(REFERRING_PARTS.items()):
        send(front, desk, number)
        if desk.items() or desk.items("index") or desk.items("keys"):
            left_something.append(name)
            break
    assert left_something == []


def wrote(front: Client, desk: Desk, name: str) -> None:
    """The person of this event writes something."""
    if name.startswith("telegram"):
        telegram("message", message_id=6, text="Здравствуйте")(front, desk, 0)
    else:
        assert post(front, json.dumps(envelope(value(text(desk)))).encode()).status_code == 200


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
@pytest.mark.parametrize("stage", ["being destroyed", "behind the fence", "destroyed"])
def test_somebody_destroyed_stays_so_and_gets_no_answer(front: Client, desk: Desk, channel: str, stage: str) -> None:
    wrote(front, desk, channel)
    close_fence(desk)
    if stage != "being destroyed":
        erase(desk)
    if stage == "destroyed":
        open_fence(desk, desk.now)
    desk.now += 60_000
    before, left_something = (desk.items(), desk.items("index")), []
    for number, (name, send) in enumerate(REFERRING_PARTS.items()):
        if name.startswith(channel):
            send(front, desk, number)
            if (desk.items(), desk.items("index")) != before:
                left_something.append(name)
    assert left_something == []


@pytest.mark.parametrize("name", REFERRING_PARTS)
def test_somebody_whose_retention_ended_stays_so(front: Client, desk: Desk, name: str) -> None:
    wrote(front, desk, name)
    (head,) = desk.of("head")
    change_ticket(desk, state="closed", queue="closed#0", closed_at=desk.now, expires_at=desk.seconds)
    ended = head | {"expires_at": desk.seconds}
    desk.dynamodb.put_item(TableName=desk.tables["desk"], Item=attribute_values(ended))
    desk.now += 60_000
    REFERRING_PARTS[name](front, desk, 1)
    assert len(desk.of("contact")) == len(desk.of("ticket")) == len(desk.of("head")) == len(desk.of("consent#")) == 1
    assert desk.of("ticket")[0]["state"] == "closed" and desk.of("ticket")[0]["unread"] == 1


NEWS = {"telegram reaction": 1, "whatsapp reaction": 1}
"""Events that count as unread for somebody known, and how often."""


@pytest.mark.parametrize("name", EVENTS)
def test_somebody_known_gets_no_ticket_notice_or_consent_by_it(front: Client, desk: Desk, name: str) -> None:
    wrote(front, desk, name)
    change_ticket(desk, state="solved", queue="solved#0", solved_at=desk.now)
    sent = len(desk.messages("out"))
    for number in range(1, 4):
        desk.now += 5_000
        EVENTS[name](front, desk, number)

    (ticket,) = desk.of("ticket")
    assert (ticket["state"], ticket["queue"]) == ("solved", "solved#0")
    assert ticket["unread"] == 1 + 3 * NEWS.get(name, 0)
    assert len(desk.messages("out")) == sent and len(desk.of("consent#")) == len(desk.of("contact")) == 1


@pytest.mark.parametrize("name", [one for one in REFERRING_PARTS if one.startswith("telegram")])
def test_who_only_pressed_start_in_the_release_before_gets_no_ticket_by_it(
    front: Client, desk: Desk, name: str
) -> None:
    welcomed_before(desk)
    REFERRING_PARTS[name](front, desk, 1)
    assert desk.of("ticket") == desk.of("consent#") == desk.messages() == []
    assert len(desk.of("contact")) == len(desk.messages("out")) == 1


@pytest.mark.parametrize("name", [one for one in PRESSES if "somebody else" not in one])
@pytest.mark.parametrize("state", ["pending", "solved", "closed"])
def test_a_press_of_somebody_known_is_what_they_say(front: Client, desk: Desk, name: str, state: str) -> None:
    wrote(front, desk, name)
    change_ticket(desk, state=state, queue=f"{state}#0", solved_at=10**14)
    PRESSES[name](front, desk, 1)
    (ticket,) = [one for one in desk.of("ticket") if one["state"] == "open"]
    assert (ticket["unread"], len(desk.of("ticket"))) == ((1, 2) if state == "closed" else (2, 1))
    assert ticket["question_at"] >= desk.now - 60_000 and len(desk.of("contact")) == 1


def test_a_templates_own_button_is_words_of_whoever_presses_it(front: Client, desk: Desk) -> None:
    whatsapp("button", button={"payload": "yes", "text": "Иә, қоңырау шалыңыз"})(front, desk, 1)
    assert len(desk.of("ticket")) == len(desk.of("contact")) == 1


@pytest.mark.parametrize("first", ["text", "press"])
def test_in_one_second_a_press_and_a_text_stand_as_they_were_sent(desk: Desk, first: str) -> None:
    desk.receive(from_daniyar(sent_at=desk.seconds - 9, message_id=6))
    said = {"message": {"message_id": 9, "chat": CHAT, "from": DANIYAR, "date": desk.seconds, "text": "Завтра?"}}
    press = {"callback_query": {"id": "77", "from": DANIYAR, "message": LABELLED, "data": PICK}}
    updates = [said, press] if first == "text" else [press, said]
    for number, one in enumerate(updates, 501):
        (part,) = parse(json.dumps({"update_id": number} | one).encode(), TELEGRAM_ACCOUNT, desk.seconds)
        assert isinstance(part, InboundMessage) and desk.receive(part) is Outcome.STORED
    kinds = [one["kind"] for one in sorted(desk.messages("in"), key=lambda one: (one["sent_at"], one["order"]))]
    assert kinds[1:] == [{"message": "text", "callback_query": "callback"}[name] for one in updates for name in one]


def test_after_an_event_of_somebody_unknown_the_first_words_make_the_person(front: Client, desk: Desk) -> None:
    EVENTS["telegram reaction"](front, desk, 1)
    wrote(front, desk, "telegram")
    assert len(desk.of("ticket")) == len(desk.of("consent#")) == len(desk.of("contact")) == 1


# -- lines, positions and presses


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("telegram timer", "timer_changed"),
        ("telegram pin", "pinned"),
        ("whatsapp pin", "pinned"),
        ("whatsapp system", "system_unknown"),
        ("whatsapp number without a new one", "number_unnamed"),
    ],
)
@pytest.mark.parametrize("state", ["open", "pending", "snoozed", "solved", "closed"])
def test_what_happened_is_a_line_on_an_open_ticket_and_else_nothing(
    front: Client, desk: Desk, name: str, kind: str, state: str
) -> None:
    wrote(front, desk, name)
    change_ticket(desk, state=state, queue=f"{state}#0", solved_at=desk.now, closed_at=desk.now)
    ticket = desk.of("ticket")
    EVENTS[name](front, desk, 1)
    EVENTS["telegram timer"](front, desk, 2)
    lines = [item["kind"] for item in desk.messages("event")]
    assert lines.count(kind) == (1 if state in ("open", "pending", "snoozed") else 0)
    assert desk.of("ticket") == ticket


def test_a_live_location_keeps_its_newest_position_in_one_row(front: Client, desk: Desk) -> None:
    started = desk.seconds - 60
    telegram("message", location=PLACE | {"live_period": 900})(front, desk, 0)
    for number in (3, 1, 30, 12, 30):
        desk.now += 1_000
        place = {"latitude": 43 + number / 100, "longitude": 76.9, "live_period": 900}
        telegram("edited_message", date=started, location=place, edit_date=0)(front, desk, number)

    (position,) = [item for item in desk.messages() if item["kind"] == "edit"]
    assert position["order"] == 530
    assert desk.of("ticket")[0]["unread"] == 1


def test_a_press_stands_after_the_newest_message_and_is_stored_once(front: Client, desk: Desk) -> None:
    wrote(front, desk, "telegram")
    desk.now += 41 * 60_000
    telegram("message", message_id=9, text="И ещё")(front, desk, 2)
    for _ in range(3):
        desk.now += 10 * 60_000
        EVENTS["telegram press"](front, desk, 3)

    *_, newest, press = desk.messages()
    assert (newest["kind"], press["kind"]) == ("text", "callback")
    assert len([item for item in desk.messages() if item["kind"] == "callback"]) == 1
    assert len([item for item in desk.of("outbox#") if item["action"] == "answer_callback"]) == 1


@pytest.mark.parametrize("stamp", [None, "soon", 0])
def test_a_message_without_a_time_is_stored_once_whenever_it_is_repeated(front: Client, desk: Desk, stamp: Any) -> None:
    message = text(desk, "Уақытсыз", timestamp=stamp)
    for _ in range(3):
        assert post(front, json.dumps(envelope(value(message))).encode()).status_code == 200
        desk.now += 3 * 60 * 60_000
    (kept,) = desk.messages()
    assert kept["kind"] == "text" and kept["links"] == [kept["provider_hash"]]


# -- a contact that was put back from a backup


def put_back(desk: Desk, rows: dict[str, list[dict[str, Any]]]) -> None:
    desk.put_all((table, attribute_values(row)) for table, kept in rows.items() for row in kept if table != "keys")


def test_a_contact_without_a_key_takes_nothing_and_a_new_person_is_made(desk: Desk) -> None:
    first = from_daniyar(sent_at=desk.seconds, message_id=1)
    desk.receive(first)
    rows = {table: desk.items(table) for table in ("desk", "index")}
    close_fence(desk)
    erase(desk)
    desk.delete_all(("index", attribute_values(fence)) for fence in fences(desk))
    put_back(desk, rows)
    (dead,) = {item["contact_id"] for item in desk.of("contact") if "profile" in item}
    desk.now += 2 * DAY

    message = from_daniyar("Я снова здесь", sent_at=desk.seconds, message_id=9)
    desk.receive(message)
    desk.receive(from_daniyar("И ещё", sent_at=desk.seconds + 1, message_id=10))
    desk.receive(message)

    new = {item["contact_id"] for item in desk.messages() if item["sent_at"] >= desk.seconds * 1000}
    assert len(new) == 1 and dead not in new
    assert [item["pk"] for item in desk.items("keys")] == [*new]
    fresh = [item for item in desk.of("ticket") if item["contact_id"] in new]
    assert [ticket["unread"] for ticket in fresh] == [2]
    (alias,) = desk.items("index", lambda item: item["sk"] == "alias")
    assert {alias["contact_id"]} == new


# -- the rule itself


@settings(suppress_health_check=list(HealthCheck))
@given(kind=st.sampled_from(sorted(KINDS)), words=st.text(max_size=5), pressed=st.booleans(), refers=st.booleans())
def test_what_makes_somebody_known_is_always_news_and_what_refers_never_makes_anybody_known(
    kind: str, words: str, pressed: bool, refers: bool
) -> None:
    message: InboundMessage = from_amina(words, sent_at=1, kind=kind, refers=refers)
    ask = Ask("confirm", "r" * 20) if pressed else None
    says = is_statement(message, ask)
    assert says == (kind not in ("reaction", "edit", "revoke", "callback") and not pressed and not refers)
    assert is_news(message, ask) == (says or (kind == "reaction" and words != ""))
