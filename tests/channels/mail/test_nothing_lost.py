"""Any bytes, any headers, any nesting: only BadInput is raised, and every word of every part is text, folded or in a
file."""

import base64
import itertools
import re
from collections.abc import Callable, Iterator

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chalicelib.channels.email.mail import UNREAD, Mail
from chalicelib.channels.email.read_mail import read_mail
from chalicelib.core.errors import BadInput
from tests.support.channels.mail.answers import ANSWERS, FORWARDS
from tests.support.channels.mail.building import NOW, PUBLISHED, file, html, mail, many, part
from tests.support.channels.mail.containers import enclosed, packed, winmail
from tests.support.channels.mail.letters import LETTERS
from tests.support.channels.mail.machines import MACHINES

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
KINDS = ("person", "reaction", "autoreply", "bounce", "list", "loop")
SHORT = [one.raw for one in (ANSWERS | FORWARDS | MACHINES | LETTERS).values() if len(one.raw) < 20_000]
NAMES = st.sampled_from(
    "From To Cc Subject Date Message-ID In-Reply-To References Reply-To Delivered-To Content-Type Received Precedence"
    " Content-Transfer-Encoding Content-Disposition Auto-Submitted List-Id Return-Path X-Failed-Recipients".split()
)
PIECES = st.sampled_from("<>()[]\"\\,;:@=?*%'/.-_ \t\r\x00éяқ\ud83d\u202ea1") | st.sampled_from(
    ["=?utf-8?B?", "?=", "multipart/mixed", "boundary=b", "charset=", "filename*0*=", "a@b.kz", "base64"]
)
WRITTEN = st.lists(PIECES, max_size=30).map(lambda some: "".join(some).encode("utf-8", "surrogatepass"))
VALUES = WRITTEN | st.binary(max_size=60)


def storable(read: Mail) -> bool:
    """Whether a mail is as its record promises, and can be written anywhere."""
    people = (read.sender, read.reply_to, *read.to, *read.cc)
    shown = (read.subject, *(one.name for one in people), *(one.name for one in read.files))
    ids = (read.message_id, read.in_reply_to, *read.references, *read.recipients, read.sender.address)
    for text in (*shown, *ids, read.text, read.folded):
        text.encode("utf-8")
    assert read.kind in KINDS and (read.bounce is not None) == (read.kind == "bounce") and read.date <= NOW
    assert bool(read.reaction) == (read.kind == "reaction")
    assert all(one.name and not {"/", "\\"} & {*one.name} for one in read.files)
    assert all(one == "charset" or one.startswith("charset:") or one in UNREAD for one in read.notes)
    assert not any("\n" in one or "\r" in one for one in shown)
    return len(read.text.encode()) <= 100_000 and len(read.folded.encode()) <= 100_000


def held(raw: bytes) -> Mail | None:
    """Read a mail; None when it is refused as none."""
    try:
        read = read_mail(raw, published=PUBLISHED, now=NOW)
    except BadInput:
        return None
    assert storable(read)
    return read


@given(st.binary(max_size=400))
@QUICK
def test_any_bytes(raw: bytes) -> None:
    held(raw)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=8), st.binary(max_size=80))
@example([("From", b"ivan@"), ("Message-ID", b"<>")], b"")
@QUICK
def test_any_headers(headers: list[tuple[str, bytes]], rest: bytes) -> None:
    lines = [f"{name}: ".encode() + value.replace(b"\n", b"") for name, value in headers]
    read = held(b"\r\n".join([b"X-First: 1", *lines]) + b"\r\n\r\n" + rest)
    assert read is not None


@given(st.sampled_from(SHORT), st.integers(0, 20_000), st.integers(0, 40), st.binary(max_size=20))
@QUICK
def test_any_change_of_a_real_mail(raw: bytes, at: int, cut: int, put: bytes) -> None:
    at %= len(raw)
    held(raw[:at] + put + raw[at + cut :])


LEAVES: tuple[Callable[[str], bytes], ...] = (
    lambda word: part(f"{word} сөз"),
    lambda word: part(f"> {word}\n{word}own", charset="koi8-r", how="base64"),
    lambda word: part(f"-- \n{word}", how="quoted-printable"),
    lambda word: html(f"<p>Сәлем<blockquote>{word}</blockquote>"),
    lambda word: html(f"<ul><li>{word}</ul>", how="base64"),
    lambda word: html("<blockquote>" * 7_000 + word),
    lambda word: part(f"{word}\n{'x' * 120_000}\n"),
    lambda word: file(word.encode(), "application/pdf", "attachment; filename=a.pdf"),
    lambda word: file(word.encode(), "image/png", "inline", Content_ID="<a@b>"),
    lambda word: part(word, "text/calendar"),
    lambda word: part(word, how="x-unknown"),
    lambda word: file(winmail({"a.txt": word.encode()}), "application/ms-tnef", "attachment"),
    lambda word: file(winmail({}, rtf=packed(b"{\\rtf1 %s}" % word.encode())), "application/ms-tnef", "attachment"),
    lambda word: file(enclosed(part(word)), "application/pkcs7-mime", "attachment; filename=smime.p7m"),
    lambda word: part(word, "message/delivery-status", ""),
    lambda word: part(f"Subject: {word}\n", "text/rfc822-headers"),
    lambda word: part(word, "application/pkcs7-mime", ""),
    lambda word: part(word, "multipart/mixed; boundary=nowhere", ""),
    lambda word: b"%s no header here\r\nat all" % word.encode(),
)


def leaf(serial: Iterator[int]) -> st.SearchStrategy[bytes]:
    """Return parts that each hold a word which stands nowhere else."""
    return st.sampled_from(LEAVES).map(lambda made: made(f"canary{next(serial)}z"))


def tree(serial: Iterator[int]) -> st.SearchStrategy[bytes]:
    """Return any nesting of such parts."""
    number = itertools.count()

    def joined(inner: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
        kinds = st.sampled_from(["mixed", "alternative", "related", "signed", "report", "unheard-of"])
        several = st.builds(
            lambda kind, parts: many(kind, *parts, boundary=f"b{next(number)}z"),
            kinds,
            st.lists(inner, min_size=1, max_size=4),
        )
        return several | inner.map(lambda one: part(mail(one), "message/rfc822", how="7bit"))

    return st.recursive(leaf(serial), joined, max_leaves=12)


@given(tree(itertools.count()))
@QUICK
def test_every_word_of_every_part_is_somewhere(content: bytes) -> None:
    read = held(mail(content))
    assert read is not None
    found = f"{read.text}\n{read.folded}".encode() + b"".join(one.data for one in read.files)
    wanted = set(re.findall(rb"canary\d+z", content)) | set(re.findall(rb"canary\d+z", decoded(content)))
    assert {word for word in wanted if word not in found} == set()


BASE64 = re.compile(rb"(?:^(?:[A-Za-z0-9+/]{4}){1,19}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\r\n)+", re.MULTILINE)


def decoded(content: bytes) -> bytes:
    """Return all that stands in base64 in these parts."""
    return b"\n".join(base64.b64decode(re.sub(rb"\s", b"", one)) for one in BASE64.findall(content))


def test_what_is_sought_in_base64_is_found() -> None:
    assert b"canary1z" in decoded(file(b"canary1z", "application/pdf"))
