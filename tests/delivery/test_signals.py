"""Signs that a message was read, or that somebody types: only where a deployment wants them, and once."""

import json
from typing import Any

import pytest

from chalicelib.channels.base import SignalKind
from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import MessageRef
from chalicelib.outbox.reading import OutboxReading
from chalicelib.outbox.signals import AskForSignal, PassOnSignal
from chalicelib.profile.load import load_profile
from chalicelib.vault.decryptor import SingleDecryptor
from tests.support.delivery.desk import DeliveryDesk
from tests.support.people import DANIYAR_CHAT


def passing(desk: DeliveryDesk, **more: Any) -> PassOnSignal:
    opener = lambda: SingleDecryptor(lambda: desk.vault)  # noqa: E731
    rules = load_profile("spoint").allows, load_profile("spoint").transfer
    return PassOnSignal(OutboxReading(), desk.providers(), opener, *rules, lambda: desk.now, **more)


def newest(desk: DeliveryDesk) -> MessageRef:
    row = desk.messages("in")[-1]
    return MessageRef.of_tail(row["pk"].partition("#")[2], row["sk"].removeprefix("message#"))


@pytest.mark.parametrize("kind", ["read", "typing"])
def test_meta_is_told_of_the_newest_message_by_its_own_id(desk: DeliveryDesk, kind: SignalKind) -> None:
    desk.open_ticket()
    before = desk.items()
    assert passing(desk)(str(newest(desk)), kind) is True
    (told,) = desk.provider.changes
    assert (told["status"], told["message_id"][:6], told["messaging_product"]) == ("read", "wamid.", "whatsapp")
    assert ("typing_indicator" in told) == (kind == "typing"), "Meta shows typing only with reading"
    assert desk.items() == before


def test_telegram_shows_typing_and_has_no_sign_of_reading(desk: DeliveryDesk) -> None:
    desk.open_telegram_ticket()
    assert passing(desk)(str(newest(desk)), "read") is False
    assert passing(desk)(str(newest(desk)), "typing") is True
    (told,) = desk.provider.changes
    assert (told["method"], told["chat_id"], told["action"]) == ("sendChatAction", DANIYAR_CHAT, "typing")


def test_one_sign_of_typing_in_the_channels_time(desk: DeliveryDesk) -> None:
    desk.open_telegram_ticket()
    now = [100.0]
    passed, ref = passing(desk, stopwatch=lambda: now[0]), str(newest(desk))
    found = []
    for _ in range(11):
        found.append(passed(ref, "typing"))
        now[0] += 1
    assert [at for at, left in enumerate(found) if left] == [0, 5, 10]


def test_what_is_refused_is_lost_and_not_repeated(desk: DeliveryDesk) -> None:
    desk.open_ticket()
    desk.provider.faults = [desk.provider.meta_error(131000, 500)]
    assert passing(desk)(str(newest(desk)), "read") is False
    assert desk.provider.calls == 1
    assert passing(desk)("odd", "read") is False
    assert passing(desk)(str(newest(desk)), "other") is False  # type: ignore[arg-type]


@pytest.mark.parametrize(("attribute", "value"), [("suppressed_at", {"N": "1"}), ("state", {"S": "erasing"})])
def test_nothing_is_told_to_whoever_withdrew_or_is_being_erased(
    desk: DeliveryDesk, attribute: str, value: dict[str, str]
) -> None:
    desk.open_ticket()
    (contact,) = [one for one in desk.of("contact") if one["sk"] == "contact"]
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"],
        Key={"pk": {"S": contact["pk"]}, "sk": {"S": contact["sk"]}},
        UpdateExpression="SET #a = :a",
        ExpressionAttributeNames={"#a": attribute},
        ExpressionAttributeValues={":a": value},
    )
    assert passing(desk)(str(newest(desk)), "read") is False
    desk.later(2 * 86_400)
    assert not desk.provider.changes


def test_only_what_is_switched_on_is_asked_for_and_by_ids_alone() -> None:
    asked: list[dict[str, str]] = []
    ref = MessageRef("c" * 20, 1_795_000_000_000, "a" * 32)
    AskForSignal(frozenset(), asked.append)("read", ref)
    AskForSignal(frozenset({"typing"}), asked.append)("read", ref)
    AskForSignal(frozenset({"read"}), asked.append)("read", None)
    assert asked == []
    AskForSignal(frozenset({"read"}), asked.append)("read", ref)
    assert json.loads(json.dumps(asked)) == [{"conversation_id": "c" * 20, "signal": "read", "message": str(ref)}]


def test_a_queue_that_does_not_answer_disturbs_nobody() -> None:
    def broken(body: dict[str, str]) -> None:
        raise Unavailable("no queue")

    AskForSignal(frozenset({"read"}), broken)("read", MessageRef("c" * 20, 1, "a" * 32))
    assert AskForSignal(frozenset(), broken).typing_every("telegram") == 0
    assert AskForSignal(frozenset({"typing"}), broken).typing_every("telegram") == 5
