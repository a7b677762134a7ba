"""Answers a request that destroys nothing: in the person's own conversation, with the text of its kind."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.core.kept_for import KeptFor
from chalicelib.privacy.kinds.registry import kind_of
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.store import closing_attributes
from chalicelib.privacy.requests.vocabulary import RequestState, Step
from chalicelib.privacy.texts.answers import answered

if TYPE_CHECKING:
    from chalicelib.dynamo.builder import Write
    from chalicelib.privacy.mailbox.writes import MailboxWrites
    from chalicelib.privacy.requests.contact_rows import ContactRequestRows
    from chalicelib.privacy.requests.store import RequestStore
    from chalicelib.privacy.sealed_on_requests import RequestSecret
    from chalicelib.profile.model import Profile

SUBJECT = "subject"
"""Role of the writes that demand that the contact and its conversation exist."""


@dataclass(frozen=True)
class AnswerRequest:
    """Builds the writes that answer a request and end it. `address` is the public page where a certificate is checked,
    `kept` for how long the request is kept as a proof."""

    store: "RequestStore"
    contact_rows: "ContactRequestRows"
    mailbox: "MailboxWrites"
    secret: "RequestSecret"
    profile: "Profile"
    address: str
    kept: KeptFor

    def __call__(self, request: Request, now: int, refused: frozenset[str]) -> "list[Write] | None":
        """Return the writes that answer the request and end it; None when it is over. When the person is gone or is
        being erased, the request ends without an answer. `refused` are the roles of writes that were refused before.
        Raises CannotOpen and Unavailable.
        """
        if request.state == RequestState.ANSWERED:
            return None
        ended = {
            "state": str(RequestState.ANSWERED),
            "secret": None,
            **closing_attributes(request.id, now, self.kept),
        }
        told = [] if SUBJECT in refused else self._told(request, now)
        if not told:
            return [self.store.change(request.id, ended, while_open=True)]
        return [self.store.finish(request, Step.NOTIFIED, now, **ended), *told]

    def _told(self, request: Request, now: int) -> "list[Write]":
        subject, kind = self.contact_rows.subject(request.contact_id), kind_of(request.kind)
        if subject is None or subject.erasing:
            return []
        secret = self.secret.opened(request, "secret", subject.contact_id) if kind.certificate else ""
        if secret is None:  # the key was destroyed meanwhile
            return []
        text = answered(self.profile, request.language, kind, request.certificate_id, secret, self.address)
        answer = self.mailbox.to_subject(subject, request.kind, text, now)
        return [self.contact_rows.require_active(subject), *answer]
