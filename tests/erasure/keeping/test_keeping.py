"""What is kept: exactly the chosen categories of what there was, under a key of its own, however the task dies; and
the proof of absence finds every difference."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.core.clock import DAY
from chalicelib.core.working_days import day_of
from chalicelib.dynamo.builder import attribute_value, attribute_values
from chalicelib.entrypoints import stream_router
from chalicelib.erasure.task import TaskFailed
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.vault.encryption import kept_content, new_contact_key, open_json
from chalicelib.vault.model import ContactKey
from tests.support.erasure import keeping
from tests.support.erasure.absence import verify
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.destroyed import case as case
from tests.support.erasure.destroyed import one as one
from tests.support.erasure.destroying import run_task, run_until, twice_at_once
from tests.support.erasure.person import Person
from tests.support.faults import Died, Dying

Case = tuple[ErasureDesk, Person, Request]


@pytest.fixture
def ready(one: Case) -> Case:
    """A request of which a part is to be kept, whose inventory is written."""
    desk, person, request = one
    request = keeping.decided(desk, request, day_of(desk.now + 100 * DAY))
    run_until(desk, request, "freeze_inventory")
    return desk, person, request


def opened(desk: ErasureDesk, request: Request) -> dict[str, dict[str, Any]]:
    """What is kept, in the clear, by the names of its rows."""
    (item,) = [row for row in desk.items("keys") if row["pk"] == request.id]
    key = ContactKey(request.id, item["public_key"], item["sealed_private"], item["vault_id"])
    private = desk.vault.open_contact_key(key)
    rows = keeping.rows(desk, request)
    return {row["sk"]: open_json(private, kept_content(request.id, row["sk"]), row["content"]) for row in rows}


def test_the_chosen_categories_are_kept_and_nothing_of_another(ready: Case) -> None:
    desk, person, request = ready
    everything = json.dumps(_kept(desk, request), ensure_ascii=False)
    for canary in (
        "тайный вопрос" if person.channel == "telegram" else "құпия сұрағым",
        "ішкі пікір",
        "Данияр Оспанов",
    ):
        assert canary in everything
    for canary in ("qupia-raw", "жіберілмеген", "құпия-чек", "ұсталған құпия", "media_id"):
        assert canary not in everything, "no files, drafts, raw parts, and what was held before consent"


@pytest.mark.parametrize(
    ("chosen", "named", "left_out"),
    [
        (["ticket_data"], {"number", "state", "text"}, {"status", "name", "phone", "chat"}),
        (["message_metadata"], {"status", "sent_at"}, {"text", "name", "priority"}),
        (["message_text"], {"text"}, {"sent_at", "direction", "kind", "name"}),
        (["whatsapp_name", "telegram_name"], {"name"}, {"text", "phone", "chat", "state"}),
        (["phone", "telegram_id"], set(), {"text", "name", "username", "state"}),
    ],
)
def test_each_category_by_itself(one: Case, chosen: list[str], named: set[str], left_out: set[str]) -> None:
    desk, _, request = one
    request = keeping.decided(desk, request, day_of(desk.now + DAY), chosen)
    run_until(desk, request, "freeze_inventory")
    names = {name for row in _kept(desk, request).values() for name in row}
    assert named <= names and not names & left_out and names


def _kept(desk: ErasureDesk, request: Request) -> dict[str, dict[str, Any]]:
    assert keeping.keep(desk, request) == {"more": False}
    return opened(desk, request)


def test_the_key_is_not_destroyed_before_the_part_is_kept(ready: Case) -> None:
    desk, _, request = ready
    with pytest.raises(TaskFailed, match="not_kept"):
        run_task(desk, "destroy_key", request)  # as a run of the release before would
    keeping.keep(desk, request)
    run_until(desk, request, "sweep", after="freeze_inventory")
    assert verify(desk, request) == {"outcome": "absent"}
    done = desk.request(request)
    part = done.retained[0]
    for store, numbers in done.counts.items():
        assert numbers["retained"] == part["rows"].get(store, 0)
        assert numbers["found"] == numbers["destroyed"] + numbers["retained"]
    assert part["rows"]["desk.contact"] == 1 and part["rows"]["desk.tickets"] == 3


def test_wherever_the_task_dies_the_next_run_keeps_the_same(ready: Case) -> None:
    desk, _, request = ready
    start = desk.snapshot()
    counted = Dying(desk.dynamodb)
    keeping.keep(desk, request, counted)
    whole, now = opened(desk, request), None
    assert counted.writes >= 3
    for number in range(1, counted.writes + 1):
        for when in ("before", "after"):
            desk.restore(start, now)
            with pytest.raises(Died):
                keeping.keep(desk, request, Dying(desk.dynamodb, number, when))
            keeping.keep(desk, request)
            now = desk.snapshot()
            assert opened(desk, request) == whole
            assert desk.request(request).done(Step.PART_KEPT)


def test_a_run_that_has_no_time_left_goes_on_where_it_was(ready: Case) -> None:
    desk, _, request = ready
    ticks = iter(range(10_000))
    runs = 1
    while keeping.keep(desk, request, stopwatch=lambda: float(next(ticks)), budget=0.5)["more"]:
        runs += 1
        assert runs < 20
    parted = opened(desk, request)
    assert desk.request(request).done(Step.PART_KEPT) and len(parted) == sum(
        desk.request(request).retained[0]["rows"].values()
    )


def test_two_runs_at_once_keep_what_one_does(ready: Case) -> None:
    desk, _, request = ready
    errors = twice_at_once(lambda: keeping.keep(desk, request))
    keeping.keep(desk, request)
    assert errors == [] and all(row for row in opened(desk, request).values())


def _forged(desk: ErasureDesk, request: Request, **more: Any) -> None:
    row = {"pk": f"kept#{request.id}", "sk": "message.ff", "store": "desk.conversation", "content": b"x",
           "categories": ["message_text"], **more}  # fmt: skip
    desk.dynamodb.put_item(TableName=desk.tables["desk"], Item=attribute_values(row))


def _less(desk: ErasureDesk, request: Request) -> None:
    row = keeping.rows(desk, request)[0]
    desk.dynamodb.delete_item(TableName=desk.tables["desk"], Key=attribute_values({"pk": row["pk"], "sk": row["sk"]}))


def _of_another_category(desk: ErasureDesk, request: Request) -> None:
    _less(desk, request)
    _forged(desk, request, store="desk.contact", categories=["attachments"])


def _another_key(desk: ErasureDesk, request: Request) -> None:
    fresh = new_contact_key(desk.vault_keys.public, request.id)
    desk.dynamodb.update_item(
        TableName=desk.tables["keys"],
        Key={"pk": {"S": request.id}},
        UpdateExpression="SET public_key = :key",
        ExpressionAttributeValues={":key": attribute_value(fresh.public)},
    )


@pytest.mark.parametrize("change", [_forged, _less, _of_another_category, _another_key])
def test_the_proof_fails_when_another_part_is_there_than_was_decided(
    ready: Case, change: Callable[[ErasureDesk, Request], None]
) -> None:
    desk, _, request = ready
    keeping.keep(desk, request)
    run_until(desk, request, "sweep", after="freeze_inventory")
    change(desk, request)
    with pytest.raises(TaskFailed, match="part_differs"):
        verify(desk, request)
    assert not desk.request(request).done(Step.ABSENT)


def test_a_key_of_a_part_that_nobody_decided_is_found(one: Case) -> None:
    desk, _, request = one
    run_until(desk, request, "sweep")
    key = new_contact_key(desk.vault_keys.public, request.id)
    row = {"pk": request.id, "public_key": key.public, "sealed_private": key.sealed_private, "vault_id": key.vault_id}
    desk.dynamodb.put_item(TableName=desk.tables["keys"], Item=attribute_values(row))
    assert verify(desk, request) == {"outcome": "found"}


def test_what_is_kept_wakes_nobody_and_stops_no_stream(ready: Case) -> None:
    desk, _, request = ready
    _kept(desk, request)
    rows = keeping.rows(desk, request)
    assert {row["sk"].partition(".")[0] for row in rows} == {"contact", "ticket", "message"}
    for row in rows:
        keys = attribute_values({"pk": row["pk"], "sk": row["sk"]})
        for event in ("INSERT", "MODIFY"):
            change = {"Keys": keys, "NewImage": attribute_values(row), "SequenceNumber": "1"}
            assert stream_router._wake_up({"eventName": event, "eventID": "1", "dynamodb": change}) is None
            assert not stream_router._changes(change)
        assert not stream_router._changes({"Keys": keys})
