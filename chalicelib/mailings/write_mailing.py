"""What staff does with mailings: write, look at, send to oneself, let go by a second person, stop."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.channels.contract import Channel
from chalicelib.core.errors import BadInput, Conflict, NotFound
from chalicelib.core.ids import new_id
from chalicelib.core.observability import count
from chalicelib.dynamo.schema import VISITOR
from chalicelib.mailings import texts as words_of
from chalicelib.mailings.model import DRAFT, SENDING, Mailing, Words, written
from chalicelib.mailings.store import MailingStore
from chalicelib.messages.visitor_rows import visitor_row
from chalicelib.outbox.content import ReplyContent
from chalicelib.profile.model import Profile
from chalicelib.vault import encryption
from chalicelib.vault.encryption import fingerprint, seal_json


@dataclass(frozen=True)
class WriteMailing:
    """Writes and releases mailings. `account` names the account of ours that sends them, "" while there is none."""

    store: MailingStore
    profile: Profile
    channel: Channel
    vault_public: bytes
    account: Callable[[], str]
    clock: Callable[[], int]

    def find(self, mailing_id: str) -> Mailing:
        """Return a mailing. Raises NotFound and Unavailable."""
        found = self.store.find(mailing_id)
        if found is None:
            raise NotFound("There is no such mailing.")
        return found

    def begin(self, mailing_id: str, purpose: str, texts: Mapping[str, Words], by: str) -> None:
        """Store a new draft of the colleague `by` under an id that was drawn when the form was made; repeated, it
        stores nothing more. Raises BadInput for a purpose that no mailing has, or texts that are missing or too long,
        Conflict with the code client_id_used when there is another mailing with this id, and Unavailable."""
        self._sendable(purpose)
        now = self.clock()
        said = written(texts, self.profile.languages)
        mailing = Mailing(mailing_id, purpose, DRAFT, said, by, 1, created_at=now, changed_at=now)
        if not self.store.create(mailing):
            there = self.find(mailing_id)
            if (there.purpose, there.texts, there.author) != (purpose, said, by):
                raise Conflict("There is another mailing with this id.", code="client_id_used")

    def change(self, mailing_id: str, texts: Mapping[str, Words], read: int, by: str) -> None:
        """Store other texts of a draft that was read as version `read`. Raises BadInput, NotFound, Unavailable, and
        Conflict with the code changed when somebody else was quicker, or it is no draft any more."""
        mailing = self.find(mailing_id)
        said = written(texts, self.profile.languages)
        changed = mailing._replace(texts=said, author=by, version=read + 1, changed_at=self.clock())
        if not self.store.change(changed, read):
            raise Conflict("Somebody has changed this mailing, or let it go. Load the page anew.", code="changed")

    def release(self, mailing_id: str, read: int, by: str) -> None:
        """Let a mailing go to everybody who has subscribed to its purpose until now. Raises NotFound, Unavailable, and
        Conflict with the code same_person for who has changed it last, no_recipient, or changed."""
        mailing = self.find(mailing_id)
        self._sendable(mailing.purpose)
        if mailing.author == by:
            raise Conflict("Another colleague lets a mailing go than who wrote it.", code="same_person")
        if not self.store.count(mailing.purpose):
            raise Conflict("Nobody has subscribed to these mailings.", code="no_recipient")
        account = self._account()
        if mailing.version != read or not self.store.release(mailing, by, account, self.clock()):
            raise Conflict("Somebody has changed this mailing, or let it go. Load the page anew.", code="changed")
        count("MailingReleased")

    def stop(self, mailing_id: str, by: str) -> None:
        """Stop a mailing that is on its way: it goes to nobody else. Raises NotFound, Unavailable and Conflict."""
        mailing = self.find(mailing_id)
        if mailing.state != SENDING or not self.store.stop(mailing, by, self.clock()):
            raise Conflict("This mailing is not on its way.", code="changed")

    def try_out(self, mailing_id: str, language: str, address: str) -> None:
        """Send a mailing as it will look to a colleague's own address. Raises NotFound, Unavailable and Conflict."""
        mailing, account, now = self.find(mailing_id), self._account(), self.clock()
        words, name = mailing.texts[language], new_id()
        content = ReplyContent(text=self.shown(mailing, language), topic=words.subject).stored()
        content = {"kind": "mail", "address": address, "language": language, **content}
        sealed, key = seal_json(self.vault_public, encryption.visitor_content(name), content), VISITOR.key(name)
        row = visitor_row(key.pk, sealed, fingerprint(self.vault_public), self.channel.id, account, now)
        self.store.tables.write(self.store.tables.put("message", key, row))

    def shown(self, mailing: Mailing, language: str) -> str:
        """Return the whole text of a mailing, as its recipients read it, with the words of the link that ends it: a
        link there is in each recipient's own mail alone."""
        below = words_of.below(self.profile, language, mailing.purpose, self.channel.id)
        return f"{mailing.texts[language].text}\n\n{below}\n\n{words_of.ending(language, '').title}"

    def _sendable(self, purpose: str) -> None:
        if purpose not in self.profile.mailed:
            raise BadInput("Under this company's policy there are no such mailings.", code="purpose")

    def _account(self) -> str:
        account = self.account()
        if not account:
            raise Conflict("No mailbox is linked from which a mailing could leave.", code="no_account")
        return account
