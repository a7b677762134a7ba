"""The function `relay`: it turns changes in the stream of the table `desk` into wake-up messages. It reads ids and our
own words, never content.

Queue by queue:

- doorbell (the sender): a new outbox entry wakes its conversation, and so does a supervisor's decision about one; a new
  answer to a visitor; a mailing that was let go; a copy of one of which the mail service has told something; somebody
  to whom the provider says that nothing more may be written.
- dating (the expiry stamper): a ticket whose expiry date is not yet stamped on its rows; a conversation whose tickets
  are to be dated by the end of an agreement; one by one, rows that appear
  on a ticket which may be closed, rows without a ticket, and messages whose failure their ticket does not show yet. An
  edit or deletion is marked as a change, because a text may have to be removed; a deletion of ours once it has left. A
  customer's deletion that waits for its message is sent again when its due time changes.
- indexing (the indexer): a new or changed contact.
- fetching (the file fetcher): a new file to be fetched.
- privacy: an ask about data, a new request, a decision of staff, and the status of a message about a request.

Beside the queues it tells the marker (tickets/marker.py) what has changed, for the pages that are open: once per batch,
after the queues. When that fails nothing is repeated, because an open page asks again within two minutes anyway.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.attachments.due import wake_up
from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import MessageRef
from chalicelib.core.observability import count, log
from chalicelib.core.purposes import RIGHTS
from chalicelib.dynamo.builder import plain_item
from chalicelib.dynamo.queues import Queues, WakeUp
from chalicelib.dynamo.schema import (
    ASK,
    CONTACT,
    ERASURE_PAUSE,
    FETCH,
    HEAD,
    KEPT,
    MAILING,
    MESSAGE,
    OUTBOX,
    REQUEST,
    STAFF,
    TICKET,
    VISITOR,
)
from chalicelib.outbox.mailing_counts import told
from chalicelib.tickets.marker import Changes, Markers
from chalicelib.tickets.model import CHANGES, REFERRING, TEXT_CHANGES, WAITS
from chalicelib.tickets.pieces import outstanding
from chalicelib.wiring import base as wiring
from chalicelib.wiring import delivery as wiring_delivery

_ON_CLOSED = frozenset({"event", "note"})
_QUIET = REFERRING | {"button", "unsupported"}
_SIGNED = ("decided_by", "letter_by", "cancelled_by", "resumed_by")
"""Attributes of a request that name the staff who decided something about it."""
_READ = (
    *("pk", "sk", "conversation_id", "ticket_id", "contact_id", "request_id"),
    *("direction", "kind", "status", "flagged", "expires_at", "dated", "purpose"),
    *("state", "waits", *_SIGNED, "due", "piece_count", "piece_states", "resent_as", "notices_wait"),
    *("deleted", "file_objects", "withheld", "attempts", "attempt_id", "mailing", "provider_hash"),
    *("unwanted", "counted_as", "blocked", "blocked_by"),
)
"""Attributes of a row that the stream router reads."""
_OF_PARTS = KEPT.partition("")
"""What partitions of kept parts begin with. Their rows are named as the rows of which they were made, and wake
nobody."""


def handle(event: dict[str, Any]) -> dict[str, Any]:
    """Pass on a batch of the stream; the answer names the first failed record, from which the stream repeats."""
    records = event.get("Records", ())
    passed_on = pass_on(records, wiring_delivery.queues(), wiring_delivery.queue_urls())
    tell_marker(records, Markers(wiring.gateway()), wiring.clock()())
    return passed_on


def tell_marker(records: Iterable[Mapping[str, Any]], markers: Markers, now: int) -> None:
    """Tell the marker what these records changed, as of `now` (ms)."""
    changes = Changes()
    for record in records:
        changes |= _changes(record["dynamodb"])
    if not changes:
        return
    try:
        markers.tell(changes, now)
    except Unavailable:
        count("MarkerNotTold")
        log("marker_not_told")


def _changes(change: Mapping[str, Any]) -> Changes:
    """Return what a record changed of the pages. Of a deleted row only its key is known."""
    keys, image = plain_item(change["Keys"]), change.get("NewImage", {})
    pk, sk = keys["pk"], keys["sk"]
    if pk.startswith(_OF_PARTS):
        return Changes()
    named = image.get("conversation_id", {}).get("S", "")
    conversations = frozenset({named} if named else ())
    if sk in (TICKET.sk, CONTACT.sk) or (sk.startswith(OUTBOX.prefix) and "withheld" in image):
        return Changes(tickets=True, conversations=conversations)
    if sk == HEAD.sk or sk.startswith(MESSAGE.prefix):
        return Changes(requests="request_id" in image, conversations=frozenset({pk.partition("#")[2]}))
    return Changes(staff=pk == STAFF.partition(), requests=sk in (REQUEST.sk, ERASURE_PAUSE.sk))


def pass_on(records: Iterable[Mapping[str, Any]], queues: Queues, urls: Mapping[str, str]) -> dict[str, Any]:
    """Send the wake-up messages of these records; `urls` maps doorbell, dating, indexing, fetching and privacy to
    their queues."""
    wake_ups: dict[str, list[WakeUp]] = {name: [] for name in urls}
    from_record: dict[str, list[int]] = {name: [] for name in urls}
    sequence = []
    for place, record in enumerate(records):
        sequence.append(record["dynamodb"]["SequenceNumber"])
        found = _wake_up(record)
        if found and not (found[1].unique == "" and found[1] in wake_ups[found[0]]):
            wake_ups[found[0]].append(found[1])
            from_record[found[0]].append(place)
    failed = [
        from_record[name][position] for name, url in urls.items() for position in queues.send(url, wake_ups[name])
    ]
    if not failed:
        return {"batchItemFailures": []}
    count("RelayPostponed")
    log("relay_postponed", count=len(failed))
    return {"batchItemFailures": [{"itemIdentifier": sequence[min(failed)]}]}


def _wake_up(record: Mapping[str, Any]) -> tuple[str, WakeUp] | None:
    """Return the queue and the wake-up message for a record, or None."""
    image = record["dynamodb"].get("NewImage")
    if not image or image["pk"]["S"].startswith(_OF_PARTS):
        return None
    item = plain_item({name: image[name] for name in _READ if name in image})
    pk, sk = item["pk"], item["sk"]
    new = record["eventName"] == "INSERT"
    to_visitor, group = sk == VISITOR.sk, pk.partition("#")[2]
    entry = sk.startswith(OUTBOX.prefix) and (new or _decided_reply(item)) and item.get("withheld") != WAITS
    if (new and to_visitor) or entry or (sk == HEAD.sk and item.get("notices_wait")):
        name = "visitor_id" if to_visitor else "conversation_id"
        return "doorbell", WakeUp({name: group}, group, record["eventID"])
    if body := _of_mailing(pk, sk, item):
        return "doorbell", WakeUp(body, group, record["eventID"])
    if sk.startswith(FETCH.prefix) and pk.startswith(FETCH.partition("")):
        return ("fetching", wake_up(item["conversation_id"], sk)) if new else None
    if (sk == TICKET.sk and item.get("expires_at", 0) != item.get("dated", 0)) or (sk == HEAD.sk and item.get("due")):
        return "dating", _stamping(item["conversation_id"], item["ticket_id"] if sk == TICKET.sk else None)
    is_message = sk.startswith(MESSAGE.prefix)
    if is_message and item.get("request_id"):
        return None if new else ("privacy", WakeUp({"request_id": item["request_id"]}))
    if is_message and "direction" in item and _concerns_expiry_stamper(item, new):
        conversation_id = pk.partition("#")[2]
        change = item.get("kind") in TEXT_CHANGES or bool(item.get("deleted"))
        return "dating", _stamping(conversation_id, item.get("ticket_id", ""), sk, change=change)
    if sk == CONTACT.sk or (sk.startswith(ASK.prefix) and new):
        return "indexing" if sk == CONTACT.sk else "privacy", WakeUp({"contact_id": item["contact_id"]})
    if sk == REQUEST.sk and pk.startswith(REQUEST.partition("")) and (new or _decided(item)):
        return "privacy", WakeUp({"request_id": item["request_id"]})  # not for a contact's pointer to it
    return None


def _of_mailing(pk: str, sk: str, item: Mapping[str, Any]) -> dict[str, str]:
    """Return the body of the wake-up message for a mailing that was let go, for a copy of one of which more was told
    than is counted, or for somebody to whom nothing more may be written; {} for anything else."""
    named = pk.partition("#")[2]
    if sk == MAILING.sk:
        return {"mailing_id": named} if item.get("due") and not item.get("attempts") else {}
    if sk == HEAD.sk:
        return {"unreachable": named} if item.get("blocked") and item.get("blocked_by") else {}
    if not (sk.startswith(MESSAGE.prefix) and told(item) not in ("", item.get("counted_as"))):
        return {}
    return {"told": str(MessageRef.of_tail(named, sk.removeprefix(MESSAGE.prefix)))}


def _decided_reply(item: Mapping[str, Any]) -> bool:
    """Whether a supervisor has decided about a reply, and no sender has come to it."""
    return item.get("withheld", WAITS) != WAITS and not item.get("attempts") and not item.get("attempt_id")


def _decided(item: Mapping[str, Any]) -> bool:
    """Whether staff has decided about a request whose workflow may wait for that."""
    return any(item.get(name) for name in _SIGNED) and (bool(item.get("waits")) or item.get("state") == "escalated")


def _stamping(conversation_id: str, ticket_id: str | None, row: str = "", *, change: bool = False) -> WakeUp:
    """Return the wake-up message for a ticket, or a row of it; for all tickets of a conversation without one."""
    body = {"conversation_id": conversation_id} | ({} if ticket_id is None else {"ticket_id": ticket_id})
    body |= {"row": row} if row else {}
    return WakeUp(body | ({"change": "yes"} if change else {}))


def _concerns_expiry_stamper(item: Mapping[str, Any], new: bool) -> bool:
    """Whether a message's row may lack its expiry date on a closed ticket or on none, or its ticket shows a failure
    that is gone, or does not show one that is there; or whether it deletes a text, or is deleted and has files."""
    if item.get("kind") == "revoke" and item.get("due"):
        return True
    if not item.get("ticket_id"):  # messages of a request's reply mailbox expire with the request
        return new and not item.get("expires_at") and item.get("purpose") != RIGHTS
    if item.get("direction") == "out" and item.get("kind") in CHANGES:
        return item["kind"] == "revoke" and item.get("status") == "sent"  # its text is removed now
    if item.get("direction") == "out" and item.get("deleted") and item.get("file_objects"):
        return True
    if item.get("direction") == "out":
        return outstanding(item) != bool(item.get("flagged"))
    return new and not item.get("expires_at") and (item["direction"] in _ON_CLOSED or item.get("kind") in _QUIET)
