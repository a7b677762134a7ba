"""Counts to how many people one text of staff goes within an hour, on channels that may never carry marketing.

What is counted is a text that somebody has typed, with the titles of its choices; a template is approved text. The
row's key is a pseudonym of the words, so that nothing of a text can be read from it, and goes an hour after the text
was last used. A person who gets the same text again counts once. Source of the rule: A4.7, no bulk messages.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.channels import registry
from chalicelib.core.clock import HOUR, SECOND
from chalicelib.core.normal import same_phrase
from chalicelib.dynamo.builder import NEW, Builder, Write
from chalicelib.dynamo.schema import SAME_TEXT, Key
from chalicelib.dynamo.tables import Tables
from chalicelib.outbox.content import ReplyContent
from chalicelib.vault.pseudonyms import SameTextKey

MOST_PEOPLE = 20
"""To so many people a text may go within the time `WITHIN` without a supervisor."""
WITHIN = HOUR


@dataclass(frozen=True)
class TextUse:
    """A text that is about to go to a `person` (a pseudonym) at `now` (ms), and its row as it was read. `people` are
    those to whom it went, with when (ms); None when there is no row."""

    key: Key
    person: str
    now: int
    people: Mapping[str, int] | None
    approved_at: int = 0

    @property
    def approved_lately(self) -> bool:
        """Whether a supervisor approved this text within the time."""
        return self.approved_at > self.now - WITHIN

    @property
    def of_late(self) -> dict[str, int]:
        """The people to whom the text went within the time."""
        return {one: at for one, at in (self.people or {}).items() if at > self.now - WITHIN}

    @property
    def too_many(self) -> bool:
        """Whether this person would be one too many."""
        return not self.approved_lately and self.person not in self.of_late and len(self.of_late) >= MOST_PEOPLE

    def counted(self, builder: Builder) -> list[Write]:
        """Return the write that counts the person, for the transaction that stores the message. Its condition holds
        only while no more than MOST_PEOPLE are counted, whoever else sends the text at the same moment."""
        if self.approved_lately or self.too_many:
            return []
        dates = {"until": (self.now + WITHIN) // SECOND}
        if self.people is None:
            row = {"people": {self.person: self.now}, "expires_at": dates["until"]}
            return [builder.put("same_text", self.key, row, NEW)]
        late = self.of_late
        if len(late) < len(self.people):
            values = {"read": dict(self.people), "people": {**late, self.person: self.now}, **dates}
            changed = "SET #people = :people, #expires_at = :until"
            return [builder.update("same_text", self.key, changed, "#people = :read", values)]
        place = f"#people.#{self.person}"
        room = f"attribute_exists(#people) AND (size(#people) < :most OR attribute_exists({place}))"
        values = {"now": self.now, "most": MOST_PEOPLE, **dates}
        return [builder.update("same_text", self.key, f"SET {place} = :now, #expires_at = :until", room, values)]

    def approved(self, builder: Builder) -> Write:
        """Return the write by which a text that a supervisor approves may go to anybody for an hour."""
        values = {"now": self.now, "until": (self.now + WITHIN) // SECOND, "none": {}}
        changed = "SET #approved_at = :now, #expires_at = :until, #people = if_not_exists(#people, :none)"
        return builder.update("same_text", self.key, changed, values=values)


@dataclass(frozen=True)
class SameTexts:
    """Reads how often texts were used. `key` is the key of their pseudonyms; reading it may raise Unavailable, as may
    the tables."""

    tables: Tables
    key: Callable[[], SameTextKey]

    def use(self, channel: str, contact_id: str, content: ReplyContent, now: int) -> TextUse | None:
        """Return the use of a text for a contact at `now` (ms); None for what is not counted."""
        words = same_phrase(" ".join((content.text, *(one.title for one in content.choices))))
        if content.template is not None or not words or "marketing" not in registry.channel(channel).never:
            return None
        key = self.key()
        name = key.text(words)
        place = SAME_TEXT.key(name)
        row = self.tables.get(place)
        people = row.get("people", {}) if row else None
        return TextUse(place, key.person(name, contact_id), now, people, row.get("approved_at", 0))
