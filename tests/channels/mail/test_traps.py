"""Inputs that make mail libraries raise, hang, lose bytes or believe too much."""

import base64
import time

import pytest

from chalicelib.channels.email.mail import KEPT_OF_LONG, Mailbox
from chalicelib.channels.email.read_mail import read_mail
from chalicelib.core.errors import BadInput
from tests.support.channels.mail.attacks import ATTACKS, HEAD, TEXT
from tests.support.channels.mail.building import NOW, OURS, file, html, mail, many, part

BUDGET = 20.0
"""Seconds of processor time for a mail of a few megabytes on a busy machine; ours take one or two. What is quadratic in
any of these takes minutes."""


def of(headers: bytes, body: bytes = TEXT):
    return read_mail(headers + body, published=[OURS], now=NOW)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (b"ivan@", Mailbox("", "ivan@")),
        (b"<a@@b.c>", Mailbox("", "<a@@b.c>")),
        (b"<<a@b.c>>", Mailbox("a@b.c")),
        (b"Amina <AMINA@Mail.KZ>", Mailbox("amina@mail.kz", "Amina")),
        (b'"amina@bank.kz" <thief@mail.ru>', Mailbox("thief@mail.ru", "amina@bank.kz")),
        (b"Amina <amina@mail.kz> <thief@mail.ru>", Mailbox("", "Amina <amina@mail.kz> <thief@mail.ru>")),
        (b"amina@mail.kz (Amina (work))", Mailbox("amina@mail.kz", "Amina (work")),
        (b"Ivanov, Ivan <i@mail.kz>", Mailbox("i@mail.kz", "Ivanov, Ivan")),
        (b"Staff: a@mail.kz, b@mail.kz;", Mailbox("", "Staff: a@mail.kz, b@mail.kz;")),
        (b'"x amina"@mail.kz', Mailbox("", '"x amina"@mail.kz')),
        (b"<@@thief.ru>, amina@mail.kz", Mailbox("", "<@@thief.ru>, amina@mail.kz")),
        (b"amina@mail.kz\r\nFrom: thief@mail.ru", Mailbox("", "amina@mail.kz, thief@mail.ru")),
        (b"amina@mail.kz\r\nFrom: Amina <AMINA@mail.kz>", Mailbox("amina@mail.kz")),
        ("Иван <иван@почта.қаз>".encode(), Mailbox("иван@xn--80a1acny.xn--80ao21a", "Иван")),
        (b"a@[127.0.0.1", Mailbox("", "a@[127.0.0.1")),
        (b"a b@mail.kz", Mailbox("b@mail.kz", "a")),
        (b"<@relay.kz:a@mail.kz>", Mailbox("a@mail.kz")),
        ("A <a\u200bb@mail.kz>".encode(), Mailbox("", "A <ab@mail.kz>")),
        ("\u202eзк.марта <a@mail.kz>".encode(), Mailbox("a@mail.kz", "зк.марта")),
        (b"=?utf-8?B?0JjQstCw0L0=?= <a@mail.kz>", Mailbox("a@mail.kz", "Иван")),
        (b"", Mailbox()),
    ],
)
def test_who_wrote(value: bytes, read: Mailbox) -> None:
    assert of(b"From: " + value).sender == read


@pytest.mark.parametrize(
    "header", [b"To: a@[127.0.0.1", b"To: " + b"(" * 10_000, b"Message-ID: <>", b"Date: 99", b"References: <"]
)
def test_a_header_that_is_damaged_costs_itself_alone(header: bytes) -> None:
    read = of(HEAD + header)
    assert (read.sender.address, read.text) == ("amina@mail.kz", "Сәлем")


@pytest.mark.parametrize("value", [b"", b"<>", b"< >"])
def test_a_mail_without_an_id_gets_the_same_one_again(value: bytes) -> None:
    once, again, other = of(HEAD + b"Message-ID: " + value), of(HEAD + b"Message-ID: " + value), of(HEAD, b"\r\n\r\nx")
    assert once.message_id == again.message_id != other.message_id and once.message_id.startswith("made.")


def test_an_id_that_is_too_long_to_keep_still_finds_its_thread() -> None:
    long = b"<" + b"x" * 900 + b"@mail.kz>"
    assert of(HEAD + b"Message-ID: " + long).message_id == of(HEAD + b"In-Reply-To: " + long).in_reply_to


def test_a_bare_carriage_return_makes_no_header() -> None:
    read = of(b"From: amina@mail.kz\r\nSubject: x\rReply-To: thief@mail.ru\r\nTo: info@spoint.kz")
    assert (read.reply_to, read.subject) == (Mailbox(), "x Reply-To: thief@mail.ru")


def test_a_first_line_that_is_no_header_costs_no_header() -> None:
    read = of(b"strange line\r\n" + HEAD)
    assert (read.sender.address, read.text, read.folded) == ("amina@mail.kz", "Сәлем", "strange line")


def test_what_turns_words_around_is_not_shown() -> None:
    read = of(HEAD + "Subject: \u202eabc\x07 \x1b[31mred".encode(), "\r\n\r\na\u202eb\x08c\u2066d\te".encode())
    assert (read.subject, read.text) == ("abc [31mred", "abcd\te")


def test_a_set_of_characters_is_never_a_program() -> None:
    for charset in (b"", b"nope", b"unicode_escape", b"hex", b"idna", b"../x", b"\x00", "ы".encode()):
        read = of(HEAD + b"Content-Type: text/plain; charset=" + charset, b"\r\n\r\n" + "Привет \\x41".encode("cp1251"))
        assert read.text == "Привет \\x41"


def test_bytes_that_no_set_explains_are_kept() -> None:
    read = of(HEAD, b"\r\n\r\n\xcf\xf0\xe8\x98\xe2\xe5\xf2")
    assert (
        read.text == "При\ufffdвет" and read.files[0].data.endswith(b"\x98\xe2\xe5\xf2") and read.notes == ("charset",)
    )


def test_a_mail_in_a_mail_does_not_speak_for_the_outer_one() -> None:
    inner = mail(part("x"), "thief@mail.ru", "Inner", Auto_Submitted="auto-replied", In_Reply_To="<t@t>")
    read = read_mail(mail(many("mixed", part("Own"), part(inner, "message/rfc822"))), published=[OURS], now=NOW)
    assert (read.kind, read.sender.address, read.in_reply_to, read.text) == ("person", "amina@mail.kz", "", "Own")


def test_text_outside_of_the_parts_is_kept_folded() -> None:
    read = read_mail(
        mail(many("mixed", part("Own"), before="Hidden before.\r\n") + b"Hidden after."), published=[OURS], now=NOW
    )
    assert read.text == "Own" and "Hidden before." in read.folded and "Hidden after." in read.folded


def test_a_boundary_that_is_nowhere_leaves_a_text() -> None:
    assert of(HEAD + b"Content-Type: multipart/mixed; boundary=b").text == "Сәлем"
    assert of(HEAD + b"Content-Type: multipart/mixed").text == "Сәлем"


def test_parts_that_are_not_closed_are_read() -> None:
    whole = mail(many("mixed", part("Own"), file(b"%PDF-", "application/pdf", "attachment; filename=a.pdf")))
    read = read_mail(whole[: whole.rindex(b"--=_part_1--")], published=[OURS], now=NOW)
    assert read.text == "Own" and read.files[0].data == b"%PDF-"


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", b"no header at all", bytes(range(256)) * 99, b"\n" * 10])
def test_bytes_without_a_header_are_no_mail(raw: bytes) -> None:
    with pytest.raises(BadInput):
        read_mail(raw, published=[OURS], now=NOW)


def test_more_parts_than_are_read_are_one_file() -> None:
    read = read_mail(mail(many("mixed", *[part("Own")] * 1000)), published=[OURS], now=NOW)
    assert read.text.count("Own") == 400 and read.files[0].data.count(b"Own") == 600 and read.notes == ("parts",)


def test_html_that_costs_too_much_is_a_file_and_the_plain_form_is_read() -> None:
    costly = "<blockquote>" * 20_000 + "x"
    read = read_mail(mail(many("alternative", part("Own"), html(costly))), published=[OURS], now=NOW)
    assert read.text == "Own" and read.files[0].unread == "html" and costly.encode() in read.files[0].data


@pytest.mark.parametrize("raw", ATTACKS.values(), ids=ATTACKS.keys())
def test_no_mail_takes_long(raw: bytes) -> None:
    begun = time.process_time()
    read = read_mail(raw, published=[OURS], now=NOW)
    assert time.process_time() - begun < BUDGET
    assert (
        len(read.text.encode()) <= 100_000 and sum(len(one.data) for one in read.files) <= 4 * len(raw) + KEPT_OF_LONG
    )


def test_base64_in_several_padded_pieces_is_whole() -> None:
    pieces = b"\r\n".join(base64.b64encode(one) for one in (b"first,", b"second!", b"third"))
    assert of(HEAD + b"Content-Transfer-Encoding: base64", b"\r\n\r\n" + pieces).text == "first,second!third"
