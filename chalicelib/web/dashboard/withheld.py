"""The supervisors' page of replies that wait for them, because their text goes to many people."""

from dataclasses import dataclass, field

from chalice.app import Response

from chalicelib.core.errors import BadInput, Conflict, DeskError, NotFound
from chalicelib.core.ids import MessageRef
from chalicelib.core.normal import same_phrase
from chalicelib.core.texts import desk_msg
from chalicelib.outbox.same_text import MOST_PEOPLE
from chalicelib.outbox.withheld.decide import DECISIONS
from chalicelib.outbox.withheld.store import MOST_LISTED
from chalicelib.web import labels
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.composer_model import PROBLEMS
from chalicelib.web.dashboard.queue import staff_names
from chalicelib.web.dashboard.sidebar import page_without_list
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.withheld_replies import Waiting, decide, waiting_replies

_REFUSED = {
    **{
        code: PROBLEMS[code]
        for code in ("closed", "window_closed", "blocked", "suppressed", "abroad", "erased", "busy")
    },
    "erasing": PROBLEMS["erased"],
    "not_found": desk_msg("This reply does not wait any more, or its author deleted it."),
    "decided": desk_msg("Somebody decided about this reply meanwhile, or its time is over."),
    "same_person": desk_msg("Another supervisor decides about a reply of yours."),
}
"""What is said of a reply about which nothing was decided, by the code of the refusal."""


@dataclass
class SameWords:
    """Replies of the same words that wait; `mine` are those of the reader, who does not decide about them."""

    replies: list[Waiting] = field(default_factory=list)
    mine: list[Waiting] = field(default_factory=list)

    @property
    def all(self) -> list[Waiting]:
        """All of them, the earliest first."""
        return sorted([*self.replies, *self.mine], key=lambda one: one.until)


def page(request: HttpRequest) -> Response:
    """GET the replies that wait, those of the same words together"""
    validators.only(request.query, (), "parameter")
    return _page(request)


def _page(request: HttpRequest, problems: tuple[str, ...] = ()) -> Response:
    found: dict[str, SameWords] = {}
    for one in waiting_replies(request.now, request.staff):
        words = found.setdefault(same_phrase(one.message.text), SameWords())
        (words.mine if one.message.author == request.staff.id else words.replies).append(one)
    said = pages.words_for(request, request.now, staff_names())
    return page_without_list(
        "withheld.html",
        request,
        said,
        status=409 if problems else 200,
        here="withheld",
        found=list(found.values()),
        most=MOST_PEOPLE,
        problems=[said.say(one) for one in problems],
    )


def decide_all(request: HttpRequest) -> Response:
    """POST a decision about the replies whose references `messages` holds, separated by spaces"""
    validators.only(request.form, ("csrf", "messages", "decision"))
    decision = validators.word(request.form, "decision", DECISIONS)
    refs = [MessageRef.parse(one) for one in request.form.get("messages", "").split()]
    if not refs or len(refs) > MOST_LISTED or None in refs:
        raise BadInput("The field messages names the replies, separated by spaces.")
    problems: dict[str, None] = {}
    for ref in filter(None, refs):
        try:
            decide(ref, "approve" if decision == "approve" else "return", request.staff)
        except (Conflict, NotFound) as error:
            problems[_why(error)] = None
    return _page(request, tuple(problems)) if problems else pages.go("/dashboard/withheld")


def _why(error: DeskError) -> str:
    return _REFUSED.get(error.code, labels.ERRORS[error.status])
