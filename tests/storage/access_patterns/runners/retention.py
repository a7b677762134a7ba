"""What expiry dates, the sweeper and the end of contacts ask."""

from dataclasses import replace
from typing import Any

from chalicelib.attachments.drop_file import DropFile
from chalicelib.channels.failure_meanings import stops_channel
from chalicelib.channels.parts import InboundMessage
from chalicelib.core.ids import MessageRef
from chalicelib.core.kept_for import KeptFor
from chalicelib.core.working_days import day_of
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.rows import lists_ready
from chalicelib.messages.customer_deletion import TakeBack, TakeBackStore
from chalicelib.outbox.content import ReplyContent
from chalicelib.outbox.model import Reply
from chalicelib.retention.expired_store import ExpiredStore
from chalicelib.retention.model import Entry, Expired, Misplaced, OldTicket
from chalicelib.retention.reviews import ReviewStore
from chalicelib.retention.statistics import StatisticsStore, month_of
from chalicelib.retention.sweep_store import SweepStore
from chalicelib.tickets.model import State
from tests.storage.access_patterns.patterns import Action, asks
from tests.storage.access_patterns.preparing import closed, job, reader, replies, status
from tests.support.attachments.no_files import NO_FILES
from tests.support.delivery.desk import BOLAT
from tests.support.people import from_amina
from tests.support.retention.desk import RetentionDesk
from tests.support.storage.tickets import lay_tickets


@asks("AP78", "AP79", "AP80", "AP80", "AP80", "AP81", "AP183", "AP184", "AP82")
def _(desk: RetentionDesk) -> Action:
    ticket = closed(desk)
    return lambda: desk.date(ticket)


def failed(desk: RetentionDesk, code: str) -> Action:
    """A reply whose failure the provider has reported, for the dater."""
    _, one = job(desk)
    ref, (ticket,) = one.entry.ref, desk.of_pk("ticket#")
    desk.statuses().apply(status(desk, "failed", str(ref))._replace(code=code), desk.now)
    name = f"message#{ref.tail}"
    return lambda: desk.dates().show_failure(ref.conversation_id, name, ticket["ticket_id"], desk.now, stops_channel)


@asks("AP83", "AP344", "AP84")
def _(desk: RetentionDesk) -> Action:
    return failed(desk, "131026")


@asks("AP83", "AP344", "AP623", "AP624")
def _(desk: RetentionDesk) -> Action:
    """Of two replies that failed the one that the ticket names arrives after all."""
    ticket = desk.open_ticket()
    refs = []
    for text in ("Бір", "Екі"):
        refs.append(desk.reply(ticket, text))
        desk.sender()(ticket["conversation_id"])
        desk.now += 1
    dates = desk.dates()

    def settled(ref: MessageRef, name: str) -> Action:
        desk.statuses().apply(status(desk, name, str(ref))._replace(code="131026"), desk.now)
        return lambda: dates.show_failure(
            ref.conversation_id, f"message#{ref.tail}", ticket["ticket_id"], desk.now, stops_channel
        )

    for ref in refs:
        settled(ref, "failed")()
    return settled(refs[-1], "delivered")


@asks("AP83", "AP344", "AP85")
def _(desk: RetentionDesk) -> Action:
    return failed(desk, "131042")


@asks("AP37", "AP283", "AP36", "AP341")
def _(desk: RetentionDesk) -> Action:
    failed(desk, "131026")()
    (ticket,) = desk.of_pk("ticket#")
    return lambda: reader(desk).ticket(ticket["ticket_id"])


@asks("AP421", "AP342")
def _(desk: RetentionDesk) -> Action:
    failed(desk, "131026")()
    (message,) = [one for one in desk.messages("out") if one["status"] == "failed"]
    store, ref = replies(desk), MessageRef.of_tail(message["pk"].partition("#")[2], message["sk"].partition("#")[2])
    failure = store.failed_reply(ref, desk.now)
    ticket, head = store.ticket(message["ticket_id"], desk.now), store.head(ref.conversation_id)
    assert failure is not None and ticket is not None and head is not None
    new, sent = MessageRef(ref.conversation_id, desk.now + 9_000, "f" * 32), ReplyContent("Жауап")
    use = desk.replier().same_texts.use(head.channel, head.contact_id, sent, desk.now)
    reply = Reply(new, ticket, head, sent, BOLAT, "h" * 64, desk.now, failure, use=use)
    return lambda: store.store(reply)


def take_back(desk: RetentionDesk, *kinds: str) -> Action:
    """Deal with Amina's newest changes of these kinds."""
    work = TakeBack(
        TakeBackStore(desk.gateway(wait=lambda attempt: None)), DropFile(desk.gateway(), NO_FILES), lambda: desk.now
    )
    found = [[one for one in desk.messages() if one["kind"] == kind][-1] for kind in kinds]
    return lambda: [work(row["pk"].partition("#")[2], row["sk"]) for row in found]


@asks("AP319", "AP320", "AP321", "AP322", "AP322", "AP324", "AP322", "AP319", "AP323", "AP320", "AP321")
def _(desk: RetentionDesk) -> Action:
    first = from_amina("", sent_at=desk.seconds, kind="unsupported", raw=b"{}", raw_type="x")
    desk.receive(first)
    desk.receive(from_amina("Тағы", sent_at=desk.seconds, kind="edit", target=first.provider_id))
    desk.receive(from_amina("Осы", sent_at=desk.seconds, quote=first.provider_id))
    desk.receive(from_amina("", sent_at=desk.seconds + 1, kind="revoke", target=first.provider_id))
    return take_back(desk, "revoke", "edit")


def revoked(desk: RetentionDesk) -> InboundMessage:
    """Amina's deletion, looked at before its message has arrived; returns the message."""
    late = from_amina("Кеш", sent_at=desk.seconds)
    desk.receive(from_amina(sent_at=desk.seconds - 60))
    desk.receive(from_amina("", sent_at=desk.seconds, kind="revoke", target=late.provider_id))
    take_back(desk, "revoke")()
    return late


@asks("AP319", "AP320", "AP322")
def _(desk: RetentionDesk) -> Action:
    revoked(desk)
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"],
        Key={"pk": {"S": desk.of("head")[0]["pk"]}, "sk": {"S": desk.messages()[-1]["sk"]}},
        UpdateExpression="REMOVE due, due_at",
    )
    return take_back(desk, "revoke")


@asks("AP319", "AP320", "AP321", "AP322", "AP322")
def _(desk: RetentionDesk) -> Action:
    desk.receive(revoked(desk))
    return take_back(desk, "revoke")


def sweeping(desk: RetentionDesk) -> SweepStore:
    return SweepStore(desk.gateway())


QUIET = ("AP95", "AP86", "AP300", "AP317", "AP911", "AP88", "AP88", "AP88", "AP88", "AP88", "AP701")


@asks("AP95", "AP86", "AP87", *QUIET[2:], "AP702")
def _(desk: RetentionDesk) -> Action:
    desk.reply(desk.open_ticket(), "Жауап")
    desk.later(61)
    return desk.sweep


@asks(*QUIET, "AP91", "AP90", "AP708")
def _(desk: RetentionDesk) -> Action:
    """A sweep before the first full pass is through."""
    desk.forget_the_index()
    return desk.sweep


@asks(*QUIET, "AP91", "AP90", "AP709", "AP708")
def _(desk: RetentionDesk) -> Action:
    """The sweep that completes the first full pass which may count."""
    desk.forget_the_index()
    desk.sweep()
    desk.later(15 * 60)
    return desk.sweep


@asks("AP702", "AP703", "AP706", "AP111", "AP111", "AP111", "AP707", "AP712", "AP92")
def _(desk: RetentionDesk) -> Action:
    ticket = desk.closed(desk.open_ticket())
    desk.now = ticket["expires_at"] * 1000
    return lambda: desk.sweeper().delete.due(desk.now, float("inf"), {})


@asks("AP704", "AP705")
def _(desk: RetentionDesk) -> Action:
    ticket = desk.closed(desk.open_ticket())
    store, (pk, sk) = desk.expired(), (ticket["pk"], ticket["sk"])

    def act() -> None:
        store.postpone(Entry(pk, sk, ticket["list"], ticket["place"]), desk.now)
        store.move(Misplaced(pk, sk, "", 0, (("place", desk.now),)))

    return act


@asks("AP711")
def _(desk: RetentionDesk) -> Action:
    return lambda: lists_ready(desk.now)


@asks("AP317", "AP318")
def _(desk: RetentionDesk) -> Action:
    revoked(desk)
    desk.later(61)
    return lambda: desk.sweeper()._stamp_again(float("inf"))


@asks("AP300", "AP301")
def _(desk: RetentionDesk) -> Action:
    desk.receive(from_amina("Деректерімді жойыңыз", sent_at=desk.seconds))
    desk.later(301)
    return lambda: desk.sweeper().monitor_asks(float("inf"))


@asks("AP89")
def _(desk: RetentionDesk) -> Action:
    desk.open_ticket()
    closing = desk.sweeper().auto_close
    (idle,) = closing.idle("open", desk.now + 1)
    return lambda: closing.close(idle, "closed_idle", {"days": 90}, desk.now, desk.seconds)


@asks("AP93")
def _(desk: RetentionDesk) -> Action:
    desk.statuses().apply(status(desk, "delivered"), desk.now)
    (item,) = desk.items("index")
    return lambda: desk.expired().remove(Expired("index", item["pk"], item["sk"], item["expires_at"]))


@asks("AP92", "AP94")
def _(desk: RetentionDesk) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    found = [*desk.of_pk("number#"), *desk.messages()]
    for item in found:
        DeskRow(item["pk"], item["sk"]).update(actions=[DeskRow.expires_at.set(1)])
    number, message = (Expired("desk", item["pk"], item["sk"], 1, tuple(item)) for item in found)
    until = replace(message, guard_until=desk.seconds + 60)
    return lambda: [desk.expired().remove(number), desk.expired().remove(until)]


@asks("AP111", "AP112")
def _(desk: RetentionDesk) -> Action:
    ticket = desk.open_ticket()
    found = [*desk.messages(), *desk.messages("out")]
    for item in (ticket, *found):
        DeskRow(item["pk"], item["sk"]).update(actions=[DeskRow.expires_at.set(1)])
    message, notice = (
        Expired("desk", item["pk"], item["sk"], 1, tuple(item), ticket_id=ticket["ticket_id"]) for item in found
    )
    until = replace(message, guard_until=desk.seconds + 60)
    return lambda: [desk.expired().remove(notice), desk.expired().remove(until)]


@asks("AP113")
def _(desk: RetentionDesk) -> Action:
    ticket = desk.open_ticket()
    return lambda: sweeping(desk).enqueue_stamping(ticket["ticket_id"], desk.now)


@asks("AP114")
def _(desk: RetentionDesk) -> Action:
    ticket = desk.open_ticket()
    (row,) = desk.messages()
    return lambda: desk.dates().stamp_alone(ticket["conversation_id"], row["sk"], desk.seconds)


def past_its_date(desk: RetentionDesk) -> str:
    """A contact's conversation on the day of its end: the rows of its ticket are gone, one line is left."""
    ticket = desk.open_ticket()
    desk.index_contact(ticket["contact_id"])
    ticket = desk.closed(ticket)
    for item in desk.rows_of(ticket):
        DeskRow(item["pk"], item["sk"]).delete()
    conversation_id = str(ticket["conversation_id"])
    DeskRow(f"conversation#{conversation_id}", f"message#{desk.now}#a", direction="event").save()
    desk.now = ticket["expires_at"] * 1000
    return conversation_id


@asks(
    "AP185",
    "AP186",
    "AP187",
    "AP78",
    "AP189",
    "AP190",
    "AP191",
    "AP192",
    "AP193",
    "AP194",
    "AP195",
    "AP710",
)
def _(desk: RetentionDesk) -> Action:
    conversation_id = past_its_date(desk)
    return lambda: desk.ender()(conversation_id)


@asks("AP185", "AP186", "AP187", "AP78", "AP188")
def _(desk: RetentionDesk) -> Action:
    conversation_id = past_its_date(desk)
    ticket_id = desk.head()["ticket_id"]
    DeskRow(f"ticket#{ticket_id}", "ticket", ticket_id=ticket_id, state="open").save()
    return lambda: desk.ender()(conversation_id)


@asks("AP1", "AP3", "AP1", "AP3", "AP1", "AP5", "AP1", "AP181")
def _(desk: RetentionDesk) -> Action:
    past_its_date(desk)
    return lambda: desk.receive(from_amina("Тағы", sent_at=desk.seconds))


@asks("AP96")
def _(desk: RetentionDesk) -> Action:
    return lambda: sweeping(desk).keep_cursor("desk", {"pk": "ticket#a", "sk": "ticket"})


@asks("AP650")
def _(desk: RetentionDesk) -> Action:
    (ticket_id,) = lay_tickets(
        desk.dynamodb, desk.tables["desk"], State.OPEN, [1], desk.now, assignee=BOLAT, tags=("касса",), old=True
    )
    page = desk.expired().page("desk", (), desk.now)
    (old,) = [found for found, _ in page.items if isinstance(found, OldTicket)]
    assert old.ticket_id == ticket_id
    return lambda: desk.expired().put_into_lists(old)


@asks("AP1021")
def _(desk: RetentionDesk) -> Action:
    ReviewStore(desk.gateway()).add("mailing", BOLAT, desk.now)
    return lambda: ReviewStore(desk.gateway()).last("mailing")


@asks("AP1022")
def _(desk: RetentionDesk) -> Action:
    return lambda: ReviewStore(desk.gateway()).add("mailing", BOLAT, desk.now)


def of_agreement(desk: RetentionDesk) -> dict[str, Any]:
    """A closed ticket that is kept until three years after the agreement ended."""
    desk.ticket_kept = desk.contact_kept = KeptFor(3, "years", agreement=True)
    return desk.closed(desk.open_ticket())


@asks("AP1300", "AP1301", "AP985", "AP1303")
def _(desk: RetentionDesk) -> Action:
    ticket = of_agreement(desk)
    return lambda: desk.agreements().ended(ticket["contact_id"], day_of(desk.now), BOLAT)


@asks("AP1304", "AP78", "AP1304", "AP1306", "AP78", "AP1304", "AP1305", "AP113", "AP1307")
def _(desk: RetentionDesk) -> Action:
    ticket = of_agreement(desk)
    desk.agreements().ended(ticket["contact_id"], day_of(desk.now), BOLAT)
    return lambda: desk.agreement_dates().conversation(ticket["conversation_id"])


@asks("AP317", "AP1308")
def _(desk: RetentionDesk) -> Action:
    ticket = of_agreement(desk)
    desk.agreements().ended(ticket["contact_id"], day_of(desk.now), BOLAT)
    desk.later(120)

    def again() -> None:
        for one in sweeping(desk).unfinished(desk.now):
            sweeping(desk).repeat(one, desk.now + 60_000)

    return again


@asks("AP1300", "AP1301", "AP985", "AP1309")
def _(desk: RetentionDesk) -> Action:
    ticket = of_agreement(desk)
    desk.agreements().ended(ticket["contact_id"], day_of(desk.now), BOLAT)
    return lambda: desk.agreements().lasts(ticket["contact_id"], BOLAT)


def counting(desk: RetentionDesk) -> tuple[ExpiredStore, StatisticsStore]:
    statistics = StatisticsStore(desk.gateway())
    return ExpiredStore(desk.gateway(), NO_FILES, statistics), statistics


@asks("AP1310", "AP1311")
def _(desk: RetentionDesk) -> Action:
    ticket = desk.closed(desk.open_ticket())
    desk.now = ticket["expires_at"] * 1000
    expired, _statistics = counting(desk)
    found = [one for one, _ in expired.page("desk", (), desk.now).items if isinstance(one, Expired) and one.is_ticket]
    return lambda: expired.remove(found[0])


@asks("AP1312", "AP1313", "AP1314", "AP1313", "AP1315")
def _(desk: RetentionDesk) -> Action:
    ticket = desk.closed(desk.open_ticket())
    _expired, statistics = counting(desk)
    desk.gateway().transact(statistics.counted(ticket))
    return lambda: statistics.publish(month_of(ticket["closed_at"]), desk.now)


@asks("AP1316")
def _(desk: RetentionDesk) -> Action:
    return counting(desk)[1].published
