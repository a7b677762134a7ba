"""The people of every test, and what their applications send. Provider ids have the real form."""

import base64
import secrets

from chalicelib.channels.parts import InboundMessage
from chalicelib.core.addresses import Address, Author

WHATSAPP_ACCOUNT = "100000000000001"
TELEGRAM_ACCOUNT = "100000001"
AMINA_PHONE = "77000000107"
DANIYAR_CHAT = "500000042"
AMINA = Author((Address("phone", AMINA_PHONE),), name="Амина Нұрланқызы Сәтбаева")
DANIYAR = Author((Address("chat", DANIYAR_CHAT),), name="Данияр Оспанов", username="daniyar_osp", language_code="ru")


def wamid(phone: str = AMINA_PHONE) -> str:
    """Return a fresh WhatsApp message id of the real form: base64 with the person's number inside."""
    inner = (
        b"\x1d\x04" + phone.encode() + b"\x15\x02\x00\x12\x18\x14" + secrets.token_hex(10).upper().encode() + b"\x00"
    )
    return "wamid." + base64.b64encode(inner).decode()


def from_amina(text: str = "Сәлеметсіз бе", *, sent_at: int, provider_id: str = "", **more: object) -> InboundMessage:
    """Return a WhatsApp text of Amina."""
    fields: dict[str, object] = {"author": AMINA, "kind": "text", **more}
    return InboundMessage(
        channel="whatsapp",
        account=WHATSAPP_ACCOUNT,
        provider_id=provider_id or wamid(),
        sent_at=sent_at,
        text=text,
        **fields,  # type: ignore[arg-type]
    )


def from_daniyar(text: str = "Здравствуйте", *, sent_at: int, message_id: int, **more: object) -> InboundMessage:
    """Return a Telegram text of Daniyar."""
    fields: dict[str, object] = {"author": DANIYAR, "kind": "text", **more}
    return InboundMessage(
        channel="telegram",
        account=TELEGRAM_ACCOUNT,
        provider_id=f"{DANIYAR_CHAT}:{message_id}",
        sent_at=sent_at,
        text=text,
        order=message_id,
        **fields,  # type: ignore[arg-type]
    )
