"""A message becomes a ticket: once, in order, sealed, whoever else writes."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.core.addresses import Address, Author
from chalicelib.core.clock import DAY
from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import MessageRef
from chalicelib.messages.ingest import Outcome
from chalicelib.vault.encryption import message_content, open_json
from tests.support.faults import Conflicting, Counting
from tests.support.intake.desk import POLICY, Desk
from tests.support.intake.rows import change_ticket
from tests.support.people import AMINA, AMINA_PHONE, DANIYAR, from_amina, from_daniyar, wamid


def opened(desk: Desk, item: dict) -> dict:
    """Open a message as a function with the vault would."""
    (key,) = desk.items("keys", lambda one: one["pk"] == item["contact_id"])
    from chalicelib.vault.model import ContactKey

    private = desk.vault.open_contact_key(
        ContactKey(key["pk"], key["public_key"], key["sealed_private"], key["vault_id"])
    )
    ref = MessageRef.of_tail(item["pk"].removeprefix("conversation#"), item["sk"].removeprefix("message#"))
    return open_json(private, message_content(ref), item["content"])


def test_a_first_message_makes_one_contact_ticket_message_consent_and_notice(desk: Desk) -> None:
    assert desk.receive(from_amina(sent_at=desk.seconds)) is Outcome.STORED

    (ticket,) = desk.of("ticket")
    (message,) = desk.messages()
    (notice,) = desk.messages("out")
    (consent,) = desk.of("consent#")
    assert (ticket["state"], ticket["unread"], ticket["language"]) == ("open", 1, "kk")
    assert message["sent_at"] == desk.seconds * 1000
    assert opened(desk, message)["text"] == "Сәлеметсіз бе"
    text = opened(desk, notice)["text"]
    assert f"{ticket['number'][:3]}-{ticket['number'][3:]}" in text
    assert "https://spoint.kz/policy" in text
    assert (consent["policy_version"], consent["policy_hash"], consent["channel"]) == (*POLICY.agreed, "whatsapp")
    assert len(desk.of("contact")) == len(desk.items("keys")) == len(desk.of("outbox#")) == len(desk.of("number")) == 1


def test_the_same_message_again_is_one_message_one_unread_one_notice(desk: Desk) -> None:
    message = from_amina(sent_at=desk.seconds)
    desk.receive(message)
    with ThreadPoolExecutor(10) as pool:
        outcomes = set(pool.map(desk.receive, [message] * 10))
    desk.now += 25 * 60 * 60 * 1000
    outcomes.add(desk.receive(message))

    assert outcomes == {Outcome.DUPLICATE}
    assert [ticket["unread"] for ticket in desk.of("ticket")] == [1]
    assert len(desk.messages()) == len(desk.messages("out")) == 1


@pytest.mark.parametrize("conflicts", [0, 3])
def test_200_deliveries_of_20_messages_of_a_new_customer_make_one_ticket_with_20_readable_messages(
    desk: Desk, conflicts: int
) -> None:
    messages = [from_amina(f"Хабарлама {n}", sent_at=desk.seconds + n % 3) for n in range(20)]
    client = Conflicting(desk.dynamodb, conflicts)

    def deliver(message: object) -> Outcome | None:
        try:
            return desk.receiver(client)(message)  # type: ignore[arg-type]
        except Unavailable:
            return None  # the provider delivers it again

    left = messages * 10
    with ThreadPoolExecutor(16) as pool:
        while left:
            left = [m for m, outcome in zip(left, pool.map(deliver, left), strict=True) if outcome is None]

    (ticket,) = desk.of("ticket")
    assert {opened(desk, item)["text"] for item in desk.messages()} == {m.text for m in messages}
    assert ticket["unread"] == len(desk.messages()) == 20
    assert len(desk.messages("out")) == len(desk.of("contact")) == len(desk.items("keys")) == 1


def test_two_new_customers_at_once_stay_two(desk: Desk) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(
            pool.map(
                desk.receive,
                [from_amina(sent_at=desk.seconds), from_daniyar(sent_at=desk.seconds, message_id=7)],
            )
        )

    assert {ticket["channel"] for ticket in desk.of("ticket")} == {"whatsapp", "telegram"}
    assert len({ticket["contact_id"] for ticket in desk.of("ticket")}) == 2


def test_a_known_customer_costs_two_calls_and_a_new_one_two(desk: Desk) -> None:
    client = Counting(desk.dynamodb)
    desk.receiver(client)(from_amina(sent_at=desk.seconds))
    new, client.calls = client.calls, []
    desk.receiver(client)(from_amina(sent_at=desk.seconds + 1))

    assert new == client.calls == ["get_item", "transact_write_items"]


def test_an_older_message_is_stored_and_moves_nothing_back(desk: Desk) -> None:
    desk.receive(from_amina("кейін", sent_at=desk.seconds))
    desk.receive(from_amina("бұрын", sent_at=desk.seconds - 3600))

    (head,) = desk.of("head")
    (ticket,) = desk.of("ticket")
    assert [opened(desk, item)["text"] for item in desk.messages()] == ["бұрын", "кейін"]
    assert head["last_inbound_at"] == ticket["last_message_at"] == desk.seconds * 1000
    assert ticket["unread"] == 2


@pytest.mark.parametrize("state", ["pending", "snoozed", "solved"])
def test_a_message_reopens_a_ticket_that_is_not_over(desk: Desk, state: str) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    change_ticket(desk, state=state, queue=f"{state}#0", solved_at=desk.now)
    desk.now += 6 * DAY
    desk.receive(from_amina("тағы сұрақ", sent_at=desk.seconds))

    (ticket,) = desk.of("ticket")
    assert (ticket["state"], ticket["queue"], "solved_at" in ticket) == ("open", "open#0", False)


@pytest.mark.parametrize("state", ["solved", "closed"])
def test_a_message_after_the_end_opens_a_new_ticket_linked_to_the_old(desk: Desk, state: str) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    change_ticket(desk, state=state, queue=f"{state}#0", solved_at=desk.now)
    (old,) = desk.of("ticket")
    desk.now += 8 * DAY
    late = [from_amina(f"жаңа {n}", sent_at=desk.seconds + n) for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(desk.receive, late))

    tickets = {ticket["ticket_id"]: ticket for ticket in desk.of("ticket")}
    (new,) = [ticket for ticket in tickets.values() if ticket["ticket_id"] != old["ticket_id"]]
    assert tickets[old["ticket_id"]]["state"] == state
    assert (new["previous_ticket_id"], new["unread"]) == (old["ticket_id"], 8)
    assert len(desk.messages("out")) == 2 and len(desk.of("consent#")) == 1
    assert desk.of("head")[0]["ticket_id"] == new["ticket_id"]


@pytest.mark.parametrize("kind", ["reaction", "edit", "revoke"])
def test_what_changes_earlier_words_neither_reopens_nor_opens(desk: Desk, kind: str) -> None:
    first = from_amina(sent_at=desk.seconds)
    desk.receive(first)
    change_ticket(desk, state="solved", queue="solved#0", solved_at=desk.now)
    desk.receive(from_amina("👍", sent_at=desk.seconds + 1, kind=kind, target=first.provider_id))
    change_ticket(desk, state="closed", queue="closed#0")
    desk.receive(from_amina("👎", sent_at=desk.seconds + 2, kind=kind, target=first.provider_id))

    (ticket,) = desk.of("ticket")
    assert ticket["state"] == "closed" and ticket["unread"] == (2 if kind == "reaction" else 1)
    changes = [item for item in desk.messages() if item["kind"] == kind]
    assert {item["target_hash"] for item in changes} == {desk.messages()[0]["provider_hash"]}
    assert desk.of("head")[0]["last_inbound_at"] == first.sent_at * 1000


def test_a_business_scoped_id_comes_first_and_the_phone_is_learned_later(desk: Desk) -> None:
    user = Address("user", "KZ.13491208655302741918")
    phone = Address("phone", AMINA_PHONE)
    desk.receive(from_amina("бірінші", sent_at=desk.seconds, author=Author((user,), "Амина")))
    desk.receive(from_amina("екінші", sent_at=desk.seconds + 1, author=Author((user, phone), "Амина")))
    desk.receive(from_amina("үшінші", sent_at=desk.seconds + 2, author=Author((phone,), "Амина")))

    (ticket,) = desk.of("ticket")
    (contact,) = desk.of("contact")
    assert ticket["unread"] == 3
    assert {"user", "phone"} <= contact.keys()
    assert len(desk.items("index", lambda item: item["sk"] == "alias")) == 2
    assert len(desk.of("head")[0]["aliases"]) == 2


def test_a_known_phone_with_another_business_scoped_id_is_another_person(desk: Desk) -> None:
    phone = Address("phone", AMINA_PHONE)
    first = Author((Address("user", "KZ.1"), phone), "Амина")
    second = Author((Address("user", "KZ.2"), phone), "Иван")
    desk.receive(from_amina("менмін", sent_at=desk.seconds, author=first))
    desk.receive(from_amina("это я", sent_at=desk.seconds + 1, author=second))
    desk.receive(from_amina("опять я", sent_at=desk.seconds + 2, author=Author((phone,), "Иван")))
    desk.receive(from_amina("мен", sent_at=desk.seconds + 3, author=Author((Address("user", "KZ.1"),), "Амина")))

    tickets = {ticket["ticket_id"]: ticket["unread"] for ticket in desk.of("ticket")}
    assert sorted(tickets.values()) == [2, 2]
    events = [item for item in desk.messages("event") if item["kind"] == "phone_moved"]
    assert {item["ticket_id"] for item in events} == tickets.keys()
    assert sorted("phone" in contact for contact in desk.of("contact")) == [False, True]


def test_an_unsupported_message_keeps_its_raw_part_sealed_for_30_days(desk: Desk) -> None:
    raw = json.dumps({"type": "view_once", "from": AMINA_PHONE}).encode()
    desk.receive(from_amina("", sent_at=desk.seconds, kind="unsupported", raw=raw, raw_type="view_once"))

    (kept,) = desk.of("raw#")
    assert kept["expires_at"] == desk.seconds + 30 * 24 * 60 * 60
    assert AMINA_PHONE.encode() not in kept["raw"]
    assert desk.messages()[0]["raw_type"] == "view_once"


def test_a_changed_profile_name_reaches_contact_and_ticket(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    before = desk.of("contact")[0]["profile"]
    client = Counting(desk.dynamodb)
    renamed = AMINA._replace(name="Амина Ахметова")
    desk.receiver(client)(from_amina("мен", sent_at=desk.seconds + 1, author=renamed))
    desk.receiver(client)(from_amina("мен", sent_at=desk.seconds + 2, author=renamed))

    assert desk.of("contact")[0]["profile"] != before
    assert len(client.calls) == 4


def test_nothing_of_a_person_lies_in_the_tables(desk: Desk) -> None:
    import base64

    ids = [wamid()]
    desk.receive(from_amina("өте құпия сөз", sent_at=desk.seconds, provider_id=ids[0], quote=wamid()))
    desk.receive(from_daniyar("очень тайное слово", sent_at=desk.seconds, message_id=7))
    everything = b"".join(
        repr(item).encode() + b"".join(value for value in item.values() if isinstance(value, bytes))
        for table in ("desk", "keys", "index", "ledger")
        for item in desk.items(table)
    )
    canaries = [AMINA_PHONE, ids[0], "құпия", "тайное", "500000042", AMINA.name, DANIYAR.name, "daniyar_osp"]
    for canary in canaries:
        for form in (
            canary.encode(),
            base64.b64encode(canary.encode()).rstrip(b"=")[:-1],
            canary.encode("utf-16-le"),
        ):
            assert form not in everything, canary


def test_when_the_storage_never_takes_it_the_provider_is_asked_to_send_again(desk: Desk) -> None:
    waits: list[int] = []
    with pytest.raises(Unavailable):
        desk.receiver(Conflicting(desk.dynamodb, 1000), wait=waits.append)(from_amina(sent_at=desk.seconds))

    assert waits == list(range(10))
    assert desk.items() == []


def test_a_rival_between_the_reads_of_id_and_phone_does_not_make_one_person_two(desk: Desk) -> None:
    """The id is not known yet, then the same person's other message stores both, then the phone is."""
    both = Author((Address("user", "KZ.24680"), *AMINA.addresses), AMINA.name)

    class Overtaken:
        reads = 0

        def __getattr__(self, name: str) -> Any:
            return getattr(desk.dynamodb, name)

        def get_item(self, **request: Any) -> Any:
            self.reads += 1
            if self.reads == 2:
                desk.receive(from_amina("Бірінші", sent_at=desk.seconds, author=both))
            return desk.dynamodb.get_item(**request)

    message = from_amina("Екінші", sent_at=desk.seconds, author=both)
    assert desk.receiver(Overtaken())(message) is Outcome.STORED
    assert len(desk.of("contact")) == len(desk.of("ticket")) == 1
    assert len(desk.messages()) == 2
