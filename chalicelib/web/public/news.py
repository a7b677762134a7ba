"""The page on which anybody asks for news and offers by mail. Intake serves it: it stores what is asked for, and cannot
read it again."""

import secrets
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from chalice.app import Response

from chalicelib.channels.base import Typed
from chalicelib.core.errors import BadInput, DeskError, NotFound, Unavailable
from chalicelib.core.observability import count, log
from chalicelib.core.purposes import MARKETING, NEWS
from chalicelib.core.settings import settings
from chalicelib.core.texts import desk_msg, desk_text
from chalicelib.mailings import texts
from chalicelib.mailings.sign_up import Wanted
from chalicelib.messages.receive_page import id_of_page
from chalicelib.profile.load import load_profile
from chalicelib.web.http.request import read_request
from chalicelib.web.http.responses import html_response, with_wait
from chalicelib.web.public import form_model as model
from chalicelib.web.public.contact import PROBLEMS, TOO_SOON
from chalicelib.web.public.policy import environment, frame, reader_language, unlisted
from chalicelib.wiring import base as wiring
from chalicelib.wiring import mailings as wiring_mailings

if TYPE_CHECKING:
    from chalicelib.web.http.request import HttpRequest

PROCESSING, TRANSFER = "processing", "transfer"
_TYPE = "application/x-www-form-urlencoded"
_SENT = desk_msg(
    "A mail is on its way to the address that you typed. Open the link in it and press the button there, within two"
    " days. Until you do, nothing else is sent; after that the address is destroyed."
)
_TITLES: Mapping[frozenset[str], str] = {
    frozenset({NEWS, MARKETING}): desk_msg("News and offers by mail"),
    frozenset({NEWS}): desk_msg("News by mail"),
    frozenset({MARKETING}): desk_msg("Offers by mail"),
}
"""By what the operator's mailings bring."""
_CHOOSE = desk_msg("Choose at least one.")
_WANTED = desk_msg("Without this consent we may send you nothing.")
_CHOICE = desk_msg("What you want to get")
_CONSENT = desk_msg("Consent")


def show(request: Any) -> Response:
    """Answer GET /news: the empty form. Raises NotFound where the operator has no mailings, and Unavailable."""
    return _Page(request).form()


def send(request: Any) -> Response:
    """Answer POST /news: have the address confirm what was asked for, or say what is wrong. Raises NotFound."""
    page = _Page(request)
    try:
        return page.sent(read_request("POST", "/news", request, page.now))
    except DeskError as error:
        if isinstance(error, NotFound):
            raise
        log("refused", route="/news", code=error.code, status=error.status)
        return page.refused(error)


class _Page:
    """One request to the page."""

    def __init__(self, request: Any) -> None:
        query: Mapping[str, str] = request.query_params or {}
        self._sign_up = wiring_mailings.sign_up()
        self.now = wiring.clock()()
        profile, channel = self._sign_up.profile, self._sign_up.channel.id
        if not profile.mailed:
            raise NotFound("There are no mailings here.")
        self._language = reader_language(profile, query.get("lang", ""), request.headers.get("accept-language", ""))
        self.say = desk_text(self._language).gettext
        self._frame = frame(profile, self._language, "")
        self._asked = {one: texts.asked(profile, self._language, one, channel) for one in profile.mailed}
        rest = {PROCESSING: texts.processing, TRANSFER: texts.transfer}
        self._rest = {name: text for name, make in rest.items() if (text := make(profile, self._language, channel))}
        self._address, self._ticked, self._token = "", list[str](), ""

    def sent(self, request: "HttpRequest") -> Response:
        """Take a filled form."""
        request.check_type(_TYPE)
        form, boxes = request.form, (*self._asked, *self._rest)
        if form.keys() - set(boxes) - {model.ADDRESS, model.PAGE, model.TRAP}:
            count("PageRefused", reason="field")
            raise BadInput("There is an unknown field.")
        if form.get(model.TRAP):
            count("PageRefused", reason="trap")
            return self._done()
        self._address = form.get(model.ADDRESS, "").strip()
        self._ticked = [one for one in boxes if form.get(one) == "yes"]
        self._token = form.get(model.PAGE, "")
        address = self._as_mails_name_it()
        if wrong := self._wrong(address):
            return self.form(wrong, status=400)
        page_id = id_of_page(self._sign_up.key, self._token, self.now)
        if not page_id:
            return self.form(said=self.say(TOO_SOON), status=400)
        asked = {one: text for one, text in self._asked.items() if one in self._ticked}
        self._sign_up(Wanted(address, self._language, asked, **self._rest), page_id, request.source)
        return self._done()

    def _as_mails_name_it(self) -> str:
        """Return the typed address in the form in which its mails name it, so that nobody is two people; "" for
        none."""
        typed = Typed(self._address, self._address)
        return next((one.value for one in self._sign_up.channel.find(typed)), "")

    def _wrong(self, address: str) -> dict[str, str]:
        wrong: dict[str, str] = {}
        typed = {model.ADDRESS: self._address, model.TEXT: "."}
        found = model.wrong_with(typed, ()) if self._address else {}
        if model.ADDRESS in found or not address:
            wrong[model.ADDRESS] = found.get(model.ADDRESS, model.Wrong(model.ADDRESS)).said(self.say)
        if not {*self._ticked} & self._asked.keys():
            wrong[next(iter(self._asked))] = self.say(_CHOOSE)
        return wrong | {one: self.say(_WANTED) for one in self._rest if one not in self._ticked}

    def refused(self, error: DeskError) -> Response:
        """Return the form with what was filled in, and why nothing was sent. When nobody knows whether it was, it is
        the same page, which counts once."""
        said = self.say(PROBLEMS.get(error.code, PROBLEMS[""]))
        same = isinstance(error, Unavailable)
        return with_wait(self.form(said=said, status=error.status, token=self._token if same else ""), error)

    def form(
        self, wrong: Mapping[str, str] | None = None, *, said: str = "", status: int = 200, token: str = ""
    ) -> Response:
        """Return the form with what was filled in."""
        html = (
            environment()
            .get_template("public/news.html")
            .render(
                **self._frame,
                title=self.say(_TITLES[frozenset(self._asked)]),
                address=self._address,
                boxes=[(name, text.split("\n")) for name, text in (self._asked | self._rest).items()],
                ticked=self._ticked,
                wrong=wrong or {},
                names={
                    model.ADDRESS: model.LINES[model.ADDRESS].label,
                    **dict.fromkeys(self._asked, _CHOICE),
                    **dict.fromkeys(self._rest, _CONSENT),
                },
                said=said,
                version=self._sign_up.profile.policy.version,
                token=token or self._sign_up.key.token(secrets.token_bytes(16), self.now),
            )
        )
        return unlisted(html_response(html, status))

    def _done(self) -> Response:
        return unlisted(html_response(said(self._frame, desk_msg("Look into your mailbox"), [_SENT])))


def said(
    shown: Mapping[str, Any], title: str, sentences: Iterable[str], what: str = "", action: str = "", button: str = ""
) -> str:
    """Return a page that says something about mailings; its words are marked texts of ours, in which {what} may stand
    for what it is about. Above a button that stands by itself."""
    say = shown["_"]
    return (
        environment()
        .get_template("public/news-said.html")
        .render(
            **shown,
            title=say(title),
            said=[say(one).format(what=what) for one in sentences],
            what=what,
            action=action,
            button=say(button) if button else "",
        )
    )


def purpose_names(language: str, purposes: Iterable[str]) -> str:
    """Return what mailings of these purposes bring, in words."""
    return ", ".join(texts.name(language, one) for one in purposes if one in texts.NAMES)


def operator_frame(query: Mapping[str, str], wanted: str, accept: str, root: str) -> tuple[dict[str, Any], str]:
    """Return the frame of a page about mailings for a reader, and their language: the one that they chose, else
    `wanted`, else their browser's."""
    profile = load_profile(settings().operator)
    language = reader_language(profile, query.get("lang", "") or wanted, accept)
    return frame(profile, language, root), language
