"""Parts what a person wrote from what their program put beside it: quoted history, forwarded text, signature. Nothing
is cut: what is folded is kept whole, and shown one click away.

Programs mark their quotations in HTML (html_lines.py) and with ">" in text. What they leave unmarked is known by the
lines that introduce it, in Kazakh, Russian and English.
"""

import re
from typing import NamedTuple

from chalicelib.channels.email.lines import Line

_LABELS = {
    "from": ("from", "от", "от кого", "кімнен", "жіберуші", "жіберген"),
    "date": ("date", "sent", "дата", "отправлено", "күні", "жіберілді", "жіберілген күні", "жіберілген уақыты"),
    "to": ("to", "кому", "кімге", "алушы"),
    "subject": ("subject", "тема", "тақырып", "тақырыбы"),
    "other": ("cc", "bcc", "reply-to", "копия", "скрытая копия", "көшірме", "көшірмесі", "важность", "importance"),
}
"""What heads the lines above a quoted or forwarded mail: Outlook, Gmail, Thunderbird, Apple Mail, Mail.ru."""
_MEANING = {label: kind for kind, labels in _LABELS.items() for label in labels}
_AROUND = " \t>*"
"""What may stand around such words: a quotation, bold type."""
_LABEL = re.compile(r"\A([A-Za-zА-Яа-яЁёӘәІіҢңҒғҮүҰұҚқӨөҺһ -]{2,20})\s?\*?\s?:")
_WINDOW = 7
"""Lines in which the labels of one mail stand."""
_FORWARDED = (
    "original message|original appointment|forwarded message|begin forwarded message"
    "|(?:исходное|пересылаемое|пересланное|перенаправленное|переадресованное) сообщение"
    "|начало (?:переадресованного|пересылаемого) сообщения"
    "|(?:бастапқы|қайта жіберілген|жолданған) хабар(?:лама)?"
)
_SEPARATOR = re.compile(
    rf"\A(?:[-_=]{{2,40}}\s{{0,9}}(?:{_FORWARDED})\s{{0,9}}[-_=]{{2,40}}|(?:{_FORWARDED})\s{{0,9}}:)", re.IGNORECASE
)
_ORIGINAL = re.compile("original|исходное|бастапқы", re.IGNORECASE)
"""Words of a separator above what is answered, and not passed on."""
_WROTE = re.compile(r"wrote|writes|написал|пишет|сообщил|жазды|жазған", re.IGNORECASE)
_DAY = re.compile(r"\d{1,2}[./: ]|\d{4}")
_RULE = re.compile(r"[\s_=-]*")
"""What Outlook draws above a former mail in plain text, and empty lines."""
_INTRODUCTION = 3
"""Lines into which programs wrap "On Monday … wrote:"."""
_MOST_OF_SIGNATURE = 15
_SENT_FROM = re.compile(
    r"\A(sent from (my |outlook|yandex|mail|proton|samsung|galaxy).{0,60}|get outlook for .{1,30}"
    r"|отправлено (с|из|от) .{1,60}|(получить|скачать) outlook для .{1,30}"
    r"|.{1,40} (құрылғысынан|арқылы|қосымшасынан) жіберілді"
    r"|(құрылғыдан|менің) .{1,30} жіберілді)[.!]?",
    re.IGNORECASE,
)


class Folded(NamedTuple):
    """The two parts of a mail's text. `forwarded`: it passes on somebody else's words."""

    text: str
    folded: str
    forwarded: bool


def fold(lines: list[Line]) -> Folded:
    """Part the lines of a mail. Where answers stand between quotations all of it is the person's text, the quotations
    with ">". Without own words everything is."""
    lines, forwarded = _unmarked(lines)
    lines = _signed(lines)
    own = [one for one in lines if not (one.quoted or one.aside)]
    if not _says_something(own):
        return Folded(_joined(lines), "", forwarded)
    if _answers_between(lines):
        shown = [_as_quotation(one) for one in lines if not one.aside]
        return Folded(_joined(shown), _joined([one for one in lines if one.aside]), forwarded)
    return Folded(_joined(own), _joined([one for one in lines if one.quoted or one.aside]), forwarded)


def _joined(lines: list[Line]) -> str:
    text = "\n".join(one.text.rstrip() for one in lines)
    return re.sub("\n{3,}", "\n\n", text).strip("\n").rstrip()


def _says_something(lines: list[Line]) -> bool:
    return any(one.isalnum() or one > "\u2000" for line in lines for one in line.text)


def _unmarked(lines: list[Line]) -> tuple[list[Line], bool]:
    """Mark as quoted what follows a separator or the labels of a mail, and what introduces a quotation."""
    begins, forwarded = _history(lines)
    while 0 < begins < len(lines) and _RULE.fullmatch(lines[begins - 1].text):
        begins -= 1
    lines = [one._replace(quoted=one.quoted or place >= begins) for place, one in enumerate(lines)]
    for place, one in enumerate(lines):
        if one.quoted and place and not lines[place - 1].quoted:
            for above in _introduction(lines, place):
                lines[above] = lines[above]._replace(quoted=True)
    return lines, forwarded


def _history(lines: list[Line]) -> tuple[int, bool]:
    """Return from which line on everything is history, and whether it is passed on."""
    meanings = [_meaning(one.text) for one in lines]
    next_quoted = _quoted_below(lines)
    for place, one in enumerate(lines):
        begins = not one.quoted or not place or not lines[place - 1].quoted
        if begins and len(one.text) < 200 and _SEPARATOR.fullmatch(one.text.strip(_AROUND)):
            return place, not _ORIGINAL.search(one.text)
        if one.quoted:
            continue
        near = set(meanings[place : place + _WINDOW]) - {""} if meanings[place] else set()
        if {"from", "date"} <= near and len(near) >= 3:
            return place, False
        if _introduces(one.text) and _WROTE.search(one.text[-60:]) and "@" in one.text and not next_quoted[place]:
            return place, False  # a telephone that marks no quotation
    return len(lines), False


def _quoted_below(lines: list[Line]) -> list[bool]:
    """Return for each line whether the next one that is not empty is quoted; the end counts as quoted."""
    found: list[bool] = []
    below = True
    for one in reversed(lines):
        found.append(below)
        below = one.quoted if one.text.strip() else below
    return found[::-1]


def _meaning(text: str) -> str:
    label = _LABEL.match(text.lstrip(_AROUND)[:40])
    return _MEANING.get(label[1].strip().lower(), "") if label else ""


def _introduces(text: str) -> bool:
    said = text.strip().rstrip("*").rstrip()
    return (
        len(said) < 400
        and said.endswith(":")
        and bool(_DAY.search(said))
        and ("@" in said or bool(_WROTE.search(said)))
    )


def _introduction(lines: list[Line], place: int) -> range:
    """Return the lines directly above a quotation that introduce it, such as "On Monday … wrote:"."""
    last = place - 1
    while last >= 0 and not lines[last].text.strip():
        last -= 1
    for first in range(last, max(last - _INTRODUCTION, -1), -1):
        if lines[first].quoted or not lines[first].text.strip():
            break
        if _introduces(" ".join(one.text for one in lines[first : last + 1])):
            return range(first, place)
    return range(0)


def _signed(lines: list[Line]) -> list[Line]:
    """Mark signatures: what follows "-- ", and what a telephone puts under a mail."""
    lines = list(lines)
    end, below = len(lines), 0
    for place in range(len(lines) - 1, -1, -1):
        if lines[place].quoted:
            end, below = place, 0
            continue
        below += bool(lines[place].text.strip())
        if lines[place].text.rstrip() in ("--", "—") and below <= _MOST_OF_SIGNATURE:
            lines[place:end] = [one._replace(aside=True) for one in lines[place:end]]
            end = place
    for place in range(len(lines) - 1, -1, -1):
        one = lines[place]
        if one.quoted or one.aside or not one.text.strip():
            continue
        if len(one.text) > 100 or not _SENT_FROM.fullmatch(one.text.strip()):
            break
        lines[place] = one._replace(aside=True)
    return lines


def _answers_between(lines: list[Line]) -> bool:
    """Whether own words stand below one quotation and above another one."""
    runs: list[bool] = []
    for one in lines:
        if one.text.strip() and not one.aside and (not runs or runs[-1] != one.quoted):
            runs.append(one.quoted)
    return runs.count(True) > 1


def _as_quotation(one: Line) -> Line:
    return one if not one.quoted or one.text.lstrip().startswith(">") else one._replace(text=f"> {one.text}")
