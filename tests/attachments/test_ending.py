"""Files end with their message: by retention, by the customer's own deletion, by the destruction of the person."""

from contextlib import suppress
from typing import Any

import pytest

from chalicelib.channels.fetching import FetchError
from chalicelib.core.clock import DAY
from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.clients import client
from chalicelib.erasure.eraser import Eraser
from chalicelib.erasure.inventory import files_to_fetch
from chalicelib.erasure.verifier import Verifier
from chalicelib.messages.customer_deletion import TakeBack, TakeBackStore
from chalicelib.vault.pseudonyms import TextKey
from tests.support.attachments.desk import PNG, FileDesk
from tests.support.faults import Throttled
from tests.support.people import from_amina, wamid
from tests.support.retention.desk import KEPT_DAYS


def put(desk: FileDesk, key: str) -> None:
    client("s3").put_object(Bucket=desk.bucket_name, Key=key, Body=b"x")


def begin_upload(desk: FileDesk, key: str) -> None:
    client("s3").create_multipart_upload(Bucket=desk.bucket_name, Key=key)


def ready(desk: FileDesk, **more: Any) -> MessageRef:
    ref = desk.arrived(desk.picture(**more))
    assert desk.fetcher()(ref) == "ready"
    return ref


# -- retention


def expired(desk: FileDesk) -> MessageRef:
    """A picture whose ticket was closed so long ago that it is to go."""
    ref = ready(desk)
    (ticket,) = desk.of_pk("ticket#")
    desk.closed(ticket)
    desk.now += (KEPT_DAYS + 1) * DAY
    return ref


def test_a_file_goes_with_its_message(desk: FileDesk) -> None:
    ref = expired(desk)
    contact_id = desk.message(ref)["contact_id"]
    put(desk, f"{contact_id}x/a.jpg")
    for _ in range(4):
        desk.sweep()
    assert desk.messages() == []
    assert set(desk.objects()) == {f"{contact_id}x/a.jpg"}


def test_a_sweeper_that_dies_between_file_and_row_is_followed_by_one_that_ends_both(desk: FileDesk) -> None:
    expired(desk)
    for times in (1, 2, 3, 0, 0, 0):
        failing = Throttled(desk.dynamodb, {"transact_write_items"}, "desk", times=times)
        with suppress(Unavailable):
            desk.sweeper(failing)()
    assert (desk.messages(), desk.objects()) == ([], {})


def test_a_reopened_ticket_keeps_its_files(desk: FileDesk) -> None:
    ref = ready(desk)
    (ticket,) = desk.of_pk("ticket#")
    desk.closed(ticket)
    row = desk.message(ref)
    desk.now += (KEPT_DAYS + 1) * DAY
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"],
        Key={"pk": {"S": ticket["pk"]}, "sk": {"S": "ticket"}},
        UpdateExpression="REMOVE expires_at SET #s = :open",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":open": {"S": "open"}},
    )
    for _ in range(3):
        desk.sweep()
    assert list(desk.objects().values()) == [PNG]
    assert desk.message(ref)["file_object"] == row["file_object"]


def test_the_sweeper_wakes_the_fetcher_for_what_is_late(desk: FileDesk) -> None:
    ref = desk.arrived()
    desk.sweep()
    assert desk.rung_files == [{"conversation_id": ref.conversation_id, "tail": ref.tail}]
    desk.given = FetchError("no", code="network")
    desk.fetcher()(ref)
    desk.sweep()
    assert len(desk.rung_files) == 1, "not before the next attempt is due"
    desk.later(61)
    desk.sweep()
    assert len(desk.rung_files) == 2


# -- the customer deletes the message


def take_back(desk: FileDesk, ref: MessageRef, provider_id: str) -> None:
    desk.receive(from_amina("", sent_at=desk.seconds, kind="revoke", target=provider_id))
    (revoke,) = [one for one in desk.messages() if one["kind"] == "revoke"]
    taker = TakeBack(TakeBackStore(desk.gateway(wait=lambda attempt: None)), desk.dropper(), lambda: desk.now)
    taker(ref.conversation_id, revoke["sk"])


def test_a_deleted_message_takes_its_file_along(desk: FileDesk) -> None:
    name = wamid()
    ref = ready(desk, provider_id=name)
    take_back(desk, ref, name)
    row = desk.message(ref)
    assert row["deleted"] and not {"file", "file_state", "file_object", "content"} & row.keys()
    assert desk.objects() == {}


def test_a_message_that_is_deleted_before_its_file_is_fetched_never_gets_it(desk: FileDesk) -> None:
    name = wamid()
    ref = desk.arrived(desk.picture(provider_id=name))
    desk.during = lambda: take_back(desk, ref, name)
    assert desk.fetcher()(ref) == "unwanted"
    assert (desk.objects(), desk.jobs()) == ({}, []) and "file_object" not in desk.message(ref)


# -- destruction


def test_the_eraser_deletes_files_jobs_and_unfinished_uploads_by_their_exact_names(desk: FileDesk) -> None:
    ref = ready(desk)
    desk.arrived(desk.picture(details={"media_id": "2"}))
    contact_id, others = desk.message(ref)["contact_id"], []
    for name in ("a.jpg", "a.jpg.bak"):
        put(desk, f"{contact_id}/{name}")
        put(desk, f"{contact_id}.bak/{name}")
        others.append(f"{contact_id}.bak/{name}")
    begin_upload(desk, f"{contact_id}/b.jpg")
    noted: list[str] = []
    eraser = Eraser(desk.gateway(), desk.bucket)

    found = eraser.files(contact_id, ref.conversation_id, lambda store, names: noted.extend(names))

    assert found == len(noted) == 1 + 3 + 1
    assert sorted(desk.objects()) == others and desk.bucket.names(contact_id) == []
    assert files_to_fetch(desk.gateway(), ref.conversation_id) == []
    assert eraser.files(contact_id, ref.conversation_id, lambda store, names: None) == 0


def test_one_name_is_deleted_and_not_what_begins_like_it(desk: FileDesk) -> None:
    for name in ("a.jpg", "a.jpg.bak", "a.jpgx"):
        put(desk, f"amina/{name}")
    desk.bucket.delete("amina", "a.jpg")
    desk.bucket.delete_all("amina", ["a.jpgx"])
    assert list(desk.objects()) == ["amina/a.jpg.bak"]


@pytest.mark.parametrize("left", [put, begin_upload])
def test_the_verifier_finds_what_is_left(desk: FileDesk, left: Any) -> None:
    verifier = Verifier(desk.gateway(), desk.address_key, TextKey(b"t" * 32), lambda: client("s3"), desk.bucket_name)
    put(desk, "aminax/a.jpg")
    assert verifier._files("amina") == 0
    left(desk, "amina/a.jpg")
    assert verifier._files("amina") == 1


def test_the_verifier_finds_versions_and_marks_of_a_bucket_that_somebody_has_made_keep_them(desk: FileDesk) -> None:
    verifier = Verifier(desk.gateway(), desk.address_key, TextKey(b"t" * 32), lambda: client("s3"), desk.bucket_name)
    client("s3").put_bucket_versioning(Bucket=desk.bucket_name, VersioningConfiguration={"Status": "Enabled"})
    put(desk, "amina/a.jpg")
    desk.bucket.empty("amina")
    assert desk.bucket.names("amina") == [] and verifier._files("amina") == 2
