"""Certificates of destruction: what they say, how they are written down, how they are checked. Pure.

A certificate holds nothing of a person: no name, address, message or hash of one. Two entries belong to it: `issued`
when the data is gone from every store, and `final` when no backup reaches back to a time before. An opt-out, which
destroys nothing, has the first alone.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from chalicelib.domain.privacy import Identity, Request, Step
from chalicelib.domain.profile import Profile
from chalicelib.domain.tickets import DAY, GUARD_DAYS, SECOND

FORMAT = 1
VERIFIER = "1"
"""Version of the program that proves absence; it grows with every change of what it asks."""
BASIS = {
    "withdrawal": "94-V art. 8(7)",
    "deletion": "94-V art. 24(1)(4)",
    "stop_processing": "94-V art. 24(1)(5)",
    "opt_out": "94-V art. 24(1)(5)",
}
ISSUED, FINAL = "issued", "final"
_SECRET = re.compile("[^0-9a-z]")


def secret_hash(certificate_id: str, secret: str) -> str:
    """Return what the ledger keeps of the secret. Blanks, dashes and capitals of what a person typed do not count."""
    return hashlib.sha256(f"{certificate_id}|{_SECRET.sub('', secret.lower())}".encode()).hexdigest()


def canonical(body: Mapping[str, Any]) -> str:
    """Return the one way in which a body is written down and signed."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def entry_hash(text: str, signature: bytes) -> str:
    """Return the hash by which the next entry of the chain names this one."""
    return hashlib.sha256(text.encode() + signature).hexdigest()


def issued(request: Request, profile: Profile, now: int) -> dict[str, Any]:
    """Return the body of the first entry; the ledger adds its number and the hash of the one before."""
    destroyed = request.at(Step.KEY_DESTROYED)
    return {
        "format": FORMAT,
        "entry": ISSUED,
        "certificate_id": request.certificate_id,
        "request_id": request.id,
        "secret_hash": request.secret_hash,
        "operator": {
            "company": profile.operator.company,
            "brand": profile.operator.brand,
            "bin": profile.operator.bin,
        },
        "kind": request.kind,
        "basis": BASIS[request.kind],
        "policy": {"version": request.policy_version, "hash": request.policy_hash},
        "identity": request.identity,
        "approved_by": "privacy_officer" if request.identity == Identity.STAFF else "person",
        "times": {
            "received": moment(request.received_at),
            "verified": moment(request.at(Step.VERIFIED)),
            "suppressed": moment(request.at(Step.FENCED)),
            "destroyed": moment(destroyed),
            "absent": moment(request.at(Step.ABSENT)),
            "issued": moment(now),
        },
        "stores": {store: dict(counts) for store, counts in sorted(request.counts.items())},
        "retained": [],
        "left": [{"what": "fence", "until": moment(destroyed + GUARD_DAYS * DAY)}],
        "key_fingerprint": request.key_fingerprint,
        "inventory_hash": request.inventory_hash,
        "verifier": VERIFIER,
    }


def opted_out(request: Request, profile: Profile, now: int) -> dict[str, Any]:
    """Return the body of the one entry of an opt-out: news and offers have ended, and nothing was destroyed."""
    return {
        "format": FORMAT,
        "entry": ISSUED,
        "certificate_id": request.certificate_id,
        "request_id": request.id,
        "secret_hash": request.secret_hash,
        "operator": {
            "company": profile.operator.company,
            "brand": profile.operator.brand,
            "bin": profile.operator.bin,
        },
        "kind": request.kind,
        "basis": BASIS[request.kind],
        "policy": {"version": request.policy_version, "hash": request.policy_hash},
        "times": {
            "received": moment(request.received_at),
            "done": moment(request.at(Step.OPTED_OUT)),
            "issued": moment(now),
        },
    }


def final(request: Request, issued_hash: str, earliest: Mapping[str, int], now: int) -> dict[str, Any]:
    """Return the body of the second entry. `earliest` maps a table to the earliest moment to which it can be restored
    (ms)."""
    return {
        "format": FORMAT,
        "entry": FINAL,
        "certificate_id": request.certificate_id,
        "request_id": request.id,
        "issued_hash": issued_hash,
        "times": {"destroyed": moment(request.at(Step.KEY_DESTROYED)), "final": moment(now)},
        "earliest_restorable": {table: moment(at) for table, at in sorted(earliest.items())},
    }


def moment(at: int) -> str:
    """Return an instant (ms) as RFC 3339 in UTC, "" for 0."""
    return datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""


@dataclass(frozen=True)
class Entry:
    """One entry of the ledger as it was written."""

    number: int
    text: str
    signature: bytes = field(repr=False)
    hash: str
    key_arn: str

    @property
    def body(self) -> dict[str, Any]:
        """What it says."""
        said: dict[str, Any] = json.loads(self.text)
        return said

    @property
    def whole(self) -> bool:
        """Whether text and signature are the ones that the chain names."""
        return entry_hash(self.text, self.signature) == self.hash


@dataclass(frozen=True)
class Certificate:
    """Both entries of a certificate; `final` is None while backups last. `signed` says that every signature holds."""

    issued: Entry
    final: Entry | None
    signed: bool


def opens(entry: Entry, certificate_id: str, secret: str) -> bool:
    """Whether this is the secret that only the person was given."""
    return hmac.compare_digest(str(entry.body.get("secret_hash", "")), secret_hash(certificate_id, secret))
