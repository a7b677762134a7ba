"""Cuts a long text into messages. Pure.

Providers count UTF-16 units (an emoji is two or more). A piece ends after white space, so that no word is
cut; a word longer than a message is cut between characters as people see them, never inside an emoji.
Joined, the pieces are the text again.
"""

import unicodedata


def split_text(text: str, limit: int) -> tuple[str, ...]:
    """Return the pieces of `text` in order, each of at most `limit` UTF-16 units.

    A text that fits is its own single piece. Raises ValueError if not even one emoji would fit.
    """
    if limit < 2:
        raise ValueError("limit must be at least 2")
    pieces = []
    start = 0
    while (end := _reach(text, start, limit)) < len(text):
        end = _good_end(text, start, end)
        pieces.append(text[start:end])
        start = end
    return (*pieces, text[start:])


def _reach(text: str, start: int, limit: int) -> int:
    """Return the end of the longest piece from `start`."""
    if len(text) - start <= limit // 2:
        return len(text)
    units = 0
    for position in range(start, len(text)):
        units += 2 if text[position] > "\uffff" else 1
        if units > limit:
            return position
    return len(text)


def _good_end(text: str, start: int, end: int) -> int:
    """Return the best position to cut at or before `end`: after a line, else after a word, else between characters."""
    line = text.rfind("\n", start, end) + 1
    if line - start > (end - start) // 2 and not text[start:line].isspace():
        return line
    for position in range(end, start, -1):
        if (text[position - 1].isspace() or text[position].isspace()) and not _joined(text, position):
            if text[start:position].isspace():
                break  # a blank message would be refused
            return position
    for position in range(end, start, -1):
        if not _joined(text, position):
            return position
    return end  # nothing but combining marks: there is no better position


def _joined(text: str, position: int) -> bool:
    """Whether the characters around `position` are displayed as one."""
    before, after = text[position - 1], text[position]
    if after == "\u200d" or before == "\u200d" or "\U0001f3fb" <= after <= "\U0001f3ff":
        return True
    if unicodedata.category(after) in ("Mn", "Me", "Mc") or "\U000e0020" <= after <= "\U000e007f":
        return True
    if not (_is_flag_half(before) and _is_flag_half(after)):
        return False
    run = position
    while run and _is_flag_half(text[run - 1]):
        run -= 1
    return (position - run) % 2 == 1


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
