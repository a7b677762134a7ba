"""Stand-in of the SMTP endpoint at which SES receives mail.

SES takes mail for a recipient that a receipt rule names and refuses any other during the SMTP session.
Source: Amazon SES Developer Guide, "Email receiving concepts".
"""

import asyncio
from collections.abc import Sequence

from aiosmtpd.smtp import SMTP, Envelope, Session

from infra.definitions import Json
from local.serving import Serving

LARGEST = 40 * 1024 * 1024
"""Largest message in bytes, headers included. Source: SES quotas, receiving."""
NO_CHANNEL = "550 5.1.1 Mailbox unavailable: this desk has no e-mail channel yet. Nothing was stored."
NO_RULE = "550 5.1.1 Mailbox unavailable: no receipt rule of the deployed template names it. Nothing was stored."
NOT_HANDED_ON = "451 4.3.0 The local run does not hand mail on. Nothing was stored; keep it."


def receipt_rules(template: Json) -> list[Json]:
    """Return the property `Rule` of each enabled receipt rule of a template."""
    found = [
        one["Properties"]["Rule"] for one in template["Resources"].values() if one["Type"] == "AWS::SES::ReceiptRule"
    ]
    return [rule for rule in found if rule.get("Enabled")]


def speaks_of(rule: Json, address: str) -> bool:
    """Tell whether a rule applies to this recipient: it names the address, its domain, or ".domain" for subdomains.

    A rule without recipients applies to all. Upper and lower case are the same.
    """
    wanted = [one.lower() for one in rule.get("Recipients", [])]
    address = address.lower()
    domain = address.rpartition("@")[2]
    return not wanted or any(
        one in (address, domain) or (one.startswith(".") and domain.endswith(one)) for one in wanted
    )


class Inbound:
    """Answers SMTP commands; aiosmtpd finds the methods by their names."""

    def __init__(self, rules: Sequence[Json]) -> None:
        self._rules = rules

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse a recipient to whom no rule applies."""
        if not any(speaks_of(rule, address) for rule in self._rules):
            return NO_RULE if self._rules else NO_CHANNEL
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Answer a complete mail: the sender is told to keep it.

        The actions of receipt rules would be played here. No rule is deployed yet, so none is.
        """
        return NOT_HANDED_ON


def mail_server(rules: Sequence[Json], port: int) -> Serving:
    """Return the server of these rules on a port of 127.0.0.1, not started."""

    async def serve(stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        inbound = Inbound(rules)

        def talk() -> SMTP:
            # Without a host name aiosmtpd would look up the machine's name in DNS.
            return SMTP(inbound, data_size_limit=LARGEST, hostname="localhost", ident="desk stand-in", loop=loop)

        server = await loop.create_server(talk, "127.0.0.1", port)
        await stop.wait()
        server.close()

    return Serving(f"port {port}", serve)
