"""Templates reach customers who wrote long ago; one that its provider changed does not, whenever that happens."""

from typing import Any

import pytest

from chalicelib.channels.base import SendError
from chalicelib.channels.parts import TemplateChanged
from chalicelib.channels.templates import ProviderTemplate
from chalicelib.core.clock import DAY
from chalicelib.core.errors import BadInput, Conflict, NotFound, Unavailable
from chalicelib.outbox.content import ReplyContent
from chalicelib.provider_templates.changes import apply_change
from chalicelib.provider_templates.fetch_templates import FetchTemplates
from chalicelib.provider_templates.store import Linked, TemplateStore
from chalicelib.vault import encryption
from tests.support.delivery.desk import BOLAT, DeliveryDesk
from tests.support.delivery.templates import BUSINESS, SHOWN, VALUES, component, filled, keep, template
from tests.support.people import WHATSAPP_ACCOUNT, from_amina, wamid

KEY = "answer_ready#kk"


def late(desk: DeliveryDesk, *templates: ProviderTemplate) -> tuple[dict[str, Any], TemplateStore]:
    """Amina's ticket, a second after its window has closed, on a desk with these templates."""
    ticket = desk.open_ticket()
    desk.now = desk.head()["last_inbound_at"] + DAY + 1000
    return ticket, keep(desk, *(templates or (template(),)))


def told(desk: DeliveryDesk, what: Any, value: str, at: int = 0, **more: Any) -> bool:
    part = TemplateChanged("whatsapp", BUSINESS, "answer_ready", "kk", what, value, at or desk.seconds, **more)
    return apply_change(desk.gateway(), part)


# -- sending


def test_a_second_after_the_window_a_text_is_refused_without_a_call_and_a_template_goes_out(desk: DeliveryDesk) -> None:
    ticket, _ = late(desk)
    with pytest.raises(Conflict, match="Use a template") as refused:
        desk.reply(ticket, "Кеш қалды")
    assert refused.value.code == "window_closed"

    ref = desk.reply(ticket, filled(), "page-1")
    desk.sender()(ticket["conversation_id"])

    (sent,) = desk.provider.sent
    assert sent.template == {
        "name": "answer_ready",
        "language": {"policy": "deterministic", "code": "kk"},
        "components": [{"type": "body", "parameters": [{"type": "text", "text": one} for _, one in VALUES]}],
    }
    assert (sent.reference, desk.provider.calls) == (str(ref), 1)
    assert desk.message(ref)["status"] == "sent"
    assert not desk.of("outbox#")


def test_what_the_customer_sees_is_kept_sealed_and_the_entry_names_the_template_alone(desk: DeliveryDesk) -> None:
    ticket, _ = late(desk)
    ref = desk.reply(ticket, filled(), "page-1")

    (entry,) = desk.of(f"outbox#{ref.tail}")
    assert entry["template"] == KEY
    content = desk.open(desk.message(ref), "content", encryption.message_content(ref))
    assert content["text"] == SHOWN
    assert content["template"]["values"] == dict(VALUES)
    assert content["template"]["shown"]["body"] == SHOWN
    everything = desk.everything()
    assert not any(one.encode() in everything for one in ("тіркелім", SHOWN))


def test_values_come_in_any_order_and_a_repetition_is_one_reply(desk: DeliveryDesk) -> None:
    ticket, store = late(desk)
    first = desk.replier()(ticket["ticket_id"], filled(), "page-1", BOLAT)
    assert first.text == SHOWN
    store.put(BUSINESS, template(component("BODY", "{{1}}, {{2}}")), desk.seconds)

    again = desk.replier()(ticket["ticket_id"], filled(VALUES[::-1]), "page-1", BOLAT)

    assert (again.id, again.text) == (first.id, SHOWN)
    with pytest.raises(Conflict) as error:
        desk.replier()(ticket["ticket_id"], filled((VALUES[0], ("body.2", "басқа"))), "page-1", BOLAT)
    assert error.value.code == "client_id_used"


def test_a_template_also_goes_out_while_the_window_is_open(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    keep(desk, template())
    desk.reply(ticket, filled(), "page-1")
    desk.sender()(ticket["conversation_id"])
    assert desk.provider.texts == ["answer_ready"]


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        ({"status": "PAUSED"}, Conflict, "template_refused"),
        ({"category": "MARKETING"}, Conflict, "template_refused"),
        ({"correct_category": "MARKETING"}, Conflict, "template_refused"),
        ({"language": "ru"}, NotFound, "no_template"),
        ({"components": '[{"type":"BODY","text":"{{1}}, {{2}}, {{3}}"}]'}, BadInput, "template_value"),
    ],
)
def test_a_template_that_may_not_be_sent_stores_nothing(
    desk: DeliveryDesk, change: dict[str, Any], error: type[Exception], code: str
) -> None:
    ticket, _ = late(desk, template()._replace(**change))
    before = desk.everything()
    with pytest.raises(error) as refused:
        desk.reply(ticket, filled(), "page-1")
    assert refused.value.code == code  # type: ignore[attr-defined]
    assert desk.everything() == before


def test_without_a_linked_account_there_is_no_template(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    with pytest.raises(NotFound):
        desk.reply(ticket, filled(), "page-1")


def test_a_template_that_is_paused_while_its_reply_is_stored_is_refused(desk: DeliveryDesk) -> None:
    ticket, _ = late(desk)
    replier = desk.replier()
    store = replier.store.store

    def paused_first(reply: Any) -> bool:
        told(desk, "status", "PAUSED")
        return store(reply)

    replier.store.store = paused_first  # type: ignore[method-assign]
    with pytest.raises(Conflict) as error:
        replier(ticket["ticket_id"], filled(), "page-1", BOLAT)
    assert error.value.code == "template_refused"
    assert not desk.of("outbox#")


@pytest.mark.parametrize(
    ("what", "value", "more"),
    [
        ("status", "PAUSED", {}),
        ("category", "UTILITY", {"correct": "MARKETING", "correct_since": 1}),
        ("status", "", {}),
    ],
)
def test_a_template_that_changed_while_its_reply_waited_costs_no_call(
    desk: DeliveryDesk, what: str, value: str, more: dict[str, Any]
) -> None:
    ticket, store = late(desk)
    ref = desk.reply(ticket, filled(), "page-1")
    if value:
        assert told(desk, what, value, **more)
    else:
        store.remove_others(BUSINESS, (), desk.seconds + 1)

    desk.sender()(ticket["conversation_id"])

    assert desk.provider.calls == 0
    assert desk.message(ref)["failure"]["code"] == "template_refused"
    assert desk.ticket(ticket)["undelivered"] == ref.tail


def test_a_template_with_other_places_by_now_costs_no_call(desk: DeliveryDesk) -> None:
    ticket, store = late(desk)
    ref = desk.reply(ticket, filled(), "page-1")
    store.put(BUSINESS, template(component("BODY", "{{1}}")), desk.seconds)
    desk.sender()(ticket["conversation_id"])
    assert desk.provider.calls == 0
    assert desk.message(ref)["failure"]["code"] == "template_refused"


def test_a_template_that_is_paused_between_reading_and_claiming_costs_no_call(desk: DeliveryDesk) -> None:
    ticket, _ = late(desk)
    ref = desk.reply(ticket, filled(), "page-1")
    store = desk.outbox()
    claim = store.claim

    def paused_first(*given: Any) -> Any:
        told(desk, "status", "PAUSED")
        return claim(*given)

    store.claim = paused_first  # type: ignore[method-assign]
    desk.sender(store=store)(ticket["conversation_id"])
    assert desk.provider.calls == 0
    assert desk.message(ref)["failure"]["code"] == "template_refused"


def test_a_failed_template_is_sent_again_with_its_values(desk: DeliveryDesk) -> None:
    ticket, _ = late(desk)
    ref = desk.reply(ticket, filled(), "page-1")
    desk.provider.faults = [desk.provider.meta_error(132001, 404)]
    desk.sender()(ticket["conversation_id"])
    assert desk.message(ref)["failure"]["code"] == "132001"

    again = desk.replier().retry_failed(str(ref), "retry-1", BOLAT)
    desk.sender()(ticket["conversation_id"])

    assert again.text == SHOWN
    assert [one.template["components"][0]["parameters"][0]["text"] for one in desk.provider.sent] == ["Амина"]


def test_a_value_is_not_in_the_words_of_a_refusal(desk: DeliveryDesk) -> None:
    ticket, _ = late(desk)
    ref = desk.reply(ticket, filled(), "page-1")
    said = {"error": {"code": 132000, "message": "(#132000) no", "error_data": {"details": "body: тіркелім is wrong"}}}
    desk.provider.faults = [(400, said, {})]
    desk.sender()(ticket["conversation_id"])
    assert desk.message(ref)["failure"]["text"] == "body: … is wrong"


# -- a window that the provider closed


def test_131047_locks_the_window_until_the_customer_writes(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    keep(desk, template())
    ref, waiting = desk.reply(ticket, "Бірінші"), desk.reply(ticket, "Екінші")
    desk.provider.faults = [desk.provider.meta_error(131047)]

    desk.sender()(ticket["conversation_id"])

    assert desk.message(ref)["failure"]["code"] == "131047"
    assert desk.head()["window_shut_at"] == ref.at
    assert desk.message(waiting)["failure"]["code"] == "window_closed", "without a call"
    assert desk.provider.calls == 1
    with pytest.raises(Conflict) as error:
        desk.reply(ticket, "Үшінші")
    assert error.value.code == "window_closed"
    desk.reply(ticket, filled(), "page-t")
    desk.sender()(ticket["conversation_id"])
    assert desk.provider.texts == ["answer_ready"]

    desk.later(5)
    desk.receive(from_amina(sent_at=desk.seconds, provider_id=wamid()))
    desk.reply(ticket, "Енді болады")
    desk.sender()(ticket["conversation_id"])
    assert desk.provider.texts == ["answer_ready", "Енді болады"]


def test_a_window_that_is_shut_between_reading_and_storing_refuses_the_reply(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    first = desk.reply(ticket, "Бірінші")
    replier = desk.replier()
    store = replier.store.store

    def shut_first(reply: Any) -> bool:
        desk.provider.faults = [desk.provider.meta_error(131047)]
        desk.sender()(ticket["conversation_id"])
        return store(reply)

    replier.store.store = shut_first  # type: ignore[method-assign]
    with pytest.raises(Conflict) as error:
        replier(ticket["ticket_id"], ReplyContent("Екінші"), "page-2", BOLAT)
    assert error.value.code == "window_closed"
    assert desk.head()["window_shut_at"] == first.at


# -- what a provider tells, and what is fetched


def test_a_later_event_wins_whatever_the_order(desk: DeliveryDesk) -> None:
    store = keep(desk, template())
    assert told(desk, "status", "PAUSED", desk.seconds + 20)
    assert not told(desk, "status", "APPROVED", desk.seconds + 10)
    assert told(desk, "quality", "RED", desk.seconds + 10), "each kind of change has a time of its own"
    found = store.find(WHATSAPP_ACCOUNT, KEY)
    assert found is not None
    assert (found.template.status, found.template.quality) == ("PAUSED", "RED")


def test_an_event_from_before_a_fetch_changes_nothing(desk: DeliveryDesk) -> None:
    keep(desk, template())
    assert not told(desk, "status", "PAUSED", desk.seconds - 1)


def test_a_fetch_that_began_before_an_event_changes_nothing(desk: DeliveryDesk) -> None:
    store = keep(desk, template())
    assert told(desk, "category", "MARKETING", desk.seconds + 5)
    assert not store.put(BUSINESS, template(), desk.seconds + 4)
    assert store.put(BUSINESS, template(), desk.seconds + 5)


def test_a_template_that_is_not_known_is_left_to_the_next_fetch(desk: DeliveryDesk) -> None:
    before = desk.everything()
    assert not told(desk, "status", "APPROVED")
    assert desk.everything() == before


def test_an_announced_change_of_category_disables_at_once_and_a_withdrawn_one_enables_again(desk: DeliveryDesk) -> None:
    ticket, _ = late(desk)
    told(desk, "category", "UTILITY", correct="MARKETING", correct_since=1)
    with pytest.raises(Conflict):
        desk.reply(ticket, filled(), "page-1")
    told(desk, "category", "UTILITY")
    desk.reply(ticket, filled(), "page-1")


class Source:
    """A provider's list; `error` is raised instead."""

    def __init__(self, *templates: ProviderTemplate, error: SendError | None = None) -> None:
        self.templates, self.error, self.asked = list(templates), error, 0

    def fetch(self, business_account: str, token: str) -> list[ProviderTemplate]:
        self.asked += 1
        assert (business_account, token) == (BUSINESS, "token-1")
        if self.error:
            raise self.error
        return self.templates


def fetch(desk: DeliveryDesk, source: Source, *accounts: str) -> int:
    linked = {one: {"access_token": "token-1", "business_account": BUSINESS} for one in accounts or (WHATSAPP_ACCOUNT,)}
    secret = {"whatsapp": linked, "telegram": {"1": {"token": "x"}}}
    store = TemplateStore(desk.gateway())
    return FetchTemplates(store, lambda: secret, lambda _channel: source, lambda: desk.now)()


def test_a_fetch_keeps_what_there_is_and_deletes_what_is_gone(desk: DeliveryDesk) -> None:
    store = TemplateStore(desk.gateway())
    assert fetch(desk, Source(template(), template(language="ru")), WHATSAPP_ACCOUNT, "2") == 2
    desk.later(3600)
    source = Source(template(status="PAUSED"), template(name="invoice"))

    fetch(desk, source, WHATSAPP_ACCOUNT, "2")

    assert source.asked == 1, "two numbers of one business account"
    assert [(one.key, one.status) for one in store.all(BUSINESS)] == [(KEY, "PAUSED"), ("invoice#kk", "APPROVED")]
    at = desk.seconds * 1000
    assert store.linked(WHATSAPP_ACCOUNT) == store.linked("2") == Linked(BUSINESS, at)
    assert store.linked("1") == Linked()


def test_a_fetch_that_fails_keeps_what_was_there_and_says_so(desk: DeliveryDesk) -> None:
    store = TemplateStore(desk.gateway())
    fetch(desk, Source(template()))
    at = desk.seconds * 1000
    desk.later(3600)
    with pytest.raises(Unavailable):
        fetch(desk, Source(error=SendError("no", code="190")))
    assert [one.key for one in store.all(BUSINESS)] == [KEY]
    assert store.linked(WHATSAPP_ACCOUNT) == Linked(BUSINESS, at, "190")
    fetch(desk, Source(template()))
    assert store.linked(WHATSAPP_ACCOUNT) == Linked(BUSINESS, desk.seconds * 1000)


def test_a_number_without_a_business_account_is_passed_by(desk: DeliveryDesk) -> None:
    secret: dict[str, Any] = {"whatsapp": {WHATSAPP_ACCOUNT: {"access_token": "token-1"}}}
    source = Source()
    assert FetchTemplates(TemplateStore(desk.gateway()), lambda: secret, lambda _: source, lambda: desk.now)() == 0
    assert source.asked == 0
