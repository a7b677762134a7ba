"""Folding: edits, reactions and deletions are shown on the message that they are about."""

from collections.abc import Iterable
from dataclasses import replace

from chalicelib.domain.desk import Message, Quote

QUOTED = 160
"""Characters of a quoted message that its answer shows."""
VERSIONS = 20
"""Earlier texts of an edited message that are kept: the newest."""
_UNKNOWN = {"edit": "edit_unknown", "reaction": "reaction_unknown", "revoke": "revoke_unknown"}


def fold(messages: Iterable[Message]) -> list[Message]:
    """Return the messages as a person reads them, oldest first.

    The provider's order decides, whatever order they arrived in: the newest edit gives the text and the ones before
    it stay readable, a person's newest reaction counts and an empty one takes it back. What is about a message that
    is not here stays as a line of its own: an edit with its text, the others as activity lines.
    """
    ordered = sorted(messages, key=lambda one: one.place)
    targets = {one.provider_hash: one.id for one in ordered if one.provider_hash and one.kind not in _UNKNOWN}
    shown = {one.id: one for one in ordered}
    for one in ordered:
        if one.kind not in _UNKNOWN:
            continue
        target = targets.get(one.target_hash)
        if target is None:
            shown[one.id] = _stray(one)
            continue
        shown[target] = _changed(shown[target], one)
        del shown[one.id]
    return [_quoting(one, shown, targets) for one in shown.values()]


def _stray(change: Message) -> Message:
    if change.kind == "edit":
        return replace(change, edited_at=change.sent_at)
    return replace(change, direction="event", kind=_UNKNOWN[change.kind], text=change.text)


def _changed(target: Message, change: Message) -> Message:
    if change.kind == "reaction":
        if change.unreadable:
            return target
        kept = change.text if change.text and not change.details.get("removed") else ""
        return replace(target, reactions=(kept,) if kept else ())
    if change.kind == "revoke":
        return replace(target, deleted=True)
    history = (*target.history, target.text)[-VERSIONS:]
    details = {**target.details, **{name: value for name, value in change.details.items() if name != "new_kind"}}
    return replace(
        target,
        text=change.text,
        details=details,
        history=history,
        edited_at=change.sent_at,
        unreadable=change.unreadable,
    )


def _quoting(message: Message, shown: dict[str, Message], targets: dict[str, str]) -> Message:
    if not message.quote_hash:
        return message
    quoted = shown.get(targets.get(message.quote_hash, ""))
    if quoted is None:
        return replace(message, quote=Quote("", str(message.details.get("quote_text", ""))[:QUOTED]))
    text = str(message.details.get("quote_text") or quoted.text)
    return replace(message, quote=Quote(quoted.id, text[:QUOTED]))
