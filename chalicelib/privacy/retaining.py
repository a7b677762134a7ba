"""What is kept after a destruction: which proposals are possible, and what is decided with one. Pure."""

from typing import TYPE_CHECKING, Any

from chalicelib.core.errors import BadInput, Conflict
from chalicelib.core.working_days import day_of, day_start
from chalicelib.privacy.requests.model import Proposal, Request
from chalicelib.privacy.requests.progress import kept_part

if TYPE_CHECKING:
    from chalicelib.profile.model import Profile


def check_retaining(profile: "Profile", proposal: Proposal, request: Request, now: int) -> None:
    """Raise BadInput (`until`, `categories`) or Conflict (`already_decided`) when a proposal to keep something cannot
    be made or carried out at `now` (ms). Its ground is one of the profile's. The desk keeps one part of a person's
    data: it ends on one day."""
    row = profile.retain[proposal.ground]
    latest = day_of(row.longest.after(request.received_at))
    try:
        known = now < day_start(proposal.until) and proposal.until <= latest
    except ValueError:
        known = False
    if not known:
        raise BadInput(f"Say until which day it is kept: after today, {latest} at the latest.", code="until")
    chosen = set(proposal.categories)
    if row.by == "desk" and not (chosen and chosen <= set(row.categories)):
        raise BadInput(f"Say what is kept of: {', '.join(row.categories)}.", code="categories")
    if row.by != "desk" and chosen:
        raise BadInput("The company keeps all that this ground names; choose nothing of it.", code="categories")
    if any(one["ground"] == row.id for one in request.retained) or (row.by == "desk" and kept_part(request)):
        raise Conflict("It is decided already what is kept on this ground.", code="already_decided")


def decided(profile: "Profile", proposal: Proposal, staff_id: str) -> dict[str, Any]:
    """Return the entry of Request.retained that two colleagues have decided."""
    row = profile.retain[proposal.ground]
    chosen = [one for one in row.categories if one in (proposal.categories or row.categories)]
    where = {"where": "desk"} if row.by == "desk" else {}
    kept = {"ground": row.id, "clause": row.clause, "categories": chosen, "until": proposal.until}
    return {**kept, **where, "by": [proposal.by, staff_id]}
