"""A desk with a bucket of mail: raw mails that lie in it become what a desk makes of them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.channels import registry
from chalicelib.messages.inbound import Intake
from chalicelib.messages.mail_bucket import RAW, MailBucket
from chalicelib.messages.receive_mail import ReceiveMail
from chalicelib.messages.repeated import RepeatedParts
from chalicelib.profile.model import Profile
from chalicelib.vault.encryption import new_pair
from chalicelib.vault.secrets import Inbound
from chalicelib.wiring.base import recognise_asks
from local.aws.ministack import REGION, client
from tests.support.aws import Aws
from tests.support.channels.mails import ACCOUNTS, MAILBOX, PROVED
from tests.support.intake.desk import PROFILE, Desk

CHANNEL = registry.channel("email")


@dataclass
class MailDesk:
    """A desk with a bucket of mail."""

    desk: Desk
    s3: Any
    bucket: str
    served: tuple[str, ...] = ("email",)
    accounts: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: ACCOUNTS)
    fetcher: bytes = field(default_factory=lambda: new_pair().public)
    published: tuple[str, ...] = (MAILBOX,)
    profile: Profile = PROFILE

    def receive(self, raw: bytes, verdicts: Mapping[str, str] = PROVED, name: str = "m1") -> str:
        self.s3.put_object(Bucket=self.bucket, Key=RAW + name, Body=raw)
        return self.again(verdicts, name)

    def again(self, verdicts: Mapping[str, str] = PROVED, name: str = "m1") -> str:
        bucket = MailBucket(lambda: self.s3, self.bucket)
        return ReceiveMail(CHANNEL, bucket, self._intake, self.published, recognise_asks(self.profile))(name, verdicts)

    def _intake(self) -> Intake:
        desk = self.desk
        inbound = Inbound(b"a" * 32, {CHANNEL.id: {one: dict(fields) for one, fields in self.accounts.items()}})
        store = desk.store()
        store.conversations._fetcher_key = self.fetcher
        receiver = desk.receiver()._replace(store=store)
        parts = store, desk.statuses(), receiver, desk.changer(), lambda: desk.now
        return Intake(inbound, *parts, RepeatedParts(store.tables, desk.address_key), self.served)

    def keys(self, below: str = "") -> list[str]:
        found = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=below)
        return [one["Key"] for one in found.get("Contents", ())]

    @property
    def tickets(self) -> list[dict[str, Any]]:
        return [one for one in self.desk.items() if one["pk"].startswith("ticket#")]

    def asks(self) -> list[tuple[str, list[str]]]:
        return [(one["action"], one.get("kinds", [])) for one in self.desk.of("ask#")]


def mail_desk(desk: Desk, aws: Aws, **more: Any) -> MailDesk:
    """A desk with an empty bucket."""
    s3, bucket = client("s3", aws.endpoint), f"mail-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    desk.now = 1_764_000_100_000
    return MailDesk(desk, s3, bucket, **more)
