"""Mails as SES gets them: in their thread, safe whatever they hold, and with our own error for every refusal."""

import base64
import re
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from io import BytesIO
from typing import Any

import pytest

from chalicelib.channels.base import (
    ChoicePart,
    FileBody,
    FilePart,
    OutboundMessage,
    OutboundPart,
    SendError,
    TextPart,
    Thread,
)
from chalicelib.channels.email.reply_address import conversation_of, reply_address
from chalicelib.channels.email.send import MailSender
from chalicelib.channels.email.told import TAG, brief
from chalicelib.channels.parts import Button
from chalicelib.core.addresses import Address
from tests.channels.conformance.checks import REFERENCE, of_aws
from tests.support.channels.mails import DOMAIN, MAILBOX, NURLAN, REPLY_KEY, event
from tests.support.channels.provider import Provider

CONVERSATION = REFERENCE.partition(".")[0]
TEXT = "Жауап <b>&amp;\n.\nЕкінші жол"


def message(*parts: OutboundPart, **more: Any) -> OutboundMessage:
    return OutboundMessage(
        DOMAIN, Address("mail", more.pop("to", NURLAN)), parts or (TextPart(TEXT),), REFERENCE, **more
    )


def sent(provider: Provider, given: OutboundMessage, sent_from: str = f"sPoint Қолдау <{MAILBOX}>") -> EmailMessage:
    provider.default = lambda call: {"MessageId": "0102-000000"}
    result = MailSender(of_aws("sesv2", provider.address), sent_from).send(given, REPLY_KEY)
    assert result.provider_id == "0102-000000@eu-central-1.amazonses.com"
    call = provider.calls[-1].payload
    assert call["Destination"] == {"ToAddresses": [NURLAN]}
    assert call["FeedbackForwardingEmailAddress"] == f"bounces@{DOMAIN}"
    found = message_from_bytes(base64.b64decode(call["Content"]["Raw"]["Data"]), policy=default)
    assert isinstance(found, EmailMessage)
    return found


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_ses_is_asked_to_tell_what_becomes_of_a_mail_by_our_reference_alone(provider: Provider) -> None:
    provider.default = lambda call: {"MessageId": "0102-000000"}
    client = of_aws("sesv2", provider.address)
    for reference in (REFERENCE, f"{REFERENCE}.2"):
        MailSender(client, MAILBOX, "desk-mail").send(replace(message(), reference=reference), REPLY_KEY)
        given = provider.calls[-1].payload
        assert given["ConfigurationSetName"] == "desk-mail"
        (tag,) = given["EmailTags"]
        assert tag["Name"] == TAG and re.fullmatch("[A-Za-z0-9_-]{1,256}", tag["Value"])
        assert brief(event("Delivery", reference))["message"] == reference
    MailSender(client, MAILBOX).send(message(), REPLY_KEY)
    assert "ConfigurationSetName" not in provider.calls[-1].payload


def test_an_answer_is_in_its_thread_and_can_be_answered(provider: Provider) -> None:
    mail = sent(provider, message(quote="m2@example.kz", thread=Thread("Шот туралы", ("m1@example.kz",))))
    assert mail["Subject"] == "Re: Шот туралы"
    assert (mail["In-Reply-To"], mail["References"]) == ("<m2@example.kz>", "<m1@example.kz> <m2@example.kz>")
    assert mail["Reply-To"] == reply_address(REPLY_KEY, DOMAIN, CONVERSATION)
    assert mail["X-Helpdesk-Loop"] and "Auto-Submitted" not in mail
    assert body(mail, "plain") == TEXT
    assert "&lt;b&gt;&amp;amp;" in body(mail, "html") and "<b>" not in body(mail, "html")


def test_a_notice_says_that_nobody_wrote_it(provider: Provider) -> None:
    assert sent(provider, message(automatic=True))["Auto-Submitted"] == "auto-replied"


@pytest.mark.parametrize("subject", ["a\r\nBcc: all@example.kz", "a\x00b\x85c\u2028d", "Re: " + "ұ" * 900])
def test_a_subject_breaks_no_header(provider: Provider, subject: str) -> None:
    mail = sent(provider, message(thread=Thread(subject), quote="x\r\nBcc: y@example.kz"))
    assert "Bcc" not in mail and len(mail["Subject"]) <= 200 and "In-Reply-To" not in mail
    raw = base64.b64decode(provider.calls[-1].payload["Content"]["Raw"]["Data"])
    assert max(map(len, raw.split(b"\r\n"))) <= 998 and b"\n" not in raw.replace(b"\r\n", b"")


def test_a_part_of_a_mail_is_answered_by_the_id_of_the_mail(provider: Provider) -> None:
    assert sent(provider, message(quote="m2@example.kz#3"))["In-Reply-To"] == "<m2@example.kz>"


def test_buttons_are_links_that_write_to_the_signed_address(provider: Provider) -> None:
    given = message(TextPart("?"), ChoicePart((Button("ask.no", "Жоқ & болды"),)))
    page = body(sent(provider, given), "html")
    assert f"mailto:{reply_address(REPLY_KEY, DOMAIN, CONVERSATION)}?subject=" in page and "%5Bask.no%5D" in page


def test_a_file_goes_with_its_text(provider: Provider) -> None:
    data = b"%PDF" * 1000
    given = message(TextPart("Мынау"), FilePart("шот\r\nX: y.pdf", "application/pdf", len(data)),
                    open_file=lambda: FileBody(BytesIO(data).read, len(data)))  # fmt: skip
    mail = sent(provider, given)
    (file,) = mail.iter_attachments()
    assert file.get_content() == data and file.get_filename() == "шотX: y.pdf"
    assert body(mail, "plain") == "Мынау" and "X" not in mail


@pytest.mark.parametrize(
    "to", ["", "a@b@c", "a b@example.kz", "нурлан@example.kz", "a@example.kz\r\nBcc: b@example.kz"]
)
def test_an_address_that_ses_cannot_write_to_is_refused_without_a_call(provider: Provider, to: str) -> None:
    with pytest.raises(SendError) as refused:
        MailSender(of_aws("sesv2", provider.address), MAILBOX).send(message(to=to), REPLY_KEY)
    assert refused.value.permanent and not provider.calls


@pytest.mark.parametrize(
    ("status", "code", "words", "permanent", "stops"),
    [
        (400, "MessageRejected", "Email address is not verified.", False, True),
        (400, "MessageRejected", f"Rejected: {NURLAN}", True, False),
        (400, "SendingPausedException", "Paused.", False, True),
        (429, "TooManyRequestsException", "Slow down.", False, False),
        (500, "InternalFailure", "", False, False),
        (403, "SomethingNew", "", True, False),
    ],
)
def test_refusals_are_told_apart_and_name_nobody(
    provider: Provider,
    status: int,
    code: str,
    words: str,
    permanent: bool,
    stops: bool,
) -> None:
    provider.fail(status, {"message": words}, {"x-amzn-errortype": code})
    with pytest.raises(SendError) as refused:
        MailSender(of_aws("sesv2", provider.address), MAILBOX).send(message(), REPLY_KEY)
    error = refused.value
    assert (error.permanent, error.stops_channel, error.ambiguous) == (permanent, stops, False)
    assert NURLAN not in f"{error} {error.said} {error.__cause__} {error.__context__}"


@pytest.mark.parametrize(("answer", "ambiguous"), [(None, True), ("drop", True)])
def test_a_lost_answer_is_ambiguous_and_a_refused_connection_is_not(
    provider: Provider, nobody: str, answer: str | None, ambiguous: bool
) -> None:
    provider.answers.append(answer)
    for address, expected in ((provider.address, ambiguous), (nobody, False)):
        with pytest.raises(SendError) as lost:
            MailSender(of_aws("sesv2", address), MAILBOX).send(message(), REPLY_KEY)
        assert (lost.value.ambiguous, lost.value.permanent) == (expected, False)


def test_a_signed_address_opens_for_its_own_conversation_alone() -> None:
    part = reply_address(REPLY_KEY, DOMAIN, CONVERSATION).partition("@")[0]
    assert len(part) <= 64 and conversation_of(REPLY_KEY, DOMAIN, part) == CONVERSATION
    for wrong in (part[:-1] + ("a" if part[-1] != "a" else "b"), part.replace(CONVERSATION, "0" * 20), "r..", ""):
        assert conversation_of(REPLY_KEY, DOMAIN, wrong) is None
    assert conversation_of("", DOMAIN, reply_address("", DOMAIN, CONVERSATION).partition("@")[0]) is None
