"""Wires the sweeper. Intake does not import it."""

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.core.ids import new_id
from chalicelib.core.settings import settings
from chalicelib.dynamo.clients import client
from chalicelib.dynamo.queues import WakeUp
from chalicelib.dynamo.schema import MAILING, VISITOR
from chalicelib.profile.load import load_profile
from chalicelib.wiring import base as wiring
from chalicelib.wiring.delivery import queues

if TYPE_CHECKING:
    from chalicelib.retention.sweep import Overdue, Sweep


@cache
def sweep() -> "Sweep":
    """One sweep."""
    from chalicelib.attachments.due import WakeFetcher
    from chalicelib.channels import registry
    from chalicelib.dynamo.tables import Tables
    from chalicelib.messages.mail_bucket import MailBucket
    from chalicelib.retention.delete_expired import DeleteExpired
    from chalicelib.retention.end_contact import EndContact
    from chalicelib.retention.end_contact_store import EndContactStore
    from chalicelib.retention.expired_store import ExpiredStore
    from chalicelib.retention.full_pass import FullPass
    from chalicelib.retention.reviews import Reviews, ReviewStore
    from chalicelib.retention.statistics import PublishStatistics, StatisticsStore
    from chalicelib.retention.sweep import Sweep
    from chalicelib.retention.sweep_store import SweepStore
    from chalicelib.tickets.writes import AutoClose
    from chalicelib.wiring import requests as wiring_requests
    from chalicelib.wiring.files import bucket

    wiring.bind_tables()
    config = settings()
    profile = load_profile(config.operator)
    kept = {name: profile.retention[name].kept for name in ("ticket", "contact", "consent")}

    def enqueue(overdue: "list[Overdue]") -> int:
        return len(overdue) - len(queues().send(config.queue_doorbell, [wake_up(one) for one in overdue]))

    # The sweeper does not wait: the next sweep meets again what conflicts now.
    tables = Tables(client("dynamodb"), wiring.tables(), lambda _attempt: None, "the next sweep tries again")
    statistics = StatisticsStore(tables) if profile.anonymises else None
    store, expired = SweepStore(tables), ExpiredStore(tables, bucket(), statistics)
    end_contact = EndContact(
        EndContactStore(wiring.gateway()), bucket().empty, contact_kept=kept["contact"],
        consent_kept=kept["consent"],
        clock=wiring.clock(),
    )  # fmt: skip
    delete = DeleteExpired(expired, store.enqueue_stamping, enqueue_indexing, end_contact, delete_account)
    mails = MailBucket(lambda: client("s3"), config.mail_bucket)
    arrives = any(one.mail_in and one.id in profile.served for one in registry.SERVED)
    return Sweep(
        store=store,
        auto_close=AutoClose(wiring.gateway()),
        delete=delete,
        full_pass=FullPass(expired, delete, wiring.clock()),
        state=expired.state,
        enqueue=enqueue,
        monitor_asks=wiring_requests.monitor_asks(store),
        monitor_requests=wiring_requests.monitor_requests(),
        wake_fetcher=WakeFetcher(tables, queues(), config.queue_fetching, wiring.clock()),
        idle_days=profile.tickets.idle_close_days,
        solved_days=profile.tickets.solved_close_days,
        ticket_kept=kept["ticket"],
        clock=wiring.clock(),
        overdue_reviews=Reviews(profile, ReviewStore(tables), wiring.clock()).overdue if profile.reviewed else None,
        publish_statistics=PublishStatistics(statistics, kept["ticket"], wiring.clock()) if statistics else None,
        oldest_mail=mails.oldest if arrives else None,
    )


def wake_up(overdue: "Overdue") -> WakeUp:
    """Return the wake-up message of what is overdue."""
    name, unique = overdue.name, overdue.once or new_id()
    for kind, field in ((VISITOR, "visitor_id"), (MAILING, "mailing_id")):
        if name.startswith(kind.partition("")):
            named = name.removeprefix(kind.partition(""))
            return WakeUp({field: named}, named, unique)
    return WakeUp({"conversation_id": name}, name, unique)


def delete_account(staff_id: str) -> None:
    """Deletes an account of staff from the user pool."""
    from chalicelib.staff.cognito import CognitoAccounts

    CognitoAccounts(client("cognito-idp"), settings().user_pool_id, "").delete(staff_id)


def enqueue_indexing(contact_id: str) -> bool:
    """Enqueues a contact to be indexed; False: the queue did not take it."""
    return not queues().send(settings().queue_indexing, [WakeUp({"contact_id": contact_id})])
