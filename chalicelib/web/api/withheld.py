"""JSON API: replies that wait for a supervisor, because their text goes to many people."""

from typing import Annotated

from chalicelib.core.ids import MessageRef
from chalicelib.outbox.withheld.decide import DECISIONS, Decision
from chalicelib.web.api import presenter
from chalicelib.web.api.fields import Model, Part, Time, says, words
from chalicelib.web.api.operation import operation
from chalicelib.web.api.ticket_models import Message, MessageId
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.withheld_replies import decide, waiting_replies


class Withheld(Part):
    ticket_id: str
    message: Message
    until: Annotated[Time, says("Then it goes back to its author.")]


class WithheldReplies(Model):
    items: Annotated[list[Withheld], says("The earliest first, 100 at most.")]


class ReplyIdPath(Model):
    id: Annotated[MessageId, says("The id of the reply.")]

    @property
    def ref(self) -> MessageRef:
        """The reply."""
        return validators.message_ref({"id": self.id})


class NewDecision(Model):
    decision: Annotated[
        Decision, words(DECISIONS), says("`approve`: it leaves, and for an hour so may its text. `return`: it fails.")
    ]


class Decided(Model):
    ticket_id: Annotated[str, says("The ticket of the reply.")]


@operation("listWithheldReplies", {200: "Those that wait now"})
def list_withheld(request: HttpRequest) -> WithheldReplies:
    """Replies that wait for a supervisor. Supervisor only"""
    found = waiting_replies(request.now, request.staff)
    return WithheldReplies(
        items=[
            Withheld(
                ticket_id=one.ticket.id,
                message=presenter.message(one.message, one.ticket.channel),
                until=presenter.instant(one.until),
            )
            for one in found
        ]
    )


@operation("decideWithheldReply", {200: "It is decided"}, refuses=(404, 409))
def decide_withheld(request: HttpRequest, path: ReplyIdPath, body: NewDecision) -> Decided:
    """Approve a reply, or return it to its author. Supervisor only, and somebody else than the author"""
    return Decided(ticket_id=decide(path.ref, body.decision, request.staff))
