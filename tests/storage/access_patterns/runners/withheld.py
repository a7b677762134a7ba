"""What counting one text to many people asks, and a supervisor's decision."""

from typing import Any

from chalicelib.core.ids import MessageRef
from chalicelib.outbox.content import ReplyContent
from chalicelib.outbox.same_text import MOST_PEOPLE, SameTexts
from chalicelib.outbox.withheld.store import waiting
from chalicelib.vault.pseudonyms import SameTextKey
from tests.storage.access_patterns.patterns import Action, asks
from tests.support.delivery.desk import BOLAT
from tests.support.retention.desk import RetentionDesk

SAULE = "5f0c1c1e-0000-4000-8000-000000000002"
TEXT = "Жеңілдік бар"


def used(desk: RetentionDesk, times: int) -> dict[str, Any]:
    """Amina's ticket, and a text that went to so many others."""
    ticket = desk.open_ticket()
    key = SameTextKey(b"k" * 32)
    for one in range(times):
        use = SameTexts(desk.gateway(), lambda: key).use("whatsapp", f"c{one}", ReplyContent(TEXT), desk.now)
        assert use is not None
        assert desk.gateway().transact(use.counted(desk.gateway())) is None
    return ticket


def withheld(desk: RetentionDesk) -> MessageRef:
    """A reply of Bolat's that waits."""
    return desk.reply(used(desk, MOST_PEOPLE), TEXT)


@asks("AP53", "AP59", "AP54", "AP58", "AP36", "AP1010", "AP421", "AP1011")
def _(desk: RetentionDesk) -> Action:
    ticket = used(desk, 1)
    return lambda: desk.reply(ticket, TEXT)


@asks("AP53", "AP59", "AP54", "AP58", "AP36", "AP1010", "AP421", "AP1012")
def _(desk: RetentionDesk) -> Action:
    ticket = used(desk, MOST_PEOPLE)
    return lambda: desk.reply(ticket, TEXT)


@asks("AP1013")
def _(desk: RetentionDesk) -> Action:
    withheld(desk)
    return lambda: waiting(desk.now)


@asks("AP1015", "AP1016", "AP53", "AP59", "AP58", "AP36", "AP36", "AP1010", "AP1017")
def _(desk: RetentionDesk) -> Action:
    ref = withheld(desk)
    return lambda: desk.supervisor()(ref, "approve", SAULE)


@asks("AP1015", "AP1016", "AP1018")
def _(desk: RetentionDesk) -> Action:
    ref = withheld(desk)
    return lambda: desk.supervisor()(ref, "return", SAULE)


@asks("AP53", "AP59", "AP58", "AP36", "AP961", "AP963", "AP1020")
def _(desk: RetentionDesk) -> Action:
    ref = withheld(desk)
    (ticket,) = desk.of_pk("ticket#")
    return lambda: desk.amends().delete(ticket["ticket_id"], ref, BOLAT)
