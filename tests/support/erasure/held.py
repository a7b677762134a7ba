"""What is held of somebody who has not consented yet, and mailings that they get, put beside everything else that can
lie at a person."""

from typing import TYPE_CHECKING

from chalicelib.contacts.model import ContactReference
from chalicelib.messages.held_rows import HeldRows
from chalicelib.messages.ingest import Hold, IngestPlan, VisitorAnswer
from chalicelib.messages.visitor_rows import VisitorRows
from tests.support.erasure.subscribed import subscribe

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.channels.parts import InboundMessage
    from tests.support.erasure.desk import ErasureDesk
    from tests.support.erasure.person import Person

HELD_CANARIES = ("ұсталған құпия", "held-qupia-raw")


def hold_words(desk: "ErasureDesk", person: "Person", write: "Callable[..., InboundMessage]") -> None:
    """Hold a text, a file and a message that cannot be shown, with a question that was answered no."""
    head, store = person.head, desk.store()
    who = ContactReference(
        person.contact_id, person.conversation_id, head["public_key"], head["epoch"], pending=True, held_until=1
    )
    rows = HeldRows(store.tables, store.conversations, store.tickets, desk.address_key)
    for number, message in enumerate(
        (
            write("ұсталған құпия"),
            write("", kind="document", details={"media_id": "id of held", "filename": "held.pdf"}),
            write("", kind="unsupported", raw=b'{"secret": "held-qupia-raw"}', raw_type="mystery"),
        )
    ):
        plan = IngestPlan(message, who, desk.now, "")
        ref = store.conversations.message_ref(plan)
        hold = Hold(desk.seconds, "" if number else "Келісесіз бе?", ("1", "0" * 64))
        assert store.tables.transact(rows.writes(plan, hold, ref)) is None
    visitors = VisitorRows(store.tables, desk.address_key, desk.vault_keys.public)
    subscribe(desk, person, recorded=False)
    said_no = rows.refused(plan, ref, VisitorAnswer("Жойылды"), visitors)
    assert store.tables.transact([said_no]) is None
