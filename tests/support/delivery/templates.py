"""Templates for tests: as a provider describes them, and as the desk keeps them."""

import json
from typing import Any

from chalicelib.channels.templates import ProviderTemplate
from chalicelib.outbox.content import ReplyContent, SentTemplate
from chalicelib.provider_templates.store import TemplateStore
from tests.support.delivery.desk import DeliveryDesk
from tests.support.people import WHATSAPP_ACCOUNT

BUSINESS = "100000000000900"
BODY = "Сәлеметсіз бе, {{1}}! {{2}} бойынша жауап бар."
SHOWN = "Сәлеметсіз бе, Амина! тіркелім бойынша жауап бар."
VALUES = (("body.1", "Амина"), ("body.2", "тіркелім"))


def component(kind: str, text: str = "", **more: Any) -> dict[str, Any]:
    return {"type": kind, "text": text, **more}


def template(
    *components: dict[str, Any], name: str = "answer_ready", language: str = "kk", **more: Any
) -> ProviderTemplate:
    """An approved one of the category UTILITY, unless `more` says otherwise."""
    said = json.dumps(components or [component("BODY", BODY)], ensure_ascii=False)
    return ProviderTemplate(name, language, **{"status": "APPROVED", "category": "UTILITY", "components": said, **more})


def keep(desk: DeliveryDesk, *templates: ProviderTemplate) -> TemplateStore:
    """Keep templates as if they had been fetched now."""
    store = TemplateStore(desk.gateway())
    store.note("whatsapp", WHATSAPP_ACCOUNT, BUSINESS, desk.now)
    for one in templates:
        assert store.put(BUSINESS, one, desk.seconds)
    return store


def filled(
    values: tuple[tuple[str, str], ...] = VALUES, name: str = "answer_ready", language: str = "kk"
) -> ReplyContent:
    """A reply that sends a template."""
    return ReplyContent(template=SentTemplate(name, language, values))
