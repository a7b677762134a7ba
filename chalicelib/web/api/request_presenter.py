"""Presents requests about data as JSON."""

from collections.abc import Mapping
from typing import Any

from chalicelib.core.settings import settings
from chalicelib.privacy.requests.lateness import missed
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import checked_by, letter_by, pauses_outreach, shown_state
from chalicelib.privacy.requests.vocabulary import RequestState, Step
from chalicelib.privacy.requests.waiting_times import RETRY_AFTER
from chalicelib.privacy.tell_recipients import to_tell
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Recipient
from chalicelib.web.api.presenter import when


def present_request(one: Request, now: int) -> dict[str, Any]:
    """Present a request as of `now` (ms): ids, states, numbers and times, without secrets and texts of people."""
    return {
        "id": one.id,
        "kind": one.kind,
        "state": shown_state(one),
        "source": one.source,
        "contact_id": one.contact_id,
        "channel": one.channel,
        "language": one.language or None,
        "clocks": {
            "received": when(one.received_at),
            "entered": when(one.opened_at),
            "default": when(one.default_at),
            "target": when(one.target_at),
            "alarm": when(one.alarm_at),
            "limit": when(one.deadline_at),
        },
        "received_on": one.received_on or None,
        "missed": list(missed(one, now)),
        "suppresses": pauses_outreach(one),
        "suppressed": when(one.suppressed_at or one.at(Step.OUTREACH_PAUSED)),
        "barrier": when(one.at(Step.WRITES_BLOCKED)),
        "identity": one.identity or None,
        "identity_check": one.check or None,
        "proposal": _proposal(one),
        "told": _told(one) if one.done(Step.TOLD) else None,
        "retained": [
            {
                **{name: kept[name] for name in ("ground", "clause", "categories", "until")},
                "kept_by": kept.get("where", "company"),
                "decided_by": kept["by"],
            }
            for kept in one.retained
        ],
        "recipients": [_recipient(one, row) for row in to_tell(one, load_profile(settings().operator))],
        "refused_on": one.ground or None,
        "answer": one.answered or None,
        "waits": one.waits or None,
        "waits_until": when(one.due_at) if one.waits else None,
        "steps": [{"name": str(step), "at": when(one.at(step))} for step in Step if one.done(step)],
        "counts": {
            store: {name: int(counts.get(name, 0)) for name in ("found", "destroyed", "retained")}
            for store, counts in sorted(one.counts.items())
        },
        "consents": [_consent(each) for each in one.consents],
        "consents_total": one.consents_total,
        "passes": one.passes,
        "run": one.run,
        "failure": _failure(one),
        "certificate_id": one.certificate_id if one.done(Step.CERTIFIED) else None,
        "created_by": one.created_by or None,
        "decided_by": one.decided_by or None,
        "approved_by": one.approved_by or None,
        "checked_by": checked_by(one) or None,
        "cancelled_by": list(one.cancelled_by),
        "over": when(one.over_at),
    }


def _proposal(one: Request) -> dict[str, Any] | None:
    found = one.proposal
    if found is None:
        return None
    given: dict[str, Any] = {name: getattr(found, name) or None for name in ("check", "ground", "posted_on", "until")}
    given["categories"] = list(found.categories)
    return {"decision": found.what, "by": found.by, "at": when(found.at), "proposed": found.seen, **given}


def _recipient(one: Request, row: Recipient) -> dict[str, Any]:
    note = one.recipients_told.get(row.id, {})
    told = {"told_at": when(int(note.get("at", 0))), "told_by": note.get("by")}
    return {"id": row.id, "name": row.name, "asked": row.on_withdrawal, **told}


def _told(one: Request) -> dict[str, Any]:
    by = {"by": one.told_by, "posted_on": one.posted_on or None, "said_by": list(letter_by(one))}
    return {"at": when(one.at(Step.TOLD)), **by}


def _consent(one: Mapping[str, Any]) -> dict[str, Any]:
    words = {name: str(one[name]) for name in ("version", "hash", "language", "channel")}
    return {
        **words,
        "given": when(one["given"]),
        "ended": when(one["ended"]),
        "abroad": one.get("abroad"),
        "mailing": one.get("mailing"),
    }


def _failure(one: Request) -> dict[str, Any] | None:
    if one.state != RequestState.ESCALATED:
        return None
    return {
        "code": one.failure,
        "step": one.failed_step,
        "message": (
            "A task of the workflow failed for good. The next run begins by itself at `next_run`; decide go_on to"
            " begin it now. If it fails again, tell on-call."
        ),
        "at": when(one.escalated_at),
        "next_run": when(one.due_at or one.escalated_at + RETRY_AFTER),
    }
