"""English names of what pages show of a request about data; pages translate them. Keys are stored values."""

from collections.abc import Mapping

from chalicelib.core.texts import desk_msg

STATES: Mapping[str, str] = {
    "received": desk_msg("Received"),
    "verifying": desk_msg("Waits for the person's confirmation"),
    "deciding": desk_msg("Needs your decision"),
    "telling": desk_msg("The person is being told"),
    "grace": desk_msg("Time to think again"),
    "destroying": desk_msg("Data is being destroyed"),
    "waiting_for_backups": desk_msg("Waits for backups"),
    "keeping": desk_msg("A part is kept until its day"),
    "complete": desk_msg("Complete"),
    "answered": desk_msg("Answered"),
    "refused": desk_msg("Refused"),
    "cancelled": desk_msg("Cancelled by the person"),
    "escalated": desk_msg("Stopped by a failure"),
}
STATE_ICONS: Mapping[str, str] = {
    "received": "clock", "verifying": "key", "deciding": "edit", "telling": "clock", "grace": "clock",
    "destroying": "erase",
    "waiting_for_backups": "pause", "keeping": "lock", "complete": "solved", "answered": "solved", "refused": "ban",
    "cancelled": "close", "escalated": "alert",
}  # fmt: skip
STATE_TONES: Mapping[str, str] = {"deciding": "soon", "escalated": "late", "waiting_for_backups": "on", "keeping": "on"}
SOURCES: Mapping[str, str] = {
    "bot": desk_msg("asked in the chat"),
    "message": desk_msg("a message in the chat, recognised by: {name}"),
    "staff": desk_msg("entered by: {name}"),
}
IDENTITIES: Mapping[str, str] = {
    "second_press": desk_msg("confirmed in the bound chat"),
    "staff": desk_msg("checked by: {name}"),
}
CHECKS: Mapping[str, str] = {
    "chat_code": desk_msg("a code sent to the bound chat and read back"),
    "signature": desk_msg("an electronic signature"),
    "in_person": desk_msg("in person: a document was seen"),
    "notary": desk_msg("a notarised application"),
}
REFUSAL_GROUNDS: Mapping[str, str] = {
    "obligation": desk_msg("An obligation between the person and us is not performed yet"),
    "law": desk_msg("A law obliges us to keep the data"),
    "not_proved": desk_msg("It was not proved that the request came from the person"),
}
PROPOSED: Mapping[str, str] = {
    "erase": desk_msg("Destroy the data"),
    "refuse": desk_msg("Refuse with reasons"),
    "letter": desk_msg("The person was told by letter"),
    "cancel": desk_msg("The person has taken the request back"),
    "retain": desk_msg("Something is kept"),
    "open": desk_msg("Open what is kept"),
}
TOLD_BY: Mapping[str, str] = {
    "delivered": desk_msg("their application or mail server has the message"),
    "accepted": desk_msg("the provider took the message; it gives no receipts"),
    "letter": desk_msg("by letter, posted: {date}; according to: {colleagues}"),
}
ANSWERED: Mapping[str, str] = {
    "delivered": desk_msg("arrived"),
    "accepted": desk_msg("taken by the provider, which gives no receipts"),
    "not_arrived": desk_msg("did not arrive"),
}
MISSED: Mapping[str, str] = {
    "stopped": desk_msg("the processing was not stopped"),
    "answered": desk_msg("the person had no answer"),
}
NOT_DONE = desk_msg("Not done. Check the fields and try again.")
PROBLEMS: Mapping[str, str] = {
    "over": desk_msg("This request is over. Nothing can be decided any more."),
    "already_decided": desk_msg("This request is decided already. Look at its new state."),
    "too_late": desk_msg("The data is being destroyed. That cannot be stopped any more."),
    "not_yet": desk_msg("This request is just being opened. Try again in a minute."),
    "check": desk_msg("Choose how the person's identity was checked."),
    "document": desk_msg(
        "Do not write down numbers of documents: the law forbids copies, art. 7(10). Say only what you saw."
    ),
    "ground": desk_msg("Choose a ground of the refusal."),
    "reason": desk_msg("A refusal needs a sentence: it is told to the person."),
    "posted_on": desk_msg("Enter the day on which the letter was posted: from the proof of identity to today."),
    "until": desk_msg("Enter until which day it is kept: after today, and no later than the policy allows."),
    "retain": desk_msg("Choose a ground on which something is kept."),
    "categories": desk_msg("Choose what is kept. Of what the company keeps by itself nothing is chosen."),
    "nothing_kept": desk_msg("Nothing of this person is kept here."),
    "received_on": desk_msg(
        "Enter the day on which the notice was received, not after today: the terms count from it."
    ),
    "pending": desk_msg("The person has not answered yet whether we may process their data. Nothing is entered."),
    "no_proposal": desk_msg("Nothing of this kind is proposed any more. Look at the request anew."),
    "no_officer": desk_msg("Who proposed it is no privacy officer any more. Propose it anew, and another one agrees."),
    "same_person": desk_msg("Another privacy officer has to agree: you have proposed it."),
    "told_already": desk_msg("The person was told meanwhile. Look at the request anew."),
    "often_enough": desk_msg("It was sent five times. Tell the person by letter."),
}
"""What is said beside a form of a request, by the code of the refusal; NOT_DONE for any other code."""
