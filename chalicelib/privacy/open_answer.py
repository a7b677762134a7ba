"""Opens requests of the kinds that are answered at once: what they ask for is in force with their row.

Nothing is destroyed, and answers to the person's questions go on. The workflow then issues the certificate, if the kind
has one, and answers the person (infra/erasure.asl.json).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.core.errors import NotFound
from chalicelib.core.ids import new_id
from chalicelib.mailings.subscriptions import ROLE as SUBSCRIBED
from chalicelib.privacy.kinds.registry import is_handled, kind_of
from chalicelib.privacy.requests.contact_rows import ASKED_NOTED, OPTED_OUT
from chalicelib.privacy.requests.model import Opened
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.privacy.sealed_on_requests import secret_hash

if TYPE_CHECKING:
    from chalicelib.dynamo.builder import Write
    from chalicelib.privacy.kinds.contract import Kind
    from chalicelib.privacy.requests.contact_rows import ContactRequestRows
    from chalicelib.privacy.requests.model import Request, Subject
    from chalicelib.privacy.requests.store import RequestStore

_READ_AGAIN = frozenset({OPTED_OUT, ASKED_NOTED, SUBSCRIBED, "subject", "head"})
"""Roles of writes that another process may have overtaken: what they check is read again."""


@dataclass(frozen=True)
class OpenAnswer:
    """Opens such requests. `new` makes the record of one from its person and the id of its certificate ("" without)."""

    store: "RequestStore"
    contact_rows: "ContactRequestRows"
    new: "Callable[[Subject, str], Request]"
    clock: Callable[[], int]

    def __call__(
        self, contact_id: str, kind: "Kind", source: str, evidence: str = "", also: Sequence["Write"] = ()
    ) -> Opened:
        """Open a request, or return the one by which news and offers have ended, if that is all that the kind does.
        `also` is written with a new one only.

        A withdrawal ends news, too. A person who then asks for that by itself gets a request of their own, which stays
        when they cancel the withdrawal. Of a kind that changes nothing a person opens MOST_ASKED in the chat within a
        day. Raises NotFound for a contact that does not exist or is being erased, and Unavailable.
        """
        opened: list[Opened] = []

        def build(refused: frozenset[str]) -> "Sequence[Write] | None":
            opened.clear()
            subject = self.contact_rows.subject(contact_id)
            if subject is None or subject.erasing:
                raise NotFound("There is no such contact.")
            if kind.ends_news and (first := self._by_itself(subject)):
                opened.append(Opened(first, new=False))
                return None
            if refused - _READ_AGAIN:  # the ask was dealt with meanwhile
                return None
            counts = source == "bot" and not kind.ends_news
            asked = self.contact_rows.asked(contact_id, self.clock()) if counts else None
            if asked and asked.too_often:
                opened.append(Opened("", new=False, too_often=True))
                return None
            counted = [self.contact_rows.note_asked(contact_id, asked)] if asked else []
            writes = self._writes(kind, subject, evidence, opened)
            return [*writes, *counted, *also]

        self.store.run_until_written(build)
        return opened[0] if opened else Opened("", new=False)

    def _by_itself(self, subject: "Subject") -> str:
        """Return the id of the request of such a kind by which news and offers have ended; "" when none has, or one
        that a newer release wrote."""
        first = self.store.get(subject.opted_out_by) if subject.opted_out_by else None
        known = first is not None and is_handled(first.kind)
        return first.id if first is not None and known and kind_of(first.kind).way == "answer" else ""

    def _writes(self, kind: "Kind", subject: "Subject", evidence: str, opened: list[Opened]) -> "Sequence[Write]":
        certificate_id = new_id() if kind.certificate else ""
        request, secret = self.new(subject, certificate_id), new_id() if kind.certificate else ""
        if kind.ends_news:
            request = replace(request, steps={str(Step.OPTED_OUT): request.opened_at})
        if certificate_id:
            version, policy_hash = self.contact_rows.policy(subject.contact_id)
            request = replace(
                request,
                secret_hash=secret_hash(certificate_id, secret),
                policy_version=version,
                policy_hash=policy_hash,
            )
        opened.append(Opened(request.id, new=True))
        return self.contact_rows.new_answered(request, subject, secret, evidence)
