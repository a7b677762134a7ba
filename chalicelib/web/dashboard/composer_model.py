"""What the composer of the ticket page shows: its two boxes, whether a reply can be sent, and why one was refused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from chalicelib.channels import registry
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
CHOICE_FIELDS = tuple(f"choice-{number}" for number in range(1, validators.MAX_CHOICES + 1))
"""Fields of the titles of choices; empty ones are left out."""
COMPOSER_FIELDS = ("text", "note", "mode", "client_id", "note_id", "quote", "attachments", "files", *CHOICE_FIELDS)
"""All fields of the composer: the texts and ids of both boxes, `mode`, the box that is open, what a reply quotes and
lets choose, `attachments`, ids of files that are brought for it, and `files`, the place for files where there are no
scripts, which a button other than Send posts as a name."""
PROBLEMS: Mapping[str, str] = {
    "": desk_msg("Not sent. Check the text and try again."),
    "empty": desk_msg("Nothing to send: the text shows nothing. Write something."),
    "conflict": labels.ERRORS[409],
    "closed": desk_msg("Not sent. The ticket is closed: reopen it to reply."),
    "window_closed": desk_msg("Not sent. The reply window is closed: the customer last wrote more than 24 hours ago."),
    "blocked": desk_msg("Not sent. The customer blocked the bot, or a mail to them came back: wait until they write."),
    "suppressed": desk_msg("Not sent. The customer has withdrawn consent, and no question of theirs is open."),
    "abroad": desk_msg(
        "Not sent. The customer does not agree to the transfer abroad, and no question of theirs is open."
    ),
    "erased": desk_msg("Not sent. The customer's data is being destroyed."),
    "not_allowed": desk_msg("Not sent. The policy does not allow this purpose on this channel."),
    "busy": desk_msg("Not sent. The conversation changes very fast now: send it again."),
    "not_failed": desk_msg("This message has not failed. Look at its new status."),
    "key_mismatch": desk_msg("Not stored. The conversation names a key that is not the customer's: tell on-call."),
    "quote": desk_msg(
        "Not sent. The message that you quote is deleted, or not of this conversation: quote another one."
    ),
    "choices": desk_msg("Not sent. The choices are too many or too long for the channel, or two are the same."),
    "choices_alike": desk_msg("Not sent. Two of the choices look the same to the customer: give each other words."),
    "limited": desk_msg("Not sent. The provider limits messages to this person: send it again a day later."),
    "too_long": desk_msg("Not sent. The text is too long: cut it in two."),
    "template_refused": desk_msg("Not sent. This template may not be sent any more. Choose another one."),
    "no_template": desk_msg("Not sent. There is no such template any more. Choose another one."),
    "template_value": desk_msg(
        "Not sent. Fill every place with one line, without tabs and without more than four spaces in a row."
    ),
    "template_too_long": desk_msg("Not sent. With these values the template is too long. Shorten them."),
    "file_type": desk_msg("The channel does not carry files of this type."),
    "file_too_big": desk_msg("The file is larger than the channel carries."),
    "file_name": desk_msg("The file has no name. Give it one."),
    "file_missing": desk_msg("Not sent. The file is not there, or was sent already: remove it and bring it again."),
    "file_checking": desk_msg("Not sent yet. The file is being scanned for malware: send the reply again in a moment."),
    "file_scanned": desk_msg("Not sent. Where files are scanned for malware, a file must be attached again."),
    "file_size": desk_msg("Not sent. The file did not arrive whole: remove it and bring it again."),
    "file_disguised": desk_msg("Not sent. The file is not what its name says, and the channel does not carry it."),
    "too_many_files": desk_msg("A reply has ten files at most. Send or remove some."),
    "client_id_used": desk_msg(
        "Not sent. What was written here before is sent already, and this is another text. Look at the conversation:"
        " press once more if this is to go out too."
    ),
}
"""What is said beside the composer, by the code of the refusal; "" for any other code."""


@dataclass(frozen=True)
class Typed:
    """What a form brought for the composer and was not sent, with `problem` when it was refused.

    A box that is None was not in the form: the page shows its stored draft. `quote` is the message that is quoted.
    """

    reply: str | None = None
    comment: str | None = None
    reply_id: str = ""
    comment_id: str = ""
    mode: str = ""
    problem: str = ""
    quote: str = ""
    choices: tuple[str, ...] = ()


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


def with_kept(typed: Typed, kept: Draft | None) -> Typed:
    """Return what the form brought, with the stored draft's quote and choices where it brought no reply.

    A quote that was just chosen stays, and so does the choice to quote nothing: `none` is no message.
    """
    if typed.reply is not None or kept is None:
        return typed
    return replace(typed, quote=typed.quote or kept.quote, choices=kept.choices)


def composer_state(ticket: Ticket, blocked: bool, window_ends: int, now: int, *, at_home: bool = False) -> str:
    """Return whether staff may write to the customer: open, or why not.

    The reasons: erased, closed, suppressed (consent is withdrawn and no question is open), abroad (`at_home`: the
    person does not agree to the transfer abroad, and no question is open), blocked (by the customer), window (the reply
    window is over: only a template may go out). `window_ends` is in ms, 0 for a channel without one.
    """
    if ticket.erased:
        return "erased"
    if ticket.state == "closed":
        return "closed"
    if ticket.suppressed and not ticket.question_at:
        return "suppressed"
    if at_home and not ticket.question_at:
        return "abroad"
    if blocked:
        return "blocked"
    return "window" if window_ends and window_ends <= now else "open"


@dataclass(frozen=True)
class Choices:
    """The fields for choices: how many, the longest title, what is typed, and what is said above them."""

    most: int
    longest: int
    titles: tuple[str, ...]
    hint: str

    def title(self, number: int) -> str:
        """Return what is typed into the field of this number, from 1."""
        return self.titles[number - 1] if len(self.titles) >= number else ""


def choices_for(ticket: Ticket, typed: tuple[str, ...], say: Callable[[str], str]) -> Choices | None:
    """Return the fields for choices of a reply on this ticket; None where the channel has none."""
    channel = registry.channel(ticket.channel)
    if channel.buttons is None:
        return None
    widest = channel.lists or channel.buttons
    most, longest = min(widest.most, validators.MAX_CHOICES), min(widest.title, validators.MAX_CHOICE)
    hint = say(desk_msg("The customer presses one of them. Up to {most} short titles.")).format(most=most)
    if channel.lists:
        rule = desk_msg("Up to {few}, of {short} characters at most, are buttons; more or longer ones are a list.")
        hint += " " + say(rule).format(few=channel.buttons.most, short=channel.buttons.title)
    return Choices(most, longest, typed, hint)
