"""What fetches files that customers sent: what it promises, what goes wrong, and the download itself. Only the file
fetcher loads it."""

import hashlib
from typing import IO, NamedTuple, Protocol, runtime_checkable

import requests

from chalicelib.core.errors import DeskError

TIMEOUTS = (3.05, 10.0)
"""Seconds to connect and to wait for the next bytes."""
CHUNK = 1 << 20
"""Bytes that are in memory at a time."""


class FetchedFile(NamedTuple):
    """What arrived: bytes, and SHA-256 in hexadecimal; `sha256_told` is the provider's own, "" when it tells none."""

    size: int
    sha256: str
    sha256_told: str = ""


class FetchError(DeskError):
    """A file was not fetched. Its message and code hold no id, address or token, so they may be logged.

    `gone`: the provider does not have it any more. `too_big`: it hands out no file of this size, or we take none.
    Neither can be helped by another try."""

    status, code = 502, "fetch_failed"

    def __init__(self, message: str, *, code: str, gone: bool = False, too_big: bool = False) -> None:
        super().__init__(message, code=code)
        self.gone = gone
        self.too_big = too_big


class Fetcher(Protocol):
    """Fetches files by the provider's ids with the token of an account. Made once per process."""

    def fetch(self, media_id: str, token: str, into: IO[bytes], most: int) -> FetchedFile:
        """Write a file of at most `most` bytes into `into`. Raises FetchError."""
        ...


@runtime_checkable
class HoldingFetcher(Fetcher, Protocol):
    """Fetches files that lie with us, until they are kept."""

    def drop(self, media_id: str) -> None:
        """Delete a file that is kept elsewhere by now."""
        ...


def download(
    session: requests.Session, url: str, headers: dict[str, str], into: IO[bytes], most: int
) -> FetchedFile | FetchError:
    """Write what lies at `url` into `into`, at most `most` bytes. An error is returned and not raised, so that the
    request, whose URL may hold a token, is not attached to it."""
    digest, size = hashlib.sha256(), 0
    try:
        with session.get(url, headers=headers, timeout=TIMEOUTS, stream=True) as answer:
            if answer.status_code != requests.codes.ok:
                return refused(answer.status_code)
            for chunk in answer.iter_content(CHUNK):
                size += len(chunk)
                if size > most:
                    return FetchError("The file is larger than the desk takes.", code="too_big", too_big=True)
                digest.update(chunk)
                into.write(chunk)
    except requests.RequestException:
        return no_answer()
    return FetchedFile(size, digest.hexdigest())


def refused(status: int, *, gone: bool = False) -> FetchError:
    """Return the error for an answer with this HTTP status."""
    return FetchError(f"The provider answered {status}.", code="gone" if gone else f"http_{status}", gone=gone)


def no_answer() -> FetchError:
    """Return the error for a call without an answer."""
    return FetchError("The provider did not answer, or the connection broke off.", code="network")
