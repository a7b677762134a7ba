"""What somebody has typed into the form: what is wrong with it, and in which words it is said. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from chalicelib.core.normal import display_name, shows_nothing
from chalicelib.core.texts import desk_msg
from chalicelib.profile.form_fields import FormFields
from chalicelib.web.http.multipart_form import PostedFile

MOST_TEXT = 4_000
"""Characters of the message."""
MOST_FILES = 4 * 1024 * 1024
"""Bytes of all files together: API Gateway and Lambda pass no more of a form."""
MOST_FILE_COUNT = 10
TRAP = "website"
"""A field that no person sees: who fills it in is a program."""
TEXT, FILES, CONSENT, PAGE = "text", "files", "consent", "page"
ADDRESS = "email"
_MAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_PHONE = re.compile(r"\+?[0-9 ()\-]{5,30}")


class Line(NamedTuple):
    """A line of the form: its label and hint, how browsers fill it in, and the longest answer."""

    label: str
    hint: str
    autocomplete: str
    type: str
    most: int


LINES: Mapping[str, Line] = {
    "full_name": Line(desk_msg("Your name"), desk_msg("How we address you, if you like."), "name", "text", 200),
    "organisation": Line(
        desk_msg("Organisation"), desk_msg("If you write for one."), "organization", "text", 200
    ),
    "email": Line(
        desk_msg("E-mail address"),
        desk_msg("Only in case that we must reach you otherwise: the answer comes behind your private link."),
        "email",
        "email",
        254,
    ),
    "phone": Line(
        desk_msg("Phone number"), desk_msg("Only in case that we must reach you otherwise."), "tel", "tel", 40
    ),
}  # fmt: skip
WRONG: Mapping[str, str] = {
    "empty": desk_msg("There is nothing to read here yet. Write your question."),
    "long": desk_msg("This is too long: at most {most} characters."),
    "lines": desk_msg("This is one line, without special signs."),
    "email": desk_msg("This is no whole e-mail address. For example: gulnur@example.kz"),
    "phone": desk_msg("This is no phone number. For example: +7 701 000 00 00"),
    "consent": desk_msg("Without your consent we cannot take your question."),
    "files": desk_msg("The files are too large: together at most 4 MB."),
    "count": desk_msg("At most {most} files can be sent at once."),
}


class Wrong(NamedTuple):
    """What is wrong with one field, as a word of WRONG; `most` is the largest that it may be."""

    why: str
    most: int = 0

    def said(self, say: Callable[[str], str]) -> str:
        """Return it in words."""
        return say(WRONG[self.why]).format(most=self.most)


def values_of(form: Mapping[str, str], asked: FormFields) -> dict[str, str]:
    """Return what was typed, lines without blanks around them."""
    lines = {name: form.get(name, "").strip() for name in asked.lines}
    return lines | {TEXT: form.get(TEXT, "").replace("\r\n", "\n").replace("\r", "\n")}


def wrong_with(values: Mapping[str, str], files: Sequence[PostedFile], *, text_wanted: bool = True) -> dict[str, Wrong]:
    """Return what is wrong, by field. A text is wanted unless files say something in its place."""
    found: dict[str, Wrong] = {}
    for name, line in LINES.items():
        if (value := values.get(name, "")) and (why := _why(name, value, line)):
            found[name] = why
    if shows_nothing(values[TEXT]) and (text_wanted or not files):
        found[TEXT] = Wrong("empty")
    elif len(values[TEXT]) > MOST_TEXT:
        found[TEXT] = Wrong("long", MOST_TEXT)
    if sum(len(one.data) for one in files) > MOST_FILES:
        found[FILES] = Wrong("files")
    elif len(files) > MOST_FILE_COUNT:
        found[FILES] = Wrong("count", MOST_FILE_COUNT)
    return found


def _why(name: str, value: str, line: Line) -> Wrong | None:
    if len(value) > line.most:
        return Wrong("long", line.most)
    if not value.isprintable() or not display_name(value):
        return Wrong("lines")
    form = {"email": _MAIL, "tel": _PHONE}.get(line.type)
    if form and not form.fullmatch(value):
        return Wrong(name)
    return None
