"""Applies edits, reactions and deletions to the messages that they are about. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from chalicelib.tickets.model import CHANGES, LEFT
from chalicelib.tickets.presses import with_words
from chalicelib.tickets.records import Message, MessageFile, Quote

QUOTED = 160
"""Characters of a quoted message that are shown."""
VERSIONS = 20
"""Earlier texts of an edited message that are kept; older ones are dropped."""


def apply_edits(messages: Iterable[Message], beside: Iterable[Message] = ()) -> list[Message]:
    """Return the messages of a ticket as they are shown, oldest first.

    Changes are applied in the provider's order, not in the order of arrival. The newest edit gives the text, earlier
    texts become the history. The newest reaction counts; an empty one removes it. A deletion removes the content for
    good, from quotes too. Customers react to any message, we to theirs; both edit and delete only their own. A change
    of ours that has not left, or failed, stands in the `changes` of its message until a later one of its kind has left.

    `beside` holds messages and changes of other tickets of the conversation that are about these messages, or that
    these are about. A change of another ticket's message becomes an activity line that leads there. A customer's
    change of a message that is not stored stays a line of its own: an edit with its text, others as activity lines.
    """
    kept = list(messages)
    own = {one.id for one in kept}
    others = (one for one in beside if one.id not in own)
    ordered = with_words(sorted([*kept, *others], key=lambda one: one.position))
    shown = {one.id: one for one in ordered if one.kind not in CHANGES}
    targets = {name: one.id for one in shown.values() for name in (one.provider_hash, *one.links) if name}
    revoked = {one.target_hash for one in ordered if one.kind == "revoke" and _done(one)}
    lines: dict[str, Message] = {}
    leading: list[tuple[Message, str]] = []
    for one in ordered:
        if one.kind not in CHANGES:
            continue
        target = shown.get(targets.get(one.target_hash, ""))
        if target is None or not _may(one, target):
            if one.direction == "in":
                lines[one.id] = _stray(one, gone=one.target_hash in revoked)
            continue
        shown[target.id] = _changed(target, one)
        if target.id not in own:
            leading.append((one, target.id))
    shown = {name: _taken_back(one) if one.deleted else one for name, one in shown.items()}
    lines |= {one.id: _line(one, shown[target_id]) for one, target_id in leading}
    quoting = (replace(one, quote_gone=one.quote_gone or one.quote_hash in revoked) for one in shown.values())
    found = [_quoting(one, own, shown, targets) for one in quoting if one.id in own]
    return sorted([*found, *(one for name, one in lines.items() if name in own)], key=lambda one: one.position)


def _may(change: Message, target: Message) -> bool:
    """Whether this change may be made of this message."""
    if change.kind == "reaction":
        return change.direction == "in" or target.direction == "in"
    return change.direction == target.direction


def _done(change: Message) -> bool:
    """Whether a change counts: the customer's always, ours when it has left."""
    return change.direction == "in" or change.status in LEFT


def _stray(change: Message, *, gone: bool) -> Message:
    """Show a change whose message is not stored. With `gone` the message was deleted, so an edit shows no text."""
    if change.kind == "edit" and not gone:
        return replace(change, edited_at=change.sent_at)
    text = change.text if change.kind == "reaction" else ""
    return replace(change, direction="event", kind=f"{change.kind}_unknown", text=text)


def _line(change: Message, target: Message) -> Message:
    """Show a change of another ticket's message as an activity line with a link to it."""
    taken = change.kind == "reaction" and (not change.text or bool(change.details.get("removed")))
    text = change.text if change.kind == "reaction" and not taken else ""
    kind = "reaction_taken_elsewhere" if taken else f"{change.kind}_elsewhere"
    return replace(change, direction="event", kind=kind, text=text, quote=_quote(target))


def _changed(target: Message, change: Message) -> Message:
    if change.direction == "out":
        others = tuple(one for one in target.changes if one.kind != change.kind)
        target = replace(target, changes=others if _done(change) else (*others, change))
        if not _done(change):
            return target
    if change.kind == "reaction" and change.direction == "out":
        return target if change.unreadable else replace(target, own_reaction=change.text)
    if change.kind == "reaction":
        if change.unreadable:
            return target
        kept = change.text if change.text and not change.details.get("removed") else ""
        return replace(target, reactions=(kept,) if kept else ())
    if change.kind == "revoke":
        return replace(target, deleted=True, deleted_by=change.author)
    if change.deleted:  # the change was erased along with the message
        return target
    new = {name: value for name, value in change.details.items() if name != "new_kind"}
    if change.details.get("new_kind") == "location" and not change.unreadable:
        return _moved(target, change, new)
    details = {**target.details, **new}
    if (change.text, details) == (target.text, target.details) and not change.unreadable:
        return target  # applications may send an edit that changes nothing
    history = (*target.history, target.text)[-VERSIONS:]
    return replace(
        target,
        text=change.text,
        details=details,
        history=history,
        edited_at=change.sent_at,
        unreadable=change.unreadable,
    )


def _moved(target: Message, position: Message, new: Mapping[str, Any]) -> Message:
    """Move a live location to its newest position, without a history: nobody edited anything."""
    kept = {name: value for name, value in target.details.items() if name != "live"}
    return replace(target, text=position.text, details={**kept, **new})


def _taken_back(message: Message) -> Message:
    return replace(
        message,
        text="",
        details={},
        file_state="",
        file=MessageFile(),
        history=(),
        edited_at=0,
        reactions=(),
        own_reaction="",
        changes=(),
        choices=(),
        unreadable=False,
        quote_hash="",
    )


def _quote(quoted: Message, text: str = "") -> Quote:
    """Make the quote of a message: `text` or the beginning of its own text, nothing of a deleted one."""
    said = "" if quoted.deleted else text or quoted.text
    return Quote(quoted.id, said[:QUOTED], quoted.ticket_id, quoted.deleted, quoted.direction == "out")


def without_quote(message: Message, hidden: Collection[str]) -> Message:
    """Return a message without what it quotes, where that lies on one of these tickets."""
    hides = message.quote is not None and message.quote.ticket_id in hidden
    if not hides:
        return message
    details = {name: value for name, value in message.details.items() if name not in ("quote_text", "quoted_text")}
    return replace(message, quote=Quote("", ""), details=details)


def _quoting(message: Message, own: set[str], shown: dict[str, Message], targets: dict[str, str]) -> Message:
    said = str(message.details.get("quote_text") or "")
    if not message.quote_hash:  # the quoted message may be in another chat
        return replace(message, quote=Quote("", said[:QUOTED])) if said else message
    quoted = shown.get(targets.get(message.quote_hash, ""))
    if quoted is None:
        held = "" if message.quote_gone else said or str(message.details.get("quoted_text") or "")
        quote = Quote("", held[:QUOTED], gone=message.quote_gone)
    else:
        quote = _quote(quoted, said)
        quote = replace(quote, ticket_id="") if quoted.id in own else quote
    details = message.details
    if quote.gone:
        details = {name: value for name, value in details.items() if name not in ("quote_text", "quoted_text")}
    return replace(message, quote=quote, details=details)
