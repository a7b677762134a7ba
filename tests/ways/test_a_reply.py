"""What a reply crosses until it is stored, and until it is delivered. The functions are warm: one left before."""

from typing import Any

import pytest

from chalicelib.entrypoints import sender
from chalicelib.outbox.content import ReplyContent
from chalicelib.wiring import base as wiring
from chalicelib.wiring import delivery as wiring_delivery
from tests.support.delivery.desk import DeliveryDesk, desk  # noqa: F401
from tests.support.delivery.wired import (
    batch,
    queues,  # noqa: F401
)
from tests.support.people import from_amina
from tests.ways.crossing import Way
from tests.ways.shown import MEASURED

pytestmark = pytest.mark.ways


def test_a_reply(desk: DeliveryDesk, queues: Any) -> None:  # noqa: F811
    desk.now = wiring.clock()()
    desk.receive(from_amina(sent_at=desk.seconds))
    (ticket,) = desk.of_pk("ticket#")

    def walked(client_id: str) -> tuple[Way, Way]:
        stored, delivered = Way(), Way()
        reply, body = wiring_delivery.reply_to_customer(), {"conversation_id": ticket["conversation_id"]}
        stored.walked(lambda: reply(ticket["ticket_id"], ReplyContent("Жауап"), client_id, "staff"))
        assert delivered.walked(lambda: sender.handle(batch(body))) == {"batchItemFailures": []}
        return stored, delivered

    walked("page-1")
    stored, delivered = walked("page-2")
    MEASURED.extend((("a reply is stored", stored), ("a reply is delivered", delivered)))
