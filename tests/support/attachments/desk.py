"""Files on real tables and a real bucket: messages arrive through the real intake, files come from whatever a test
gives."""

import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

import pytest
import requests

from chalicelib.attachments.breaker import Breaker
from chalicelib.attachments.bucket import Bucket, FormPost
from chalicelib.attachments.drop_file import DropFile
from chalicelib.attachments.fetch_file import FetchFile
from chalicelib.attachments.fetch_store import FetchStore
from chalicelib.attachments.open_file import open_from
from chalicelib.channels.fetching import FetchedFile, FetchError
from chalicelib.channels.parts import InboundMessage
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.clients import client
from chalicelib.messages.store import IntakeStore
from chalicelib.outbox.bring_file import BringFile
from chalicelib.outbox.content import SentFile
from chalicelib.outbox.deliver import UPLOAD_BUDGET, UPLOAD_LEASE, Deliver
from chalicelib.vault import encryption
from chalicelib.vault.decryptor import BatchDecryptor
from chalicelib.vault.encryption import KeyPair, new_pair
from tests.support.attachments.no_files import NO_FILES
from tests.support.aws import Aws
from tests.support.delivery.desk import BOLAT, opened
from tests.support.forms import posted
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
    dropped: list[str] = field(default_factory=list)

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
        key = lambda: self.fetcher_keys.private  # noqa: E731
        parts = store, breaker, self.bucket, fetch, lambda channel, media_id: self.dropped.append(media_id), key
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

    def bringer(self, dynamodb: Any = None) -> BringFile:
        """What begins uploads of staff."""
        decryptor = lambda: BatchDecryptor(lambda: self.vault)  # noqa: E731
        return BringFile(self.replier(dynamodb), self.brought(dynamodb), decryptor, lambda: self.now)

    def bring(
        self, ticket: Mapping[str, Any], name: str = NAME, data: bytes = PNG, told: str = "image/png", by: str = BOLAT
    ) -> SentFile:
        """A file that a colleague has brought for a reply, as a reply names it."""
        begun = self.bringer()(ticket["ticket_id"], name, told, len(data), by)
        answer = post(begun.form, data)
        assert answer.status_code == 204, answer.text
        return SentFile(begun.upload.id)

    def uploader(self, **more: Any) -> Deliver:
        """The sender with more time, which reads files."""
        return self.sender(open_file=open_from(self.bucket), budget=UPLOAD_BUDGET, lease=UPLOAD_LEASE, **more)

    def uploads(self) -> list[dict[str, Any]]:
        return self.of("upload#")

    def objects(self) -> dict[str, bytes]:
        """Everything that lies in the bucket."""
        s3 = client("s3")
        found = s3.list_objects_v2(Bucket=self.bucket_name).get("Contents", ())
        return {one["Key"]: s3.get_object(Bucket=self.bucket_name, Key=one["Key"])["Body"].read() for one in found}

    def facts(self, ref: MessageRef) -> dict[str, Any]:
        """What is sealed of the file of a message."""
        return self.open(self.message(ref), "file", encryption.message_file(ref))


def post(form: FormPost, data: bytes, **fields: str) -> requests.Response:
    """Post the bytes of a file as a browser does."""
    return posted(form.url, {**form.fields, **fields}, data)


@pytest.fixture
def desk(tables: Mapping[str, str], aws: Aws) -> Iterator[FileDesk]:
    """A desk with an empty bucket."""
    with opened(FileDesk, tables) as made:
        made.bucket_name = f"files-{secrets.token_hex(6)}"
        aws.client("s3").create_bucket(
            Bucket=made.bucket_name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        yield made
