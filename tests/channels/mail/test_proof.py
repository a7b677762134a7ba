"""What SES has proved about who wrote a mail, and what a sender writes to be taken for somebody else."""

import pytest

from chalicelib.channels.email.proof import is_proved
from chalicelib.channels.letters import Envelope

SIGNED = "dkim=pass header.i=@example.kz;"
TRACE = (
    "Return-Path: <a@example.kz>\r\n"
    "Received: from out.example.kz (out.example.kz [192.0.2.1])\r\n by inbound-smtp.eu-central-1.amazonaws.com\r\n"
    " for info@spoint.kz; Mon, 30 Nov 2026 10:00:00 +0000 (UTC)\r\n"
    "X-SES-Spam-Verdict: PASS\r\nX-SES-Virus-Verdict: PASS\r\n"
    "Received-SPF: pass (spfCheck: domain of example.kz designates 192.0.2.1 as permitted sender) helo=out;\r\n"
)
SPF = (
    "spf=pass (spfCheck: domain of example.kz designates 192.0.2.1 as permitted sender)"
    " client-ip=192.0.2.1; envelope-from={}; helo={};"
)
MAIL = "X-SES-RECEIPT: AEFBQUFB\r\n{}From: Amina <amina@example.kz>\r\nSubject: x\r\n\r\nx\r\n"


def results(*lines: str, authority: str = "amazonses.com", sent: str = "a@example.kz", helo: str = "out") -> str:
    return "Authentication-Results: " + "\r\n ".join([f"{authority};", SPF.format(sent, helo), *lines]) + "\r\n"


def proved(raw: str, *, dmarc: str = "GRAY", dkim: str = "PASS", domain: str = "example.kz") -> bool:
    return is_proved(Envelope("b/files/m", {"spf": "PASS", "dkim": dkim, "dmarc": dmarc}), raw.encode(), domain)


def mail(*lines: str, brought: str = "", **more: str) -> str:
    return TRACE + results(*lines, **more) + MAIL.format(brought)


@pytest.mark.parametrize("dmarc", ["GRAY", "PROCESSING_FAILED"])
def test_a_signature_of_the_domain_in_from_proves_it_without_a_record(dmarc: str) -> None:
    none = "dmarc=none header.from=example.kz;"
    assert proved(mail(SIGNED, none), dmarc=dmarc)
    assert proved(mail("dkim=pass header.i=@sender.example;", SIGNED, none), dmarc=dmarc)
    assert proved(mail("dkim=fail header.i=@example.kz;", SIGNED, none), dmarc=dmarc)
    assert proved(mail(f"{SIGNED} {none}"), dmarc=dmarc)
    assert proved(mail(SIGNED, none).replace("\r\n", "\n"), dmarc=dmarc)


def test_dmarc_proves_alone_and_its_failure_is_never_outweighed() -> None:
    assert proved("Subject: x\r\n\r\n", dmarc="PASS", dkim="FAIL")
    assert not proved(mail(SIGNED), dmarc="FAIL")
    assert not proved(mail(SIGNED), dmarc="")


@pytest.mark.parametrize(
    "raw",
    [
        mail("dkim=pass header.i=@thief.kz;"),
        mail("dkim=pass header.i=@mail.example.kz;"),
        mail("dkim=pass header.i=@kz;"),
        mail("dkim=pass header.i=@example.kz.thief.kz;"),
        mail("dkim=permerror header.i=@example.kz;"),
        mail(),
        mail(SIGNED, authority="mx.thief.kz"),
        mail(SIGNED, authority="amazonses.com.thief.kz"),
        mail(SIGNED, authority="x amazonses.com"),
    ],
)
def test_a_signature_of_somebody_else_or_by_somebody_elses_word_proves_nothing(raw: str) -> None:
    assert not proved(raw)


@pytest.mark.parametrize("field", ["sent", "helo"])
@pytest.mark.parametrize(
    "words",
    [
        f"x; {SIGNED}",
        f'"x; {SIGNED} "@thief.kz',
        f"x;\t{SIGNED}\t",
        f"x) {SIGNED} (",
        "x; arc=pass header.i=@example.kz",
    ],
)
def test_what_a_sender_says_in_smtp_is_no_check(field: str, words: str) -> None:
    assert not proved(mail("dkim=pass header.i=@thief.kz;", **{field: words}))


def test_headers_that_the_sender_has_brought_are_not_read() -> None:
    forged = results(SIGNED)
    assert not proved(mail("dkim=pass header.i=@thief.kz;", brought=forged))
    assert not proved(TRACE + MAIL.format(forged)), "SES has written none"
    assert not proved(f"{TRACE}Received: from a by b\r\n{forged}" + MAIL.format(""))
    assert not proved(f"Subject: x\r\n{forged}" + MAIL.format(""))
    assert not proved(TRACE + "ARC-Seal: i=1; cv=pass\r\n" + forged)
    arc = "ARC-Authentication-Results: i=1; amazonses.com; dkim=pass header.i=@example.kz\r\n"
    assert not proved(mail("dkim=pass header.i=@thief.kz;", brought=arc))


def test_a_header_with_a_line_of_another_form_proves_nothing() -> None:
    for line in (
        "arc=pass;",
        "dkim=pass header.i=@example.kz; spf=pass x;",
        'dkim=pass reason="x" header.i=@thief.kz;',
    ):
        assert not proved(mail(SIGNED, line))


def test_the_verdict_of_the_event_must_say_so_too() -> None:
    for verdict in ("FAIL", "GRAY", ""):
        assert not proved(mail(SIGNED), dkim=verdict)
    assert not proved(mail(SIGNED), domain="")


def test_a_mail_that_is_one_long_header_costs_nothing() -> None:
    assert not proved("Authentication-Results: amazonses.com;\r\n" + " dkim=x " * 200_000)
    assert not proved("\r\n" * 200_000) and not proved(":" * 1_000_000)
