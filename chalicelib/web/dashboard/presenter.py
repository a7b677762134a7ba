"""Presents tickets and messages on pages: words, icons and dates in one language. No HTML here."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.attachments.model import (
    BLOCKED,
    BY_TYPE,
    CHECKING,
    DAMAGED,
    FETCHED_AGAIN,
    GONE,
    HELD,
    KEPT_FOR,
    READY,
    TOO_BIG,
    WAITING,
)
from chalicelib.channels import registry
from chalicelib.channels.contract import AddressKind
from chalicelib.channels.failure_meanings import shown_reason
from chalicelib.channels.parts import FILES
from chalicelib.core.delivery_failures import GAVE_UP, UNLISTED
from chalicelib.core.ids import speak
from chalicelib.core.normal import shows_nothing
from chalicelib.core.texts import LANGUAGE_NAMES, desk_msg
from chalicelib.core.working_days import day_start
from chalicelib.outbox.model import WITHHELD_FOR
from chalicelib.outbox.same_text import MOST_PEOPLE
from chalicelib.tickets.model import PRESSES, REASON, WITHHELD
from chalicelib.tickets.records import Contact, Message, MessageFile, Quote, Ticket
from chalicelib.web import labels
from chalicelib.web.dates import Dates
from chalicelib.web.teams import team_name

PLACES = ("location", "venue")
_DEGREES = (("latitude", 90), ("longitude", 180))
LONG = 2000
"""A message of more characters is shown folded."""

KIND_ICONS = {
    "image": "image", "sticker": "image", "video": "play", "video_note": "play", "animation": "play", "audio": "mic",
    "voice": "mic", "document": "clip", "location": "pin", "venue": "pin", "contacts": "card", "form": "form",
    "order": "form", "reaction": "heart", "poll": "form", "unsupported": "info", "edit": "edit", "revoke": "erase",
}  # fmt: skip
STATUS_ICONS = {
    "queued": "clock", "sending": "refresh", "sent": "check", "delivered": "checks", "read": "eye", "failed": "alert",
    "withheld": "pause", "delayed": "clock",
}  # fmt: skip
STATE_ICONS = {"open": "inbox", "pending": "pending", "snoozed": "snooze", "solved": "solved", "closed": "lock"}
PRIORITY_ICONS = {"low": "low", "high": "high", "urgent": "urgent"}
CHANNEL_ICONS = {one.id: one.icon for one in registry.CHANNELS}
EVENT_ICONS = {
    "state_changed": "solved", "assigned": "user", "unassigned": "user-dashed", "priority_changed": "high",
    "handed_over": "user", "tags_changed": "tag", "blocked": "offline", "failed": "alert", "closed": "lock",
    "closed_idle": "lock", "edit_elsewhere": "edit", "reaction_elsewhere": "heart", "reaction_taken_elsewhere": "heart",
    "revoke_elsewhere": "erase", "request_asked": "shield", "request_confirmed": "shield",
    "request_announced": "shield", "person_asked": "user", "solved_by_customer": "solved",
    "correction_asked": "edit", "corrected": "edit", "agreement_ended": "shield", "agreement_lasts": "shield",
    "request_cancelled": "shield", "request_refused": "shield",
}  # fmt: skip
_PRESSED = desk_msg("The customer pressed a button; its words are not known.")
_BLANK = desk_msg("The message shows nothing: it holds blanks or invisible characters only.")
GAPS: Mapping[str, str] = {
    WAITING: desk_msg("The file is being fetched"),
    CHECKING: desk_msg("The file is being checked for malware"),
    BLOCKED: desk_msg("The file is blocked: the scan for malware found something in it, or could not look into it"),
    HELD: desk_msg("Too many files could not be fetched: this one is fetched within an hour"),
    GONE: desk_msg("The provider does not have this file any more"),
    DAMAGED: desk_msg("The file did not arrive whole"),
    TOO_BIG: desk_msg("Too large to be received"),
}
"""What is said where a file is not there."""
CHANGES_ON_THE_WAY: Mapping[str, str] = {
    "reaction": desk_msg("The reaction is being sent {emoji}"),
    "edit": desk_msg("The new text is being sent"),
    "revoke": desk_msg("The deletion is being sent"),
}
CHANGES_NOT_MADE: Mapping[str, str] = {
    "reaction": desk_msg("The reaction was not made."),
    "edit": desk_msg("The text was not changed."),
    "revoke": desk_msg("The message was not deleted."),
}
"""What is said of changes of ours that have not left, or failed."""
ROLE_NAMES: Mapping[str, str] = {
    "administrator": desk_msg("Administrator"),
    "privacy_officer": desk_msg("Privacy officer"),
    "supervisor": desk_msg("Supervisor"),
    "operator": desk_msg("Operator"),
}
MORE_EVENTS: Mapping[str, str] = {
    "started": desk_msg("The customer pressed Start in the bot"),
    "number_taken": desk_msg("The customer's new number belongs to another contact; nothing was moved"),
    "revoke_unknown": desk_msg("Deletion of an unknown message"),
    "edit_elsewhere": desk_msg("The customer edited a message of another ticket"),
    "reaction_elsewhere": desk_msg("The customer reacted to a message of another ticket:"),
    "reaction_taken_elsewhere": desk_msg("The customer took back a reaction to a message of another ticket"),
    "revoke_elsewhere": desk_msg("The customer deleted a message of another ticket"),
    "request_asked": desk_msg("The desk asked the customer to confirm the destruction of their data"),
    "request_announced": desk_msg("The desk told the customer when the destruction begins"),
    "request_confirmed": desk_msg("The destruction was confirmed"),
    "request_cancelled": desk_msg("The customer cancelled the destruction"),
    "request_refused": desk_msg("The destruction was refused"),
}


@dataclass(frozen=True)
class Words(Dates):
    """Says things in one language, as of `now` (ms). `me` is the reader's id, `names` maps ids of staff to names."""

    me: str
    names: Mapping[str, str]

    # -- people

    def customer(self, ticket: Ticket) -> str:
        """Return what a customer is called in lists: name, username, address, else the ticket's number."""
        if ticket.erased:
            return self.say("Being destroyed")
        if ticket.unreadable:
            return self.say("Cannot be opened")
        if ticket.name or ticket.username:
            return ticket.name or f"@{ticket.username}"
        return self.address(ticket.channel, ticket.address) or self.number(ticket.number)

    def address(self, channel: str, address: str) -> str:
        """Return an address as people write it."""
        return registry.channel(channel).show(address)

    def addresses(self, contact: Contact) -> list[tuple[AddressKind, str]]:
        """Return a contact's addresses as people write them, each with its kind."""
        kinds = ((registry.KINDS_OF_ADDRESS[kind], address) for kind, address in contact.addresses.items())
        return [(kind, kind.show(address)) for kind, address in kinds]

    def reach(self, contact: Contact) -> str:
        """Return the address to which a contact is written, as people write it."""
        return next((address for _, address in self.addresses(contact)), "")

    def staff_name(self, staff_id: str) -> str:
        """Return the name of a staff member; You for the reader."""
        if staff_id == self.me:
            return self.say("You")
        return self.names.get(staff_id, self.say("Former colleague"))

    def number(self, number: str) -> str:
        """Return a ticket's number as people read it aloud."""
        return speak(number)

    # -- stored words

    def state(self, state: str) -> str:
        return labels.label(self.say, labels.STATES, state)

    def channel(self, channel: str) -> str:
        return labels.label(self.say, labels.CHANNELS, channel)

    def priority(self, priority: str) -> str:
        return labels.label(self.say, labels.PRIORITIES, priority)

    def roles(self, roles: Collection[str]) -> str:
        """Return all roles of somebody, the one that may do least at the end."""
        return ", ".join(self.say(name) for role, name in ROLE_NAMES.items() if role in roles)

    def status(self, status: str) -> str:
        return labels.label(self.say, labels.STATUSES, status)

    def send_on(self, channel: str) -> str:
        return labels.label(self.say, labels.SEND_ON, channel)

    def kind(self, message: Message) -> str:
        """Return the kind of a message in words, with the length of a recording; empty for a text."""
        if message.kind in ("text", "comment", "notice", REASON):
            return ""
        kind = str(message.details.get("new_kind", "")) if message.kind == "edit" else message.kind
        name = labels.label(self.say, labels.KINDS, kind or "edit", type=message.raw_type)
        return ", ".join(filter(None, (name, _length(message.details.get("duration")))))

    def kind_of(self, kind: str) -> str:
        """Return the word for the kind of a ticket's last message; empty for a text."""
        return (
            ""
            if kind in ("", "text", "notice")
            else labels.label(self.say, labels.KINDS, kind, type="").replace(" ()", "")
        )

    def icon(self, message: Message) -> str:
        return KIND_ICONS.get(message.kind, "")

    def shown(self, message: Message) -> str:
        """Return how the message's file is shown: image, audio, video, or "file" for one that is only downloaded; empty
        when it is not there."""
        return self.shown_file(message.file) if message.file_state == READY else ""

    def shown_file(self, file: MessageFile) -> str:
        """Return how a file is shown, by its type: image, audio, video or file."""
        kind = BY_TYPE.get(file.type)
        return kind.shown if kind else "file"

    def sent_file(self, file: MessageFile) -> str:
        """Return name and size of a file that staff sent."""
        return ", ".join(filter(None, (file.name, self._size(file.size))))

    def gap(self, message: Message) -> str:
        """Return why the message's file is not there, or that a press or a customer's text has no words; empty for any
        other message."""
        if message.kind in PRESSES and not message.text:
            return self.say(_PRESSED)
        if (message.kind, message.direction) == ("text", "in") and shows_nothing(message.text):
            return self.say(_BLANK)
        return self.say(GAPS[message.file_state]) if message.file_state in GAPS else ""

    def may_fetch(self, message: Message) -> bool:
        """Whether the message's file can be fetched again."""
        named = message.kind in FILES and bool(message.details.get("media_id"))
        kept = message.arrived_at + KEPT_FOR > self.now
        return named and kept and message.file_state in FETCHED_AGAIN and not message.details.get("too_big")

    def file(self, message: Message) -> str:
        """Return name and size of the message's file; empty when it has none."""
        if str(message.details.get("new_kind", message.kind)) not in FILES:
            return ""
        size = message.file.size or message.details.get("size")
        parts = (str(message.details.get("filename", "")), self._size(size) if isinstance(size, int) else "")
        return ", ".join(filter(None, parts))

    def _size(self, size: int) -> str:
        if size < 1_000_000:
            return self.say("{number} kB").format(number=max(1, size // 1000))
        number = f"{size / 1_000_000:.1f}"
        return self.say("{number} MB").format(number=number if self.language == "en" else number.replace(".", ","))

    def map_link(self, message: Message) -> str:
        """Return the location in a message as a geo: URI (RFC 5870) for a map program; empty without a location."""
        if str(message.details.get("new_kind", message.kind)) not in PLACES:
            return ""
        latitude, longitude = (_degrees(message.details.get(name), most) for name, most in _DEGREES)
        return f"geo:{latitude},{longitude}" if latitude and longitude else ""

    def note(self, message: Message) -> str:
        """Return what a note is that the customer does not see: a comment, or why a ticket of another team was
        opened, and until when."""
        if message.kind != REASON:
            return self.say("Internal comment, the customer does not see it")
        said = self.say("Opened with a reason until {time}, the customer does not see it")
        return said.format(time=self.time(int(message.params.get("until", 0))))

    def withheld(self, message: Message) -> str:
        """Return why a reply waits for a supervisor, and until when; what one decided about it; empty for any other."""
        if message.status == WITHHELD and not message.decision:
            why = self.say("Waits for a supervisor until {time}: more than {people} people got this text in an hour.")
            return why.format(time=self.time(message.arrived_at + WITHHELD_FOR), people=MOST_PEOPLE)
        said = {"approve": self.say("Approved by {name}"), "return": self.say("Returned by {name}")}
        return said[message.decision].format(name=self.staff_name(message.decided_by)) if message.decision else ""

    def failure(self, channel: str, failure: Mapping[str, Any]) -> str:
        """Return why a reply was not delivered and what to do."""
        why = labels.failure_text(channel, shown_reason(channel, failure))
        parts = (self.say(why.fact), self.reason(channel, failure), self.say(why.way) if why.way else "")
        return " ".join(filter(None, parts))

    def reason(self, channel: str, failure: Mapping[str, Any]) -> str:
        """Return the reason alone. The code in brackets is left out when it is our own word, not the provider's."""
        code, reason = str(failure.get("code", "")), shown_reason(channel, failure)
        said = self.say(labels.failure_text(channel, reason).reason).format(code=code)
        told = any(one.isdigit() for one in code) or reason in (UNLISTED, GAVE_UP)
        return said if told else said.replace(f" ({code})", "")

    def own_change(self, channel: str, change: Message) -> str:
        """Return how far a reaction, edit or deletion of ours has come that has not left, or why it failed."""
        if change.status != "failed":
            return self.say(CHANGES_ON_THE_WAY[change.kind]).format(emoji=change.text)
        return f"{self.say(CHANGES_NOT_MADE[change.kind])} {self.reason(channel, change.failure)}"

    def event(self, message: Message) -> str:
        """Return the text of an activity line."""
        names = MORE_EVENTS if message.kind in MORE_EVENTS else labels.EVENTS
        given = message.params
        words = labels.PRIORITIES if message.kind == "priority_changed" else labels.STATES
        old, new = (labels.label(self.say, words, str(given.get(one, ""))) for one in ("old", "new"))
        who = str(given.get("to") or message.author)
        places = {"number": "", "days": "", "version": "", **{name: str(value) for name, value in given.items()}}
        places |= {"name": self.staff_name(who) if who else "", "old": old, "new": new}
        if "language" in given:
            places["language"] = LANGUAGE_NAMES.get(str(given["language"]), "")
        if message.kind == "correction_asked":
            places["date"] = self.date(int(given["by"]))
        if "team" in given:
            places["team"] = team_name(str(given["team"]), self.language)
        if "day" in given:
            places["day"] = self.date(day_start(str(given["day"])))
        return labels.label(self.say, names, message.kind, **places)

    def quote_address(self, quote: Quote, base: str) -> str:
        """Return the address of a quoted message; empty when we do not hold it."""
        if not quote.id:
            return ""
        return f"{base}/dashboard/tickets/{quote.ticket_id}#{quote.id}" if quote.ticket_id else f"#{quote.id}"

    def quoted(self, quote: Quote) -> str:
        """Return what is shown of a quoted message."""
        if quote.gone and quote.ours:
            return self.say("This message was deleted")
        if quote.gone:
            return self.say("The customer deleted this message")
        if quote.text:
            return quote.text
        return self.say("A message without a text") if quote.id else self.say("A message that is not on this ticket")

    def initials(self, name: str) -> str:
        """Return the two letters that stand in for a picture of somebody."""
        parts = name.split()
        return (parts[0][0] + parts[1][0] if len(parts) > 1 else name[:2]).upper() if name.strip() else "?"


def _degrees(value: object, most: int) -> str:
    """Return degrees as RFC 5870 writes them, exact to a decimetre. Empty for any other value: what a provider sent may
    be anything."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= most:
        return ""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _length(seconds: object) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}" if isinstance(seconds, int) and seconds > 0 else ""


def capped(number: int, more: bool = False) -> str:
    """Return the number of a badge: 99+ when it is larger. `more` says that counting stopped early: then it is the
    least that there are, or nothing when none was found."""
    if number > 99:
        return "99+"
    return str(number) if not more else f"{number}+" if number else ""
