"""The function `sender`: a wake-up message names a conversation, and it sends what waits in its outbox; or it names an
answer to a visitor, a message about which a signal is passed on, a mailing, or a copy of one of which the mail
service has told something."""

from typing import Any

from chalicelib.entrypoints.batches import each
from chalicelib.wiring import delivery as wiring_delivery
from chalicelib.wiring import mailings as wiring_mailings


def handle(event: dict[str, Any]) -> dict[str, Any]:
    """Deliver the conversations of a batch of the queue `doorbell` or `retry`; return which messages failed."""
    deliver = wiring_delivery.deliver()

    def work(body: dict[str, str]) -> None:
        if "signal" in body:
            wiring_delivery.pass_on_signal()(body.get("message", ""), body["signal"])
        elif "mailing_id" in body:
            wiring_mailings.send_mailing()(body["mailing_id"])
        elif "told" in body:
            wiring_mailings.mail_told()(body["told"])
        elif "unreachable" in body:
            wiring_mailings.mail_told().unreachable(body["unreachable"])
        elif "visitor_id" in body:
            wiring_delivery.answer_visitor()(body["visitor_id"])
        else:
            deliver(body["conversation_id"])

    return each(event, "sender", work)
