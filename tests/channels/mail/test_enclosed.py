"""Words that are packed: RTF in a winmail.dat, and mails that their signature encloses. Nothing is believed of them."""

import datetime
import struct

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.channels.email.packed.rtf import MOST, text_of, unpack, words_of
from chalicelib.channels.email.packed.smime import signed_content
from tests.support.channels.mail.building import part
from tests.support.channels.mail.containers import HELLO, enclosed, packed, stored

QUICK = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
MAIL = part("Сәлем")


def test_microsofts_own_example_is_unpacked_and_read() -> None:
    assert unpack(HELLO) == (b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n", True)
    assert words_of(HELLO) == ("hello world", True)
    assert words_of(stored(b"{\\rtf1 plain}")) == ("plain", True)
    assert words_of(packed(b"{\\rtf1 packed}")) == ("packed", True)


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (rb"{\rtf1\ansi\ansicpg1251 \'cf\'f0\'e8\'e2\'e5\'f2}", "Привет"),
        (rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset204 A;}{\f1 B;}}\f0 \'cf\'f0\f1 x\'e9}", "Прxé"),
        (rb"{\rtf1\ansicpg1252{\fonttbl{\f3\fcharset204 A;}}{\f3 \'cf}\'e9\plain\'e9}", "Пéé"),
        (rb"{\rtf1 \u1178?\u-10179?\u-8704?\uc2\u1178ab c}", "Қ😀Қ c"),
        (rb"{\rtf1 a\par b\line c\tab d\~e\_f\{g\}\\}", "a\nb\nc\td\u00a0e-f{g}\\"),
        (rb"{\rtf1{\info{\title secret}}{\*\htmltag64 <p>}seen{\pict ffff}\bin3 }}}{\b too}}", "seentoo"),
        (rb"{\rtf1\fromhtml1{\*\htmltag84 b}\htmlrtf {\b \htmlrtf0 bold\htmlrtf }\htmlrtf0 {\*\htmltag92 x}}", "bold"),
        (b"{\\rtf1 a\r\nb}", "ab"),
        (b"no rtf", ""),
    ],
)  # fmt: skip
def test_rtf_is_read_as_words(rtf: bytes, text: str) -> None:
    assert text_of(rtf) == text


def test_what_is_cut_or_longer_than_may_be_is_not_whole() -> None:
    assert words_of(HELLO[:-8])[1] is False
    assert words_of(b"") == ("", False)
    assert words_of(struct.pack("<IIII", 12, 5, 7, 0)) == ("", False)
    long = b"{\\rtf1 " + b"x" * (MOST + 10) + b"}"
    for one in (stored(long), packed(long)):
        text, whole = words_of(one)
        assert not whole and 0 < len(text) <= MOST


@given(st.binary(max_size=300), st.binary(max_size=60))
@QUICK
def test_any_bytes_are_read_and_what_comes_out_can_be_stored(data: bytes, rest: bytes) -> None:
    for one in (data, b"{\\rtf1" + data, HELLO[:16] + data):
        text, _ = words_of(stored(one))
        text.encode("utf-8")
        words_of(one)
    signed_content(data)
    signed_content(enclosed(MAIL)[: len(data)] + rest)


@given(st.integers(0, 400), st.integers(0, 20), st.binary(max_size=12), st.integers(0, 4))
@QUICK
def test_any_change_of_a_signature_gives_content_or_none(at: int, cut: int, put: bytes, parts: int) -> None:
    raw = enclosed(MAIL, parts=parts)
    found = signed_content(raw[: at % len(raw)] + put + raw[at % len(raw) + cut :])
    assert found is None or len(found) <= len(raw) + len(put)


@pytest.mark.parametrize("parts", [0, 1, 2, 7])
def test_the_enclosed_mail_is_taken_out_with_and_without_lengths(parts: int) -> None:
    assert signed_content(enclosed(MAIL, parts=parts)) == MAIL
    assert signed_content(enclosed(MAIL, parts=parts)[:-20]) is None or not parts
    assert signed_content(enclosed(MAIL, parts=parts, kind="2a864886f70d010703")) is None, "it is encrypted"


def test_a_real_signature_is_opened_and_a_detached_one_holds_nothing() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Amina")])
    now = datetime.datetime(2026, 11, 30, tzinfo=datetime.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    signer = (
        pkcs7.PKCS7SignatureBuilder().set_data(MAIL).add_signer(made.sign(key, hashes.SHA256()), key, hashes.SHA256())
    )
    assert signed_content(signer.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])) == MAIL
    assert signed_content(signer.sign(Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature])) is None
