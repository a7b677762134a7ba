"""Builds the row of an answer to somebody of whom nothing is stored: a visitor, who opened the chat or looked at the
menu.

The row is named by the pseudonym of the provider's id of what arrived, so that a repetition meets it. What it holds of
the person, the address and the text, is sealed to the vault and goes with the delivery
(outbox/visitors/answer_visitor.py).
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

from chalicelib.channels.parts import InboundMessage, Started
from chalicelib.channels.registry import ADDRESS_KINDS, channel
from chalicelib.core.addresses import Address
from chalicelib.core.clock import DAY, SECOND
from chalicelib.dynamo.builder import Builder, Write
from chalicelib.dynamo.schema import SENDING, VISITOR
from chalicelib.messages.ingest import VisitorAnswer
from chalicelib.messages.page_limit import MOST_MAILS, one_more
from chalicelib.vault import encryption
from chalicelib.vault.encryption import fingerprint, seal_json
from chalicelib.vault.pseudonyms import AddressKey

KEPT = DAY
"""Time (ms) for which a row stands in for what arrived."""


class VisitorRows:
    """Builds these rows. `vault_public` is the vault's public key."""

    def __init__(self, tables: Builder, address_key: AddressKey, vault_public: bytes) -> None:
        self._build = tables
        self._address_key = address_key
        self._vault_public = vault_public

    def answer(self, part: InboundMessage | Started, answer: VisitorAnswer, now: int) -> Write:
        """Put an answer to a part, on the condition that it is the first."""
        name = self._address_key.message(part.channel, part.account, part.provider_id)
        content, vault_id = self.sealed(name, part, answer)
        key = VISITOR.key(name)
        return self._build.put("message", key, visitor_row(key.pk, content, vault_id, part.channel, part.account, now))

    def limits(self, names: Iterable[str], now: int) -> Iterator[Write]:
        """Yield the writes that count an answer to these addresses today, and are refused beyond MOST_MAILS: whoever
        forges the address of a mail has us write to its owner."""
        day = now // DAY
        for name in names:
            yield one_more(self._build, sha256(f"{name}|{day}".encode()).hexdigest(), (day + 2) * DAY, MOST_MAILS)

    def sealed(self, name: str, part: InboundMessage | Started, answer: VisitorAnswer) -> tuple[bytes, str]:
        """Return the content of a row of this name, sealed to the vault, and which key of the vault that is."""
        address = _sent_to(part.author.addresses)
        press = part.details.get("callback_id") if isinstance(part, InboundMessage) else ""
        content = {
            "kind": address.kind,
            "address": address.value,
            "text": answer.text,
            "buttons": [one._asdict() for one in answer.buttons],
            "press": press,
            "language": answer.language,
        }
        if isinstance(part, InboundMessage) and channel(part.channel).threads:
            content |= {"answers": part.provider_id, "subject": str(part.details.get("subject", ""))}
        sealed = seal_json(self._vault_public, encryption.visitor_content(name), content)
        return sealed, fingerprint(self._vault_public)


def visitor_row(pk: str, content: bytes, vault_id: str, channel: str, account: str, now: int) -> dict[str, Any]:
    """Return the row of an answer with this partition key, which is due at once."""
    from chalicelib.dynamo.schema.lists import dates  # most bodies need no date

    return {
        "content": content,
        "vault_id": vault_id,
        "channel": channel,
        "account": account,
        "due": SENDING,
        "due_at": now,
        "queued_at": now,
        "attempts": 0,
        **dates(pk, (now + KEPT) // SECOND),
    }


def _sent_to(addresses: tuple[Address, ...]) -> Address:
    """Return the address to which messages are sent: of the kinds that a person has, the one that is preferred."""
    return min(addresses, key=lambda one: ADDRESS_KINDS.index(one.kind))
