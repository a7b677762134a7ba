"""Forms of the fields of an operator profile: what a value must be, and what an error asks its writer for.

Read by build.py alone; no function imports this module or msgspec for a profile.
"""

import datetime
from collections.abc import Collection
from typing import Annotated, NamedTuple

from msgspec import Meta

from chalicelib.channels import registry

EVENTS = (
    "ticket_closed last_ticket_closed agreement_ended consent_given unsubscribed consent_ended received"
    " request_answered data_destroyed account_closed written not_held"
).split()
"""Events from which a retention term can run. `not_held` marks data that never reaches this service."""
DEADLINES = (
    "stop_processing correct block destroy_unlawful breach_notice answer objection transfer_notice authority"
    " erasure_target erasure_alarm grace"
).split()
REFUSALS = ("obligation", "law", "not_proved")
"""Grounds on which a request may be refused: an obligation towards the person is still open, a law demands that the
data is kept (art. 8(2)), or the identity of the person who asked was not proved."""
RETAINED_ON = ("claims", "law")
"""Grounds on which the company keeps something after a destruction: claims that are not settled (art. 8(2)), or a law
that demands it."""
NOTICE_TEMPLATES = tuple(
    f"{one.id}_{what}template" for one in registry.CHANNELS if one.window for what in ("", "rights_")
)
"""Approved templates for what meets a closed reply window, of the channels that have one; "" for none: without places,
for notices; with one place, for answers about personal data."""
MARKINGS = ("withdrawal", "update", "opt_out")
CONTACTS = ("mail", "post", "url")
USES = ("contact", *MARKINGS)
"""What a way to reach the company is published for."""
SCOPES = ("website", "application", *registry.IDS)
STATES = ("on", "off")
OUTSIDE = ("phone_call",)
"""Ways by which the company's people reach a person without the desk."""
CONSENT_MODES = ("message", "tick", "explicit", "agreement")
"""Acts of consent: the person's own first message; a tick in the form; an answer to our question; the button of the
company's agreement."""
CROSS_BORDER = ("message", "explicit")
OPT_IN = ("", "opt_in")
ROLES = ("delivery", "hosting", "website", "partner", "affiliate")
SEES = ("plain", "sealed")
ON_WITHDRAWAL = ("", "stop", "destroy")
"""What the company asks of a recipient after a withdrawal: to stop the processing, or to destroy what it has."""
DOERS = ("desk", "company")
AT_THE_END = ("destroy", "anonymise")
TERM_UNITS = ("days", "months", "years")
UNITS = ("working", "calendar", "hours")
LIABILITIES = ("disciplinary", "administrative", "civil", "criminal")
"""Kinds of liability of which the undertaking of confidentiality may warn."""
KEPT_BY_THE_DESK = ("stop_processing", "erasure_target", "erasure_alarm", "grace")
"""Deadlines that code keeps. The others bind the company's people: the policy says so."""


class Form(NamedTuple):
    """What a field wants: `wanted` completes "write …", `broken` is said of a value of the right type that does not
    fit ("{}" is the value)."""

    wanted: str
    broken: str = ""


class Words(NamedTuple):
    """The words that a field, each text of a list, or the names of a table may be. `table` names the table of the
    profile whose ids they are; `needed` says that a table must have all of its names."""

    allowed: Collection[str] = ()
    table: str = ""
    needed: bool = True


class MaybeNone(NamedTuple):
    """Marks a list that may be empty."""


maybe_none = MaybeNone()
TEXT = Form("a text in quotes", "the text is empty; write it")
Text = Annotated[str, Meta(min_length=1), TEXT]
Number = Annotated[
    int, Meta(ge=1), Form("a whole number of at least 1", "{} is too small; write a whole number of at least 1")
]
TextOrNone = Annotated[str, Form("a text in quotes")]
Count = Annotated[int, Meta(ge=0), Form("a whole number", "{} is too small; write a whole number")]
YesNo = Annotated[bool, Form("true or false")]
Day = Annotated[datetime.date, Form("a date without quotes, such as 2026-11-22")]
Https = Annotated[
    str,
    Meta(pattern="^https://"),
    Form("a text in quotes", "an address that begins with https:// is wanted; write it so"),
]
HttpsOrNone = Annotated[
    str,
    Meta(pattern="^(https://.+)?$"),
    Form("a text in quotes", "an address that begins with https:// is wanted; write it so, or leave the text empty"),
]
HashText = Annotated[
    str,
    Meta(pattern=r"^[0-9a-f]{64}\Z"),
    Form("a text in quotes", "a SHA-256 has 64 hexadecimal digits; write them"),
]
Country = Annotated[
    str,
    Meta(pattern=r"^[A-Z]{2}\Z"),
    Form("a text in quotes", '{} is not a country; write two capital letters, such as "KZ"'),
]
Bin = Annotated[
    str,
    Meta(pattern=r"^([0-9]{12})?\Z"),
    Form("a text in quotes", "a BIN has twelve digits; write them, or leave the text empty"),
]
TemplateName = Annotated[
    str,
    Meta(pattern=r"^[a-z0-9_]{0,512}\Z"),
    Form("a text in quotes", "{} names no template; write small letters, digits and _, or leave the text empty"),
]
Word = Annotated[
    str,
    Meta(pattern=r"^[a-z][a-z0-9_]{0,31}\Z"),
    Form("a text in quotes", "{} is no id; write small letters, digits and _, a letter first, 32 at most"),
]
Version = Annotated[
    str,
    Meta(pattern=r"^[0-9][0-9.]{0,9}\Z"),
    Form("a text in quotes", '{} is no version; write a number in quotes, such as "2"'),
]


def words(allowed: Collection[str]) -> Words:
    """One of these words; of a list, each of them."""
    return Words(tuple(allowed))


def ids(table: str) -> Words:
    """An id of a row of this table; of a list, each of them."""
    return Words(table=table)


def each(names: Collection[str]) -> Words:
    """A table with exactly these names."""
    return Words(tuple(names))


def some(names: Collection[str]) -> Words:
    """A table with some of these names."""
    return Words(tuple(names), needed=False)
