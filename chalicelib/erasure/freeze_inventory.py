"""FreezeInventory: what there is of the person is written down, store by store, before anything is destroyed."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.domain.people import ContactKey
from chalicelib.domain.privacy import Request, Step
from chalicelib.domain.search_words import contact_words
from chalicelib.erasure.task import TaskFailed, run
from chalicelib.observability import count, log
from chalicelib.storage import sealing
from chalicelib.storage.inventory import Inventories, Person, identities_place
from chalicelib.storage.vault import CannotOpen, Vault, fingerprint, seal, unseal

if TYPE_CHECKING:
    from chalicelib.storage.requests import RequestStore

_KINDS = ("user", "phone", "chat")


@dataclass(frozen=True)
class FreezeInventory:
    """Writes the inventory of a fenced person, once. The vault opens the person's addresses for it."""

    requests: "RequestStore"
    store: Inventories
    vault: Callable[[], Vault]
    clock: Callable[[], int]

    def __call__(self, request_id: str) -> dict[str, str]:
        """Return {"outcome": "frozen"}. Raises Unavailable, and TaskFailed (not_fenced)."""
        request = self.requests.get(request_id)
        if request is not None and request.done(Step.INVENTORIED):
            return {"outcome": "frozen"}  # a later run may come by when the box is closed
        if request is None or not request.done(Step.FENCED) or request.box is None:
            raise TaskFailed("not_fenced")
        now = self.clock()
        person = self.store.look(request, now)
        text = json.dumps(self._identities(request, person), ensure_ascii=False, separators=(",", ":"))
        sealed = seal(request.box.public_key, identities_place(request_id), text.encode())
        public = person.key.get("public_key", b"")
        self.store.freeze(request, person, sealed, fingerprint(public) if public else "", now)
        return {"outcome": "frozen"}

    def _identities(self, request: Request, person: Person) -> dict[str, Any]:
        """The person's addresses and words in the clear, for the proof of absence; none when they do not open: a value
        that was damaged must not keep the rest from being destroyed."""
        try:
            opened = self._opened(request.contact_id, person)
        except CannotOpen as error:
            log("cannot_open", level=logging.ERROR, contact_id=request.contact_id, code=error.code)
            count("CannotOpen")
            opened = {}
        profile = json.loads(opened.get("profile", "{}"))
        words = contact_words(profile.get("name", ""), profile.get("username", ""),
                              *(opened.get(kind, "") for kind in ("phone", "user", "chat")))  # fmt: skip
        addresses = [{"kind": kind, "value": opened[kind]} for kind in _KINDS if opened.get(kind)]
        return {"addresses": addresses, "words": sorted(words)}

    def _opened(self, contact_id: str, person: Person) -> dict[str, str]:
        key, contact = person.key, person.contact
        if not key or not contact:
            return {}
        sealed = ContactKey(contact_id, key["public_key"], key["sealed_private"], key["vault_id"])
        private = self.vault().open_contact_key(sealed)
        return {
            name: unseal(private, sealing.contact_attribute(contact_id, name), contact[name]).decode()
            for name in ("profile", *_KINDS)
            if contact.get(name)
        }


def handle(event: Mapping[str, Any]) -> dict[str, Any]:
    """Run the task for the request that the event names."""
    from chalicelib import wiring_erasure

    return run("freeze_inventory", event, lambda request_id: wiring_erasure.freeze_inventory()(request_id))
