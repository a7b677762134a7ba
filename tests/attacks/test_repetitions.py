"""Nothing is held to be stored that is not: whatever became of the people meanwhile."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chalicelib.channels.parts import InboundMessage, NumberChanged, StatusUpdate
from chalicelib.core.addresses import Address, Author
from chalicelib.core.backoff import TRIES
from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.builder import attribute_values
from chalicelib.dynamo.schema import MESSAGE
from chalicelib.messages.ingest import Outcome
from chalicelib.messages.repeated import RepeatedParts
from tests.support.intake.desk import Desk
from tests.support.intake.fences import aliases, close_fence, erase, fences, open_fence
from tests.support.people import WHATSAPP_ACCOUNT, from_amina

PHONES = ["77010000001", "77010000002", "77010000003"]
USERS = ["KZ.1111111111111", "KZ.2222222222222"]
NUMBERS, PEOPLE = st.integers(0, 5), st.sampled_from([*PHONES, *USERS])
BOTH = st.tuples(st.sampled_from(PHONES), st.sampled_from(["", *USERS]))
STEPS = st.one_of(
    st.tuples(st.just("say"), BOTH, NUMBERS),
    st.tuples(st.just("say"), BOTH, NUMBERS),
    st.tuples(st.just("move"), st.tuples(PEOPLE, PEOPLE), NUMBERS),
    st.tuples(st.just("erase"), st.tuples(st.just(""), st.just("")), NUMBERS),
    st.tuples(st.just("status"), st.tuples(st.just(""), st.just("")), NUMBERS),
    st.tuples(st.just("end"), st.tuples(st.just(""), st.just("")), NUMBERS),
)
STATUSES: list[Any] = ["sent", "delivered", "failed", "read"]


def message(desk: Desk, base: int, who: tuple[str, str], number: int) -> InboundMessage:
    """One of six messages, as somebody sends it; every third has no time of its own."""
    phone, user = who
    addresses = (*([Address("user", user)] if user else []), Address("phone", phone))
    made = from_amina(
        f"хабар {number}", sent_at=base + number, provider_id=f"wamid.{base}.{number}", author=Author(addresses)
    )
    return made._replace(sent_at=desk.seconds, undated=True) if number % 3 == 2 else made


def status(desk: Desk, base: int, number: int, reference: str) -> StatusUpdate:
    state, by_id = STATUSES[number % 4], "" if number % 2 else reference
    return StatusUpdate("whatsapp", WHATSAPP_ACCOUNT, f"wamid.{base}.out.{number % 3}", state, base, by_id, "1")


def references(desk: Desk) -> list[str]:
    """Our own messages, and pieces of them that do not and do exist."""
    found = []
    for row in desk.messages("out"):
        ref = MessageRef.of_tail(row["pk"].partition("#")[2], row["sk"].partition("#")[2])
        found += [str(ref), ref.of_piece(1), ref.of_piece(2)]
    return found


def clear(desk: Desk) -> None:
    for table, items in desk.snapshot().items():
        desk.delete_all((table, item) for item in items.values())


def play(desk: Desk, base: int, step: tuple[str, tuple[str, str], int]) -> None:
    what, who, number = step
    if what == "say":
        desk.receive(message(desk, base, who, number))
    elif what == "move" and who[0] != who[1]:
        old, new = (Address("phone" if one in PHONES else "user", one) for one in who)
        desk.changer()(NumberChanged("whatsapp", WHATSAPP_ACCOUNT, f"m{desk.now}", old, new, desk.seconds))
    elif what == "status":
        known = [*references(desk), ""]
        desk.statuses().apply(status(desk, base, number, known[number % len(known)]), desk.now)
    elif what == "erase":
        contacts = sorted({one["contact_id"] for one in aliases(desk).values() if not one.get("fenced")})
        if contacts and not fences(desk) and len(contacts) == 1:
            close_fence(desk)
            if number % 2:
                erase(desk)
            if number % 4 == 3:
                open_fence(desk, desk.now)
    elif what == "end":
        for head in desk.of("head"):
            if number % 2 and head.get("aliases"):
                desk.dynamodb.put_item(
                    TableName=desk.tables["desk"], Item=attribute_values(head | {"expires_at": desk.seconds - 1})
                )


TURNS = iter(range(10**9))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(
    steps=[
        ("say", ("77010000003", ""), 0),
        ("say", ("77010000002", "KZ.2222222222222"), 0),
        ("end", ("", ""), 1),
        ("say", ("77010000003", "KZ.2222222222222"), 3),
    ],
    then=[(("77010000001", ""), 0)],
)
@given(steps=st.lists(STEPS, min_size=1, max_size=9), then=st.lists(st.tuples(BOTH, NUMBERS), min_size=1, max_size=9))
def test_what_is_held_to_be_stored_changes_nothing_when_it_is_stored(
    desk: Desk, steps: list[tuple[str, tuple[str, str], int]], then: list[tuple[tuple[str, str], int]]
) -> None:
    clear(desk)
    base = 1_795_000_000 + next(TURNS)
    desk.now = (base + 60) * 1000
    for step in steps:
        play(desk, base, step)
        desk.now += 60_000
    own = [*references(desk), ""]
    parts: list[Any] = [message(desk, base, who, number) for who, number in then]
    parts += [status(desk, base, number, own[place % len(own)]) for place, (_, number) in enumerate(then)]
    known = RepeatedParts(desk.gateway(), desk.address_key).already_stored(parts)
    before = desk.snapshot()
    for place in known:
        part = parts[place]
        if isinstance(part, InboundMessage):
            assert desk.receive(part) is Outcome.DUPLICATE, (steps, part)
        else:
            assert not desk.statuses().apply(part, desk.now), (steps, part)
    assert desk.snapshot() == before


class Held:
    """A client of a table whose rows a transaction holds."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_get_items(self, **request: Any) -> Any:
        self.calls += 1
        raise ClientError({"Error": {"Code": "TransactionCanceledException", "Message": ""}}, "TransactGetItems")


def test_nothing_is_recognised_and_nothing_waits_while_a_transaction_holds_the_rows(desk: Desk) -> None:
    desk.receive(part := from_amina("бір", sent_at=desk.seconds))
    waits: list[int] = []
    held = Held(desk.dynamodb)
    assert RepeatedParts(desk.gateway(held, waits.append), desk.address_key).already_stored([part]) == set()
    assert (held.calls, waits) == (1, [])
    with pytest.raises(Unavailable):
        desk.gateway(held, waits.append).get_at_once([MESSAGE.key("c", 1, "f" * 32)])
    assert (held.calls, waits) == (1 + TRIES, list(range(TRIES)))
    assert RepeatedParts(desk.gateway(), desk.address_key).already_stored([part]) == {0}
