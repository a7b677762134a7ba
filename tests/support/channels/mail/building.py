"""Builds raw mails byte by byte, as other people's programs do; nothing here is shared with what reads them."""

import base64
import binascii
import quopri
from collections.abc import Mapping
from typing import Any, NamedTuple

NOW = 1_796_040_000
"""30 November 2026, 12:00 UTC."""
DATE = "Mon, 30 Nov 2026 15:00:00 +0500"
SENT = NOW - 2 * 3600
OURS = "info@spoint.kz"
PUBLISHED = (OURS, "privacy@spoint.kz")
AMINA = "Амина Сәтбаева <amina@mail.kz>"
REACTION = "text/vnd.google.email-reaction+json"
DANIYAR = "Данияр Оспанов <daniyar@bk.ru>"


class Case(NamedTuple):
    """A mail and what must be read of it: fields of Mail with their values. `holds` and `folds` are pieces of text and
    folded; `files` are the names of the files."""

    raw: bytes
    says: Mapping[str, Any] = {}
    holds: tuple[str, ...] = ()
    folds: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def word(text: str, charset: str = "utf-8", how: str = "B") -> str:
    """Return an encoded word of a header (RFC 2047)."""
    data = text.encode(charset)
    shown = base64.b64encode(data).decode()
    if how == "Q":
        shown = quopri.encodestring(data, header=True).decode().replace("?", "=3F").replace("=\n", "")
    return f"=?{charset}?{how}?{shown}?="


def body(text: str | bytes, charset: str = "utf-8", how: str = "8bit") -> bytes:
    """Return a body in its transfer encoding."""
    data = text.replace("\n", "\r\n").encode(charset) if isinstance(text, str) else text
    if how == "base64":
        return base64.encodebytes(data).replace(b"\n", b"\r\n")
    return binascii.b2a_qp(data, istext=False).replace(b"\n", b"\r\n") if how == "quoted-printable" else data


def part(
    content: str | bytes, kind: str = "text/plain", charset: str = "utf-8", how: str = "8bit", **headers: str
) -> bytes:
    """Return a part, or all of a mail that has one, from its Content-Type on. Underscores in names of headers are
    hyphens."""
    declared = f"{kind}; charset={charset}" if kind.startswith("text/") and "charset" not in kind and charset else kind
    lines = [f"Content-Type: {declared}", f"Content-Transfer-Encoding: {how}", *_lines(headers)]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body(content, charset or "utf-8", how)


def html(text: str, charset: str = "utf-8", how: str = "8bit") -> bytes:
    """Return a part of HTML."""
    return part(
        f"<html><head><style>p {{margin:0}}</style></head><body>{text}</body></html>", "text/html", charset, how
    )


def file(content: bytes, kind: str, disposition: str = 'attachment; filename="a.bin"', **headers: str) -> bytes:
    """Return an attachment."""
    return part(content, kind, how="base64", Content_Disposition=disposition, **headers)


def many(kind: str, *parts: bytes, boundary: str = "=_part_1", before: str = "", **parameters: str) -> bytes:
    """Return a part of parts: multipart/`kind`."""
    more = "".join(f'; {name.replace("_", "-")}="{value}"' for name, value in parameters.items())
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"{more}\r\n\r\n{before}'.encode()
    mark = f"--{boundary}".encode()
    return head + b"".join(mark + b"\r\n" + one + b"\r\n" for one in parts) + mark + b"--\r\n"


def both(plain: str, rich: str, charset: str = "utf-8") -> bytes:
    """Return a text in plain form and in HTML."""
    return many("alternative", part(plain, charset=charset), html(rich, charset), boundary="=_both")


def mail(content: bytes, sender: str = AMINA, subject: str = "Лифт жұмыс істемейді", **headers: str) -> bytes:
    """Return a mail; a header that is "" is left out."""
    usual = {"To": OURS, "Date": DATE, "Message-ID": "<m1@mail.kz>", "MIME-Version": "1.0"}
    given = {"From": sender, "Subject": subject, **usual, **{_name(name): value for name, value in headers.items()}}
    return "\r\n".join(_lines(given)).encode() + b"\r\n" + content


def _name(name: str) -> str:
    return {"Message_ID": "Message-ID", "MIME_Version": "MIME-Version"}.get(name, name.replace("_", "-"))


def _lines(headers: Mapping[str, str]) -> list[str]:
    return [f"{_name(name)}: {value}" for name, value in headers.items() if value]
