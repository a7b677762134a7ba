"""Wires the files that customers send: their fetcher, the bucket, their links. Intake does not import it."""

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.attachments.bucket import Bucket
from chalicelib.core.settings import settings, variable
from chalicelib.dynamo.clients import client
from chalicelib.profile.load import load_profile
from chalicelib.wiring import base as wiring

if TYPE_CHECKING:
    from chalicelib.attachments.fetch_file import FetchFile


@cache
def bucket() -> Bucket:
    """The bucket of files."""
    return Bucket(lambda: client("s3"), settings().files_bucket)


@cache
def origin() -> str:
    """Where a browser loads files from, which a page's policy must allow: the bucket's own host in its region."""
    endpoint = variable("AWS_ENDPOINT_URL_S3", variable("AWS_ENDPOINT_URL", ""))
    if endpoint:
        return endpoint.rstrip("/")
    region = variable("AWS_REGION", variable("AWS_DEFAULT_REGION", ""))
    return f"https://{settings().files_bucket}.s3.{region}.amazonaws.com"


@cache
def fetch_file() -> "FetchFile":
    """Fetches files, for the file fetcher."""
    from chalicelib.attachments.breaker import Breaker
    from chalicelib.attachments.fetch_file import FetchFile
    from chalicelib.attachments.fetch_store import FetchStore
    from chalicelib.outbox.providers import ChannelProviders
    from chalicelib.vault.encryption import decode_key

    config = settings()
    providers = ChannelProviders(wiring.secrets(), config.secret_outbound, variable)

    def private_key() -> bytes:
        return decode_key(wiring.secrets().read(config.secret_fetcher)["private_key"])

    tables, profile, scanned = wiring.gateway(), load_profile(config.operator), config.files_scanned == "true"
    parts = FetchStore(tables), Breaker(tables), bucket(), providers.fetch, providers.drop, private_key
    return FetchFile(*parts, profile, scanned, wiring.clock())
