"""Which parts work together in retention. Nothing of it is imported by intake."""

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.core.backoff import full_jitter
from chalicelib.core.settings import settings
from chalicelib.dynamo.clients import client
from chalicelib.profile.load import load_profile
from chalicelib.wiring import base as wiring
from chalicelib.wiring.delivery import queues

if TYPE_CHECKING:
    from chalicelib.retention.sweep import Sweep


@cache
def sweep() -> "Sweep":
    """What the sweeper does."""
    from chalicelib.retention.contact_expiry import Endings
    from chalicelib.retention.end_contact import EndContact
    from chalicelib.retention.sweep import Sweep
    from chalicelib.retention.sweep_store import Sweeping
    from chalicelib.tickets.auto_close import Closing
    from chalicelib.wiring import erasure as wiring_erasure

    wiring.bind_tables()
    config = settings()
    profile = load_profile(config.operator)
    kept = {name: profile.retention[name].days for name in ("ticket", "contact", "consent")}

    def ring(conversation_ids: list[str]) -> int:
        return queues().ring_all(config.queue_doorbell, conversation_ids)

    return Sweep(
        store=Sweeping(client("dynamodb"), wiring.tables()),
        closing=Closing(client("dynamodb"), wiring.tables(), full_jitter),
        end_contact=EndContact(
            Endings(client("dynamodb"), wiring.tables(), full_jitter), kept["contact"], kept["consent"], wiring.clock()
        ),
        ring=ring,
        reindex=ring_indexing,
        watch_asks=wiring_erasure.watch_asks(),
        watch=wiring_erasure.watch_requests(),
        idle_days=profile.tickets.idle_close_days,
        solved_days=profile.tickets.solved_close_days,
        kept_days=kept["ticket"],
        clock=wiring.clock(),
    )


def ring_indexing(contact_id: str) -> bool:
    """Have a contact indexed; False: the queue did not take it."""
    from chalicelib.dynamo.queues import Bell

    return not queues().send(settings().queue_indexing, [Bell({"contact_id": contact_id})])
