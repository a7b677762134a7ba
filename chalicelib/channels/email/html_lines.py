"""Turns the HTML of a mail into lines of text: lists, tables and links stay readable, and what programs mark as quoted
or as a signature is known as such. Nothing is fetched: pictures leave their words, links their addresses.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from chalicelib.channels.email import html_marks
from chalicelib.channels.email.lines import Line, clean

_UNREAD = frozenset("script style head title template noscript object svg math select".split())
_BLOCKS = frozenset(
    "address article aside blockquote body br caption center dd details dir div dl dt fieldset figure figcaption footer"
    " form h1 h2 h3 h4 h5 h6 header hr legend li main menu nav ol p pre section summary table tbody thead tfoot tr"
    " ul".split()
)
_APART = frozenset("p h1 h2 h3 h4 h5 h6 table dl pre blockquote".split())
"""Blocks with an empty line around them; around the outermost lists there is one, too."""
_LINK = re.compile(r"(https?://|mailto:|tel:)[^\s<>]{1,2000}", re.IGNORECASE)
_DATA = re.compile(r"data:(image/[a-z+.-]{1,30});base64,", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_MOST_INDENTED = 8
_CELL = "\x1f"
"""Ends a cell of a table in a line that is being written; no mail can hold it (`clean`)."""


class Picture(NamedTuple):
    """A picture whose bytes stand in the HTML itself, in base64."""

    type: str
    data: str


def html_lines(html: str) -> tuple[list[Line], list[Picture]]:
    """Return the lines of HTML, and the pictures that it holds. The tree is walked without recursion: no nesting is too
    deep."""
    from selectolax.lexbor import LexborHTMLParser, LexborNode

    writer = _Writer()
    root = LexborHTMLParser(html).root
    stack: list[LexborNode | Callable[[], None]] = [root] if root else []
    while stack:
        at = stack.pop()
        if not isinstance(at, LexborNode):
            at()
            continue
        if at.next:
            stack.append(at.next)
        tag = at.tag or ""
        if at.is_text_node:
            writer.write(at.text_content or "")
        elif at.is_element_node and tag not in _UNREAD:
            stack.append(writer.enter(tag, {name: value or "" for name, value in at.attributes.items()}))
            if at.child:
                stack.append(at.child)
    writer.end_line()
    return writer.lines, writer.pictures


class _Writer:
    """Writes lines: it knows what of the current line there is, and where in the tree that stands."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.pictures: list[Picture] = []
        self._parts: list[str] = []
        self._bullet = ""
        self._lists: list[int] = []
        """For each open list the number of its next item, 0 for one without numbers."""
        self._quotations = self._signatures = self._verbatim = 0

    def write(self, text: str) -> None:
        """Write text, with blanks as a browser shows them."""
        if not self._verbatim:
            self._parts.append(_BLANKS.sub(" ", text))
            return
        first, *others = clean(text).split("\n")
        self._parts.append(first)
        for one in others:
            self.end_line(blank=True)
            self._parts.append(one)

    def end_line(self, *, blank: bool = False) -> None:
        """End the current line; an empty one is left out unless it is `blank`."""
        text = "".join(self._parts)
        self._parts.clear()
        if self._verbatim:
            text = clean(text).rstrip()
        elif _CELL in text:
            text = " | ".join(shown for cell in text.split(_CELL) if (shown := _shown(cell)))
        else:
            text = _shown(text)
        if text:
            self._add("  " * min(len(self._lists) - 1, _MOST_INDENTED) + self._bullet + text)
            self._bullet = ""
        elif blank:
            self._add("")

    def _add(self, text: str) -> None:
        self.lines.append(Line(text, self._quotations > 0, self._signatures > 0))

    def _leave_room(self) -> None:
        if self.lines and self.lines[-1].text and not self._lists:
            self._add("")

    def enter(self, tag: str, attributes: dict[str, str]) -> Callable[[], None]:
        """Begin an element; the function that is returned ends it."""
        quotation = html_marks.is_quotation(tag, attributes)
        signature = html_marks.is_signature(attributes)
        block = tag in _BLOCKS or quotation or signature
        if block:
            self.end_line(blank=tag == "br")
        if tag in _APART or tag in ("ul", "ol"):
            self._leave_room()
        self._quotations += quotation + html_marks.begins_history(attributes)  # history never ends
        self._signatures += signature
        self._verbatim += tag == "pre"
        self._begin(tag, attributes)
        place = (len(self.lines), len(self._parts))

        def leave() -> None:
            if tag == "a":
                self._link(attributes.get("href", ""), place)
            if tag in ("td", "th"):
                self._parts.append(_CELL)
            if block and tag != "br":
                self.end_line()
            self._quotations -= quotation
            self._signatures -= signature
            self._verbatim -= tag == "pre"
            if tag in ("ul", "ol"):
                self._lists.pop()
                self._bullet = ""
            if tag in _APART or tag in ("ul", "ol"):
                self._leave_room()

        return leave

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "ul":
            self._lists.append(0)
        elif tag == "ol":
            self._lists.append(_number(attributes.get("start", "")))
        elif tag == "li":
            self._bullet = "• "
            if self._lists and self._lists[-1]:
                self._bullet = f"{self._lists[-1]}. "
                self._lists[-1] += 1
        elif tag == "img":
            self._picture(attributes)

    def _link(self, href: str, place: tuple[int, int]) -> None:
        """Write where a link leads, unless its words say so."""
        target = clean(href.strip())
        if not _LINK.fullmatch(target):
            return
        said = _shown("".join(self._parts[place[1] :])) if place[0] == len(self.lines) else ""
        if _bare(said) != _bare(target):
            self._parts.append(f" ({target})")

    def _picture(self, attributes: dict[str, str]) -> None:
        if words := attributes.get("alt", "").strip():
            self._parts.append(f"[{words}]")
        source = attributes.get("src", "")
        if found := _DATA.match(source):
            self.pictures.append(Picture(found[1].lower(), source[found.end() :]))


def _shown(text: str) -> str:
    return " ".join(clean(text).split())


def _bare(address: str) -> str:
    """Return an address without its scheme and final slash, for comparison."""
    return re.sub(r"^(https?://|mailto:|tel:)", "", address.strip().lower()).rstrip("/")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 and int(text) else 1
