"""Stores a mail that its carrier has laid into the bucket of mail, and deletes it there, in one run.

It may run twice at any time: a stored message is recognised, files are laid at the same places, and a mail that is gone
was stored before. A mail that cannot be stored stays, and its wake-up message comes again.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from chalicelib.channels.contract import Channel
from chalicelib.channels.letters import Envelope, Letter
from chalicelib.channels.parts import FILES, InboundMessage, Part
from chalicelib.core.clock import SECOND
from chalicelib.core.errors import Unavailable
from chalicelib.core.observability import count
from chalicelib.messages.inbound import Intake
from chalicelib.messages.ingest import Recognise
from chalicelib.messages.mail_bucket import MailBucket


class ReceiveMail(NamedTuple):
    """Stores mails. `channel` is the one that mails come by, `published` are the addresses of the company, `recognise`
    tells what a message asks about data."""

    channel: Channel
    bucket: MailBucket
    intake: Callable[[], Intake]
    published: tuple[str, ...]
    recognise: Recognise

    def __call__(self, mail: str, verdicts: Mapping[str, str]) -> str:
        """Store the mail of this name in the bucket and delete it there; return what became of it. What the carrier
        holds for junk or malware is deleted unread. Raises Unavailable."""
        intake, envelope = self.intake(), Envelope(self.bucket.place_of_files(mail), verdicts)
        outcome = self._refused(intake, envelope) or self._stored(intake, mail, envelope)
        if outcome != "gone":
            self.bucket.delete(mail)
        count("MailReceived", channel=self.channel.id, outcome=outcome)
        return outcome

    def _refused(self, intake: Intake, envelope: Envelope) -> str:
        if envelope.harmful:
            return envelope.harmful
        if self.channel.id not in intake.served:
            count("ChannelOff", channel=self.channel.id)
            return "off"
        return ""

    def _stored(self, intake: Intake, mail: str, envelope: Envelope) -> str:
        accounts = intake.secrets.accounts.get(self.channel.id, {})
        if not accounts:
            raise Unavailable("The inbound secret has no account for mail; the mail waits.")
        raw = self.bucket.read(mail)
        if raw is None:
            return "gone"
        letter = self._read(raw, envelope, accounts, intake.clock() // SECOND)
        for place, content in letter.files.items():
            self.bucket.lay(place, content)
        said = (one for one in letter.parts if isinstance(one, InboundMessage) and one.kind not in FILES)
        asked = [ask for ask in map(self.recognise, said) if ask]
        intake.store_all(told_apart(letter.parts, aside=any(ask.aside for ask in asked)))
        return "stored"

    def _read(self, raw: bytes, envelope: Envelope, accounts: Mapping[str, Mapping[str, str]], now: int) -> Letter:
        assert self.channel.mail_in is not None  # only such a channel is wired here
        return self.channel.mail_in.read(raw, envelope, accounts, self.published, now)


def told_apart(parts: Sequence[Part], *, aside: bool) -> list[Part]:
    """Return the parts of a mail or a form. `aside`: what they say is a request about data, which opens no ticket; then
    their files say nothing by themselves, and open none either."""
    return [
        one._replace(refers=aside) if isinstance(one, InboundMessage) and one.kind in FILES else one for one in parts
    ]
