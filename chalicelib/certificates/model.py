"""Certificates of destruction: what they say, how they are written down, how they are checked. Pure.

A certificate holds nothing of a person: no name, address, message or hash of one. It has two entries: `issued` when the
data is gone from every store, and `final`, the completion, when no backup reaches back to a time before that. A kind
of request that destroys nothing has the first entry only. Where the desk keeps a part, the first one says so, `final`
speaks of the rest, and a third one, `part_ended`, comes when no backup reaches back to the part either.

It says what was found and destroyed, which traces remain and for how long, and what it makes no claim about. Format 1,
which the release before signed, names one trace only and calls the time of the write barrier `suppressed`.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from chalicelib.core.clock import DAY, GUARD_DAYS, SECOND
from chalicelib.core.kept_for import KeptFor
from chalicelib.privacy.kinds.registry import kind_of
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import destroys, kept_part, part_ends_at
from chalicelib.privacy.requests.vocabulary import Identity, Step
from chalicelib.privacy.requests.waiting_times import DELIVER_WITHIN
from chalicelib.privacy.sealed_on_requests import secret_hash
from chalicelib.privacy.tell_recipients import to_tell
from chalicelib.profile.model import Profile

FORMAT = 2
VERIFIER = "2"
"""Version of the verifier; it is raised with every change of what the verifier asks."""
ISSUED, FINAL, PART_ENDED = "issued", "final", "part_ended"


def canonical(body: Mapping[str, Any]) -> str:
    """Return the text of a body that is signed: JSON in one canonical form."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def entry_hash(text: str, signature: bytes) -> str:
    """Return the hash of an entry, which the next entry of the chain holds."""
    return hashlib.sha256(text.encode() + signature).hexdigest()


def certificate_body(request: Request, profile: Profile, now: int) -> dict[str, Any]:
    """Return the body of the first entry, by how the request's kind ends."""
    return (issued_body if destroys(request) else answer_body)(request, profile, now)


def proved_by(request: Request) -> tuple[Step, ...]:
    """Return the steps that must be done before the certificate may say so."""
    if destroys(request):
        return Step.KEY_DESTROYED, Step.ABSENT
    return (Step.OPTED_OUT,) if kind_of(request.kind).ends_news else ()


def issued_body(request: Request, profile: Profile, now: int) -> dict[str, Any]:
    """Return the body of the entry `issued`; the ledger adds its number and the hash of the entry before it."""
    return {
        **_heading(request, profile),
        "identity": request.identity,
        "approved_by": approved_by(request),
        "times": {
            "received": rfc3339(request.received_at),
            "suppressed": rfc3339(request.suppressed_at or request.at(Step.OUTREACH_PAUSED)),
            "verified": rfc3339(request.at(Step.VERIFIED)),
            "barrier": rfc3339(request.at(Step.WRITES_BLOCKED)),
            "destroyed": rfc3339(request.at(Step.KEY_DESTROYED)),
            "absent": rfc3339(request.at(Step.ABSENT)),
            "issued": rfc3339(now),
        },
        "stores": {store: dict(counts) for store, counts in sorted(request.counts.items())},
        "partial": kept_part(request) is not None,
        "retained": list(retained(request)),
        "left": list(remaining_traces(request, profile, now)),
        "not_covered": list(not_covered(request, profile)),
        "consents": [
            {**one, "given": rfc3339(one["given"]), "ended": rfc3339(one["ended"])} for one in request.consents
        ],
        "consents_total": request.consents_total,
        "key_fingerprint": request.key_fingerprint,
        "inventory_hash": request.inventory_hash,
        "verifier": VERIFIER,
    }


def answer_body(request: Request, profile: Profile, now: int) -> dict[str, Any]:
    """Return the body of the only entry of a request that is answered at once: what it asked for is done, and nothing
    was destroyed."""
    done = {"done": rfc3339(request.at(Step.OPTED_OUT))} if request.done(Step.OPTED_OUT) else {}
    times = {"received": rfc3339(request.received_at), **done, "issued": rfc3339(now)}
    return {**_heading(request, profile), "times": times}


def _heading(request: Request, profile: Profile) -> dict[str, Any]:
    """Return what every first entry says: which request of which company, on which ground."""
    return {
        "format": FORMAT,
        "entry": ISSUED,
        "certificate_id": request.certificate_id,
        "request_id": request.id,
        "secret_hash": request.secret_hash,
        "operator": {
            "company": profile.operator.company[request.language or profile.languages[0]],
            "brand": profile.operator.brand[request.language or profile.languages[0]],
            "bin": profile.operator.bin,
        },
        "kind": request.kind,
        "basis": kind_of(request.kind).basis,
        "policy": {"version": request.policy_version, "hash": request.policy_hash},
    }


def approved_by(request: Request) -> str:
    """Return who approved the destruction: the `person` by their second press, one `privacy_officer`, or
    `two_officers`."""
    if request.identity != Identity.STAFF:
        return "person"
    return "two_officers" if request.approved_by else "privacy_officer"


def remaining_traces(request: Request, profile: Profile, now: int) -> Iterator[dict[str, str]]:
    """Yield every trace that remains: `what` it is, what it `holds`, `until` when (RFC 3339, "" for no end). `now` is
    when the certificate is issued: later lines of the log do not name the contact."""
    kept = rfc3339(kept_until(request, profile.retention["request"].kept, profile.retention["consent"].kept))
    listed = request.at(Step.KEY_DESTROYED) + GUARD_DAYS * DAY
    yield {"what": "fence", "holds": "address_mark", "until": rfc3339(listed)}
    yield {"what": "log", "holds": "contact_id", "until": rfc3339(profile.retention["log"].kept.after(now))}
    yield {"what": "request", "holds": "ids_and_times", "until": kept}
    if request.consents:
        yield {"what": "consents", "holds": "consent_proof", "until": kept}
    yield {"what": "tombstone", "holds": "contact_id", "until": ""}
    yield {"what": "certificate", "holds": "this_text", "until": ""}


def not_covered(request: Request, profile: Profile) -> Iterator[dict[str, str]]:
    """Yield what we cannot destroy and claim nothing about: copies at those who carried the messages, or have data for
    another reason, with what the company has `asked` of them and when it has `told` them (RFC 3339, "" for not yet);
    and the person's own."""
    asked = {row.id: row for row in to_tell(request, profile)}
    for row in {**{one.id: one for one in profile.carriers(request.channel)}, **asked}.values():
        told = int(request.recipients_told.get(row.id, {}).get("at", 0))
        more = {"asked": row.on_withdrawal, "told": rfc3339(told) if told else ""} if row.id in asked else {}
        yield {"what": "recipient", "name": row.name, **more}
    yield {"what": "own_devices", "name": ""}


def retained(request: Request) -> Iterator[dict[str, Any]]:
    """Yield what is kept: on which `ground` and `clause`, which `categories`, `until` the end of which day
    (YYYY-MM-DD), and, of what the desk keeps, `where`, its `rows` by store and its `key`. Who decided so is no matter
    of the certificate."""
    for one in request.retained:
        yield {name: value for name, value in one.items() if name != "by"}


def kept_until(request: Request, kept: KeptFor, consent_kept: KeptFor) -> int:
    """Return until when the request's row is kept (ms): `kept` after the last answer, for which DELIVER_WITHIN
    after the proof of absence is the latest time; `consent_kept` after the last consent on it ended; and `kept`
    after the end of a part that the desk keeps."""
    ended = max((int(one["ended"]) for one in request.consents), default=0)
    consents_until = consent_kept.after(ended) if ended else 0
    part = kept_part(request)
    part_until = kept.after(part_ends_at(part)) if part else 0
    return max(kept.after(request.at(Step.ABSENT) + DELIVER_WITHIN), consents_until, part_until)


def completion_body(request: Request, issued_hash: str, earliest: Mapping[str, int], now: int) -> dict[str, Any]:
    """Return the body of the entry `final`. `earliest` maps a table to the earliest time to which it can be restored
    (ms)."""
    return {
        "format": FORMAT,
        "entry": FINAL,
        "certificate_id": request.certificate_id,
        "request_id": request.id,
        "issued_hash": issued_hash,
        "times": {"destroyed": rfc3339(request.at(Step.KEY_DESTROYED)), "final": rfc3339(now)},
        "earliest_restorable": {table: rfc3339(at) for table, at in sorted(earliest.items())},
    }


def part_ended_body(request: Request, issued_hash: str, earliest: Mapping[str, int], now: int) -> dict[str, Any]:
    """Return the body of the entry `part_ended`: of the kept part so many rows were found and destroyed, by store."""
    part = kept_part(request) or {}
    counts = {store: {"found": rows, "destroyed": rows} for store, rows in sorted(part["rows"].items())}
    times = {
        "destroyed": request.at(Step.PART_KEY_DESTROYED),
        "absent": request.at(Step.PART_ABSENT),
        "final": now,
    }
    whole = completion_body(request, issued_hash, earliest, now)
    return {
        **whole,
        "entry": PART_ENDED,
        "stores": counts,
        "times": {name: rfc3339(at) for name, at in times.items()},
    }


def rfc3339(at: int) -> str:
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
        """The signed text, parsed."""
        said: dict[str, Any] = json.loads(self.text)
        return said

    @property
    def whole(self) -> bool:
        """Whether text and signature match the hash in the chain."""
        return entry_hash(self.text, self.signature) == self.hash


@dataclass(frozen=True)
class Certificate:
    """The entries of a certificate; `final` is None while backups last, `part_ended` until nothing is left of a part
    that was kept, where one was. `signed` says that every signature is valid."""

    issued: Entry
    final: Entry | None
    signed: bool
    part_ended: Entry | None = None


def secret_matches(entry: Entry, certificate_id: str, secret: str) -> bool:
    """Whether this is the secret that was given to the person."""
    return hmac.compare_digest(str(entry.body.get("secret_hash", "")), secret_hash(certificate_id, secret))
