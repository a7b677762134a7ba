"""A file that a customer sent: announced by intake, fetched, kept under the epoch, or its gap told."""

import json
import threading
from typing import Any

import pytest

from chalicelib.attachments.breaker import Breaker
from chalicelib.attachments.model import KEPT_FOR, LEASE
from chalicelib.channels.fetching import FetchError
from chalicelib.core.clock import HOUR, MINUTE, SECOND
from chalicelib.core.errors import Unavailable
from chalicelib.dynamo.models import DeskRow
from chalicelib.vault import encryption
from chalicelib.vault.encryption import CannotOpen, open_json
from tests.support.attachments.desk import NAME, PNG, FileDesk
from tests.support.faults import Throttled
from tests.support.people import from_amina, from_daniyar

TROUBLE = FetchError("no", code="http_503")


def test_a_picture_is_announced_fetched_and_kept(desk: FileDesk) -> None:
    ref = desk.arrived()
    (job,), message = desk.jobs(), desk.message(ref)
    assert (message["file_state"], job["attempts"], job["epoch"]) == ("waiting", 0, desk.head()["epoch"])
    sealed = open_json(desk.fetcher_keys.private, encryption.fetch_job(ref), job["job"])
    ticket = {"ticket": message["ticket_id"], "language": "ru"}
    assert sealed == {"id": "1234567", "name": NAME, "type": "image/png"} | ticket

    assert desk.fetcher()(ref) == "ready"

    message = desk.message(ref)
    assert desk.fetched == [("whatsapp", "100000000000001", "1234567")]
    assert desk.objects() == {f"{message['contact_id']}/{message['file_object']}": PNG}
    facts = desk.facts(ref)
    assert (facts["name"], facts["type"], facts["size"]) == (NAME, "image/png", len(PNG))
    assert message["file_state"] == "ready" and desk.jobs() == []
    assert desk.fetcher()(ref) == "", "a second wake-up message finds nothing to do"


def test_nothing_of_a_file_lies_in_the_tables_in_the_clear(desk: FileDesk) -> None:
    ref = desk.arrived()
    for _ in range(2):
        stored = desk.everything()
        for canary in (NAME, "1234567", "qupia-bytes", "image/png"):
            assert canary.encode() not in stored
        desk.fetcher()(ref)


def test_intake_cannot_open_what_it_seals_nor_can_the_desk(desk: FileDesk) -> None:
    ref = desk.arrived()
    with pytest.raises(CannotOpen):
        open_json(desk.vault_keys.private, encryption.fetch_job(ref), desk.jobs()[0]["job"])


def test_a_text_costs_what_it_did_and_an_older_deployment_fetches_nothing(desk: FileDesk) -> None:
    desk.arrived(from_amina(sent_at=desk.seconds))
    assert desk.jobs() == [] and "file_state" not in desk.messages()[0]
    desk.fetcher_keys = desk.fetcher_keys._replace(public=b"")
    desk.arrived()
    assert desk.jobs() == [] and "file_state" not in desk.messages()[-1]


def test_a_webhook_that_comes_twice_announces_one_file(desk: FileDesk) -> None:
    message = desk.picture()
    desk.arrived(message)
    desk.arrived(message)
    assert len(desk.jobs()) == 1


def test_a_file_over_the_limit_is_not_fetched_and_the_customer_is_told(desk: FileDesk) -> None:
    details = {"media_id": "x", "filename": "үлкен.zip", "size": 25_000_000, "too_big": True}
    message = from_daniyar("", sent_at=desk.seconds, message_id=7, kind="document", details=details)
    desk.receive(message)
    desk.receive(message)
    assert desk.jobs() == [] and desk.messages()[0]["file_state"] == "too_big"
    desk.sender()(desk.head()["conversation_id"])
    told = [one.text for one in desk.provider.sent]
    assert len(told) == 2 and "больше 20 МБ" in told[1], told


def told(desk: FileDesk) -> list[str]:
    """What the customer was told besides that the ticket is open."""
    desk.sender()(desk.head()["conversation_id"])
    return [one.text for one in desk.provider.sent][1:]


def test_the_customer_is_told_once_when_a_file_turns_out_to_be_too_large(desk: FileDesk) -> None:
    ref = desk.arrived()
    desk.given = FetchError("no", code="too_big", too_big=True)
    with pytest.raises(Unavailable):
        desk.fetcher(Throttled(desk.dynamodb, {"transact_write_items"}, "desk"))(ref)
    assert desk.message(ref)["file_state"] == "waiting", "all or nothing"
    desk.now += LEASE

    assert [desk.fetcher()(ref) for _ in range(2)] == ["too_big", ""]

    assert desk.message(ref)["file_state"] == "too_big" and desk.jobs() == []
    (text,) = told(desk)
    assert "100 МБ" in text and "файл" in text.lower()
    notice = [one for one in desk.of_pk("conversation#") if one.get("direction") == "out"][-1]
    assert (notice["ticket_id"], notice["purpose"]) == (desk.message(ref)["ticket_id"], "status")
    assert text.encode() not in desk.everything()


def test_nobody_is_told_about_a_file_of_a_closed_ticket_or_of_an_older_release(
    desk: FileDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.given = FetchError("no", code="too_big", too_big=True)
    ref = desk.arrived()
    (ticket,) = desk.of_pk("ticket#")
    DeskRow(ticket["pk"], ticket["sk"]).update(actions=[DeskRow.state.set("closed")])
    assert desk.fetcher()(ref) == "too_big" and told(desk) == []
    DeskRow(ticket["pk"], ticket["sk"]).update(actions=[DeskRow.state.set("open")])

    older = desk.arrived(desk.picture(details={"media_id": "2"}))
    opened = encryption.open_json

    def as_it_was(*about: Any) -> Any:
        return {name: value for name, value in opened(*about).items() if name not in ("ticket", "language")}

    monkeypatch.setattr(encryption, "open_json", as_it_was)
    assert desk.fetcher()(older) == "too_big"
    monkeypatch.undo()
    assert told(desk) == [] and desk.message(older)["file_state"] == "too_big" and desk.jobs() == []


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (FetchError("no", code="gone", gone=True), "gone"),
        (FetchError("no", code="too_big", too_big=True), "too_big"),
    ],
)
def test_what_cannot_be_helped_is_told(desk: FileDesk, error: FetchError, state: str) -> None:
    ref = desk.arrived()
    desk.given = error
    assert desk.fetcher()(ref) == state
    assert (desk.message(ref)["file_state"], desk.jobs(), desk.objects()) == (state, [], {})


def test_trouble_is_tried_again_ever_more_rarely_for_as_long_as_the_provider_keeps_the_file(desk: FileDesk) -> None:
    ref, began = desk.arrived(), desk.now
    desk.given = TROUBLE
    waits = []
    while desk.jobs():
        assert desk.fetcher()(ref) in ("again", "gone")
        assert desk.fetcher()(ref) == "", "not before it is due"
        if desk.jobs():
            waits.append(desk.jobs()[0]["due_at"] - desk.now)
            desk.now = desk.jobs()[0]["due_at"]
    assert waits[:3] == [60 * SECOND, 120 * SECOND, 240 * SECOND] and len(waits) < 50
    assert desk.now > began + KEPT_FOR
    assert desk.message(ref)["file_state"] == "gone"


def test_before_the_provider_blocks_an_account_its_files_wait_and_the_page_says_so(desk: FileDesk) -> None:
    """Meta hands out nothing for half an hour after 20 fetches of a number failed within 60 minutes."""
    desk.now -= desk.now % HOUR - MINUTE
    refs = [desk.arrived(desk.picture(details={"media_id": str(number)})) for number in range(12)]
    desk.given = TROUBLE
    assert [desk.fetcher()(ref) for ref in refs] == ["again"] * 9 + ["held"] * 3
    assert len(desk.fetched) == 9
    held = desk.message(refs[-1])
    job = next(one for one in desk.jobs() if one["sk"].endswith(refs[-1].tail))
    assert (held["file_state"], job["due_at"], job["held"]) == ("held", desk.now - desk.now % HOUR + HOUR, True)

    desk.now += 2 * MINUTE
    assert [desk.fetcher()(ref) for ref in refs[:9]] == ["held"] * 9, "what was tried once waits, too"
    desk.now += HOUR
    assert [desk.fetcher()(ref) for ref in refs] == ["again"] * 9 + ["held"] * 3
    assert len(desk.fetched) == 18, "never 20 within 60 minutes"

    desk.now += HOUR
    desk.given = PNG
    assert [desk.fetcher()(ref) for ref in refs] == ["ready"] * 12, "a fetch that succeeds counts for nothing"
    assert desk.message(refs[-1])["file_state"] == "ready"


def test_another_account_and_a_channel_without_such_a_limit_go_on(desk: FileDesk) -> None:
    desk.given = TROUBLE
    for number in range(9):
        desk.fetcher()(desk.arrived(desk.picture(details={"media_id": str(number)})))
    desk.given = PNG
    for number in range(11):
        details = {"media_id": f"t{number}"}
        photo = from_daniyar("", sent_at=desk.seconds, message_id=number + 1, kind="image", details=details)
        assert desk.fetcher()(desk.arrived(photo)) == "ready"
    assert desk.fetcher()(desk.arrived(desk.picture()._replace(account="100000000000002"))) == "ready"


def test_a_breaker_lets_as_many_pass_as_it_may_when_all_come_at_once(desk: FileDesk) -> None:
    breaker, passed = Breaker(desk.gateway()), []

    def take() -> None:
        passed.append(breaker.take("whatsapp", "100000000000001", desk.now))

    threads = [threading.Thread(target=take) for _ in range(30)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert passed.count(0) == 9 and set(passed) - {0} == {desk.now - desk.now % HOUR + HOUR}


def test_a_file_of_another_size_or_hash_is_not_kept(desk: FileDesk) -> None:
    for number, details in enumerate(({"size": 7}, {"sha256": "0" * 64}, {"sha256": "AAAA"})):
        ref = desk.arrived(desk.picture(details={"media_id": f"{number}", **details}))
        assert desk.fetcher()(ref) == "again"
    assert desk.objects() == {}
    desk.now += KEPT_FOR + LEASE
    assert desk.fetcher()(ref) == "damaged"
    assert desk.message(ref)["file_state"] == "damaged"


def test_two_at_once_fetch_once(desk: FileDesk) -> None:
    ref = desk.arrived()
    outcomes: list[str] = []
    desk.during = lambda: outcomes.append(desk.fetcher()(ref))
    assert desk.fetcher()(ref) == "ready"
    assert outcomes == [""] and len(desk.fetched) == 1


def test_a_fetcher_that_dies_after_the_object_is_followed_by_one_that_writes_the_same(desk: FileDesk) -> None:
    ref = desk.arrived()
    with pytest.raises(Unavailable):
        desk.fetcher(Throttled(desk.dynamodb, {"transact_write_items"}, "desk"))(ref)
    (orphan,) = desk.objects()
    assert desk.fetcher()(ref) == "", "its lease is not over"
    desk.now += LEASE
    assert desk.fetcher()(ref) == "ready"
    assert set(desk.objects()) == {orphan}


def test_the_object_goes_when_the_person_is_behind_the_write_barrier(desk: FileDesk) -> None:
    ref = desk.arrived()
    head = desk.head()

    def close() -> None:
        key = {"pk": {"S": head["pk"]}, "sk": {"S": "head"}}
        desk.dynamodb.update_item(
            TableName=desk.tables["desk"],
            Key=key,
            UpdateExpression="SET epoch = epoch + :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    desk.during = close
    assert desk.fetcher()(ref) == "unwanted"
    assert (desk.objects(), desk.jobs(), desk.message(ref)["file_state"]) == ({}, [], "waiting")


def test_nobody_logs_names_ids_or_bytes(desk: FileDesk, capsys: pytest.CaptureFixture[str]) -> None:
    ref = desk.arrived()
    desk.given = TROUBLE
    desk.fetcher()(ref)
    written = capsys.readouterr()
    for line in filter(None, (written.out + written.err).splitlines()):
        assert json.loads(line)
    for canary in (NAME, "1234567", "қ"):
        assert canary not in written.out + written.err


def test_many_files_arrive_at_once_from_several_threads(desk: FileDesk) -> None:
    refs = [desk.arrived(desk.picture(details={"media_id": str(n)})) for n in range(6)]
    threads = [threading.Thread(target=desk.fetcher(), args=(ref,)) for ref in refs for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(desk.objects()) == 6 and desk.jobs() == []
