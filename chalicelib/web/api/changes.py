"""JSON API: reactions, edits and deletions of messages."""

from typing import Annotated

from chalicelib.core.ids import MessageRef
from chalicelib.web.api.fields import IdPath, Model, read_by, says, text, words
from chalicelib.web.api.operation import operation
from chalicelib.web.api.ticket_models import MessageId
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import web as wiring_web


class MessagePath(IdPath):
    message: Annotated[MessageId, says("The id of the message.")]

    @property
    def ref(self) -> MessageRef:
        """The message."""
        return validators.message_ref({"id": self.message})


class NewReaction(Model):
    emoji: Annotated[
        str,
        read_by(validators.emoji, maxLength=validators.MAX_EMOJI),
        says("One emoji that the channel takes, in place of an earlier one; empty takes it back."),
    ]


class NewText(Model):
    text: Annotated[str, text(validators.MAX_REPLY)]


class Changed(Model):
    state: Annotated[
        str,
        words(("queued", "done", "unchanged")),
        says("`done`: the reply had not left, and was changed before it leaves. `unchanged`: it is so already."),
    ]


@operation("react", {200: "It waits to be sent, or is so already"}, refuses=(404, 409))
def react(request: HttpRequest, path: MessagePath, body: NewReaction) -> Changed:
    """React to a customer's message; the ticket's question stays open"""
    return Changed(state=wiring_web.change_message().react(path.id, path.ref, body.emoji, request.staff.id))


@operation("editReply", {200: "It waits to be sent, is done, or is so already"}, refuses=(404, 409))
def edit(request: HttpRequest, path: MessagePath, body: NewText) -> Changed:
    """Edit a reply, where the channel can or the reply has not left"""
    return Changed(state=wiring_web.change_message().edit(path.id, path.ref, body.text, request.staff.id))


@operation("deleteReply", {200: "It waits to be sent, is done, or is so already"}, refuses=(404, 409))
def delete(request: HttpRequest, path: MessagePath) -> Changed:
    """Delete a reply at the customer and its text here, where the channel can or the reply has not left"""
    return Changed(state=wiring_web.change_message().delete(path.id, path.ref, request.staff.id))
