"""Receives one body of a provider: verifies it, parses it, and stores every part in the provider's order before the
body is acknowledged. It knows no HTTP: what comes by another way (mail) calls the same."""

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from time import monotonic
from typing import NamedTuple

from chalicelib.channels.contract import Accounts, Channel, Webhook
from chalicelib.channels.parts import IgnoredPart, InboundMessage, Part, StatusUpdate, TemplateChanged, UnparsedPart
from chalicelib.core.clock import SECOND
from chalicelib.core.errors import Forbidden, NotSignedIn, Unavailable
from chalicelib.core.observability import count, log, log_error
from chalicelib.messages.contact_events import ReceiveContactEvent
from chalicelib.messages.ingest import Outcome
from chalicelib.messages.receive_message import ReceiveMessage
from chalicelib.messages.repeated import AT_ONCE, RepeatedParts
from chalicelib.messages.statuses import Statuses
from chalicelib.messages.store import IntakeStore
from chalicelib.vault.secrets import Inbound

STORES_FOR = 6.0
"""Seconds after which no further part of a body is begun: the function has ten, and one call may take four."""


FEW = 10
"""Up to this many parts of a repeated body are recognised one by one, which is as quick as one question for all."""


class Intake(NamedTuple):
    """The parts of intake that a webhook uses. `served` are the channels that the operator's policy admits: what an
    authentic body of another one says is counted and not stored."""

    secrets: Inbound
    store: IntakeStore
    statuses: Statuses
    receive: ReceiveMessage
    change: ReceiveContactEvent
    clock: Callable[[], int]
    repeated: RepeatedParts
    served: Collection[str]

    def receive_body(self, channel: Channel, body: bytes, headers: Mapping[str, str]) -> None:
        """Store what an authentic body says; the names in `headers` are in lower case. Raises NotSignedIn for a body
        that is not the provider's, BadInput for one that cannot be read, and Unavailable."""
        webhook, accounts = self._webhook(channel)
        authentic = webhook.verify(accounts, body, headers)
        if not authentic:
            count("SignatureRejected", channel=channel.id)
            raise NotSignedIn(webhook.refused, code="bad_signature")
        if channel.id not in self.served:
            count("ChannelOff", channel=channel.id)
            return
        self.store_all(webhook.parse(body, authentic, self.clock() // SECOND))

    def answer_challenge(self, channel: Channel, query: Mapping[str, str]) -> str:
        """Return the exact answer by which the provider verifies our address. Raises Forbidden."""
        webhook, accounts = self._webhook(channel)
        answer = webhook.challenge(accounts, query) if webhook.challenge else None
        if answer is None:
            raise Forbidden(webhook.unverified)
        return answer

    def _webhook(self, channel: Channel) -> tuple[Webhook, Accounts]:
        assert channel.webhook is not None  # only channels with one have a route
        return channel.webhook, self.secrets.accounts.get(channel.id, {})

    def store_all(self, parts: Sequence[Part]) -> None:
        """Store every part in the provider's order. Raises Unavailable when one could not be stored, after the others
        were tried: one person's failure must not delay the rest.

        A body may hold more parts than STORES_FOR allows. Then Unavailable is raised as well: the provider sends the
        body again, `repeated` recognises the stored parts by the hundred, and the rest is stored. Parts that leave no
        row (of suppressed or unknown people, or unparsed) cannot be recognised and take their time on every
        repetition. So a body whose first part was stored before goes on at a random place behind it: no part stays
        behind the slow ones for ever.
        """
        failed: Unavailable | None = None
        until = monotonic() + STORES_FOR
        known: set[int] = set()
        asked = 0
        parts = list(parts)
        for place, part in enumerate(parts):
            if place in known:
                count("Inbound", channel=part.channel, outcome=_again(part))
                continue
            if monotonic() > until:
                count("Inbound", channel=part.channel, outcome="out_of_time")
                raise Unavailable("There was no time for all of it. Send it again: what is stored is not stored twice.")
            try:
                outcome = self._store(part)
            except Unavailable as error:
                failed, outcome = error, "unavailable"
            except Exception as error:  # noqa: BLE001 - logged and answered 5xx, after the others are stored
                log_error("failed", error, channel=part.channel)
                count("UnexpectedError", route=f"/webhooks/{part.channel}")
                failed, outcome = Unavailable("A part could not be stored; send it again."), "failed"
            count("Inbound", channel=part.channel, outcome=outcome)
            if not place and len(parts) > FEW and not _news(part, outcome):
                start = random.randrange(1, len(parts))
                parts[1:] = parts[start:] + parts[1:start]
            if outcome == _again(part) and place >= asked and len(parts) - place > FEW:
                ahead = parts[place + 1 : place + 1 + AT_ONCE]
                asked = place + 1 + len(ahead)
                known = {place + 1 + one for one in self.repeated.already_stored(ahead)}
        if failed:
            raise failed

    def _store(self, part: Part) -> str:
        if isinstance(part, InboundMessage):
            outcome = self.receive(part)
            return part.kind if outcome is Outcome.STORED else self._refused(part, outcome)
        if isinstance(part, StatusUpdate):
            return "status" if self.statuses.apply(part, self.clock()) else _again(part)
        if isinstance(part, UnparsedPart):
            self.store.keep_unparsed(part.channel, part.account, part.raw_type, part.raw, self.clock())
            return "unclear"
        if isinstance(part, IgnoredPart):
            log("acknowledged", channel=part.channel, reason=part.reason)
            return "acknowledged"
        if isinstance(part, TemplateChanged):
            from chalicelib.provider_templates.changes import apply_change

            return "template" if apply_change(self.store.tables, part) else "template_known"
        changed = self.change(part)
        if changed is None:
            return "acknowledged"
        return "change" if changed is Outcome.STORED else self._refused(part, changed)

    def _refused(self, part: Part, outcome: Outcome) -> str:
        if outcome is Outcome.FENCED:
            count("Fenced", channel=part.channel)
        return outcome.value


def _again(part: Part) -> str:
    """Return the outcome of a part that changed nothing, most likely because it was stored before."""
    return "status_known" if isinstance(part, StatusUpdate) else Outcome.DUPLICATE.value


def _news(part: Part, outcome: str) -> bool:
    """Whether the outcome proves that the part is new."""
    return (isinstance(part, InboundMessage) and outcome == part.kind) or outcome == "status"
