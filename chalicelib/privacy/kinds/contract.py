"""What every kind of request about personal data says of itself.

Texts are message ids: what the person reads is marked with `bot_msg`, what pages show with `desk_msg`. Intake loads
kinds on a cold start, so what only few messages need is imported when it is called.
"""

from collections.abc import Callable, Sequence
from typing import Literal

from chalicelib.core.record import Record

Way = Literal["erasure", "answer"]
"""Which workflow ends a request. `erasure`: the person confirms, is told, may think again, and their data is destroyed.
`answer`: it takes effect when it is opened, and the person gets its answer in their own conversation."""
Decision = Literal["erase", "refuse", "letter", "cancel", "retain", "open"]
"""What one of the staff may propose about a request, and another one agrees to."""
Evidence = Literal["notes", "consents"]
"""What a request keeps as a proof: what staff wrote about how the person asked, sealed to the person's key; when and to
which policy the person had consented, which outlives their rows."""


class Default(Record):
    """What the person is told near the limit when nobody has decided: `bound` when they asked from the bound account,
    `unproved` when nothing shows that it was them. Places: {date}, {yes}, {no}."""

    bound: str
    unproved: str


class Certificate(Record):
    """How the certificate of a kind is shown: its heading on the request's page (`card`) and on the public page
    (`title`), and what the company confirms there (`says`, with the place {company})."""

    card: str
    title: str
    says: str


class Kind(Record):
    """One kind of request. `id` is stored: in rows, in certificates, in the buttons of the chat and in the API."""

    id: str

    # How a message is recognised
    phrases: str = ""
    """Phrases that ask for it, as recognition/answer_phrases.py spells them: the whole message is one of them."""
    hints: tuple[str, ...] = ()
    """Parts of words of which each phrase and each wish has one, when recognition/recognise_words.py does not know them
    already: most messages have none, and are not read further."""
    means: Callable[[Sequence[str]], bool]
    """Whether the words of one sentence may ask for it; the person is then asked whether they meant it."""
    button: tuple[str, str]
    """Its button under that question: a long title, and a short one of which two languages fit."""
    marking: str = ""
    """The list of the profile's `markings` that holds the operator's published phrases for it."""
    command: str = ""
    """A command of the chat that asks for it; with one it is an item of the customer's menu."""

    # The law
    basis: str
    """The article, as certificates state it."""
    ends_consent: bool = False
    """Whether the consent to process has ended with it."""
    ends_news: bool = False
    """Whether news, offers and surveys end with it."""

    # Its clock: names of the profile's deadlines
    limit: str
    """The law's limit, from the receipt of the notice."""
    alarm: str
    """When that limit is near, from the receipt."""
    target: str = ""
    """Our own limit, from when identity is verified."""
    default: Default | None = None
    """What the person is told at the limit. A kind that is answered at once needs none."""

    # Its way
    way: Way
    confirmed: bool
    """Whether the person must confirm on the bound channel, or two of the staff after a check of identity."""
    cooling_off: str = ""
    """The profile's deadline that gives time to think again after the person was told."""
    decisions: tuple[Decision, ...] = ()
    """What staff may propose; every decision takes two of them."""
    undecidable: str = "This request is answered by itself; there is nothing to decide."
    """What the API says to a decision when there is none to make."""

    # What it leaves
    certificate: Certificate | None = None
    certified_as: str = ""
    """Its name on certificates, where the article stands beside it."""
    evidence: tuple[Evidence, ...] = ()

    # What the person reads
    received: str = ""
    """That it has arrived; begins the question whether it is theirs, and the letter."""
    done: str
    """Its answer."""
    refused: str = ""
    """That it cannot be fulfilled; ground, reason and appeal follow."""

    # What pages show
    name: str
    entry_hint: str = ""
    """What staff read below the choice of kinds when they enter a request."""
    effect: tuple[str, str] = ("", "")
    """What was done by opening it, as the title of a step and a clock, and what goes on all the same."""
