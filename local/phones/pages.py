"""The page: two phones, a mailbox, the clock and the calls. It works with plain forms; the script refreshes it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from local.phones.accounts import Bot
from local.phones.context import PhonesContext
from local.phones.errors import Refused
from local.phones.files import KINDS
from local.phones.presets import PRESETS
from local.phones.samples import EVENTS, TELEGRAM_SAMPLES, WHATSAPP_SAMPLES
from local.phones.store import CHANNELS, Channel, Chat, Person
from local.providers.ses.api import ACCOUNT
from local.providers.whatsapp.rules import WINDOW
from local.providers.whatsapp.words import DETAILS

_SHOWN_CALLS = 200
_PANELS = (
    "whatsapp_log",
    "telegram_log",
    "email_log",
    "block",
    "window",
    "switch",
    "strangers_switch",
    "count",
    "calls",
    "faults",
    "webhooks",
)
_PLAYED = {
    "audio/ogg": "audio",
    "audio/mp4": "audio",
    "audio/mpeg": "audio",
    "audio/aac": "audio",
    "video/mp4": "video",
}
_SAFE_TO_SHOW = ("image/png", "image/jpeg", "image/gif", "image/webp", *_PLAYED)


@dataclass(frozen=True)
class Choice:
    """The people who hold the two phones and the mailbox, and the bot whose chat is open."""

    whatsapp: Person
    telegram: Person
    bot: Bot
    email: Person

    def query(self, **other: str) -> str:
        """Return the query of the page with these people, or with `other` ones by the names of the query."""
        now = {"wa": self.whatsapp.id, "tg": self.telegram.id, "bot": self.bot.account, "mail": self.email.id}
        return "&".join(f"{name}={value}" for name, value in (now | other).items())

    @property
    def back(self) -> str:
        return f"/?{self.query()}"


class Pages:
    """The endpoints of the page."""

    def __init__(self, context: PhonesContext, dashboard_url: str, mailboxes: tuple[str, ...]) -> None:
        self.context = context
        self.mailboxes = mailboxes
        self.dashboard_url = dashboard_url
        loader = FileSystemLoader(Path(__file__).with_name("templates"))
        self._jinja = Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._jinja.filters.update(
            time=_time, second=_second, day=_day, phone=_phone, initials=_initials, size=_size, plays=_plays
        )

    async def page(self, request: Request) -> Response:
        store = self.context.store
        notice, store.notice = store.notice, ""
        choice = self._choice(request)
        shown = {
            "people": {c: [p for p in store.people if p.channel == c] for c in CHANNELS},
            "mailboxes": self.mailboxes,
            "bots": self.context.secrets.bots,
            "presets": PRESETS,
            "kinds": {c: {k: one for k, one in KINDS.items() if getattr(one, c)} for c in ("whatsapp", "telegram")},
            "samples": {"whatsapp": WHATSAPP_SAMPLES, "telegram": TELEGRAM_SAMPLES},
            "codes": sorted((code, title) for code, (_, title, _words) in DETAILS.items()),
            "dashboard_url": self.dashboard_url,
            "form_url": f"{self.context.desk_url}/contact",
            "news_url": f"{self.context.desk_url}/news",
            "dashboard_port": urlsplit(self.dashboard_url).port or "",
            "notice": notice,
            "version": store.version,
        }
        html = self._jinja.get_template("phones.html").render(self._context(choice) | shown)
        return HTMLResponse(html)

    async def panels(self, request: Request) -> Response:
        """Answer with the parts that changed, as HTML by name; only with the clock if `since` is the newest version."""
        store = self.context.store
        clock = self._clock()
        if request.query_params.get("since") == str(store.version):
            return JSONResponse({"version": store.version, "panels": {"clock": clock}})
        context = self._context(self._choice(request))
        module = self._jinja.get_template("panels.html").make_module(context)
        panels = {name: str(getattr(module, name)()) for name in _PANELS}
        return JSONResponse({"version": store.version, "panels": panels | {"clock": clock}})

    async def file(self, request: Request) -> Response:
        """Answer with a file of a chat. A picture is shown in the browser, any other file is a download."""
        file = self.context.store.files.get(request.path_params["file_id"])
        if file is None:
            return JSONResponse({"code": "not_found", "message": "There is no such file."}, 404)
        if _plain(file.type) in _SAFE_TO_SHOW:
            return Response(file.data, media_type=_plain(file.type))
        headers = {"Content-Disposition": "attachment"}
        return Response(file.data, headers=headers, media_type="application/octet-stream")

    def _choice(self, request: Request) -> Choice:
        asked = request.query_params
        bots = self.context.secrets.bots
        bot = self.context.secrets.bot(asked.get("bot", "")) or bots[0]
        whatsapp, telegram = (
            self._person("whatsapp", asked.get("wa", "")),
            self._person("telegram", asked.get("tg", "")),
        )
        return Choice(whatsapp, telegram, bot, self._person("email", asked.get("mail", "")))

    def _person(self, channel: Channel, person_id: str) -> Person:
        people = [p for p in self.context.store.people if p.channel == channel]
        if not people:
            raise Refused("There is nobody to play.")
        return next((p for p in people if p.id == person_id), people[0])

    def _context(self, choice: Choice) -> dict[str, Any]:
        store, secrets = self.context.store, self.context.secrets
        whatsapp = store.chat("whatsapp", secrets.phone_number_id, choice.whatsapp)
        telegram = store.chat("telegram", choice.bot.account, choice.telegram)
        slow = [d for d in reversed(self.context.postman.deliveries) if d.state != "sent" or d.attempts > 1]
        return {
            "choice": choice,
            "events": EVENTS,
            "whatsapp": whatsapp,
            "telegram": telegram,
            "email": store.chat("email", ACCOUNT, choice.email),
            "window_left": self._window_left(whatsapp),
            "commands": self._commands(choice),
            "calls_made": list(reversed(store.calls[-_SHOWN_CALLS:])),
            "call_count": len(store.calls),
            "waiting": [fault.brief() for fault in self.context.fault_plan.waiting],
            "slow": slow[:10],
            "confirmations": store.confirmations,
            "strangers": store.strangers,
            "clock": self._clock(),
        }

    def _commands(self, choice: Choice) -> list[tuple[str, str]]:
        """Return the bot's commands as the person's application shows them."""
        listed, account = self.context.store.commands, choice.bot.account
        return listed.get((account, choice.telegram.language)) or listed.get((account, ""), [])

    def _window_left(self, chat: Chat) -> str:
        if not chat.last_inbound:
            return ""
        left = int(chat.last_inbound + WINDOW - self.context.clock.now())
        return f"Reply window: {left // 3600} h {left % 3600 // 60} min left" if left >= 0 else "Reply window closed"

    def _clock(self) -> str:
        return datetime.fromtimestamp(self.context.clock.now(), UTC).strftime("%a %-d %b %Y, %H:%M UTC")


def _plain(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def _plays(media_type: str) -> str:
    """Return which player a file has: audio, video, or "" for none."""
    return _PLAYED.get(_plain(media_type), "")


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M")


def _second(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S")


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%a %-d %b %Y")


def _phone(digits: str) -> str:
    """Return a phone number in groups: those of +7 as they are written in Kazakhstan, others in threes."""
    if len(digits) == 11 and digits.startswith("7"):
        return f"+7 {digits[1:4]} {digits[4:7]} {digits[7:9]} {digits[9:]}"
    return f"+{digits[:2]} " + " ".join(digits[i : i + 3] for i in range(2, len(digits), 3))


def _initials(name: str) -> str:
    words = name.replace("@", "").split() or ["?"]
    return "".join(word[0] for word in words[:2]).upper()


def _size(count: int) -> str:
    return f"{count} B" if count < 1000 else f"{count / 1000:.0f} kB" if count < 10**6 else f"{count / 10**6:.1f} MB"
