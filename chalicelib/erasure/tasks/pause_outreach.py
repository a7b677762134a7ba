"""PauseOutreach (state SoftSuppress): from here on only answers reach the person, and they are asked whether the
request is theirs.

This runs before identity is checked, so it can be taken back: nobody must be able to silence or erase somebody by
pretending to be them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.core.clock import HOUR
from chalicelib.core.errors import NotFound
from chalicelib.core.ids import new_id
from chalicelib.outbox.model import Recipient
from chalicelib.privacy.kinds.registry import kind_of
from chalicelib.privacy.mailbox.writes import QUESTION, MailboxWrites
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import destroys
from chalicelib.privacy.requests.vocabulary import RequestState, Step
from chalicelib.privacy.requests.waiting_times import identity_until
from chalicelib.privacy.sealed_on_requests import secret_hash
from chalicelib.privacy.texts.answers import refused
from chalicelib.privacy.texts.buttons import challenge_buttons
from chalicelib.privacy.texts.questions import challenge
from chalicelib.suppression.model import ReplyMailbox
from chalicelib.vault import encryption
from chalicelib.vault.encryption import new_contact_key, seal

if TYPE_CHECKING:
    from chalicelib.dynamo.builder import Write
    from chalicelib.outbox.reading import OutboxReading
    from chalicelib.privacy.requests.contact_rows import ContactRequestRows
    from chalicelib.privacy.requests.store import RequestStore
    from chalicelib.profile.model import Profile
    from chalicelib.vault.decryptor import BatchDecryptor

_ENDED = (Step.CANCELLED, Step.REFUSED)
_ANSWERED = (Step.VERIFIED, *_ENDED)


@dataclass(frozen=True)
class PauseOutreach:
    """Creates the request's reply mailbox. Mailbox, secret, question and step are one transaction, so a person is asked
    once, however often this runs."""

    store: "RequestStore"
    contact_rows: "ContactRequestRows"
    mailbox: MailboxWrites
    reading: "OutboxReading"
    decryptor: Callable[[], "BatchDecryptor"]
    vault_public: bytes
    profile: "Profile"
    clock: Callable[[], int]

    def __call__(self, request_id: str) -> dict[str, str]:
        """Pause outreach for a request. Return {"outcome": "suppressed"}; or "opted_out" for a kind that is answered at
        once, which needs nothing of this. A stopped request whose contact is gone goes on to its end without a mailbox.

        Raises NotFound when the request is gone, or the contact of one that goes on, CannotOpen, Unavailable.
        """
        found: list[Request] = []

        def build(_: frozenset[str]) -> "list[Write] | None":
            request = self.store.get(request_id)
            if request is None:
                raise NotFound("There is no such request.")
            found.append(request)
            if request.done(Step.OUTREACH_PAUSED) or not destroys(request):
                return None
            try:
                return self._writes(request)
            except NotFound:
                if not any(request.done(step) for step in _ENDED):
                    raise
                return [self.store.finish(request, Step.OUTREACH_PAUSED, self.clock())]  # nobody is left to be told

        self.store.run_until_written(build)
        if destroys(found[-1]):
            return {"outcome": "suppressed"}
        return {"outcome": "opted_out"}  # the short way: the machine's word for it is older than other kinds of it

    def _writes(self, request: Request) -> "list[Write]":
        now = self.clock()
        recipient, head = self.reading.recipient(request.contact_id), self.reading.head(request.conversation_id)
        if recipient is None or head is None or recipient.state != "active":
            raise NotFound("The contact of this request is gone.", code="no_contact")
        addresses = self._addresses(recipient)
        key = new_contact_key(self.vault_public, new_id())
        box, secret = ReplyMailbox(key.contact_id, new_id(), key.public), new_id()
        refusal = self._refusal(request, box, now)
        marked = self.store.finish(
            request,
            Step.OUTREACH_PAUSED,
            now,
            **({f"steps.{Step.REASONED}": now} if refusal else {}),
            state=str(RequestState.VERIFYING),
            box={"contact_id": box.contact_id, "conversation_id": box.conversation_id, "public_key": box.public_key},
            secret=seal(box.public_key, encryption.request_attribute(request.id, "secret"), secret.encode()),
            secret_hash=secret_hash(request.certificate_id, secret),
        )
        known = {"last_inbound_at": head.last_inbound_at, "blocked": head.blocked}
        opened = self.mailbox.create(request, box, key, addresses, known, now)
        answer = refusal or self._question(request, box, now)
        ends_news = self._ends_news(request, recipient)
        return [marked, self.contact_rows.suppress(request, recipient, now, ends_news=ends_news), *opened, *answer]

    def _addresses(self, recipient: Recipient) -> dict[str, str]:
        decryptor = self.decryptor()
        found = {}
        for kind, sealed in recipient.addresses.items():
            value = decryptor.text(
                recipient.contact_id, encryption.contact_attribute(recipient.contact_id, kind), sealed
            )
            if value is None:
                raise NotFound("The key of this request's contact is gone.", code="no_contact")
            found[kind] = value
        return found

    def _ends_news(self, request: Request, recipient: Recipient) -> bool:
        """Whether this request ends news and offers: its kind does, and no earlier request has ended them, except one
        that the person cancelled and that is not closed yet."""
        if not kind_of(request.kind).ends_news:
            return False
        earlier = self.store.get(recipient.opted_out_by) if recipient.opted_out_by == request.after != "" else None
        return not recipient.opted_out_by or (earlier is not None and earlier.done(Step.CANCELLED))

    def _refusal(self, request: Request, mailbox: ReplyMailbox, now: int) -> "list[Write]":
        """Return the answer to a request that was refused before it had a mailbox: later only the person could open the
        reason."""
        if not request.done(Step.REFUSED) or request.done(Step.REASONED):
            return []
        sealed, place = self.store.item(request.id).get("reason"), encryption.request_attribute(request.id, "reason")
        reason = self.decryptor().text(request.contact_id, place, sealed) if sealed else ""
        text = refused(self.profile, request.language, kind_of(request.kind), request.ground, reason or "")
        return self.mailbox.message(mailbox, request.channel, request.account, request.id, "refused", text, (), now)

    def _question(self, request: Request, mailbox: ReplyMailbox, now: int) -> "list[Write]":
        """Return the question whether the request is the person's; nothing when that is answered already."""
        if any(request.done(step) for step in _ANSWERED):
            return []
        until = identity_until(replace(request, steps={**request.steps, Step.OUTREACH_PAUSED: now}))
        hours = max(1, (until - now) // HOUR)
        text = challenge(self.profile, request.language, kind_of(request.kind), hours, bound=request.bound)
        buttons = challenge_buttons(self.profile, request.language, request.id)
        return self.mailbox.message(mailbox, request.channel, request.account, request.id, QUESTION, text, buttons, now)
