"""Walks the parts of a mail and gathers its lines of text, its files, and what servers report. Every part ends as one
of them: a part that cannot be read is a file.
"""

from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.channels.email import automatic, headers
from chalicelib.channels.email.charsets import REPLACED, decode
from chalicelib.channels.email.entities import Entity, base64, decoded, entity, split
from chalicelib.channels.email.found import Found, aside, quoted, said
from chalicelib.channels.email.html_cost import MOST_BYTES, MOST_TAGS, tags_of
from chalicelib.channels.email.html_lines import html_lines
from chalicelib.channels.email.lines import Line, plain_lines
from chalicelib.channels.email.mail import KEPT_OF_LONG, MailFile
from chalicelib.channels.email.packed import winmail
from chalicelib.channels.email.packed.smime import signed_content
from chalicelib.channels.file_names import BYTES, safe_name

MOST_PARTS = 400
"""Parts of one mail that are read; all further ones are one file."""
MOST_DEPTH = 16
"""How deep parts may be nested, mails in mails included."""
_MOST_TEXT = 400_000
"""Bytes of plain text of a mail that are read line by line; what is longer is kept as a file."""
_SEALED = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"))
_TNEF = frozenset(("application/ms-tnef", "application/vnd.ms-tnef"))
_PLAIN = ("", "7bit", "8bit", "binary")
_MAIL = frozenset(("message/rfc822", "message/global", "message/news"))
_REPORT = frozenset(("message/delivery-status", "message/global-delivery-status"))
_HEADERS = frozenset(("text/rfc822-headers", "message/global-headers"))
_REACTION = "text/vnd.google.email-reaction+json"
_READABLE = frozenset(("text/plain", "message/disposition-notification", "message/feedback-report"))
_HTML = frozenset(("text/html", "application/xhtml+xml", "text/x-amp-html"))
_SHOWN_HEADERS = ("from", "date", "to", "cc", "subject")
"""Headers of a mail inside of a mail that stand above its text."""
_FOR_PROGRAMS = ("multi-part message in mime format", "cryptographically signed message", "mime-formatted message")
"""What programs write before the first part, for programs that know no parts."""


class _Text(NamedTuple):
    """One of the forms in which a mail says the same."""

    lines: list[Line]
    html: bool


def contents(raw: bytes, mail: Entity) -> Found:
    """Return everything that a mail holds."""
    found = Found()
    _Walk(raw, found).read(mail, 0, "text/plain")
    return found


class _Walk:
    """One walk over the parts of a mail. `_left` counts the parts that may still be read, `_text_left` the bytes of
    their texts, `_tags_left` the tags of their HTML; `_inside` the mails around the one that is read. `_opened`: a mail
    was taken out of its signature; `_unpacked`: the RTF of a container was read. Either is done once."""

    def __init__(self, raw: bytes, found: Found) -> None:
        self._raw = raw
        self._found = found
        self._left = MOST_PARTS
        self._text_left = _MOST_TEXT
        self._tags_left = MOST_TAGS
        self._inside = 0
        self._opened = False
        self._unpacked = False

    def read(self, part: Entity, depth: int, default: str) -> None:
        """Read a part and those inside it. `default` is its type when it declares none."""
        declared, parameters = headers.content_type(part, default)
        if part.stray:
            self._beside(part.stray)
        boundary = parameters.get("boundary", "")
        if declared.startswith("multipart/") and depth and (depth >= MOST_DEPTH or self._left <= 0):
            self._keep(part, declared, unread="parts")
        elif declared.startswith("multipart/") and boundary and self._parts(part, declared, boundary, depth):
            return
        elif declared.startswith("multipart/"):
            self._text(part, "text/plain", parameters)  # the boundary is in no header, or nowhere
        else:
            self._leaf(part, declared, parameters, depth)

    def _parts(self, part: Entity, declared: str, boundary: str, depth: int) -> bool:
        parts = split(self._raw, part, boundary.encode("utf-8", "replace"), max(self._left, 1))
        if parts is None:
            return False
        self._left -= len(parts.ranges)
        default = "message/rfc822" if declared == "multipart/digest" else "text/plain"
        read = [entity(self._raw, *one) for one in parts.ranges]
        self._outside(parts.before)
        if declared == "multipart/alternative":
            self._alternatives(read, depth)
        else:
            for one in read:
                self.read(one, depth + 1, default)
        if self._left <= 0:
            rest = self._raw[parts.after[0] : parts.after[1]]
            if rest.strip():
                self._add(MailFile("rest.eml", BYTES, rest, unread="parts"))
        else:
            self._outside(parts.after)
        return True

    def _outside(self, outside: tuple[int, int]) -> None:
        """Keep text that stands before the first part or after the last one, where no mail program shows it."""
        data = self._raw[outside[0] : outside[1]].strip()
        if data and not any(one in data[:200].decode("latin-1").lower() for one in _FOR_PROGRAMS):
            self._beside(data)

    def _beside(self, data: bytes) -> None:
        """Keep text that belongs to no part."""
        if len(data) > min(KEPT_OF_LONG, self._text_left):
            self._add(MailFile("rest.eml", BYTES, data, unread="parts"))
        else:
            self._text_left -= len(data)
            self._found.lines += aside(plain_lines(decode(data)[0]))

    def _alternatives(self, parts: Sequence[Entity], depth: int) -> None:
        """Read the forms of one text: HTML, whose quotations are marked, stands for all that say nothing else."""
        texts: list[_Text] = []
        before = self._found.lines
        for one in parts:
            self._found.lines = []
            self.read(one, depth + 1, "text/plain")
            if any(line.text.strip() for line in self._found.lines):
                declared = headers.content_type(one, "text/plain")[0]
                texts.append(_Text(self._found.lines, declared != "text/plain"))
        self._found.lines = before
        if not texts:
            return
        chosen = next((one for one in texts if one.html), texts[0])
        self._found.lines += chosen.lines
        known = said(chosen.lines)
        for text in texts:
            if text is not chosen and not said(text.lines, bare=True) <= known:
                self._found.lines += aside(text.lines)

    def _leaf(self, part: Entity, declared: str, parameters: dict[str, str], depth: int) -> None:
        disposition, more = headers.parameters(part.first("content-disposition"))
        name = more.get("filename") or parameters.get("name") or ""
        attached = bool(name) or disposition == "attachment"
        if declared in _MAIL and _encoding(part) in _PLAIN:  # no other one is allowed (RFC 2046, 5.2.1)
            self._mail(part, name, depth)
        elif declared in _TNEF or name.lower() == "winmail.dat":
            self._winmail(part)
        elif declared in _SEALED or name.lower().endswith(".p7m"):
            self._enclosed(part, declared, name, depth)
        elif declared == _REACTION and not (attached or self._inside):
            self._reaction(part)
        elif attached or declared not in (_READABLE | _HTML | _HEADERS | _REPORT):
            self._keep(part, declared, name)
        elif declared in _REPORT:
            self._report(part)
        else:
            self._text(part, declared, parameters)

    def _reaction(self, part: Entity) -> None:
        """Note the emoji of a reaction; keep a part that names none."""
        if emoji := automatic.reaction_of(self._bytes(part)[0]):
            self._found.reaction = emoji
        else:
            self._keep(part, _REACTION)

    def _text(self, part: Entity, declared: str, parameters: dict[str, str]) -> None:
        data, whole = self._bytes(part)
        if not whole:
            self._keep(part, declared, unread="encoding", data=bytes(self._raw[part.start : part.end]))
        if declared in _HTML:
            return self._html(part, data, parameters.get("charset", ""))
        if len(data) > self._text_left:
            self._keep(part, declared, "message.txt", unread="long", data=data)
            data = data[:KEPT_OF_LONG] if self._text_left == _MOST_TEXT else b""
        self._text_left -= len(data)
        text = self._decoded(part, declared, data, parameters.get("charset", ""))
        flowed = parameters.get("format", "").lower() == "flowed"
        lines = plain_lines(text, flowed=flowed, joined=parameters.get("delsp", "").lower() == "yes")
        self._found.lines += quoted(lines) if declared in _HEADERS else lines
        if declared in _HEADERS:
            self._found.originals.append(entity(data, 0, len(data)))
        return None

    def _decoded(self, part: Entity, declared: str, data: bytes, charset: str) -> str:
        text, note = decode(data, charset)
        if note == REPLACED:
            self._keep(part, declared, unread=REPLACED, data=data)
        elif note:
            self._found.notes.append(note)
        return text

    def _html(self, part: Entity, data: bytes, charset: str) -> None:
        text = self._decoded(part, "text/html", data, charset) if len(data) <= MOST_BYTES else ""
        if len(data) > MOST_BYTES or not self._affords(text):
            return self._keep(part, "text/html", "message.html", unread="html", data=data)
        lines, pictures = html_lines(text)
        self._found.lines += lines
        if len(pictures) > self._left:
            self._keep(part, "text/html", "message.html", unread="parts", data=data)
        for picture in pictures[: max(self._left, 0)]:
            self._left -= 1
            sent = picture.data.encode("utf-8")
            shown, whole = base64(sent)
            name, unread = safe_name("", picture.type), "" if whole else "encoding"
            self._add(MailFile(name, picture.type, shown if whole else sent, unread=unread))
        return None

    def _affords(self, html: str) -> bool:
        """Whether HTML may be parsed; its tags are taken off what the mail has left."""
        tags = tags_of(html)
        if tags > self._tags_left:
            return False
        self._tags_left -= tags
        return True

    def _report(self, part: Entity) -> None:
        data, _ = self._bytes(part)
        if len(data) > self._text_left:
            return self._keep(part, "text/plain", "report.txt", unread="long")
        self._text_left -= len(data)
        text = decode(data)[0]
        self._found.reports.append(text)
        self._found.lines += plain_lines(text)
        return None

    def _mail(self, part: Entity, name: str, depth: int) -> None:
        """Keep a mail in the mail as a file, which holds all further ones, and show what it says and what it brings."""
        if not self._inside:
            self._keep(part, "message/rfc822", name or "message.eml")
        inner = entity(self._raw, part.start, part.end)
        self._found.originals.append(inner)
        self._found.passes_on = True
        if depth >= MOST_DEPTH or self._left <= 0 or not inner.headers:
            return
        self._left -= 1
        above = [f"{one.capitalize()}: {headers.line(value)}" for one in _SHOWN_HEADERS if (value := inner.first(one))]
        before, self._found.lines = self._found.lines, [Line(one) for one in ("", *above, "")]
        self._inside += 1
        self.read(inner, depth + 1, "text/plain")
        self._inside -= 1
        self._found.lines = before + quoted(self._found.lines)

    def _enclosed(self, part: Entity, declared: str, name: str, depth: int) -> None:
        """Read the mail that a signature encloses, once; the whole stays as a file, as every signature does. What is
        encrypted is a file alone."""
        data, whole = self._bytes(part)
        inner = signed_content(data) if whole and not self._opened and "pgp" not in declared else None
        found = entity(inner, 0, len(inner)) if inner else None
        opened = found is not None and bool(found.headers)
        self._keep(part, declared, name or ("smime.p7m" if "pkcs7" in declared else ""), "" if opened else "sealed")
        if inner and found and opened:
            self._opened, around, self._raw = True, self._raw, inner
            self.read(found, depth + 1, "text/plain")
            self._raw = around

    def _winmail(self, part: Entity) -> None:
        """Unpack what Outlook has packed, and keep the container when something in it was not read."""
        data, whole = self._bytes(part)
        unpacked = winmail.unpack(data, rtf=not self._unpacked)
        self._unpacked = self._unpacked or unpacked.rtf
        for one in unpacked.files:
            self._add(MailFile(safe_name(one.name, one.type), one.type, one.data, one.content_id))
        readable = bool(unpacked.html) and len(unpacked.html) <= MOST_BYTES and self._affords(unpacked.html)
        lines = html_lines(unpacked.html)[0] if readable else []
        if not unpacked.html and len(unpacked.text) <= self._text_left:
            self._text_left -= len(unpacked.text)
            lines = plain_lines(unpacked.text)
        if lines and not said(lines, bare=True) <= said(self._found.lines):
            self._found.lines += lines
        if not (unpacked.whole and whole and (lines or not (unpacked.html or unpacked.text))):
            self._keep(part, "application/ms-tnef", "winmail.dat", unread="container", data=data)

    def _bytes(self, part: Entity) -> tuple[bytes, bool]:
        return decoded(self._raw, part, _encoding(part))

    def _keep(self, part: Entity, declared: str, name: str = "", unread: str = "", data: bytes | None = None) -> None:
        """Keep a part as a file."""
        if data is None:
            data, whole = self._bytes(part)
            if not whole:  # what was decoded may be wrong: keep what was sent
                data, unread = bytes(self._raw[part.start : part.end]), unread or "encoding"
        named = safe_name(name or _description(part), declared)
        content_id = next(iter(headers.ids(part.first("content-id"))), "")
        self._add(MailFile(named, declared, data, content_id, unread))

    def _add(self, one: MailFile) -> None:
        self._found.files.append(one)
        if one.unread:
            self._found.notes.append(one.unread)


def _encoding(part: Entity) -> str:
    return headers.line(part.first("content-transfer-encoding")).strip(" ;\"'").lower()


def _description(part: Entity) -> str:
    """Return the name that a part gives itself in a header for people."""
    return headers.line(part.first("content-description"))
