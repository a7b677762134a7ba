"""What the composer of the ticket page shows: its two boxes, whether a reply can be sent, and why one was refused."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.core.ids import new_id
from chalicelib.core.texts import desk_msg
from chalicelib.tickets.drafts import Draft, DraftKind
from chalicelib.tickets.records import Ticket
from chalicelib.web import labels
from chalicelib.web.http import validators

BOX_FIELDS: Mapping[DraftKind, str] = {"reply": "text", "comment": "note"}
"""The form field that holds the text of each box."""
ID_FIELDS: Mapping[DraftKind, str] = {"reply": "client_id", "comment": "note_id"}
"""The form field that holds the id under which the text of each box will be sent."""
COMPOSER_FIELDS = ("text", "note", "mode", "client_id", "note_id")
"""All fields of the composer: the texts and ids of both boxes, and `mode`, the box that is open."""
PROBLEMS: Mapping[str, str] = {
    "": desk_msg("Not sent. Check the text and try again."),
    "empty": desk_msg("Nothing to send: the text shows nothing. Write something."),
    "conflict": labels.ERRORS[409],
    "closed": desk_msg("Not sent. The ticket is closed: reopen it to reply."),
    "window_closed": desk_msg("Not sent. The reply window is closed: the customer last wrote more than 24 hours ago."),
    "blocked": desk_msg("Not sent. The customer blocked the bot."),
    "suppressed": desk_msg("Not sent. The customer has withdrawn consent, and no question of theirs is open."),
    "erased": desk_msg("Not sent. The customer's data is being destroyed."),
    "not_allowed": desk_msg("Not sent. The policy does not allow this purpose on this channel."),
    "busy": desk_msg("Not sent. The conversation changes very fast now: send it again."),
    "not_failed": desk_msg("This message has not failed. Look at its new status."),
    "key_mismatch": desk_msg("Not stored. The conversation names a key that is not the customer's: tell on-call."),
    "limited": desk_msg("Not sent. The provider limits messages to this person: send it again a day later."),
    "too_long": desk_msg("Not sent. The text is too long: cut it in two."),
    "template_refused": desk_msg("Not sent. This template may not be sent any more. Choose another one."),
    "no_template": desk_msg("Not sent. There is no such template any more. Choose another one."),
    "template_value": desk_msg(
        "Not sent. Fill every place with one line, without tabs and without more than four spaces in a row."
    ),
    "template_too_long": desk_msg("Not sent. With these values the template is too long. Shorten them."),
    "client_id_used": desk_msg(
        "Not sent. What was written here before is sent already, and this is another text. Look at the conversation:"
        " press once more if this is to go out too."
    ),
}
"""What is said beside the composer, by the code of the refusal; "" for any other code."""


@dataclass(frozen=True)
class Typed:
    """What a form brought for the composer and was not sent, with `problem` when it was refused.

    A box that is None was not in the form: the page shows its stored draft.
    """

    reply: str | None = None
    comment: str | None = None
    reply_id: str = ""
    comment_id: str = ""
    mode: str = ""
    problem: str = ""


@dataclass(frozen=True)
class ComposerBox:
    """One box of the composer: its text, the id under which the text will be sent, and the order number and time (ms)
    of the stored draft; both are 0 without one."""

    text: str
    client_id: str
    order: int
    saved_at: int


def composer_box(typed: str | None, typed_id: str, kept: Draft | None) -> ComposerBox:
    """Return what a box shows: the text that was just typed, else the stored draft.

    A draft keeps its id when the page is loaded again, so its text is sent once even when the answer to the first
    attempt was lost.
    """
    if typed is None:
        text, client_id = (kept.text, kept.client_id) if kept else ("", "")
    else:
        text, client_id = typed, typed_id
    saved_at = kept.at if kept and kept.text == text else 0
    client_id = client_id if validators.is_client_id(client_id) else new_id()
    return ComposerBox(text, client_id, kept.order if kept else 0, saved_at)


def composer_state(ticket: Ticket, blocked: bool, window_ends: int, now: int) -> str:
    """Return whether staff may write to the customer: open, or why not.

    The reasons: erased, closed, suppressed (consent is withdrawn and no question is open), blocked (by the customer),
    window (the reply window is over: only a template may go out). `window_ends` is in ms, 0 for a channel without one.
    """
    if ticket.erased:
        return "erased"
    if ticket.state == "closed":
        return "closed"
    if ticket.suppressed and not ticket.question_at:
        return "suppressed"
    if blocked:
        return "blocked"
    return "window" if window_ends and window_ends <= now else "open"
