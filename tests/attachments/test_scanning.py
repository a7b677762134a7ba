"""Files that are scanned for malware: nobody is handed one before a scan has found it clean."""

import pytest

from chalicelib.attachments.bucket import SCAN_TAG
from chalicelib.attachments.model import CLEAN, KEPT_FOR, LOOK_AGAIN
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.clients import client
from local.aws.scan import EICAR, Scan
from tests.support.attachments.desk import PNG, FileDesk
from tests.support.aws import Aws


def scanned(desk: FileDesk, verdict: str) -> None:
    """Tag every file as GuardDuty does."""
    for key in desk.objects():
        tags = {"TagSet": [{"Key": SCAN_TAG, "Value": verdict}]}
        client("s3").put_object_tagging(Bucket=desk.bucket_name, Key=key, Tagging=tags)


@pytest.fixture
def ref(desk: FileDesk) -> MessageRef:
    """A file that lies in the bucket and is being scanned."""
    desk.scanned = True
    ref = desk.arrived()
    assert desk.fetcher()(ref) == "checking"
    return ref


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (CLEAN, "ready"),
        *((one, "blocked") for one in ("THREATS_FOUND", "UNSUPPORTED", "ACCESS_DENIED", "FAILED", "new")),
    ],
)
def test_a_file_is_handed_out_when_a_scan_has_found_it_clean_and_for_no_other_verdict(
    desk: FileDesk, ref: MessageRef, verdict: str, state: str
) -> None:
    assert desk.message(ref)["file_state"] == "checking" and desk.facts(ref)["size"] == len(PNG)
    assert desk.fetcher()(ref) == "", "not before it is due"
    desk.now += LOOK_AGAIN
    assert desk.fetcher()(ref) == "checking", "there is no verdict yet"
    scanned(desk, verdict)
    desk.now += LOOK_AGAIN

    assert [desk.fetcher()(ref) for _ in range(2)] == [state, ""]

    assert (desk.message(ref)["file_state"], desk.jobs()) == (state, [])
    assert len(desk.fetched) == 1, "the provider was asked once"
    assert list(desk.objects().values()) == [PNG], "a blocked file stays until its message ends"


def test_a_file_that_nobody_scans_is_blocked_in_the_end(desk: FileDesk, ref: MessageRef) -> None:
    desk.now += KEPT_FOR
    assert desk.fetcher()(ref) == "blocked"


def test_a_file_whose_customer_deletes_it_while_it_is_scanned_is_gone(desk: FileDesk, ref: MessageRef) -> None:
    message = desk.message(ref)
    desk.dropper()(ref, message["contact_id"], message["file_object"])
    key = {"pk": {"S": message["pk"]}, "sk": {"S": message["sk"]}}
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"],
        Key=key,
        UpdateExpression="SET deleted = :yes REMOVE file_state",
        ExpressionAttributeValues={":yes": {"BOOL": True}},
    )
    desk.now += LOOK_AGAIN
    assert desk.fetcher()(ref) == "unwanted"
    assert (desk.objects(), desk.jobs()) == ({}, [])


def test_a_file_of_somebody_behind_the_write_barrier_goes_before_its_verdict(desk: FileDesk, ref: MessageRef) -> None:
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"],
        Key={"pk": {"S": desk.head()["pk"]}, "sk": {"S": "head"}},
        UpdateExpression="SET epoch = epoch + :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    scanned(desk, CLEAN)
    desk.now += LOOK_AGAIN
    assert desk.fetcher()(ref) == "unwanted"
    assert (desk.objects(), desk.jobs()) == ({}, [])


def test_the_local_run_plays_the_scan(desk: FileDesk, ref: MessageRef, aws: Aws) -> None:
    desk.given = PNG + EICAR
    infected = desk.arrived(desk.picture(details={"media_id": "2"}))
    desk.fetcher()(infected)
    Scan(aws.endpoint, desk.bucket_name).look()
    desk.now += LOOK_AGAIN
    assert [desk.fetcher()(one) for one in (ref, infected)] == ["ready", "blocked"]
