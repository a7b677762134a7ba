"""Bodies that hold more than there is time for: the provider repeats them until all is stored, and that ends."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from chalice.test import Client

from chalicelib.channels.telegram import parse as telegram
from chalicelib.dynamo.clients import _CONFIG, client
from chalicelib.messages import inbound
from chalicelib.messages.store import IntakeStore
from chalicelib.wiring import base as wiring
from infra.merge import INTAKE_SIZE
from tests.attacks.bodies import body, phone, reported, said
from tests.support.intake.desk import Desk
from tests.support.intake.fences import close_fence
from tests.support.intake.webhooks import envelope, post, update
from tests.support.people import TELEGRAM_ACCOUNT, WHATSAPP_ACCOUNT, wamid

CALL = 0.05
"""Seconds that a call of the storage lasts here."""


@dataclass
class Slow:
    """A clock that only calls of the storage move, and how many of them there were."""

    now: float = 0.0
    calls: int = 0

    def tick(self, **_: object) -> None:
        self.now += CALL
        self.calls += 1

    def counted(self) -> int:
        """Calls since this was asked last."""
        calls, self.calls = self.calls, 0
        return calls


@pytest.fixture
def slow(front: Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    """A storage that needs its time."""
    clock = Slow()
    monkeypatch.setattr(inbound, "monotonic", lambda: clock.now)
    events = client("dynamodb").meta.events
    events.register("before-call.dynamodb", clock.tick)
    yield clock
    events.unregister("before-call.dynamodb", clock.tick)


def repeat(front: Client, raw: bytes, most: int = 10) -> list[int]:
    """Deliver a body as Meta does, until it is taken; return the statuses."""
    statuses: list[int] = []
    while not statuses or statuses[-1] != 200:
        assert len(statuses) < most, statuses
        statuses.append(post(front, raw).status_code)
    return statuses


def test_there_is_time_for_the_last_call_of_the_last_part() -> None:
    assert inbound.STORES_FOR + _CONFIG.read_timeout <= INTAKE_SIZE["Timeout"]


@pytest.mark.parametrize("people", [130, 1], ids=["of many people", "of one person"])
def test_a_body_that_takes_too_long_goes_on_where_it_was(front: Client, desk: Desk, slow: Slow, people: int) -> None:
    raw = body(said(desk, phone(number % people), f"хабар {number}") for number in range(130))
    # A message takes two calls, so that one delivery has time for some 60 of them, new or recognised one by one.
    assert repeat(front, raw) == [503, 503, 200]
    assert len(desk.messages()) == 130
    assert len(desk.of("ticket")) == people
    slow.counted()
    assert post(front, raw).status_code == 200
    assert slow.counted() < 10, "a repetition is recognised by the hundred"


def erased(desk: Desk, front: Client) -> list[dict[str, Any]]:
    """Messages of somebody who is being erased: each is refused again each time that it comes."""
    assert post(front, body([said(desk, phone(0), "Сәлем")])).status_code == 200
    close_fence(desk)
    desk.now += 1_000
    return [said(desk, phone(0), f"хабар {number}") for number in range(130)]


def unknown(desk: Desk, front: Client) -> list[dict[str, Any]]:
    """Reactions of somebody whom nobody knows."""
    reaction = {"message_id": wamid(), "emoji": "👍"}
    return [said(desk, phone(0), "") | {"type": "reaction", "reaction": reaction} for _ in range(150)]


def nameless(desk: Desk, front: Client) -> list[dict[str, Any]]:
    """Messages that name nobody and are not understood."""
    return [{"id": wamid(), "type": "hologram", "number": number} for number in range(150)]


@pytest.mark.parametrize("behind", [erased, unknown, nameless])
def test_nobody_waits_for_ever_behind_what_leaves_nothing_to_recognise(
    front: Client, desk: Desk, slow: Slow, monkeypatch: pytest.MonkeyPatch, behind: Any
) -> None:
    monkeypatch.setattr(inbound, "random", random.Random(7))
    first = behind(desk, front)
    values = [
        json.loads(body(some))["entry"][0]["changes"][0]["value"] for some in (first, [said(desk, phone(1), "?")])
    ]
    values[0]["contacts"] = values[0]["contacts"] if first[0].get("from") else []
    before, raw = len(desk.messages()), json.dumps(envelope(*values)).encode()
    assert post(front, raw).status_code == 503
    for _ in range(20):
        if len(desk.messages()) > before:
            break
        post(front, raw)
    assert len(desk.messages()) == before + 1


def test_nothing_of_a_repetition_is_skipped_that_is_not_stored(front: Client, desk: Desk) -> None:
    """Parts are stored in another order than they come, one is doubled, and one has no time of its own."""
    parts = [said(desk, phone(number % 7), f"хабар {number}") for number in range(60)]
    parts[30]["timestamp"] = "?"
    assert post(front, body(parts[::3])).status_code == 200
    assert post(front, body([*parts, parts[0], parts[59]])).status_code == 200
    assert len(desk.messages()) == 60


def test_statuses_are_repeated_until_all_are_told(front: Client, desk: Desk, slow: Slow) -> None:
    assert post(front, body([said(desk, phone(0), "Сәлем")])).status_code == 200
    (notice,) = desk.messages("out")
    ref = f"{notice['pk'].removeprefix('conversation#')}.{notice['sk'].removeprefix('message#').replace('#', '.')}"
    parked = [reported(desk) for _ in range(100)]
    own = [reported(desk, status, biz_opaque_callback_data=ref) for status in ("sent", "delivered")]
    raw = body([], [*own, *parked, *(one | {"status": "read"} for one in own)])
    assert repeat(front, raw)[:-1], "all of them do not fit into the time of one delivery"
    assert len(desk.items("index", lambda item: item["pk"].startswith("parked#"))) == 100
    assert desk.messages("out")[0]["status"] == "read"
    slow.counted()
    assert post(front, raw).status_code == 200
    assert slow.counted() < 20, "the last few are recognised one by one"


def test_a_status_whose_message_became_known_after_it_was_parked_is_not_held_to_be_told(
    front: Client, desk: Desk, slow: Slow
) -> None:
    assert post(front, body([said(desk, phone(0), "Сәлем")])).status_code == 200
    (notice,) = desk.messages("out")
    ref = f"{notice['pk'].removeprefix('conversation#')}.{notice['sk'].removeprefix('message#').replace('#', '.')}"
    statuses = [reported(desk) for _ in range(20)]
    raw = body([], statuses)
    assert post(front, raw).status_code == 200
    # The sender has linked the id, and whoever parked the status died before looking for the link again.
    name = desk.address_key.message("whatsapp", WHATSAPP_ACCOUNT, statuses[15]["id"])
    link = {"pk": {"S": f"link#{name}"}, "sk": {"S": "link"}, "message_ref": {"S": ref}}
    desk.dynamodb.put_item(TableName=desk.tables["index"], Item=link)
    assert post(front, raw).status_code == 200
    assert desk.messages("out")[0]["status"] == "delivered"


def test_a_live_location_that_has_moved_is_no_repetition(front: Client, desk: Desk) -> None:
    base = {
        "message_id": 7, "date": desk.seconds, "chat": {"id": 42, "type": "private"},
        "from": {"id": 42, "is_bot": False, "first_name": "Данияр"},
    }  # fmt: skip
    place = {"latitude": 43.2, "longitude": 76.9, "live_period": 600}
    assert update(front, {"update_id": 1, "message": base | {"location": place}}).status_code == 200
    moved = {"location": place | {"latitude": 43.3}, "edit_date": desk.seconds + 5}
    assert update(front, {"update_id": 2, "edited_message": base | moved}).status_code == 200
    again = {"location": place | {"latitude": 43.4}, "edit_date": desk.seconds + 9}
    raw = json.dumps({"update_id": 3, "edited_message": base | again}).encode()
    parts = telegram.parse(raw, TELEGRAM_ACCOUNT, desk.seconds)
    assert [part.replaces for part in parts] == [True]  # type: ignore[union-attr]
    assert wiring.intake().repeated.already_stored(parts) == set()


def test_a_storage_that_does_not_say_what_is_stored_costs_time_and_loses_nothing(
    front: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = body(said(desk, phone(number % 3), f"хабар {number}") for number in range(30))
    assert post(front, raw).status_code == 200

    def refuse(model: Any, **_: Any) -> Any:
        raise ReadTimeoutError(endpoint_url="x")

    events = client("dynamodb").meta.events
    events.register("before-call.dynamodb.TransactGetItems", refuse)
    try:
        assert post(front, raw).status_code == 200
    finally:
        events.unregister("before-call.dynamodb.TransactGetItems", refuse)
    assert len(desk.messages()) == 30


def test_a_part_that_breaks_the_code_holds_up_no_other(
    front: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = IntakeStore.commit

    def broken(store: IntakeStore, arrival: Any) -> Any:
        if arrival.message.text == "хабар 1":
            raise ZeroDivisionError("хабар 1")
        return real(store, arrival)

    raw = body(said(desk, phone(number), f"хабар {number}") for number in range(4))
    with monkeypatch.context() as patch:
        patch.setattr(IntakeStore, "commit", broken)
        assert post(front, raw).status_code == 503
    assert len(desk.messages()) == 3
    assert "хабар" not in str([record.__dict__ for record in caplog.records])
    assert post(front, raw).status_code == 200
    assert Counter(one["kind"] for one in desk.messages()) == {"text": 4}
