"""The rows that a verified request of a person who was told has left, with its reply mailbox."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.core.clock import DAY, gone_at
from chalicelib.core.ids import new_id
from chalicelib.dynamo.schema import ASKING, CONTACT, HEAD, REQUEST
from chalicelib.privacy.requests.store import OPEN_KEY
from chalicelib.privacy.requests.vocabulary import RequestState, Step
from chalicelib.suppression.model import ReplyMailbox
from chalicelib.vault import encryption
from chalicelib.vault.encryption import new_contact_key, seal
from tests.support.erasure.person import Person

if TYPE_CHECKING:
    from tests.support.erasure.desk import ErasureDesk

Rows = tuple[tuple[str, dict[str, Any]], ...]


def rows_of_request(desk: "ErasureDesk", person: Person, more: Mapping[str, Any]) -> tuple[str, Rows]:
    """Return the request's id, and its rows by table. `more` are attributes of the request that differ."""
    request_id, box_contact, box_conversation = new_id(), new_id(), new_id()
    key = new_contact_key(desk.vault_keys.public, box_contact)
    row, head = person.row, person.head
    address = {
        kind: seal(key.public, encryption.contact_attribute(box_contact, kind), value.encode())
        for kind, value in desk.addresses(row).items()
    }
    shared = {"channel": row["channel"], "account": row["account"], "language": row["language"]}
    box = ReplyMailbox(box_contact, box_conversation, key.public)
    request = {
        "request_id": request_id, "kind": "withdrawal", "state": RequestState.COOLING_OFF.value, "source": "bot",
        "contact_id": person.contact_id, "conversation_id": person.conversation_id, **shared,
        "received_at": desk.now, "deadline_at": desk.now + 15 * DAY, "alarm_at": desk.now + 10 * DAY,
        "target_at": desk.now + DAY, "due": OPEN_KEY, "due_at": desk.now, "run": 1,
        "steps": dict.fromkeys(
            map(str, (Step.OUTREACH_PAUSED, Step.VERIFIED, Step.TOLD, Step.COOLED_OFF)), desk.now
        ),
        "told_by": "delivered",
        "counts": {}, "identity": "second_press", "certificate_id": new_id(), "secret_hash": "0" * 64,
        "secret": seal(key.public, encryption.request_attribute(request_id, "secret"), b"XXXX-XXXX-XXXX-XXXX"),
        "box": {"contact_id": box_contact, "conversation_id": box_conversation, "public_key": key.public},
        **more,
    }  # fmt: skip
    key_row = {"public_key": key.public, "sealed_private": key.sealed_private, "vault_id": key.vault_id}
    ask = {"contact_id": person.contact_id, "action": "confirm", "request_id": request_id, "at": desk.now}
    ask |= {"due": ASKING, "due_at": desk.now}
    until = {"expires_at": desk.seconds + 86_400, "gone_at": gone_at(desk.seconds + 86_400)}
    asked = {"contact_id": person.contact_id, "times": [desk.now], "told_at": 0, **until}
    rows = (
        ("desk", {"pk": REQUEST.partition(request_id), "sk": "request", **request}),
        ("desk", {"pk": CONTACT.partition(person.contact_id), "sk": "request", "contact_id": person.contact_id,
                  "request_id": request_id, "at": desk.now}),
        ("desk", {"pk": CONTACT.partition(person.contact_id), "sk": f"ask#{desk.now:013d}#{'8' * 32}", **ask}),
        ("desk", {"pk": CONTACT.partition(person.contact_id), "sk": "asked", **asked}),
        ("desk", {"pk": CONTACT.partition(box.contact_id), "sk": "contact", "contact_id": box.contact_id, **shared,
                  "state": "active", "epoch": 1, "public_key": key.public, **address,
                  "conversation_id": box.conversation_id}),
        ("desk", {"pk": HEAD.partition(box.conversation_id), "sk": "head", "contact_id": box.contact_id,
                  "conversation_id": box.conversation_id, "channel": row["channel"], "account": row["account"],
                  "epoch": 1, "public_key": key.public, "aliases": [], "blocked": bool(head.get("blocked"))}),
        ("keys", {"pk": box.contact_id, **key_row, "created_at": desk.now}),
    )  # fmt: skip
    return request_id, rows
