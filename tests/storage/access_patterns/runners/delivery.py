"""What replies and their delivery ask."""

from chalicelib.core.ids import MessageRef
from chalicelib.messages.customer_deletion import TakeBack, TakeBackStore
from chalicelib.outbox.content import ReplyContent
from chalicelib.outbox.model import Failure, Job
from tests.storage.access_patterns.patterns import Action, asks
from tests.storage.access_patterns.preparing import draft_of, job, late_notices, replies, status
from tests.support.delivery.desk import BOLAT
from tests.support.people import wamid
from tests.support.retention.desk import RetentionDesk


@asks("AP53", "AP59", "AP54", "AP58", "AP36", "AP1010", "AP421", "AP57")
def _(desk: RetentionDesk) -> Action:
    ticket = desk.open_ticket()
    return lambda: desk.reply(ticket, "Жауап")


@asks("AP53", "AP59", "AP54", "AP58", "AP36", "AP1010", "AP421", "AP426")
def _(desk: RetentionDesk) -> Action:
    ticket, save, _ = draft_of(desk)
    save()
    return lambda: desk.reply({"ticket_id": ticket.id}, "Жауап", "page-1")


@asks("AP53", "AP59", "AP54", "AP55", "AP36")
def _(desk: RetentionDesk) -> Action:
    ticket = desk.open_ticket()
    desk.reply(ticket, "Жауап")
    return lambda: desk.reply(ticket, "Жауап")


@asks("AP56")
def _(desk: RetentionDesk) -> Action:
    _, one = job(desk)
    return lambda: replies(desk).failed_reply(one.entry.ref, desk.now)


@asks("AP60", "AP61", "AP58", "AP59", "AP62", "AP63", "AP64", "AP65", "AP60")
def _(desk: RetentionDesk) -> Action:
    _, one = job(desk, claimed=False)
    return lambda: desk.sender()(one.entry.ref.conversation_id)


@asks("AP993")
def _(desk: RetentionDesk) -> Action:
    store, one = job(desk, claimed=False)
    ref = one.entry.ref
    return lambda: store.newest_of_person(ref.conversation_id, ref.at, desk.now)


@asks("AP601")
def _(desk: RetentionDesk) -> Action:
    ticket = desk.open_ticket()
    desk.reply(ticket, "Жауап")
    desk.sender()(ticket["conversation_id"])
    desk.reply(ticket, "Тағы бір сөз")
    store = desk.outbox()
    (waiting,) = store.entries(ticket["conversation_id"])
    unasked = store.job(waiting, desk.now)
    return lambda: store.claim(unasked, "a", desk.now)


@asks("AP66")
def _(desk: RetentionDesk) -> Action:
    store, one = job(desk, telegram=True)
    return lambda: store.sent(one, "500000042:9", desk.now)


@asks("AP62", "AP67", "AP65")
def _(desk: RetentionDesk) -> Action:
    store, one = job(desk)
    desk.statuses().apply(status(desk, "delivered", str(one.entry.ref)), desk.now)
    read = store.job(one.entry, desk.now)
    return lambda: store.sent(read, wamid(), desk.now)


@asks("AP68")
def _(desk: RetentionDesk) -> Action:
    store, one = job(desk, claimed=False)
    store.claim(one, "a", desk.now, pieces=2)
    (waiting,) = store.entries(one.entry.ref.conversation_id)
    claimed = store.job(waiting, desk.now)
    return lambda: store.sent_piece(claimed, "a", wamid(), desk.now, piece=1, states=True)


@asks("AP340")
def _(desk: RetentionDesk) -> Action:
    store, one = job(desk, claimed=False)
    store.claim(one, "a", desk.now, pieces=2)
    return lambda: desk.statuses().apply(status(desk, "delivered", one.entry.ref.of_piece(1)), desk.now)


@asks("AP343")
def _(desk: RetentionDesk) -> Action:
    store, one = job(desk)
    return lambda: store.proved(one, desk.now)


@asks("AP69")
def _(desk: RetentionDesk) -> Action:
    store, one = job(desk)
    return lambda: store.remove_entry(one.entry)


@asks("AP464")
def _(desk: RetentionDesk) -> Action:
    store, one = job(desk)
    contact_id = desk.head()["contact_id"]
    return lambda: store.remove_entry(one.entry, contact_id)


@asks("AP70")
def _(desk: RetentionDesk) -> Action:
    store, one = job(desk)
    return lambda: store.retry_later(one, "a", desk.now + 2_000)


@asks("AP115")
def _(desk: RetentionDesk) -> Action:
    store, one = job(desk)
    return lambda: store.release(one, "a", desk.now)


@asks("AP71")
def _(desk: RetentionDesk) -> Action:
    store, one = job(desk)
    return lambda: store.retry_later(one, "a", desk.now + 60_000, unconfirmed=True)


@asks("AP72", "AP73", "AP74")
def _(desk: RetentionDesk) -> Action:
    store, one = job(desk)
    account = one.entry.account

    def stop_and_go() -> None:
        store.stop(one, "a", "190", desk.now)
        assert store.may_probe(account, desk.now + 60_000, 50_000)
        store.start_again(account)

    return stop_and_go


@asks("AP75")
def _(desk: RetentionDesk) -> Action:
    store, one = job(desk)
    return lambda: store.failed(one, Failure("131026", "rejected"), desk.now, attempt_id="a")


@asks("AP76")
def _(desk: RetentionDesk) -> Action:
    store, one = job(desk, telegram=True)
    return lambda: store.failed(one, Failure("403", "blocked"), desk.now, attempt_id="a", blocked_since=desk.now)


@asks("AP77")
def _(desk: RetentionDesk) -> Action:
    _, one = job(desk, claimed=False)
    return lambda: late_notices(desk).keep(one, "", desk.now)


# -- quotes, reactions, edits, deletions


def _asked(desk: RetentionDesk) -> MessageRef:
    (row,) = desk.messages("in")
    return MessageRef.of_tail(row["pk"].partition("#")[2], row["sk"].removeprefix("message#"))


def _changed(desk: RetentionDesk) -> Job:
    """A reaction that is claimed."""
    ticket = desk.open_telegram_ticket()
    desk.amends().react(ticket["ticket_id"], _asked(desk), "👍", BOLAT)
    store = desk.outbox()
    (entry,) = store.entries(ticket["conversation_id"])
    found = store.job(entry, desk.now)
    store.claim(found, "a", desk.now)
    return found


@asks("AP53", "AP59", "AP54", "AP58", "AP36", "AP960", "AP1010", "AP421", "AP57")
def _(desk: RetentionDesk) -> Action:
    ticket = desk.open_ticket()
    content = ReplyContent("Жауап", quote=str(_asked(desk)))
    return lambda: desk.replier()(ticket["ticket_id"], content, "page-1", BOLAT)


@asks("AP53", "AP59", "AP58", "AP36", "AP961", "AP36", "AP970", "AP962")
def _(desk: RetentionDesk) -> Action:
    ticket, asked = desk.open_ticket(), _asked(desk)
    return lambda: desk.amends().react(ticket["ticket_id"], asked, "👍", BOLAT)


@asks("AP53", "AP59", "AP58", "AP36", "AP961", "AP1010", "AP36", "AP963", "AP964")
def _(desk: RetentionDesk) -> Action:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Жауап")
    return lambda: desk.amends().edit(ticket["ticket_id"], ref, "Басқа", BOLAT)


@asks("AP53", "AP59", "AP58", "AP36", "AP961", "AP963", "AP965")
def _(desk: RetentionDesk) -> Action:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Жауап")
    return lambda: desk.amends().delete(ticket["ticket_id"], ref, BOLAT)


@asks("AP966")
def _(desk: RetentionDesk) -> Action:
    one = _changed(desk)
    return lambda: desk.outbox().sent(one, "", desk.now)


@asks("AP967")
def _(desk: RetentionDesk) -> Action:
    one = _changed(desk)
    return lambda: desk.outbox().failed(one, Failure("message_gone", "gone"), desk.now, attempt_id="a")


@asks("AP319", "AP969", "AP322")
def _(desk: RetentionDesk) -> Action:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Шот")
    desk.amends().delete(ticket["ticket_id"], ref, BOLAT)
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"],
        Key={"pk": {"S": f"conversation#{ref.conversation_id}"}, "sk": {"S": f"message#{ref.tail}"}},
        UpdateExpression="SET file_objects = :names",
        ExpressionAttributeValues={":names": {"L": [{"S": "one"}]}},
    )
    taker = TakeBack(TakeBackStore(desk.gateway()), lambda ref, contact_id, name: None, lambda: desk.now)
    return lambda: taker(ref.conversation_id, f"message#{ref.tail}")
