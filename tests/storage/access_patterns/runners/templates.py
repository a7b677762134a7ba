"""What templates, and a reply window that the provider closed, ask."""

from chalicelib.channels.failure_meanings import stops_channel
from chalicelib.channels.parts import TemplateChanged
from chalicelib.outbox.content import ReplyContent
from chalicelib.outbox.model import Failure, Job
from chalicelib.outbox.store import Outbox
from chalicelib.provider_templates.changes import apply_change
from tests.storage.access_patterns.patterns import Action, asks
from tests.storage.access_patterns.preparing import job, late_notices, status
from tests.support.delivery.templates import BUSINESS, component, filled, keep, template
from tests.support.people import WHATSAPP_ACCOUNT
from tests.support.retention.desk import RetentionDesk


def waiting(desk: RetentionDesk) -> tuple[Outbox, Job]:
    """A template that waits to be sent."""
    ticket = desk.open_ticket()
    keep(desk, template())
    desk.reply(ticket, filled(), "page-1")
    store = desk.outbox()
    (entry,) = store.entries(ticket["conversation_id"])
    return store, store.job(entry, desk.now)


@asks("AP820")
def _(desk: RetentionDesk) -> Action:
    keep(desk, template())
    part = TemplateChanged("whatsapp", BUSINESS, "answer_ready", "kk", "status", "PAUSED", desk.seconds)
    return lambda: apply_change(desk.gateway(), part)


@asks("AP821", "AP822")
def _(desk: RetentionDesk) -> Action:
    store = keep(desk, template())
    return lambda: store.all(store.linked(WHATSAPP_ACCOUNT).business_account)


@asks("AP53", "AP59", "AP54", "AP58", "AP36", "AP821", "AP823", "AP421", "AP824")
def _(desk: RetentionDesk) -> Action:
    ticket = desk.open_ticket()
    keep(desk, template())
    return lambda: desk.reply(ticket, filled(), "page-1")


@asks("AP825")
def _(desk: RetentionDesk) -> Action:
    store, one = waiting(desk)
    return lambda: store.claim(one, "a", desk.now)


@asks("AP826", "AP827", "AP828", "AP829")
def _(desk: RetentionDesk) -> Action:
    store = keep(desk, template(language="ru"))
    desk.later(3600)

    def fetched() -> None:
        store.put(BUSINESS, template(), desk.seconds)
        store.remove_others(BUSINESS, {"answer_ready#kk"}, desk.seconds)
        store.note("whatsapp", WHATSAPP_ACCOUNT, BUSINESS, desk.now)

    return fetched


@asks("AP821", "AP823", "AP832")
def _(desk: RetentionDesk) -> Action:
    _, one = job(desk, claimed=False)
    keep(desk, template(component("BODY", "Сізді хабар күтуде."), name="waits"))
    return lambda: late_notices(desk).keep(one, "waits", desk.now)


@asks("AP821", "AP823", "AP1023")
def _(desk: RetentionDesk) -> Action:
    _, one = job(desk, claimed=False)
    keep(desk, template(component("BODY", "Деректеріңіз туралы: {{1}} – sPoint"), name="about"))
    return lambda: late_notices(desk).answer(one, ReplyContent("Жауап"), "about", desk.now)


@asks("AP833")
def _(desk: RetentionDesk) -> Action:
    store, one = job(desk, claimed=False)
    late_notices(desk).keep(one, "", desk.now)
    head = store.head(one.entry.ref.conversation_id)
    assert head is not None
    entries = store.entries(head.conversation_id)
    return lambda: late_notices(desk).release(entries, head, desk.now)


@asks("AP830")
def _(desk: RetentionDesk) -> Action:
    store, one = job(desk)
    return lambda: store.failed(one, Failure("131047", "window_closed"), desk.now, attempt_id="a")


@asks("AP83", "AP344", "AP831")
def _(desk: RetentionDesk) -> Action:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Жауап")
    desk.sender()(ticket["conversation_id"])
    desk.statuses().apply(status(desk, "failed", str(ref))._replace(code="131047"), desk.now)
    name = f"message#{ref.tail}"
    return lambda: desk.dates().show_failure(ref.conversation_id, name, ticket["ticket_id"], desk.now, stops_channel)
