"""What the sender does with the tables: it claims a place in the outbox, then records what became of the
message.

Every method is one transaction, so that a sender may die between any two of them. docs/delivery.md says what
happens then.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from chalicelib.dynamo.transactions import Transactions
from chalicelib.dynamo.writes import Write
from chalicelib.outbox.message_rows import EarlyStatus
from chalicelib.outbox.model import CLAIM, Claimed, Failure, Job, OutboxEntry, Outgoing
from chalicelib.outbox.reading import OutboxReading
from chalicelib.outbox.rows import OutboxRows
from chalicelib.tickets.model import RANK
from chalicelib.vault.pseudonyms import AddressKey

_STAYS = frozenset({"outbox", "contact"})
"""Roles of writes without which a place is not given up."""


class Outbox(OutboxReading):
    """The outbox of all conversations. All methods raise Unavailable."""

    def __init__(
        self, client: Any, tables: Mapping[str, str], address_key: AddressKey, wait: Callable[[int], None]
    ) -> None:
        self._run = Transactions(client, wait)
        self._rows = OutboxRows(tables)
        self._address_key = address_key

    def claim(self, job: Job, attempt_id: str, now: int, pieces: int = 1) -> Claimed:
        """Take the place for CLAIM ms and show the message, which leaves in so many `pieces`, as `sending`, if all that
        was read for it still holds.

        A message that an earlier try may have sent is marked `uncertain` here, before it is sent again.
        """
        entry, head, message = job.entry, job.head, job.message
        assert head is not None and message is not None
        values = {"attempt": attempt_id, "until": now + CLAIM, "now": now, "attempts": entry.attempts + 1}
        change = "SET #attempt_id = :attempt, #claim_until = :until, #attempts = :attempts"
        if pieces > 1:  # statuses may have shown more to be out than the last sender recorded
            change += ", #pieces = :pieces, #doubtful = :doubtful"
            values |= {"pieces": entry.pieces, "doubtful": entry.unconfirmed}
        free = "attribute_exists(pk) AND (attribute_not_exists(#attempt_id) OR #claim_until <= :now)"
        place = self._rows.update_entry(entry, change, free, values)
        sending = self._rows.messages.sending(message, entry, pieces)
        writes = [place, sending, self._rows.head_unchanged(head, now), *self._rows.still_allowed(head, entry)]
        refusal = self._run.once(writes)
        if refusal is None:
            return Claimed.OURS
        return Claimed.TAKEN if "outbox" in refusal.roles else Claimed.CHANGED

    def sent_piece(self, job: Job, attempt_id: str, provider_id: str, now: int, *, piece: int, states: bool) -> bool:
        """Record one piece of a longer text and hold the place for the next; with `states` it gets one. False: the
        claim is another's now, or the message is gone."""
        entry, head = job.entry, job.head
        assert head is not None
        name = self._name(entry, provider_id)

        def build(refused: frozenset[str]) -> list[Write] | None:
            message, early = self._as_now(job, name, now, refused)
            if "outbox" in refused or message is None:
                return None
            values = {"piece": piece, "until": now + CLAIM, "attempt": attempt_id}
            number = piece if states else 0
            return [
                self._rows.update_entry(
                    entry, "SET #pieces = :piece, #claim_until = :until", "#attempt_id = :attempt", values
                ),
                self._rows.messages.identified(
                    message, head, provider_id, name, now, piece=number, last=False, early=early
                ),
                self._rows.link(name, entry.ref, now, number),
                *(self._early_status(entry, name, early) if states else ()),
            ]

        return self._run.until_done(build)

    def sent(self, job: Job, provider_id: str, now: int, *, piece: int = 0) -> None:
        """Record that the message is out, its last `piece` (0: it is one), with a status that came before us, and give
        its place up.

        It does so even if the claim has passed to another sender: what is out is out. A place that is the eraser's by
        now stays.
        """
        entry, head = job.entry, job.head
        assert head is not None
        name = self._name(entry, provider_id)

        def build(refused: frozenset[str]) -> list[Write] | None:
            message, early = self._as_now(job, name, now, refused)
            end = self._end(job, refused)
            if message is None:
                return end or None
            return [
                self._rows.messages.identified(message, head, provider_id, name, now, piece=piece, early=early),
                self._rows.link(name, entry.ref, now, piece),
                *self._early_status(entry, name, early),
                *end,
            ]

        self._run.until_done(build)

    def _as_now(
        self, job: Job, name: str, now: int, refused: frozenset[str]
    ) -> tuple[Outgoing | None, EarlyStatus | None]:
        """The message as our claim left it and nothing parked; both read anew when that did not hold."""
        if not refused and job.message and job.message.rank <= RANK["sending"]:
            return replace(job.message, rank=RANK["sending"]), None
        return self.message(job.entry.ref, now), self.early_status(name)

    def _early_status(self, entry: OutboxEntry, name: str, early: EarlyStatus | None) -> list[Write]:
        return [self._rows.early_status(name, early)] if entry.channel == "whatsapp" else []

    def proved(self, job: Job, now: int) -> None:
        """Give the place up, because statuses have proved that all of the message is out."""

        def build(refused: frozenset[str]) -> list[Write] | None:
            end = self._end(job, refused)
            if not end:
                return None
            message = self.message(job.entry.ref, now) if refused else job.message
            behind = message is not None and message.rank < RANK["sent"]
            raised = [self._rows.messages.all_out(message)] if message and behind else []
            return [*raised, *end]

        self._run.until_done(build)

    def remove_entry(self, entry: OutboxEntry, contact_id: str = "") -> bool:
        """Give the place up: the message is gone, or an answer to a callback was tried. False: the contact is being
        erased, and the place is the eraser's."""
        not_being_erased = [self._rows.not_being_erased(contact_id)] if contact_id else []
        return self._run.until_done(
            lambda refused: None if refused else [self._rows.delete_entry(entry), *not_being_erased]
        )

    def _end(self, job: Job, refused: frozenset[str]) -> list[Write]:
        """The end of a place; none when it is the eraser's, or its person is being erased."""
        return [] if refused & _STAYS else [self._rows.delete_entry(job.entry), *self._not_being_erased(job)]

    def _not_being_erased(self, job: Job) -> list[Write]:
        return [self._rows.not_being_erased(job.head.contact_id)] if job.head else []

    def retry_later(self, job: Job, attempt_id: str, due_at: int, *, unconfirmed: bool = False) -> bool:
        """Give the claim back until `due_at`; `doubtful` says that the provider may have accepted the
        message.

        False: the claim is another's now, and nothing was written.
        """
        return self._return(job, attempt_id, due_at, unconfirmed=unconfirmed)

    def release(self, job: Job, attempt_id: str, now: int) -> bool:
        """Give the claim back between two pieces, without counting a try: what was called is recorded, so
        nothing is in doubt. False: the claim is another's now."""
        return self._return(job, attempt_id, now, tried=False, settled=True)

    def stop(self, job: Job, attempt_id: str, code: str, now: int) -> None:
        """Close the channel until a person has acted, and give the claim back; the try does not count."""
        entry = job.entry
        closed = self._rows.stopped(entry, code, now)
        self._return(job, attempt_id, now, tried=False, closed=closed)

    def _return(
        self,
        job: Job,
        attempt_id: str,
        due_at: int,
        *,
        unconfirmed: bool = False,
        tried: bool = True,
        settled: bool = False,
        closed: Write | None = None,
    ) -> bool:
        entry = job.entry
        values = {
            "due": due_at,
            "attempts": entry.attempts + (1 if tried else 0),
            "doubtful": unconfirmed or (entry.uncertain and not settled),
            "attempt": attempt_id,
        }
        change = "SET #due_at = :due, #attempts = :attempts, #doubtful = :doubtful REMOVE #attempt_id, #claim_until"

        def build(refused: frozenset[str]) -> list[Write] | None:
            writes = [closed] if closed else []
            if "outbox" in refused:
                return writes or None
            writes.append(self._rows.update_entry(entry, change, "#attempt_id = :attempt", values))
            if "message" not in refused and not unconfirmed:
                writes.append(self._rows.messages.queued(entry.ref))
            return writes

        return self._run.until_done(build)

    def failed(
        self,
        job: Job,
        failure: Failure,
        now: int,
        *,
        attempt_id: str = "",
        blocked_since: int = 0,
        kept: bool = False,
        piece: int = 0,
    ) -> bool:
        """Show the message as failed, bring its ticket back, and give its place up so that the next goes on.

        `piece` is the one that was refused, where the message has states of its pieces. `attempt_id` names our claim;
        without one nobody may hold the place. `blocked_since` also closes the conversation: the person does not take
        messages. `kept` writes on the ticket that a notice was kept. False: the place is another's now.
        """
        entry = job.entry

        def build(refused: frozenset[str]) -> list[Write] | None:
            if refused & _STAYS:
                return None
            writes = [self._rows.delete_entry(entry, attempt_id, now), *self._not_being_erased(job)]
            message = self.message(entry.ref, now) if refused else job.message
            if message is None:
                return writes
            if blocked_since and "head" not in refused:
                writes.append(self._rows.blocked(entry.ref.conversation_id, blocked_since))
            rank = max(message.rank, RANK["sending"]) if attempt_id else message.rank
            if rank >= RANK["failed"]:
                return writes
            writes.append(self._rows.messages.failed(message, entry, rank, failure, now, piece))
            if message.ticket_id:
                writes += self._rows.name_on_ticket(message.ticket_id, entry, now, refused)
            if message.ticket_id and kept:
                writes.append(self._rows.kept(message, now))
            return writes

        return self._run.until_done(build)

    def may_probe(self, account: str, now: int, every: int) -> bool:
        """Whether this caller may try one message on a stopped channel: nobody did for `every` ms."""
        condition = "attribute_exists(#stopped_at) AND (attribute_not_exists(#probed_at) OR #probed_at <= :before)"
        values = {"now": now, "before": now - every}
        return self._run.once([self._rows.channel(account, "SET #probed_at = :now", condition, values)]) is None

    def start_again(self, account: str) -> None:
        """Open a stopped channel: a message went through it."""
        expression = "SET #account = :account REMOVE #stopped_at, #code, #probed_at"
        write = self._rows.channel(account, expression, "attribute_exists(pk)", {"account": account})
        self._run.until_done(lambda refused: None if refused else [write])

    def _name(self, entry: OutboxEntry, provider_id: str) -> str:
        return self._address_key.message(entry.channel, entry.account, provider_id)
