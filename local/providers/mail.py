"""Stand-in of the SMTP endpoint at which SES receives mail.

SES takes mail for a recipient that a receipt rule names and refuses any other during the SMTP session. In the local run
the company's published mailboxes take mail here, too, as if they forwarded it. Source: Amazon SES Developer Guide,
"Email receiving concepts".
"""

import asyncio
import logging

from aiosmtpd.smtp import SMTP, Envelope, Session

from local.providers.ses.receiving import Receiving
from local.serving import Serving

LARGEST = 40 * 1024 * 1024
"""Largest message in bytes, headers included. Source: SES quotas, receiving."""
LONGEST_LINE = 1 << 20
"""Bytes of a line that are taken: real mails break the 998 of RFC 5321, and SES takes them."""
NO_MAILBOX = "550 5.1.1 Mailbox unavailable: it is no mailbox of this desk. Nothing was stored."
TROUBLE = "451 4.3.0 The embedded AWS did not take the mail. Nothing was stored; send it again."

log = logging.getLogger("local.providers")


class LongLines(SMTP):
    """Takes lines longer than RFC 5321 allows."""

    line_length_limit = LONGEST_LINE


class Inbound:
    """Answers SMTP commands; aiosmtpd finds the methods by their names."""

    def __init__(self, receiving: Receiving) -> None:
        self._receiving = receiving

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse a recipient who is none of the desk."""
        if not self._receiving.takes(address):
            return NO_MAILBOX
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take a complete mail: it lies in the bucket when the answer goes out."""
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content).encode()
        try:
            mail = await asyncio.to_thread(
                self._receiving.take, raw, envelope.mail_from or "", tuple(envelope.rcpt_tos)
            )
        except Exception as error:  # noqa: BLE001 - whoever sends keeps the mail and sends it again
            log.warning("a mail was not taken: %s", type(error).__name__)
            return TROUBLE
        return f"250 OK {mail}"


def mail_server(receiving: Receiving, port: int) -> Serving:
    """Return the server on a port of 127.0.0.1, not started."""

    async def serve(stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        inbound = Inbound(receiving)

        def talk() -> SMTP:
            # Without a host name aiosmtpd would look up the machine's name in DNS.
            return LongLines(inbound, data_size_limit=LARGEST, hostname="localhost", ident="desk stand-in", loop=loop)

        server = await loop.create_server(talk, "127.0.0.1", port)
        await stop.wait()
        server.close()

    return Serving(f"port {port}", serve)
