"""Files on real tables and a real bucket: messages arrive through the real intake, files come from whatever a test
gives."""

import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

import pytest

from chalicelib.attachments.breaker import Breaker
from chalicelib.attachments.bucket import Bucket
from chalicelib.attachments.drop_file import DropFile
from chalicelib.attachments.fetch_file import FetchFile
from chalicelib.attachments.fetch_store import FetchStore
from chalicelib.channels.fetching import FetchedFile, FetchError
from chalicelib.channels.parts import InboundMessage
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.clients import client
from chalicelib.messages.store import IntakeStore
from chalicelib.vault import encryption
from chalicelib.vault.encryption import KeyPair, new_pair
from tests.support.attachments.no_files import NO_FILES
from tests.support.aws import Aws
from tests.support.delivery.desk import opened
from tests.support.intake.desk import PROFILE
from tests.support.people import from_amina
from tests.support.pictures import png
from tests.support.retention.desk import RetentionDesk

PNG = png() + b"qupia-bytes" * 40
NAME = "құпия-чек.png"


@dataclass
class FileDesk(RetentionDesk):
    """A desk that fetches files. `given` is what the provider hands out, or how it refuses; `during` runs while it
    does."""

    fetcher_keys: KeyPair = field(default_factory=new_pair)
    given: bytes | FetchError = PNG
    scanned: bool = False
    during: Callable[[], None] = lambda: None
    bucket_name: str = ""
    fetched: list[tuple[str, str, str]] = field(default_factory=list)

    def store(self, dynamodb: Any = None) -> IntakeStore:
        return IntakeStore(self.gateway(dynamodb), self.address_key, self.vault_keys.public, self.fetcher_keys.public)

    @property
    def bucket(self) -> Bucket:
        """The bucket; without a name one in which nothing stays."""
        return Bucket(lambda: client("s3"), self.bucket_name) if self.bucket_name else NO_FILES

    def fetcher(self, dynamodb: Any = None) -> FetchFile:
        def fetch(channel: str, account: str, media_id: str, into: IO[bytes], most: int) -> FetchedFile:
            self.fetched.append((channel, account, media_id))
            self.during()
            if isinstance(self.given, FetchError):
                raise self.given
            into.write(self.given)
            return FetchedFile(len(self.given), hashlib.sha256(self.given).hexdigest())

        tables = self.gateway(dynamodb, lambda attempt: None)
        store, breaker = FetchStore(tables), Breaker(tables)
        parts = store, breaker, self.bucket, fetch, lambda: self.fetcher_keys.private
        return FetchFile(*parts, PROFILE, self.scanned, lambda: self.now)

    def dropper(self) -> DropFile:
        return DropFile(self.gateway(), self.bucket)

    def picture(self, **more: Any) -> InboundMessage:
        """Amina's picture as Meta describes it."""
        details = {"media_id": "1234567", "mime": "image/png", "filename": NAME} | more.pop("details", {})
        return from_amina("Мынау", sent_at=self.seconds, kind="image", details=details, **more)

    def arrived(self, message: InboundMessage | None = None) -> MessageRef:
        """Store a message with a file; its reference."""
        before = [one["sk"] for one in self.messages()]
        self.receive(message or self.picture())
        row = next((one for one in self.messages() if one["sk"] not in before), self.messages()[-1])
        return MessageRef.of_tail(row["pk"].partition("#")[2], row["sk"].partition("#")[2])

    def jobs(self) -> list[dict[str, Any]]:
        return self.of_pk("fetch#")

    def objects(self) -> dict[str, bytes]:
        """Everything that lies in the bucket."""
        s3 = client("s3")
        found = s3.list_objects_v2(Bucket=self.bucket_name).get("Contents", ())
        return {one["Key"]: s3.get_object(Bucket=self.bucket_name, Key=one["Key"])["Body"].read() for one in found}

    def facts(self, ref: MessageRef) -> dict[str, Any]:
        """What is sealed of the file of a message."""
        return self.open(self.message(ref), "file", encryption.message_file(ref))


@pytest.fixture
def desk(tables: Mapping[str, str], aws: Aws) -> Iterator[FileDesk]:
    """A desk with an empty bucket."""
    with opened(FileDesk, tables) as made:
        made.bucket_name = f"files-{secrets.token_hex(6)}"
        aws.client("s3").create_bucket(
            Bucket=made.bucket_name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        yield made
