"""BuildInventory (state FreezeInventory): writes down what there is of the person before anything is destroyed."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.channels.registry import ADDRESS_KINDS
from chalicelib.contacts.search_words import contact_words
from chalicelib.core.observability import count, log
from chalicelib.erasure.inventory import Inventories, PersonRows, identities_context
from chalicelib.erasure.task import TaskFailed
from chalicelib.privacy.mailbox.writes import MailboxWrites
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.suppression.model import ReplyMailbox
from chalicelib.vault import encryption
from chalicelib.vault.encryption import CannotOpen, Vault, fingerprint, seal, unseal
from chalicelib.vault.model import ContactKey

if TYPE_CHECKING:
    from chalicelib.dynamo.builder import Write
    from chalicelib.privacy.requests.store import RequestStore


@dataclass(frozen=True)
class BuildInventory:
    """Writes the inventory of a person behind the write barrier, once. The vault opens the person's addresses for it.

    A number may have changed, or have got another owner, since the mailbox was made. Then the same transaction gives
    the mailbox the current addresses: they do not change behind the barrier, and nobody could open them later.
    """

    requests: "RequestStore"
    store: Inventories
    mailbox: MailboxWrites
    vault: Callable[[], Vault]
    clock: Callable[[], int]

    def __call__(self, request_id: str) -> dict[str, str]:
        """Return {"outcome": "frozen"}. Raises Unavailable, and TaskFailed (not_fenced)."""
        request = self.requests.get(request_id)
        if request is not None and request.done(Step.INVENTORIED):
            return {"outcome": "frozen"}  # a later run may pass here when the mailbox is destroyed
        if request is None or not request.done(Step.WRITES_BLOCKED) or request.box is None:
            raise TaskFailed("not_fenced")
        now = self.clock()
        person = self.store.look(request, now)
        opened = self._opened(request.contact_id, person.key, person.contact)
        text = json.dumps(_identities(opened), ensure_ascii=False, separators=(",", ":"))
        sealed = seal(request.box.public_key, identities_context(request_id), text.encode())
        public = person.key.get("public_key", b"")
        moved = self._moved(request.box, person, opened)
        self.store.write(request, person, sealed, fingerprint(public) if public else "", now, moved)
        return {"outcome": "frozen"}

    def _moved(self, box: ReplyMailbox, person: PersonRows, opened: Mapping[str, str]) -> "list[Write]":
        """Return the write that gives the mailbox the person's addresses, when it has others; none when theirs do not
        open."""
        if not opened or not person.box:
            return []
        addresses, before = _addresses(opened), _addresses(self._opened(box.contact_id, person.box_key, person.box))
        return [self.mailbox.readdress(box, addresses)] if addresses != before else []

    def _opened(self, contact_id: str, key: Mapping[str, Any], contact: Mapping[str, Any]) -> dict[str, str]:
        """Return profile and addresses of a contact in the clear; none when they do not open, because a damaged value
        must not keep the rest from being destroyed."""
        if not key or not contact:
            return {}
        sealed = ContactKey(contact_id, key["public_key"], key["sealed_private"], key["vault_id"])
        try:
            private = self.vault().open_contact_key(sealed)
            return {
                name: unseal(private, encryption.contact_attribute(contact_id, name), contact[name]).decode()
                for name in ("profile", *ADDRESS_KINDS)
                if contact.get(name)
            }
        except CannotOpen as error:
            log("cannot_open", level=logging.ERROR, contact_id=contact_id, code=error.code)
            count("CannotOpen")
            return {}


def _addresses(opened: Mapping[str, str]) -> dict[str, str]:
    return {kind: opened[kind] for kind in ADDRESS_KINDS if opened.get(kind)}


def _identities(opened: Mapping[str, str]) -> dict[str, Any]:
    """Return the person's addresses and words in the clear, which the verifier needs."""
    profile = json.loads(opened.get("profile", "{}"))
    words = contact_words(profile.get("name", ""), profile.get("username", ""),
                          _addresses(opened))  # fmt: skip
    addresses = [{"kind": kind, "value": value} for kind, value in _addresses(opened).items()]
    return {"addresses": addresses, "words": sorted(words)}
