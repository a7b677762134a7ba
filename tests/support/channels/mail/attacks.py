"""Mails of a few megabytes that cost a careless reader minutes: many of something, deep nesting, whatever is compared
pairwise."""

import struct
from email.header import Header

from tests.support.channels.mail.building import file, html, mail, many, part
from tests.support.channels.mail.containers import enclosed, stored, winmail

HEAD = b"From: amina@mail.kz\r\nTo: info@spoint.kz\r\n"
TEXT = b"\r\n\r\n" + "Сәлем".encode()

ATTACKS = (
    {
        "subject of a megabyte": HEAD + b"Subject: " + b"=?utf-8?q?a?= " * 70_000 + TEXT,
        "a header of a long word": HEAD + b"Subject: " + Header("ы" * 200_000, "utf-8").encode().encode() + TEXT,
        "addresses": b"From: a@b.kz\r\nTo: " + b'"a" <a@b.kz>, ' * 100_000 + TEXT,
        "commas": b"From: a@b.kz\r\nTo: " + b"a," * 500_000 + TEXT,
        "comments": b"From: " + b"(" * 500_000 + b")" * 500_000 + b" a@b.kz" + TEXT,
        "quotes": b"From: " + b'"\\"' * 300_000 + TEXT,
        "headers": b"a: b\n" * 400_000,
        "continued headers": b"From: a@b.kz\r\nTo: " + b"a@b.kz,\r\n " * 300_000 + TEXT,
        "parameters": HEAD + b"Content-Type: text/plain" + b';a="' * 300_000 + TEXT,
        "continued parameters": HEAD
        + b"Content-Disposition: attachment"
        + b"".join(b";filename*%d=a" % n for n in range(100_000))
        + TEXT,
        "references": HEAD + b"References: " + b"<a@b> <" * 200_000 + TEXT,
        "parts": HEAD + b"Content-Type: multipart/mixed; boundary=b" + b"\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 300_000,
        "almost boundaries": HEAD + b"Content-Type: multipart/mixed; boundary=b" + b"\r\n\r\n" + b"--bb\r\n" * 500_000,
        "nested parts": HEAD
        + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(30_000)),
        "nested mails": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 100_000,
        "lines": HEAD + b"\r\n" + b"\n" * 3_000_000,
        "quotations": HEAD + b"\r\n" + b"> x\ny\n" * 60_000,
        "introductions": HEAD + b"\r\n" + b"On 1.1. a@b wrote:\n> x\n" * 17_000,
        "labels": HEAD + b"\r\n" + b"From: x\n" * 50_000,
        "signatures": HEAD + b"\r\n" + b"--\n" * 130_000,
        "flowing lines": HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"a \n" * 130_000,
        "padding": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"A=" * 2_000_000,
        "quoted-printable": HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=" * 3_000_000,
        "a container of attributes": mail(
            file(winmail({})[:6] + bytes(3_000_000), "application/ms-tnef", "attachment")
        ),
        "a container that counts to the end of time": mail(
            file(
                winmail({})
                + b"\x01\x03\x90\x06\0\x10\0\0\0\xff\xff\xff\xff\x03\x10\x00\x10\xff\xff\xff\xff\0\0\0\0\0\0",
                "application/ms-tnef",
            )
        ),
    }
    | {
        f"html: {text[:14]}": HEAD + b"Content-Type: text/html\r\n\r\n" + text.encode() * n
        for text, n in {
            "<a href='": 300_000,
            "<div>": 300_000,
            "<blockquote>": 200_000,
            "<table><tr><td>": 100_000,
            "<ul><li>": 200_000,
            "<b>": 500_000,
            "<a href=http://a.kz>x</a>": 100_000,
            "&nbsp; ": 400_000,
            "<p>": 290_000,
            "<!--": 500_000,
            "<br>": 290_000,
            "<p a='": 400_000,
            "x <": 900_000,
        }.items()
    }
    | {
        "many texts": mail(many("mixed", *[part("\n" * 9_000)] * 390)),
        "many texts in html": mail(many("mixed", *[html("<b>x</b>" * 1_200)] * 390)),
        "many parameters": mail(many("mixed", *[part("x", "text/plain" + ';a="' * 2_000)] * 390)),
        "many stray lines": mail(many("mixed", *[b"X: 1\r\n" + b"\x00\n" * 4_000 + b"\r\nx"] * 390)),
        "many pictures": mail(html('<img src="data:image/png;base64,AAAA">' * 90_000)),
        "many files in a container": mail(
            file(winmail(dict.fromkeys(map(str, range(20_000)), b"")), "application/ms-tnef")
        ),
        **{
            f"rtf: {rtf[:14]!r}": mail(many("mixed", *[file(winmail({}, rtf=stored(rtf)), "application/ms-tnef")] * 20))
            for rtf in (
                b"{" * 400_000,
                b"{\\rtf1 " + b"{}" * 500_000,
                b"{\\rtf1 " + b"\\'e0" * 250_000,
                b"{\\rtf1" + b"\\f1 x" * 200_000,
            )
        },
        "rtf that repeats itself": mail(
            file(
                winmail({}, rtf=struct.pack("<IIII", 2_000_012, 2**31, 0x75465A4C, 0) + b"\xff\x00\x0f" * 700_000),
                "application/ms-tnef",
            )
        ),
        "enclosed without an end": mail(file(b"\x30\x80" * 1_000_000, "application/pkcs7-mime")),
        "enclosed in many parts": mail(file(enclosed(b"X: 1\n\nx" * 20_000, parts=160_000), "application/pkcs7-mime")),
        "html in a container": mail(file(winmail({}, html="<blockquote>" * 100_000), "application/ms-tnef")),
        "html: attributes": HEAD
        + b"Content-Type: text/html\r\n\r\n<p "
        + b" ".join(b"a%d=1" % n for n in range(200_000))
        + b">x",
        "html: formatting in paragraphs": HEAD
        + b"Content-Type: text/html\r\n\r\n"
        + b"".join(b"<font size=%d>" % n for n in range(250))
        + b"<p>x" * 200_000,
    }
)
