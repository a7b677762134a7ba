"""A raw mail that nobody stores is measured by its date, and rings its alarm; its content is never read."""

import time
import uuid
from typing import Any

import pytest

from chalicelib.core.clock import HOUR, MINUTE
from chalicelib.messages.mail_bucket import FILES, RAW, MailBucket
from chalicelib.retention import sweep as sweeping
from infra import alarms, queues
from local.aws.ministack import REGION, client
from tests.support.aws import Aws
from tests.support.retention.desk import RetentionDesk


class ListsAlone:
    """A client of S3 that can list and nothing else."""

    def __init__(self, s3: Any) -> None:
        self.list_objects_v2 = s3.list_objects_v2


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found: list[float] = []

    def count(name: str, value: float = 1, **_: Any) -> None:
        found.extend([value] if name == "OldestMailSeconds" else [])

    monkeypatch.setattr(sweeping, "count", count)
    return found


def test_a_mail_that_lies_longer_than_its_tries_take_rings_the_alarm(
    desk: RetentionDesk, aws: Aws, measured: list[float]
) -> None:
    (alarm,) = (one for one in alarms.alarms() if one.metric == "OldestMailSeconds")
    tries = next(one for one in queues.QUEUES if one.name == "mail")
    assert tries.visibility * tries.tries < alarm.above < queues.DEAD_LETTER_DAYS * 86_400 and alarm.page
    s3, name = client("s3", aws.endpoint), f"mail-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    sweep = desk.sweeper(oldest_mail=MailBucket(lambda: ListsAlone(s3), name).oldest)
    now = (time.time_ns() // 1_000_000 // (10 * MINUTE) + 1) * 10 * MINUTE

    def at(moment: int) -> float:
        desk.now = moment
        sweep()
        return measured.pop()

    s3.put_object(Bucket=name, Key=f"{FILES}m0/1", Body=b"x")
    assert at(now) == 0, "a file of a mail is none"
    s3.put_object(Bucket=name, Key=f"{RAW}m1", Body=b"x")
    assert at(now) < 11 * 60 < alarm.above, "a mail on its way rings nothing"
    assert at(now + 3 * HOUR + 10 * MINUTE) > alarm.above
    desk.now = now + 3 * HOUR + 11 * MINUTE
    sweep()
    assert measured == [], "it is looked at every ten minutes"
    s3.delete_object(Bucket=name, Key=f"{RAW}m1")
    assert at(now + 4 * HOUR) == 0


def test_where_no_mail_arrives_nothing_is_listed(desk: RetentionDesk, measured: list[float]) -> None:
    desk.now = 10 * MINUTE * (desk.now // (10 * MINUTE))
    desk.sweep()
    assert measured == []
