"""Takes what somebody asks for on the public page of mailings, and has the address confirm it. Part of intake, which
cannot read what it stores."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

from chalicelib.channels.contract import Channel
from chalicelib.core.addresses import Address, Author
from chalicelib.core.backoff import TRIES
from chalicelib.core.clock import DAY, SECOND
from chalicelib.core.errors import NotFound, Unavailable
from chalicelib.core.observability import count
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.schema import SIGN_UP, VISITOR, lists
from chalicelib.mailings import texts
from chalicelib.messages.inbound import Intake
from chalicelib.messages.ingest import Outcome
from chalicelib.messages.page_limit import PageLimit
from chalicelib.messages.visitor_rows import visitor_row
from chalicelib.outbox.content import ReplyContent
from chalicelib.profile.model import Profile
from chalicelib.profile.policy import policy_reference
from chalicelib.vault import encryption
from chalicelib.vault.encryption import fingerprint, seal_json
from chalicelib.vault.page_key import PageKey

CONFIRMED_WITHIN = 2 * DAY
"""Time (ms) for which a sign-up waits for its address."""


class Wanted(NamedTuple):
    """What somebody asks for: mailings of these purposes to an address, in this language, with the texts that they have
    ticked by purpose; `processing` and `transfer` are those of the boxes that stand for the rest, "" without one."""

    address: str
    language: str
    asked: Mapping[str, str]
    processing: str = ""
    transfer: str = ""


def link_of(key: PageKey, page_id: str, wanted: Wanted) -> str:
    """Return what the link ends with that confirms a sign-up. A page that is sent again unchanged is the same sign-up;
    one in which something was corrected is another one, so the link goes to the corrected address."""
    return key.confirmation(json.dumps([page_id, *wanted], sort_keys=True))


def name_of(link: str) -> str:
    """Return the name of the sign-up that a link confirms: the link itself is stored nowhere."""
    return hashlib.sha256(link.encode()).hexdigest()


class SignUp(NamedTuple):
    """Takes sign-ups, for a channel by which mailings leave. `pages` is the address below which our pages lie."""

    profile: Profile
    channel: Channel
    key: PageKey
    limit: PageLimit
    intake: Callable[[], Intake]
    vault_public: bytes
    pages: str

    def __call__(self, wanted: Wanted, page_id: str, source: str) -> None:
        """Keep what somebody asks for from this address of the network, sealed to the vault, and send the link that
        confirms it. The same page sent twice unchanged is one sign-up. An address that got too many such mails today,
        or is of somebody who is being erased, gets none, and nobody is told so.

        Raises NotFound where the operator has no mailings, TooManyPages and Unavailable.
        """
        intake = self.intake()
        account = next(iter(intake.secrets.accounts.get(self.channel.id, ())), "")
        if not self.profile.mailed or not account:
            raise NotFound("There are no mailings here.")
        now = intake.clock()
        self.limit.take(source, now)
        if not self.limit.may_write_to(wanted.address, now):
            count("SignUp", outcome="too_many")
            return
        author = Author((Address("mail", wanted.address),))
        names = intake.store.contacts.names(self.channel.id, account, author).values()
        checks = intake.store.suppression_checks(names, now)
        writes = [*self._writes(intake, wanted, account, page_id, now), *checks]
        for attempt in range(TRIES):
            outcome = intake.store.transact(writes)
            if outcome in (Outcome.STORED, Outcome.DUPLICATE, Outcome.FENCED):
                count("SignUp", outcome=outcome.value)
                return
            intake.store.tables.wait(attempt)
        raise Unavailable("This address is too busy to be kept now; send the page again.")

    def _writes(self, intake: Intake, wanted: Wanted, account: str, page_id: str, now: int) -> list[Write]:
        link = link_of(self.key, page_id, wanted)
        name, tables, vault_id = name_of(link), intake.store.tables, fingerprint(self.vault_public)
        version, policy_hash = policy_reference(self.profile).agreed
        content = wanted._asdict() | {"policy_version": version, "policy_hash": policy_hash}
        key, until = SIGN_UP.key(name), (now + CONFIRMED_WITHIN) // SECOND
        row = {
            "content": seal_json(self.vault_public, encryption.sign_up_content(name), content),
            "vault_id": vault_id,
            "channel": self.channel.id,
            "account": account,
            "at": now,
            **lists.dates(key.pk, until),
        }
        mail = VISITOR.key(name)
        sealed = seal_json(self.vault_public, encryption.visitor_content(name), self._mail(wanted, link))
        return [
            tables.put("message", key, row),
            tables.put("message", mail, visitor_row(mail.pk, sealed, vault_id, self.channel.id, account, now)),
        ]

    def _mail(self, wanted: Wanted, link: str) -> dict[str, object]:
        """Return the mail that asks the address, as the sender opens it."""
        url = f"{self.pages}/news/confirm/{link}"
        subject, text, page = texts.confirmation(self.profile, wanted.language, [*wanted.asked], self.channel.id, url)
        content = ReplyContent(text=text, topic=subject, link=page).stored()
        return {"kind": "mail", "address": wanted.address, "language": wanted.language, **content}
