"""Changes of a customer: a number, a start, being blocked."""

from chalicelib.channels.parts import NumberChanged, ReachChanged, Started, StatusUpdate
from chalicelib.core.addresses import Address
from tests.support.intake.desk import Desk
from tests.support.people import AMINA_PHONE, DANIYAR, TELEGRAM_ACCOUNT, WHATSAPP_ACCOUNT, wamid


def started(desk: Desk, message_id: int = 1, payload: str = "promo_42") -> Started:
    return Started("telegram", TELEGRAM_ACCOUNT, DANIYAR, f"500000042:{message_id}", desk.seconds, payload)


def reach(blocked: bool, at: int) -> ReachChanged:
    return ReachChanged("telegram", TELEGRAM_ACCOUNT, DANIYAR, blocked, at)


def changed(desk: Desk, new: str, provider_id: str) -> NumberChanged:
    old, moved = Address("phone", AMINA_PHONE), Address("phone", new)
    return NumberChanged("whatsapp", WHATSAPP_ACCOUNT, provider_id, old, moved, desk.seconds)


def update(status: str, reference: str = "", provider_id: str = "", code: str = "") -> StatusUpdate:
    return StatusUpdate("whatsapp", WHATSAPP_ACCOUNT, provider_id or wamid(), status, 1_795_000_000, reference, code)  # type: ignore[arg-type]
