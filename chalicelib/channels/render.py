"""Cuts what goes out into the messages of one channel, and refuses what the channel cannot carry. Pure."""

from collections.abc import Iterator, Sequence

from chalicelib.channels.base import (
    ChoicePart,
    DeletionPart,
    EditPart,
    FilePart,
    OutboundPart,
    ReactionPart,
    SendError,
    TemplatePart,
    TextPart,
)
from chalicelib.channels.contract import Buttons, Channel, PartKind
from chalicelib.channels.parts import Button
from chalicelib.channels.split import split_text
from chalicelib.core.normal import shows_nothing

KINDS: dict[type, PartKind] = {
    TextPart: "text",
    ChoicePart: "choice",
    FilePart: "file",
    TemplatePart: "template",
    ReactionPart: "reaction",
    EditPart: "edit",
    DeletionPart: "revoke",
}


class Lacking(SendError):
    """The channel lacks a capability; the message names it. It is permanent, and nothing was sent."""

    def __init__(self, channel: Channel, capability: str, message: str, code: str) -> None:
        super().__init__(f"{channel.name}: {message} (capability: {capability})", code=code, permanent=True)
        self.capability = capability


def render(channel: Channel, parts: Sequence[OutboundPart]) -> tuple[tuple[OutboundPart, ...], ...]:
    """Return the messages that go out, in order: a long text in several, buttons under the end of their text, each file
    and each template in one of its own; a text that fits goes with the file behind it as its caption. Nothing is left
    of a text that shows nothing. Raises Lacking."""
    for part in parts:
        _check(channel, part)
    return tuple(_messages(channel, parts))


def kind_of_file(channel: Channel, file_type: str, size: int) -> str:
    """Return as which kind the channel carries a file of this type and size: the first that takes both. Raises
    Lacking."""
    if "file" not in channel.sends:
        raise Lacking(channel, "file", "it carries no files", "unsupported_part")
    takes = [one for one in channel.files if any(_fits(pattern, file_type) for pattern in one.types)]
    if not takes:
        raise Lacking(channel, "files", f"it takes no file of the type {file_type}", "file_type")
    fitting = next((one.kind for one in takes if size <= one.size), "")
    if not fitting:
        most = max(one.size for one in takes) // 2**20
        raise Lacking(channel, "files", f"a file of the type {file_type} may have {most} MB", "file_too_big")
    return fitting


def pieces_of(text: str, channel: Channel, *, buttons: bool = False) -> tuple[str, ...]:
    """Return the pieces of a text for this channel; with `buttons` the last piece is short enough to carry them.

    Pieces that show nothing are left out, because providers refuse them. A text that shows nothing has no piece, and
    none has one for a channel that carries no texts.
    """
    if "text" not in channel.sends:
        return ()
    pieces = split_text(text, channel.text_limit)
    if buttons and channel.buttons and channel.buttons.text < channel.text_limit:
        pieces = (*pieces[:-1], *split_text(pieces[-1], channel.buttons.text))
    return tuple(piece for piece in pieces if not shows_nothing(piece))


def _messages(channel: Channel, parts: Sequence[OutboundPart]) -> Iterator[tuple[OutboundPart, ...]]:
    caption: TextPart | None = None
    for place, part in enumerate(parts):
        if isinstance(part, TextPart) and _is_caption(channel, part, parts[place + 1 : place + 2]):
            caption = part
        elif isinstance(part, TextPart):
            below = next((one for one in parts[place + 1 : place + 2] if isinstance(one, ChoicePart)), None)
            pieces = pieces_of(part.text, channel, buttons=below is not None)
            yield from ((TextPart(piece),) for piece in pieces[:-1])
            if pieces:
                yield (TextPart(pieces[-1]), *([_listed(channel, below)] if below else []))
        elif not isinstance(part, ChoicePart):
            yield (caption, part) if caption else (part,)
            caption = None


def _is_caption(channel: Channel, text: TextPart, behind: Sequence[OutboundPart]) -> bool:
    """Whether a text goes out with the file behind it."""
    file = next((one for one in behind if isinstance(one, FilePart)), None)
    if (
        file is None
        or shows_nothing(text.text)
        or len(text.text.encode("utf-16-le", "surrogatepass")) // 2 > channel.caption
    ):
        return False
    return any(one.caption for one in channel.files if one.kind == file.kind)


def _check(channel: Channel, part: OutboundPart) -> None:
    kind = KINDS[type(part)]
    if kind not in channel.sends:
        raise Lacking(channel, kind, f"it does not carry this part, a {kind}", "unsupported_part")
    if isinstance(part, ChoicePart):
        _check_buttons(channel, part)
    if isinstance(part, FilePart):
        _check_file(channel, part)


def _listed(channel: Channel, part: ChoicePart) -> ChoicePart:
    return part._replace(listed=not _fits_buttons(channel.buttons, part.buttons))


def _fits_buttons(limits: Buttons | None, buttons: Sequence[Button]) -> bool:
    """Return whether these are not more and not longer than the limits."""
    return (
        limits is not None
        and len(buttons) <= limits.most
        and all(0 < len(one.title) <= limits.title and 0 < len(one.id.encode()) <= limits.id for one in buttons)
    )


def _check_buttons(channel: Channel, part: ChoicePart) -> None:
    distinct = len({one.id for one in part.buttons}) == len({one.title for one in part.buttons}) == len(part.buttons)
    sized = any(_fits_buttons(limits, part.buttons) for limits in (channel.buttons, channel.lists))
    if not distinct or not sized:
        most = max((limits.most for limits in (channel.buttons, channel.lists) if limits), default=0)
        raise Lacking(
            channel, "buttons", f"these buttons are more than it takes: {most}, short and distinct", "buttons"
        )


def _check_file(channel: Channel, part: FilePart) -> None:
    limit = next((one for one in channel.files if one.kind == part.kind), None)
    if limit is None or not any(_fits(one, part.type) for one in limit.types):
        raise Lacking(channel, "files", f"it takes no {part.kind} of the type {part.type}", "unsupported_part")
    if part.size > limit.size:
        raise Lacking(channel, "files", f"a {part.kind} may have {limit.size} bytes", "file_too_big")


def _fits(pattern: str, given: str) -> bool:
    return pattern in ("*/*", given) or (pattern.endswith("/*") and given.startswith(pattern[:-1]))
