"""The stand-in mail server: it takes what SES would take for the desk, as SES's inbound endpoint would."""

import smtplib
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from local.aws.ministack import CannotStart, free_port, is_taken
from local.providers.mail import LARGEST, mail_server
from local.seed import MAIL_DOMAIN
from tests.support.running import RunningDesk

LETTER = b"From: amina@example.com\r\nTo: info@spoint.kz\r\nSubject: x\r\n\r\nS\xc3\xa1lem\r\n"


class Taking:
    """Takes mails for two addresses, or fails."""

    def __init__(self) -> None:
        self.taken: list[tuple[bytes, str, Sequence[str]]] = []
        self.fails = False

    def takes(self, address: str) -> bool:
        return address in ("info@spoint.kz", f"anybody@{MAIL_DOMAIN}")

    def take(self, raw: bytes, sender: str, recipients: Sequence[str]) -> str:
        if self.fails:
            raise OSError("no bucket")
        self.taken.append((raw, sender, recipients))
        return "m1"


def until(met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not met():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


@pytest.fixture
def taking() -> Taking:
    return Taking()


@pytest.fixture
def mail(taking: Taking) -> Iterator[smtplib.SMTP]:
    """A client that has greeted the server."""
    port = free_port()
    server = mail_server(taking, port).start()  # type: ignore[arg-type]
    until(lambda: is_taken(port))
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.ehlo()
        yield client
    server.stop()


def test_a_mail_to_the_running_desk_becomes_a_ticket(desk: RunningDesk) -> None:
    with smtplib.SMTP("127.0.0.1", desk.smtp_port, timeout=10) as client:
        client.sendmail("amina@example.com", ["info@spoint.kz"], LETTER)
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            client.sendmail("amina@example.com", ["help@elsewhere.example"], LETTER)
        code, said = refused.value.recipients["help@elsewhere.example"]
        assert (code, said[:5]) == (550, b"5.1.1") and b"Nothing was stored" in said


def test_listens_on_this_machine_only(mail: smtplib.SMTP) -> None:
    assert mail.sock is not None
    port = mail.sock.getpeername()[1]
    with socket.socket() as probe:
        # The whole of 127/8 is this machine; a server on all addresses would answer here too.
        assert probe.connect_ex(("127.0.0.2", port)) != 0


def test_a_mail_is_handed_on_whole_with_its_envelope(mail: smtplib.SMTP, taking: Taking) -> None:
    long = LETTER + b"x" * 5000 + b"\r\n"
    mail.sendmail("amina@example.com", ["info@spoint.kz", f"anybody@{MAIL_DOMAIN}"], long)
    assert taking.taken == [(long, "amina@example.com", ("info@spoint.kz", f"anybody@{MAIL_DOMAIN}"))]


def test_a_mail_that_is_not_taken_stays_with_its_sender(mail: smtplib.SMTP, taking: Taking) -> None:
    taking.fails = True
    with pytest.raises(smtplib.SMTPDataError) as kept:
        mail.sendmail("amina@example.com", ["info@spoint.kz"], LETTER)
    assert kept.value.smtp_code == 451


def test_a_mail_too_large_for_ses_is_refused_before_it_is_sent(mail: smtplib.SMTP) -> None:
    assert mail.esmtp_features["size"] == str(LARGEST)
    assert mail.mail("amina@example.com", [f"SIZE={LARGEST + 1}"])[0] == 552


def test_stops_at_once_while_somebody_is_connected(taking: Any) -> None:
    port = free_port()
    server = mail_server(taking, port).start()
    until(lambda: is_taken(port))
    with smtplib.SMTP("127.0.0.1", port, timeout=10):
        server.stop()
        assert not is_taken(port)
        with pytest.raises(CannotStart, match=str(port)):
            server.check()
