"""Stores what a person sends from a page of ours. It knows no HTTP."""

from collections.abc import Callable
from typing import NamedTuple

from chalicelib.channels.contract import Channel
from chalicelib.channels.pages import Filled
from chalicelib.channels.parts import InboundMessage
from chalicelib.core.clock import SECOND
from chalicelib.core.errors import NotFound
from chalicelib.core.observability import count
from chalicelib.messages.inbound import Intake
from chalicelib.messages.ingest import AnswerVisitor, Recognise
from chalicelib.messages.mail_bucket import MailBucket
from chalicelib.messages.page_limit import PageLimit
from chalicelib.messages.receive_mail import told_apart
from chalicelib.vault.page_key import PageKey

SHORTEST, LONGEST = 3 * SECOND, 12 * 60 * 60 * SECOND
"""Milliseconds between the making of a page and its sending: a program is quicker, and a page that lay open for longer
may say what is true no more."""


def id_of_page(key: PageKey, token: str, now: int, shortest: int = SHORTEST) -> str:
    """Return the id of a page by its token; "" when it is not ours, or was made too short or too long a time ago."""
    said = key.read(token)
    in_time = said is not None and shortest <= now - said.made_at <= LONGEST
    if not in_time:
        count("PageRefused", reason="time")
    return said.id if said and in_time else ""


class ReceivePage(NamedTuple):
    """Stores pages of this channel. `recognise` tells what a text asks about data, `visitor` what somebody is answered
    of whom nothing is stored."""

    channel: Channel
    key: PageKey
    bucket: MailBucket
    limit: PageLimit
    intake: Callable[[], Intake]
    recognise: Recognise
    visitor: AnswerVisitor

    def id_of(self, token: str, now: int, *, pressed: bool = False) -> str:
        """Return the id of a page by its token; "" when it is not ours, or was made too short or too long a time ago.
        Whoever has `pressed` a button behind their private link may be quick: they have typed nothing."""
        return id_of_page(self.key, token, now, 0 if pressed else SHORTEST)

    def __call__(self, filled: Filled, source: str) -> str:
        """Store a page that was sent from this address of the network, in one transaction for each message. Return "",
        or, when its text asks about data that nobody has, the answer: then nothing is stored. What is sent again
        unchanged is stored once.

        Raises NotFound where the channel is not served, TooManyPages and Unavailable.
        """
        intake, page = self.intake(), self.channel.page
        if page is None or self.channel.id not in intake.served:
            count("ChannelOff", channel=self.channel.id)
            raise NotFound("There is no form here.")
        now = intake.clock()
        self.limit.take(source, now)
        letter = page.read(filled, self.bucket.place_of_files(filled.id), now // SECOND)
        first = letter.parts[0]
        assert isinstance(first, InboundMessage)
        ask = self.recognise(first)
        aside = ask is not None and ask.aside
        if ask and aside and not filled.follows and self._unknown(intake, first, now):
            count("Inbound", channel=first.channel, outcome="visitor")
            return self.visitor(ask, filled.language).text
        for place, content in letter.files.items():
            self.bucket.lay(place, content)
        intake.store_all(told_apart(letter.parts, aside=aside))
        return ""

    def _unknown(self, intake: Intake, first: InboundMessage, now: int) -> bool:
        """Tell whether nothing is stored of who wrote."""
        found = intake.store.contacts.find(first.channel, first.account, first.author, now)
        return found.person is None and not found.fenced
