"""Builds the phones as one app: provider APIs, test controls, the API that plays customers, and the page."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from local.faults.plan import FaultPlan
from local.phones.accounts import Pace, ProviderSecrets
from local.phones.answers import endpoint
from local.phones.bodies import Body
from local.phones.context import PhonesContext
from local.phones.controls import Controls
from local.phones.guard import Guard
from local.phones.pages import Pages
from local.phones.people import add_person
from local.phones.ports import AwsFaults, Clock
from local.phones.postman import Postman
from local.phones.store import Store
from local.phones.views import conversations, person_view
from local.providers.ses.api import Ses
from local.providers.ses.phone import MailPhone
from local.providers.ses.receiving import Receiving
from local.providers.telegram.api import Telegram
from local.providers.telegram.phone import TelegramPhone
from local.providers.whatsapp.api import WhatsApp
from local.providers.whatsapp.frame import MetaFrame
from local.providers.whatsapp.media import WhatsAppMedia
from local.providers.whatsapp.phone import WhatsAppPhone
from local.providers.whatsapp.templates import WhatsAppTemplates


def create_app(
    desk_url: str,
    secrets: ProviderSecrets,
    faults: AwsFaults,
    clock: Clock,
    *,
    dashboard_url: str = "",
    pace: Pace | None = None,
    commands: Mapping[str, list[tuple[str, str]]] = MappingProxyType({}),
    receiving: Receiving | None = None,
    mailboxes: tuple[str, ...] = ("help@desk.local",),
) -> Starlette:
    """Return the phones as an ASGI app. `desk_url` is the address of the desk, to whose /webhooks/… webhooks go;
    `commands` are those that every bot has set already, by language. `receiving` takes mails of the phones, None when
    nobody does; `mailboxes` are the addresses to which people write."""
    store = Store()
    store.commands |= {(bot.account, one): listed for bot in secrets.bots for one, listed in commands.items()}
    postman = Postman(store, pace or Pace())
    context = PhonesContext(store, FaultPlan(faults), clock, postman, secrets, desk_url.rstrip("/"))
    frame = MetaFrame(context)
    whatsapp, media, telegram = WhatsApp(context, frame), WhatsAppMedia(context, frame), Telegram(context)
    ses = Ses(context, receiving.tell if receiving else None)
    pages = Pages(context, dashboard_url or f"{context.desk_url}/dashboard/", mailboxes)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await postman.open()
        yield
        await postman.close()

    routes = [
        Route("/", pages.page),
        Route("/healthz", _healthy),
        Mount("/static", StaticFiles(directory=Path(__file__).with_name("static"))),
        *Controls(context).routes(),
        *_play_routes(context, whatsapp, telegram, MailPhone(context, receiving, mailboxes), pages),
        *_provider_routes(whatsapp, media, telegram),
        Route("/ses/v2/email/outbound-emails", ses.send, methods=["POST"]),
    ]
    return Starlette(routes=routes, lifespan=lifespan, middleware=[Middleware(Guard)])


async def _healthy(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


def _play_routes(
    context: PhonesContext, whatsapp: WhatsApp, telegram: Telegram, mail: MailPhone, pages: Pages
) -> list[Route]:
    store = context.store
    wa, tg = WhatsAppPhone(context, whatsapp), TelegramPhone(context, telegram)
    acts = {
        "whatsapp/messages": wa.write,
        "whatsapp/press": wa.press,
        "whatsapp/reactions": wa.react,
        "whatsapp/statuses": wa.status,
        "whatsapp/changes": wa.change,
        "whatsapp/templates": WhatsAppTemplates(whatsapp).change,
        "telegram/messages": tg.write,
        "telegram/start": tg.start,
        "telegram/command": tg.command,
        "telegram/press": tg.press,
        "telegram/edit": tg.edit,
        "telegram/move": tg.move,
        "telegram/pin": tg.pin,
        "telegram/reactions": tg.react,
        "telegram/block": tg.block,
        "telegram/unblock": tg.unblock,
        "telegram/updates": tg.update,
        "email/messages": mail.write,
        "email/press": mail.press,
    }

    async def new_person(body: Body) -> dict[str, Any]:
        return person_view(add_person(store, body))

    async def all_people(_: Request) -> Response:
        return JSONResponse({"items": [person_view(person) for person in store.people]})

    async def all_conversations(_: Request) -> Response:
        return JSONResponse({"items": conversations(context)})

    return [
        *(Route(f"/phones/{path}", endpoint(store, act), methods=["POST"]) for path, act in acts.items()),
        Route("/phones/people", all_people, methods=["GET"]),
        Route("/phones/people", endpoint(store, new_person, status=201), methods=["POST"]),
        Route("/phones/conversations", all_conversations),
        Route("/phones/panels", pages.panels),
        Route("/phones/files/{file_id}", pages.file),
    ]


def _provider_routes(whatsapp: WhatsApp, media: WhatsAppMedia, telegram: Telegram) -> list[Route]:
    anything = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return [
        Route("/v{version}/{phone_number_id}/messages", whatsapp.messages, methods=["POST"]),
        Route("/v{version}/{phone_number_id}/media", media.upload, methods=["POST"]),
        Route("/v{version}/{business}/message_templates", WhatsAppTemplates(whatsapp).list, methods=["GET"]),
        Route("/v{version}/{node}", media.look_up, methods=["GET"]),
        Route("/v{version}/{node}", media.delete, methods=["DELETE"]),
        Route("/whatsapp-media/{media_id}/{until:int}/{mark}", media.download, methods=["GET"]),
        Route("/v{version}/{rest:path}", media.frame.unknown, methods=anything),
        Route("/file/bot{token}/{path:path}", telegram.download, methods=["GET"]),
        Route("/bot{token}/{method}", telegram.method, methods=["GET", "POST"]),
    ]
