"""Stand-in mail server: what SES's inbound endpoint does with mail for this deployment.

SES takes mail for a recipient of whom a receipt rule speaks and refuses the rest while the sender still waits.
Source: Amazon SES Developer Guide, "Email receiving concepts".
"""

import asyncio
from collections.abc import Sequence

from aiosmtpd.smtp import SMTP, Envelope, Session

from infra.definitions import Json
from local.serving import Serving

LARGEST = 40 * 1024 * 1024
"""Bytes of a message, headers included. Source: SES quotas, receiving."""
NO_CHANNEL = "550 5.1.1 Mailbox unavailable: this desk has no e-mail channel yet. Nothing was stored."
NO_RULE = "550 5.1.1 Mailbox unavailable: no receipt rule of the deployed template names it. Nothing was stored."
NOT_HANDED_ON = "451 4.3.0 The local run does not hand mail on. Nothing was stored; keep it."


def receipt_rules(template: Json) -> list[Json]:
    """Return the enabled receipt rules of a template, as their property `Rule`."""
    found = [
        one["Properties"]["Rule"] for one in template["Resources"].values() if one["Type"] == "AWS::SES::ReceiptRule"
    ]
    return [rule for rule in found if rule.get("Enabled")]


def speaks_of(rule: Json, address: str) -> bool:
    """Tell whether a rule is about this recipient: it names the address, its domain, or ".domain" for subdomains.

    Without recipients it is about everybody. Case does not matter.
    """
    wanted = [one.lower() for one in rule.get("Recipients", [])]
    address = address.lower()
    domain = address.rpartition("@")[2]
    return not wanted or any(
        one in (address, domain) or (one.startswith(".") and domain.endswith(one)) for one in wanted
    )


class Inbound:
    """What is answered to each command of a mail; aiosmtpd finds the methods by their names."""

    def __init__(self, rules: Sequence[Json]) -> None:
        self._rules = rules

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse a recipient of whom no rule speaks."""
        if not any(speaks_of(rule, address) for rule in self._rules):
            return NO_RULE if self._rules else NO_CHANNEL
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The one place where a mail is whole and has a rule: what the rule's actions say would be done here.

        No rule is deployed, so no action is played; the sender is told to keep the mail.
        """
        return NOT_HANDED_ON


def mail_server(rules: Sequence[Json], port: int) -> Serving:
    """Return the server of these rules on a port of 127.0.0.1, not started."""

    async def serve(stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        inbound = Inbound(rules)

        def talk() -> SMTP:
            # Without a host name it would ask DNS for the machine's.
            return SMTP(inbound, data_size_limit=LARGEST, hostname="localhost", ident="desk stand-in", loop=loop)

        server = await loop.create_server(talk, "127.0.0.1", port)
        await stop.wait()
        server.close()

    return Serving(f"port {port}", serve)
