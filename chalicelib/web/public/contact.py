"""The form on the website, and what is written behind a private link. Intake serves both: it stores what is sent and
cannot read it, so an answer of this module shows only what the same request has brought."""

import re
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from chalice.app import Response

from chalicelib.channels.pages import Filled, SentFromPage
from chalicelib.core.errors import BadInput, DeskError, NotFound, Unavailable
from chalicelib.core.observability import count, log
from chalicelib.core.settings import settings
from chalicelib.core.texts import desk_msg, desk_text
from chalicelib.messages.consent_notices import ticked
from chalicelib.profile.form_fields import FormFields, fields_of
from chalicelib.profile.load import load_profile
from chalicelib.web.http.request import MULTIPART, HttpRequest
from chalicelib.web.http.responses import SECURITY_HEADERS, html_response, with_wait
from chalicelib.web.public import form_model as model
from chalicelib.web.public.policy import environment, frame, reader_language, unlisted

if TYPE_CHECKING:
    from chalicelib.messages.receive_page import ReceivePage
    from chalicelib.profile.model import Profile

LINK = re.compile(r"[A-Za-z0-9_-]{43}")
"""A private link, as vault/page_key.py makes it."""
MOST_TITLE, MOST_PRESS = 200, 200
_TYPES = ("application/x-www-form-urlencoded", MULTIPART)
_NEW, _FOLLOWING = "", "../../../"
"""The way to the site's root from the form, and from what is sent behind a private link."""
TOO_SOON = desk_msg(
    "Nothing has been sent yet: this page was open too long, or it was sent within three seconds. Send it again."
)
TOO_OLD = desk_msg(
    "Nothing has been sent: this page was open too long. Go back to the conversation and press the button there."
)
PROBLEMS: Mapping[str, str] = {
    "too_many": desk_msg("Nothing has been sent: too much came from your network. Try again in ten minutes."),
    "unavailable": desk_msg("Nothing has been sent: our storage does not answer. Try again in a minute."),
    "too_large": desk_msg("Nothing has been sent: it is too large. Send less text, or files of 4 MB together."),
    "": desk_msg("Nothing has been sent: the form cannot be read. Load the page anew and fill it in again."),
}
"""What went wrong, by the code of the error."""


class ContactPage:
    """Answers one request to the form, or one that follows a private link (`link`). `now` is the desk's time (ms)."""

    def __init__(self, receive: "ReceivePage", now: int, query: Mapping[str, str], accept: str, link: str = "") -> None:
        self._receive, self._now, self._link = receive, now, link
        self._profile: Profile = load_profile(settings().operator)
        self._asked = fields_of(self._profile, receive.channel.id)
        if link:
            self._asked = self._asked._replace(lines=())
        self._language = reader_language(self._profile, query.get("lang", ""), accept)
        self._say = desk_text(self._language).gettext
        self._frame = frame(self._profile, self._language, _FOLLOWING if link else _NEW)
        self._consent = "" if link else ticked(self._profile, self._language, receive.channel.id)

    def check(self) -> None:
        """Raise NotFound where the operator has no form, or the link is none."""
        if self._receive.channel.id not in self._profile.served or (self._link and not LINK.fullmatch(self._link)):
            raise NotFound("There is no form here.")

    def show(self) -> Response:
        """Answer GET /contact: the empty form. Raises NotFound where the operator has none, and Unavailable."""
        self.check()
        return self._page({})

    def send(self, request: HttpRequest) -> Response:
        """Answer a POST: store what was sent and lead to the private link, or say what is wrong beside where it was
        typed; then nothing is stored. Raises NotFound."""
        self.check()
        values: dict[str, str] = {}
        try:
            form, files = self._read(request)
            values = model.values_of(form, self._asked)
            return self._sent(form, files, values, request.source)
        except DeskError as error:
            if isinstance(error, NotFound):
                raise
            log("refused", route=request.route, code=error.code, status=error.status)
            return self.problem(error, values, request)

    def problem(self, error: DeskError, values: Mapping[str, str], request: HttpRequest | None = None) -> Response:
        """Answer with the form, what was typed in it, and why nothing was sent."""
        again = request is not None and isinstance(error, Unavailable)
        token = request.form.get(model.PAGE, "") if again and request else ""
        said = self._say(PROBLEMS.get(error.code, PROBLEMS[""]))
        return with_wait(self._page(values, said=said, status=error.status, token=token), error)

    def _read(self, request: HttpRequest) -> tuple[Mapping[str, str], list[Any]]:
        """Return fields and files of a form that has the ones that the page asks for, and no other. Raises
        BadInput."""
        request.check_type(*_TYPES)
        form, files = request.form, [one for one in request.files if one.data or one.field != model.FILES]
        own = {model.PAGE, model.TEXT, *({"press", "title"} if self._link else {model.CONSENT, model.TRAP})}
        if form.keys() - own - set(self._asked.lines) - ({model.FILES} if self._asked.files else set()):
            count("PageRefused", reason="field")
            raise BadInput("There is an unknown field.")
        if any(one.field != model.FILES or not self._asked.files for one in files):
            count("PageRefused", reason="field")
            raise BadInput("There is an unknown field.")
        return form, files

    def _sent(self, form: Mapping[str, str], files: list[Any], values: dict[str, str], source: str) -> Response:
        if form.get(model.TRAP):
            count("PageRefused", reason="trap")
            return _to_link(secrets.token_urlsafe(32))
        pressed = form.get("press", "")[:MOST_PRESS]
        wrong = {} if pressed else model.wrong_with(values, files, text_wanted=not self._link)
        if self._consent and form.get(model.CONSENT) != "yes":
            wrong[model.CONSENT] = model.Wrong("consent")
        if wrong:
            return self._page(values, wrong, files=bool(files), status=400)
        page = self._receive.id_of(form.get(model.PAGE, ""), self._now, pressed=bool(pressed))
        if not page:
            said = self._say(TOO_OLD if pressed else TOO_SOON)
            return self._page(values, said=said, files=bool(files), status=400)
        link = self._link or self._receive.key.link(page)
        filled = Filled(
            id=page,
            link=link,
            text=form.get("title", "")[:MOST_TITLE] if pressed else values[model.TEXT],
            language=self._language,
            fields={name: value for name in self._asked.lines if (value := values[name])},
            files=[SentFromPage(one.name, one.type, one.data) for one in files],
            pressed=pressed,
            agreed=self._consent,
            follows=bool(self._link),
        )
        answer = self._receive(filled, source)
        return self._answered(answer) if answer else _to_link(link)

    # -- pages

    def _page(
        self,
        values: Mapping[str, str],
        wrong: Mapping[str, model.Wrong] | None = None,
        *,
        said: str = "",
        files: bool = False,
        status: int = 200,
        token: str = "",
    ) -> Response:
        """Return the form. `files` says that files came with it, which must be chosen again."""
        wrong = wrong or {}
        html = (
            environment()
            .get_template("public/contact.html")
            .render(
                **self._frame,
                action=f"contact/r/{self._link}/messages" if self._link else f"contact?lang={self._language}",
                follows=self._link,
                lines=[(name, line, values.get(name, "")) for name, line in _lines(self._asked)],
                text=values.get(model.TEXT, ""),
                most_text=model.MOST_TEXT,
                takes_files=self._asked.files,
                again=files,
                wrong={name: one.said(self._say) for name, one in wrong.items()},
                names={**{name: line.label for name, line in model.LINES.items()}, **_OTHER_NAMES},
                said=said,
                consent=self._consent.split("\n"),
                version=self._profile.policy.version,
                token=token or self._receive.key.token(secrets.token_bytes(16), self._now),
            )
        )
        return unlisted(html_response(html, status))

    def _answered(self, answer: str) -> Response:
        html = environment().get_template("public/answer.html").render(**self._frame, answer=answer.split("\n"))
        return unlisted(html_response(html))


_OTHER_NAMES: Mapping[str, str] = {
    model.TEXT: desk_msg("Message"),
    model.FILES: desk_msg("Files"),
    model.CONSENT: desk_msg("Consent"),
}


def _lines(asked: FormFields) -> list[tuple[str, model.Line]]:
    return [(name, model.LINES[name]) for name in asked.lines]


def _to_link(link: str) -> Response:
    """Lead to a private link. It is in no log: docs/security.md says where addresses are written down."""
    headers: dict[str, str | list[str]] = {**SECURITY_HEADERS, "Cache-Control": "no-store"}
    headers["Location"] = f"{_base()}/contact/r/{link}"
    return Response("", status_code=303, headers=headers)


def _base() -> str:
    """Return the path below which the service answers (PUBLIC_URL)."""
    return urlsplit(settings().public_url).path.rstrip("/")
