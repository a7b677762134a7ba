"""The sender's writes: it claims an outbox entry, then records what became of the message.

Every method is one transaction, so a sender may die between any two of them; docs/delivery.md says what happens
then.
"""

from dataclasses import replace

from chalicelib.channels import registry
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.tables import Tables
from chalicelib.outbox.mailing_counts import SENT, counted, why_not
from chalicelib.outbox.model import CHANGE, CLAIM, Claimed, Failure, Job, OutboxEntry, Outgoing
from chalicelib.outbox.reading import OutboxReading
from chalicelib.outbox.rows import STANDS_UNCLAIMED, EarlyStatus, OutboxRows
from chalicelib.provider_templates.store import TemplateStore
from chalicelib.tickets.model import RANK
from chalicelib.vault.pseudonyms import AddressKey

_STAYS = frozenset({"outbox", "contact"})
"""Roles whose refused condition means that the entry must stay."""


class Outbox(OutboxReading):
    """The outbox of all conversations. All methods raise Unavailable."""

    def __init__(self, tables: Tables, address_key: AddressKey) -> None:
        self._tables = tables
        self._rows = OutboxRows(tables)
        self._address_key = address_key
        self._templates = TemplateStore(tables)

    def job(self, entry: OutboxEntry, now: int) -> Job:
        """Read all rows that decide about an entry, with the template that it names. Expired rows count as gone."""
        job = super().job(entry, now)
        return replace(job, template=self._templates.find(entry.account, entry.template)) if entry.template else job

    def claim(self, job: Job, attempt_id: str, now: int, pieces: int = 1, lease: int = CLAIM) -> Claimed:
        """Claim the entry for `lease` ms and show the message, to be sent in so many `pieces`, as `sending`, on the
        condition that all rows are as they were read.

        A message that an earlier try may have sent is marked `uncertain`, before it is sent again."""
        entry, head, message = job.entry, job.head, job.message
        assert head is not None and message is not None
        values = {"attempt": attempt_id, "until": now + lease, "now": now, "attempts": entry.attempts + 1}
        change = "SET #attempt_id = :attempt, #claim_until = :until, #attempts = :attempts"
        if pieces > 1:  # statuses may have proved more pieces than the last sender recorded
            change += ", #pieces = :pieces, #doubtful = :doubtful"
            values |= {"pieces": entry.pieces, "doubtful": entry.unconfirmed}
        place = self._rows.update_entry(entry, change, STANDS_UNCLAIMED, values)
        sending = self._rows.messages.sending(message, entry, pieces)
        writes = [
            place,
            sending,
            self._rows.head_unchanged(head, now, windowed=not entry.template, needs=job.needs),
            *self._rows.still_allowed(head, job),
            *([self._templates.unchanged(job.template)] if job.template else []),
        ]
        refusal = self._tables.transact(writes)
        if refusal is None:
            return Claimed.OURS
        return Claimed.TAKEN if "outbox" in refusal.roles else Claimed.CHANGED

    def sent_piece(
        self, job: Job, attempt_id: str, provider_id: str, now: int, *, piece: int, states: bool, lease: int = CLAIM
    ) -> bool:
        """Record one sent piece of a longer message and keep the claim for the next, `lease` ms; with `states` the
        piece gets a state of its own. False: another sender has the claim, or the message is gone."""
        entry, head = job.entry, job.head
        assert head is not None
        name = self._name(entry, provider_id)

        def build(refused: frozenset[str]) -> list[Write] | None:
            message, early = self._as_now(job, name, now, refused)
            if "outbox" in refused or message is None:
                return None
            values = {"piece": piece, "until": now + lease, "attempt": attempt_id}
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

        return self._tables.transact_until_written(build)

    def sent(self, job: Job, provider_id: str, now: int, *, piece: int = 0) -> None:
        """Record that the message is sent, by its last `piece` (0: it is in one piece), with an early status if there
        is one, and delete its entry.

        It does so even if another sender has the claim by now, because the message has left. An entry that the eraser
        holds stays."""
        entry, head = job.entry, job.head
        assert head is not None
        name = self._name(entry, provider_id)

        def build(refused: frozenset[str]) -> list[Write] | None:
            message, early = self._as_now(job, name, now, refused)
            end = self._end(job, refused)
            if message is None:
                return end or None
            if message.rank < RANK["sent"]:
                end += self._counted(entry, SENT)
            if not provider_id:  # a change that got no id of its own
                return [*([self._rows.messages.all_out(message)] if message.rank < RANK["sent"] else []), *end]
            return [
                self._rows.messages.identified(message, head, provider_id, name, now, piece=piece, early=early),
                self._rows.link(name, entry.ref, now, piece),
                *self._early_status(entry, name, early),
                *end,
            ]

        self._tables.transact_until_written(build)

    def _as_now(
        self, job: Job, name: str, now: int, refused: frozenset[str]
    ) -> tuple[Outgoing | None, EarlyStatus | None]:
        """Return the message and its early status: at first as our claim left them, with none; after a refusal read
        anew."""
        if not refused and job.message and job.message.rank <= RANK["sending"]:
            return replace(job.message, rank=RANK["sending"]), None
        return self.message(job.entry.ref, now), self.early_status(name)

    def _early_status(self, entry: OutboxEntry, name: str, early: EarlyStatus | None) -> list[Write]:
        return [self._rows.early_status(name, early)] if registry.channel(entry.channel).statuses else []

    def proved(self, job: Job, now: int) -> None:
        """Delete the entry, because statuses have proved that the whole message was sent."""

        def build(refused: frozenset[str]) -> list[Write] | None:
            end = self._end(job, refused)
            if not end:
                return None
            message = self.message(job.entry.ref, now) if refused else job.message
            behind = message is not None and message.rank < RANK["sent"]
            raised = [self._rows.messages.all_out(message)] if message and behind else []
            return [*raised, *end]

        self._tables.transact_until_written(build)

    def remove_entry(self, entry: OutboxEntry, contact_id: str = "") -> bool:
        """Delete the entry: the message is gone, or a pressed button was answered. False: the contact is being erased,
        and the entry is left to the eraser."""
        not_being_erased = [self._rows.not_being_erased(contact_id)] if contact_id else []
        return self._tables.transact_until_written(
            lambda refused: None if refused else [self._rows.delete_entry(entry), *not_being_erased]
        )

    def _end(self, job: Job, refused: frozenset[str]) -> list[Write]:
        """Return the writes that delete the entry; [] when the eraser holds it or its person is being erased."""
        return [] if refused & _STAYS else [self._rows.delete_entry(job.entry), *self._not_being_erased(job)]

    def _counted(self, entry: OutboxEntry, what: str) -> list[Write]:
        return counted(self._tables, entry.mailing, entry.ref.conversation_id, what)

    def _not_being_erased(self, job: Job) -> list[Write]:
        return [self._rows.not_being_erased(job.head.contact_id)] if job.head else []

    def retry_later(self, job: Job, attempt_id: str, due_at: int, *, unconfirmed: bool = False) -> bool:
        """Give up the claim until `due_at` (ms); `unconfirmed` says that the provider may have accepted the message.

        False: another sender has the claim, and nothing was written.
        """
        return self._return(job, attempt_id, due_at, unconfirmed=unconfirmed)

    def release(self, job: Job, attempt_id: str, now: int) -> bool:
        """Give up the claim between two pieces without counting a try; every call is recorded, so nothing is
        unconfirmed. False: another sender has the claim."""
        return self._return(job, attempt_id, now, tried=False, settled=True)

    def stop(self, job: Job, attempt_id: str, code: str, now: int) -> None:
        """Stop the channel until staff has acted, and give up the claim without counting a try."""
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

        return self._tables.transact_until_written(build)

    def failed(
        self,
        job: Job,
        failure: Failure,
        now: int,
        *,
        attempt_id: str = "",
        blocked_since: int = 0,
        piece: int = 0,
    ) -> bool:
        """Show the message as failed, show that on its ticket, and delete its entry so that the next message goes on.

        `piece` is the refused one, where the message has states of its pieces. `attempt_id` names our claim; with ""
        nobody may hold one. `blocked_since` (ms) also marks the conversation as blocked. False: another sender or the
        eraser has the entry.
        """
        entry = job.entry

        def build(refused: frozenset[str]) -> list[Write] | None:
            if refused & _STAYS:
                return None
            writes = [self._rows.delete_entry(entry, attempt_id, now), *self._not_being_erased(job)]
            writes += self._counted(entry, why_not(failure.reason))
            message = self.message(entry.ref, now) if refused else job.message
            if message is None:
                return writes
            if blocked_since and "head" not in refused:
                writes.append(self._rows.blocked(entry.ref.conversation_id, blocked_since))
            if attempt_id and failure.reason == "window_closed" and "shut" not in refused:
                writes.append(self._rows.window_shut(entry.ref))
            rank = max(message.rank, RANK["sending"]) if attempt_id else message.rank
            if rank >= RANK["failed"]:
                return writes
            writes.append(self._rows.messages.failed(message, entry, rank, failure, now, piece))
            if entry.action == CHANGE:
                return writes
            if message.ticket_id:
                writes += self._rows.name_on_ticket(message.ticket_id, entry, now, refused)
            return writes

        return self._tables.transact_until_written(build)

    def may_probe(self, account: str, now: int, every: int) -> bool:
        """Whether this caller may try one message on a stopped channel, which nobody did for `every` ms."""
        condition = "attribute_exists(#stopped_at) AND (attribute_not_exists(#probed_at) OR #probed_at <= :before)"
        values = {"now": now, "before": now - every}
        return self._tables.transact([self._rows.channel(account, "SET #probed_at = :now", condition, values)]) is None

    def start_again(self, account: str) -> None:
        """Open a stopped channel, because a message went through it."""
        expression = "SET #account = :account REMOVE #stopped_at, #code, #probed_at"
        write = self._rows.channel(account, expression, "attribute_exists(pk)", {"account": account})
        self._tables.transact_until_written(lambda refused: None if refused else [write])

    def _name(self, entry: OutboxEntry, provider_id: str) -> str:
        return self._address_key.message(entry.channel, entry.account, provider_id)
