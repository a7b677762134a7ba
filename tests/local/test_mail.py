"""The stand-in mail server: it answers for the deployed template, as SES's inbound endpoint would."""

import smtplib
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infra.definitions import Json
from local.aws.ministack import CannotStart, free_port, is_taken
from local.aws.template import built_template
from local.providers.mail import LARGEST, mail_server, receipt_rules, speaks_of
from tests.support.running import RunningDesk

LETTER = b"From: amina@example.com\r\nTo: help@desk.example\r\nSubject: x\r\n\r\nS\xc3\xa1lem\r\n"
ToDesk = Callable[..., smtplib.SMTP]


def until(met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not met():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


@pytest.fixture
def mail() -> Iterator[ToDesk]:
    """Starts a server of some rules and returns a client that has greeted it."""
    started: list[Any] = []

    def start(*rules: Json) -> smtplib.SMTP:
        port = free_port()
        started.append(mail_server(rules, port).start())
        until(lambda: is_taken(port))
        started.append(smtplib.SMTP("127.0.0.1", port, timeout=10))
        started[-1].ehlo()
        return started[-1]

    yield start
    for one in reversed(started):
        if isinstance(one, smtplib.SMTP):
            one.close()
        else:
            one.stop()


def rcpt(client: smtplib.SMTP, address: str) -> tuple[int, str]:
    client.rset()
    client.mail("amina@example.com")
    code, said = client.rcpt(address)
    return code, said.decode()


def test_the_running_desk_refuses_mail_and_says_why(desk: RunningDesk) -> None:
    with smtplib.SMTP("127.0.0.1", desk.smtp_port, timeout=10) as client:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            client.sendmail("amina@example.com", ["help@desk.example"], LETTER)
        code, said = refused.value.recipients["help@desk.example"]
        assert (code, said[:5]) == (550, b"5.1.1")
        assert b"no e-mail channel" in said and b"Nothing was stored" in said
        client.mail("amina@example.com")
        assert client.docmd("DATA")[0] == 503


def test_listens_on_this_machine_only(mail: ToDesk) -> None:
    client = mail()
    assert client.sock is not None
    port = client.sock.getpeername()[1]
    with socket.socket() as probe:
        # The whole of 127/8 is this machine; a server on all addresses would answer here too.
        assert probe.connect_ex(("127.0.0.2", port)) != 0


def test_a_recipient_without_a_rule_is_refused(mail: ToDesk) -> None:
    client = mail({"Enabled": True, "Recipients": ["help@desk.example"]})
    assert rcpt(client, "HELP@desk.example")[0] == 250
    code, said = rcpt(client, "sales@desk.example")
    assert code == 550 and said.startswith("5.1.1") and "no receipt rule" in said


def test_mail_with_a_rule_is_not_taken_and_forgotten(mail: ToDesk) -> None:
    client = mail({"Enabled": True})
    with pytest.raises(smtplib.SMTPDataError) as kept:
        client.sendmail("amina@example.com", ["help@desk.example"], LETTER)
    assert kept.value.smtp_code == 451


@pytest.mark.parametrize(
    ("recipients", "address", "told"),
    [
        ([], "anybody@desk.example", True),
        (["desk.example"], "help@desk.example", True),
        (["desk.example"], "help@sub.desk.example", False),
        ([".desk.example"], "help@sub.desk.example", True),
        ([".desk.example"], "help@desk.example", False),
        (["Help@Desk.example"], "help@desk.EXAMPLE", True),
        (["desk.example"], "help@otherdesk.example", False),
    ],
)
def test_rules_name_recipients_as_ses_reads_them(recipients: list[str], address: str, told: bool) -> None:
    assert speaks_of({"Recipients": recipients}, address) is told


def test_rules_come_from_the_template() -> None:
    rule = {"Enabled": True, "Recipients": ["desk.example"], "Actions": []}
    resources = {
        "Mail": {"Type": "AWS::SES::ReceiptRule", "Properties": {"RuleSetName": "desk", "Rule": rule}},
        "Off": {"Type": "AWS::SES::ReceiptRule", "Properties": {"RuleSetName": "desk", "Rule": {"Enabled": False}}},
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {}},
    }
    assert receipt_rules({"Resources": resources}) == [rule]
    assert receipt_rules(built_template()) == []


def test_a_mail_too_large_for_ses_is_refused_before_it_is_sent(mail: ToDesk) -> None:
    client = mail({"Enabled": True})
    assert client.esmtp_features["size"] == str(LARGEST)
    assert client.mail("amina@example.com", [f"SIZE={LARGEST + 1}"])[0] == 552


def test_stops_at_once_while_somebody_is_connected() -> None:
    port = free_port()
    server = mail_server([], port).start()
    until(lambda: is_taken(port))
    with smtplib.SMTP("127.0.0.1", port, timeout=10):
        server.stop()
        assert not is_taken(port)
        with pytest.raises(CannotStart, match=str(port)):
            server.check()
