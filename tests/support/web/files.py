"""Files of customers at the desk of a test of pages: a bucket, and what has arrived in it."""

import secrets
from collections.abc import Iterator

import pytest

from chalicelib.attachments.fetch_store import FetchStore
from chalicelib.attachments.model import sniff
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.clients import client
from chalicelib.vault.encryption import encode_key, new_pair
from chalicelib.wiring import base as wiring
from chalicelib.wiring import files as wiring_files
from tests.support.aws import Aws
from tests.support.forgetting import forget_wiring
from tests.support.pictures import png
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, say

PNG = png()
NAME = "Құпия құжат.html"


@pytest.fixture
def bucket(web: Web, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket for the desk, and a key of the fetcher for its intake."""
    name = f"files-{secrets.token_hex(6)}"
    aws.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    monkeypatch.setenv("FILES_BUCKET", name)
    monkeypatch.setenv("FETCHER_PUBLIC_KEY", encode_key(new_pair().public))
    forget_wiring()
    wiring_files.bucket.cache_clear()
    yield name
    forget_wiring()
    wiring_files.bucket.cache_clear()


def sent(web: Web, kind: str = "image", data: bytes = PNG, name: str = NAME, **details: object) -> MessageRef:
    """A file of Amina's that has arrived; its message."""
    say(web, AMINA, "Мынау", kind=kind, details={"media_id": "1", "filename": name, **details})
    return arrive(web, data, name)


def newest(web: Web) -> MessageRef:
    (ticket,) = web.tickets()
    ref = MessageRef.parse(web.call("GET", f"/api/v1/tickets/{ticket['id']}").json["messages"][-1]["id"])
    rows = [
        one for one in web.call("GET", f"/api/v1/tickets/{ticket['id']}").json["messages"] if one["direction"] == "in"
    ]
    ref = MessageRef.parse(rows[-1]["id"])
    assert ref is not None
    return ref


def arrive(web: Web, data: bytes, name: str) -> MessageRef:
    ref = newest(web)
    store = FetchStore(wiring.gateway())
    job = store.job(ref)
    assert job is not None
    key = f"{job.contact_id}/{job.file_object}"
    client("s3").put_object(Bucket=wiring_files.settings().files_bucket, Key=key, Body=data)
    assert store.ready(job, {"name": name, "type": sniff(data), "size": len(data)})
    return ref
