"""English names of stored values that the dashboard shows: states, kinds, failures, events; pages translate them.

Keys are stored values; values are message ids of the catalogue `desk`, with placeholders for `str.format`. Pages use
`label`, which translates and then fills them.
"""

from collections.abc import Callable, Mapping

from chalicelib.channels import registry
from chalicelib.core.delivery_failures import ADMINISTRATOR, ANOTHER_CHANNEL, UNLISTED, FailureText
from chalicelib.core.law_citation import cite
from chalicelib.core.purposes import MARKETING, NEWS
from chalicelib.core.texts import desk_msg as desk_msg
from chalicelib.core.transfer import GIVEN, REFUSED

STATES: Mapping[str, str] = {
    "open": desk_msg("Open"),
    "pending": desk_msg("Pending"),
    "snoozed": desk_msg("Snoozed"),
    "solved": desk_msg("Solved"),
    "closed": desk_msg("Closed"),
}
CHANNELS: Mapping[str, str] = {one.id: one.name for one in registry.CHANNELS}
SEND_ON: Mapping[str, str] = {one.id: one.send_on for one in registry.CHANNELS}
PRIORITIES: Mapping[str, str] = {
    "low": desk_msg("Low"),
    "normal": desk_msg("Normal"),
    "high": desk_msg("High"),
    "urgent": desk_msg("Urgent"),
}
STATUSES: Mapping[str, str] = {
    "queued": desk_msg("Queued"),
    "sending": desk_msg("Sending"),
    "sent": desk_msg("Sent"),
    "delayed": desk_msg("Late: the customer's mail server does not take it yet"),
    "delivered": desk_msg("Delivered"),
    "read": desk_msg("Read"),
    "played": desk_msg("Read"),
    "failed": desk_msg("Not delivered"),
    "withheld": desk_msg("Waits for a supervisor"),
}


_NOT_SENT = desk_msg("Not sent.")
_TO_EACH = desk_msg("Answer each customer's own question.")
FAILURES: Mapping[str, FailureText] = {
    "window_closed": FailureText(
        desk_msg("The reply window closed ({code})."), desk_msg("Use a template, or wait until the customer writes.")
    ),
    "blocked": FailureText(desk_msg("The customer blocked the bot ({code})."), ANOTHER_CHANNEL),
    "came_back": FailureText(
        desk_msg("An earlier mail to the customer came back."), desk_msg("Wait until the customer writes again."),
        _NOT_SENT,
    ),
    "complained": FailureText(
        desk_msg("The customer marked an earlier mail as unwanted."),
        desk_msg("Wait until the customer writes again."),
        _NOT_SENT,
    ),
    "no_address": FailureText(
        desk_msg("There is no address to send to."), desk_msg("Wait until the customer writes again."), _NOT_SENT
    ),
    "too_fast": FailureText(
        desk_msg("Too many messages were sent in a short time ({code})."), desk_msg("Wait a minute and send it again.")
    ),
    "trouble": FailureText(
        desk_msg("The provider has trouble of its own ({code})."), desk_msg("Send it again in a few minutes.")
    ),
    "channel_stopped": FailureText(
        desk_msg("The provider does not let the company's account send ({code})."), ADMINISTRATOR
    ),
    "template": FailureText(desk_msg("The provider refuses this template ({code})."), desk_msg("Choose another one.")),
    "template_refused": FailureText(
        desk_msg("The template may not be sent any more: the provider changed it."), desk_msg("Choose another one."),
        _NOT_SENT,
    ),
    "not_approved": FailureText(
        desk_msg("This text goes to many people, and no supervisor approved it within four hours."),
        _TO_EACH,
        _NOT_SENT,
    ),
    "text_returned": FailureText(
        desk_msg("This text goes to many people, and a supervisor returned it."), _TO_EACH, _NOT_SENT
    ),
    "unsupported_type": FailureText(
        desk_msg("The provider does not take this kind of message ({code})."), desk_msg("Send a text.")
    ),
    "file": FailureText(
        desk_msg("The provider did not take the file ({code})."), desk_msg("Send a smaller one or a link.")
    ),
    "file_gone": FailureText(
        desk_msg("The file is not there any more, or was replaced ({code})."), desk_msg("Bring it again.")
    ),
    "invalid": FailureText(
        desk_msg("The provider found a mistake in the message ({code})."),
        desk_msg("Change the text and send it anew; if it repeats, tell on-call."),
    ),
    "too_long": FailureText(desk_msg("The text is too long for the provider ({code})."), desk_msg("Cut it in two.")),
    "empty": FailureText(desk_msg("The text shows nothing."), desk_msg("Write a new one."), _NOT_SENT),
    "not_allowed": FailureText(
        desk_msg("The policy does not allow this purpose on this channel."), ANOTHER_CHANNEL, _NOT_SENT
    ),
    "suppressed": FailureText(
        desk_msg("The customer has withdrawn consent, and it answered no question of theirs: only answers go out."),
        desk_msg("Wait until the customer writes."),
        _NOT_SENT,
    ),
    "abroad": FailureText(
        desk_msg("The customer does not agree to the transfer abroad, and it answered no question of theirs."),
        desk_msg("Wait until the customer writes."),
        _NOT_SENT,
    ),
    "opted_out": FailureText(
        desk_msg("The customer wants no news, offers and surveys."), desk_msg("Answer only what the customer writes."),
        _NOT_SENT,
    ),
    "unsubscribed": FailureText(desk_msg("The customer has not asked for these mailings."), "", _NOT_SENT),
    "erased": FailureText(desk_msg("The customer's data is being destroyed."), "", _NOT_SENT),
    "unreadable": FailureText(desk_msg("This message cannot be opened."), desk_msg("Tell on-call."), _NOT_SENT),
    "gave_up": FailureText(
        desk_msg("It was tried for a day, and the provider did not take it ({code})."), desk_msg("Send it again.")
    ),
    "unlisted": FailureText(
        desk_msg("The provider refused it for a reason that is not on the list ({code})."),
        desk_msg("Read the provider's words and change the message, or use another channel."),
    ),
    "unknown": FailureText(desk_msg("The provider did not say why."), desk_msg("Send it again.")),
}  # fmt: skip
KINDS: Mapping[str, str] = {
    "text": desk_msg("Text"),
    "image": desk_msg("Image"),
    "video": desk_msg("Video"),
    "document": desk_msg("Document"),
    "sticker": desk_msg("Sticker"),
    "audio": desk_msg("Audio"),
    "voice": desk_msg("Voice message"),
    "animation": desk_msg("Animation"),
    "video_note": desk_msg("Video message"),
    "location": desk_msg("Location"),
    "venue": desk_msg("Place"),
    "contacts": desk_msg("Contact card"),
    "button": desk_msg("Button"),
    "list": desk_msg("Choice from a list"),
    "form": desk_msg("Filled form"),
    "order": desk_msg("Order"),
    "reaction": desk_msg("Reaction"),
    "edit": desk_msg("Edited message"),
    "revoke": desk_msg("Deleted message"),
    "poll": desk_msg("Poll"),
    "dice": desk_msg("Dice"),
    "callback": desk_msg("Button"),
    "notice": desk_msg("Automatic notice"),
    "comment": desk_msg("Internal comment"),
    "reason": desk_msg("Reason for opening"),
    "person_asked": desk_msg("Asks for a person"),
    "unsupported": desk_msg("Unsupported message ({type})"),
}
RETAINED_ON: Mapping[str, str] = {
    "claims": desk_msg("Claims that are not settled"),
    "law": desk_msg("A law that demands it"),
}
"""Grounds on which the company keeps something outside of the desk after a destruction."""
ON_WITHDRAWAL: Mapping[str, str] = {
    "stop": desk_msg("to stop the processing"),
    "destroy": desk_msg("to destroy what it has of the person"),
}
"""What a recipient of data is asked after a withdrawal."""
# Activity lines: {name} is a staff member, {number} a ticket's number.
EVENTS: Mapping[str, str] = {
    "opened": desk_msg("Ticket opened by the first message"),
    "reopened": desk_msg("Ticket reopened by a message"),
    "solved": desk_msg("{name} solved the ticket"),
    "solved_by_customer": desk_msg("The customer closed the request from the menu"),
    "person_asked": desk_msg("The customer asks to speak to a person"),
    "language_chosen": desk_msg("The customer chose a language: {language}"),
    "language_set": desk_msg("{name} set the customer's language: {language}"),
    "transfer_agreed": desk_msg("The customer agrees to the transfer abroad"),
    "transfer_refused": desk_msg("The customer does not agree to the transfer abroad: only answers leave"),
    "transfer_agreed_on_paper": desk_msg("{name} entered from paper: the customer agrees to the transfer abroad"),
    "transfer_refused_on_paper": desk_msg(
        "{name} entered from paper: the customer does not agree to the transfer abroad; only answers leave"
    ),
    "subscribed": desk_msg("The customer gets mailings"),
    "subscribed_on_paper": desk_msg("{name} entered from paper: the customer gets mailings"),
    "unsubscribed": desk_msg("The customer has ended mailings"),
    "unsubscribed_on_paper": desk_msg("{name} entered from paper: the customer gets no more mailings"),
    "unsubscribed_by_staff": desk_msg("{name} ended mailings to the customer"),
    "unsubscribed_bounced": desk_msg("Mailings have ended: one came back"),
    "correction_asked": desk_msg("The customer asks for a correction of their data; do it by: {date}"),
    "corrected": desk_msg("{name} corrected the customer's data"),
    "agreement_ended": desk_msg("{name} noted that the customer's agreement ended on {day}"),
    "agreement_lasts": desk_msg("{name} noted that the customer's agreement lasts"),
    "closed": desk_msg("Ticket closed"),
    "closed_idle": desk_msg("Ticket closed by itself: no messages for {days} days"),
    "assigned": desk_msg("{name} took the ticket"),
    "handed_over": desk_msg("{name} handed the ticket to this team: {team}"),
    "unassigned": desk_msg("The ticket has no assignee now"),
    "state_changed": desk_msg("{name} changed the state: {old} → {new}"),
    "priority_changed": desk_msg("{name} changed the priority: {old} → {new}"),
    "tags_changed": desk_msg("{name} changed the tags"),
    "linked": desk_msg("Earlier ticket: {number}"),
    "phone_moved": desk_msg("This phone number now belongs to another WhatsApp account"),
    "number_changed": desk_msg("The customer's number changed"),
    "number_unnamed": desk_msg(
        "The customer's number changed; the provider did not name the new one, nothing was moved"
    ),
    "timer_changed": desk_msg("The customer changed the timer that deletes messages in their chat"),
    "pinned": desk_msg("A message was pinned in the customer's chat"),
    "system_unknown": desk_msg("The provider told of a change that the desk does not know"),
    "blocked": desk_msg("The customer blocked the bot. The reply clock is paused"),
    "unblocked": desk_msg("The customer unblocked the bot"),
    "window_kept": desk_msg("The reply window is closed: the notice was kept and not sent"),
    "reaction_unknown": desk_msg("Reaction to an unknown message"),
    "edit_unknown": desk_msg("Edit of an unknown message"),
    "sent_twice": desk_msg("May have been sent twice: the first answer of the provider was lost"),
    "consent": desk_msg("Consent recorded: by message, policy version {version}"),
    "failed": desk_msg("A reply was not delivered"),
}
TRANSFER_ANSWERS: Mapping[str, str] = {
    GIVEN: desk_msg("Transfer abroad: agreed"),
    REFUSED: desk_msg("Transfer abroad: not agreed"),
}
"""What a record of consent says about the transfer abroad, by its answer."""
MAILING_ANSWERS: Mapping[str, str] = {
    f"{NEWS}.{GIVEN}": desk_msg("News by mail: asked for"),
    f"{NEWS}.{REFUSED}": desk_msg("News by mail: ended"),
    f"{MARKETING}.{GIVEN}": desk_msg("Offers by mail: asked for"),
    f"{MARKETING}.{REFUSED}": desk_msg("Offers by mail: ended"),
}
"""What a record of consent says about mailings, by its purpose and answer."""
# By HTTP status: what happened and what to do. None of these errors has changed anything.
ERRORS: Mapping[int, str] = {
    400: desk_msg("The request has an error. Check the fields and send it again."),
    401: desk_msg("You are signed out. Sign in again; your text is kept on this page."),
    403: desk_msg("Your role does not allow this. Ask an administrator."),
    404: desk_msg("There is nothing here, or its retention has ended. Go back to the list."),
    409: desk_msg("Somebody changed this meanwhile. Look at the new state and try again."),
    413: desk_msg("This is too large. Send less text or a smaller file."),
    429: desk_msg("Too many attempts. Wait a minute and try again."),
    500: desk_msg("Something broke here. The customer did not notice. Try again; if it repeats, tell on-call."),
    503: desk_msg("A service that we need does not answer. Nothing is lost. Try again in a minute."),
}

REFUSALS: Mapping[str, str] = {
    "csrf": desk_msg("You signed in again meanwhile, so this page was out of date. Nothing was done. Do it once more."),
    "undertaking": desk_msg("Sign the confidentiality undertaking first."),
    "need_to_know": desk_msg("Another team answers this conversation. Load the page again to open it with a reason."),
}
"""By the code of a refusal: what is said instead of the text of its status."""


def failure_text(channel: str, reason: str) -> FailureText:
    """Return the sentences for a reason: those of the channel that alone gives it, else those that all share."""
    errors = registry.channel(channel).errors
    own = errors().words.get(reason) if errors else None
    return own or FAILURES.get(reason, FAILURES[UNLISTED])


def failure_reasons() -> list[str]:
    """Return the class of every failure, of all channels."""
    own = (reason for one in registry.CHANNELS if one.errors for reason in one.errors().words)
    return list(dict.fromkeys((*FAILURES, *own)))


def label(say: Callable[[str], str], names: Mapping[str, str], key: str, **places: object) -> str:
    """Return the translated name of `key` with its placeholders filled; a key without a name is returned as it is."""
    return say(names[key]).format(**places) if key in names else key


def clause_words(clause: str, say: Callable[[str], str]) -> str:
    """Return a clause of the profile in the words of the pages."""
    return cite(clause, say, desk_msg("policy, clause {clause}"))
