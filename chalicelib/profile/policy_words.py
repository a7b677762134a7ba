"""Names of the ids of operator profiles on the policy page: message ids of the catalogue `policy`.

A profile may use only ids that are named here; publishing fails and says which name is missing.
"""

from collections.abc import Mapping

from chalicelib.channels import registry
from chalicelib.core.texts import policy_msg

CATEGORIES: Mapping[str, str] = {
    **{category: name for one in registry.CHANNELS for category, name in one.categories.items()},
    "agreement": policy_msg("The user agreement, and claims from it"),
    "full_name": policy_msg("Last name, first name, patronymic"),
    "organisation": policy_msg("Name of your organisation"),
    "ip": policy_msg("IP address"),
    "visit_time": policy_msg("Date and time of visits"),
    "device": policy_msg("Version of the operating system"),
    "message_text": policy_msg("Text of your messages and of our answers"),
    "attachments": policy_msg("Files that you send: images, documents, audio"),
    "message_metadata": policy_msg("Date, time and identifiers of messages, what became of them"),
    "ticket_data": policy_msg("The request: its number, its state, comments of operators"),
    "site_statistics": policy_msg("Anonymous statistics of website visits, cookies included"),
    "shared_items": policy_msg("Places, contact cards, reactions and button presses that you send"),
    "language": policy_msg("Language in which we answer you"),
    "mailing_choice": policy_msg("Your choice about mailings and the address they go to"),
    "unreadable": policy_msg("A message that could not be shown, in the form in which it came"),
    "consent_record": policy_msg("Record of consent: when, by which message, to which version"),
    "privacy_request": policy_msg("Your request about data and our answer"),
    "fence": policy_msg("Fingerprint of the address after destruction, against late copies of messages"),
    "staff_account": policy_msg("Name, work e-mail and role of our operators"),
    "access_record": policy_msg("Record of who opened or changed data"),
}
PURPOSE_NAMES: Mapping[str, str] = {
    "support": policy_msg("support"),
    "status": policy_msg("notices"),
    "rights": policy_msg("your rights"),
    "contract": policy_msg("contract"),
    "agreement": policy_msg("user agreement"),
    "services": policy_msg("services"),
    "order": policy_msg("order"),
    "changes": policy_msg("changes"),
    "quality": policy_msg("quality"),
    "research": policy_msg("research"),
    "new_services": policy_msg("new services"),
    "contests": policy_msg("contests"),
    "legal": policy_msg("duties"),
    "news": policy_msg("information"),
    "marketing": policy_msg("news and offers"),
    "statistics": policy_msg("website"),
    "proof": policy_msg("proof"),
    "access": policy_msg("access control"),
}
PURPOSES: Mapping[str, str] = {
    "support": policy_msg("technical support: to receive your request and answer it"),
    "status": policy_msg("notices about the state of your request"),
    "rights": policy_msg("to answer your requests about data"),
    "contract": policy_msg("to conclude, perform and end contracts"),
    "agreement": policy_msg("to perform the user agreement"),
    "services": policy_msg("to give access to services"),
    "order": policy_msg("to clarify the details of an order"),
    "changes": policy_msg("to tell of changes of the user agreement"),
    "quality": policy_msg("to improve the quality of services"),
    "research": policy_msg("market research, with data that names nobody"),
    "new_services": policy_msg("to develop and offer new services"),
    "contests": policy_msg("participation in contests"),
    "legal": policy_msg("rights and duties under the law"),
    "news": policy_msg("information by e-mail"),
    "marketing": policy_msg("news of products, offers and events, until you decline"),
    "statistics": policy_msg("to improve the website"),
    "proof": policy_msg("to prove that consent was given and that your rights were kept"),
    "access": policy_msg("to control who has access to data"),
}
GROUND_NAMES: Mapping[str, str] = {
    "message_consent": policy_msg("message"),
    "asked_consent": policy_msg("answer"),
    "form_consent": policy_msg("form"),
    "agreement_consent": policy_msg("agreement"),
    "browser_settings": policy_msg("browser"),
    "law": policy_msg("law"),
}
GROUNDS: Mapping[str, str] = {
    "message_consent": policy_msg("consent by your message on WhatsApp, on Telegram or by e-mail"),
    "asked_consent": policy_msg("consent by your answer to our question"),
    "form_consent": policy_msg("consent by filling in a form on the website"),
    "agreement_consent": policy_msg("consent by accepting the user agreement"),
    "browser_settings": policy_msg("settings of your browser"),
    "law": policy_msg("a duty under the law"),
}
TERMS: Mapping[str, str] = {
    "ticket_closed": policy_msg("{term} after the request is closed"),
    "last_ticket_closed": policy_msg("{term} after your last request is closed"),
    "agreement_ended": policy_msg("{term} after the agreement ends"),
    "consent_given": policy_msg("{term} after consent"),
    "unsubscribed": policy_msg("{term} after you ended the subscription"),
    "consent_ended": policy_msg("{term} after consent ends"),
    "received": policy_msg("{term} after receipt"),
    "request_answered": policy_msg("{term} after the answer"),
    "data_destroyed": policy_msg("{term} after destruction"),
    "account_closed": policy_msg("{term} after the account is closed"),
    "written": policy_msg("{term} after the record is made"),
    "not_held": policy_msg("not held by this service"),
}
ANONYMISED = policy_msg("{term}; then only numbers remain, each of five people or more, which lead to nobody")
RETAINED_ON: Mapping[str, str] = {
    "claims": policy_msg("claims that are not settled"),
    "law": policy_msg("a law that demands it"),
}
UNTIL_WITHDRAWAL = policy_msg("until you withdraw consent; reviewed every {days} days")
DUTIES: Mapping[str, str] = {
    "stop_processing": policy_msg("stop processing after you withdraw consent, or refuse with a reason"),
    "correct": policy_msg("correct what is wrong"),
    "block": policy_msg("block data on information of a violation"),
    "destroy_unlawful": policy_msg("destroy data when the violation is confirmed"),
    "breach_notice": policy_msg("tell the authorised body of a breach of security"),
    "answer": policy_msg("tell you what we hold about you and give you a copy"),
    "objection": policy_msg("consider your objection to automated processing"),
    "transfer_notice": policy_msg("tell you of a transfer of data to another company"),
    "authority": policy_msg("answer the authorised body"),
    "erasure_target": policy_msg("destroy data after you confirm that it is you: our aim"),
    "erasure_alarm": policy_msg("destroy data: when an overdue case goes to a responsible person"),
    "grace": policy_msg("time to change your mind after you confirm destruction"),
}
UNITS: Mapping[str, str] = {
    "working": policy_msg("working days: {term}"),
    "calendar": policy_msg("calendar days: {term}"),
    "hours": policy_msg("hours: {term}"),
}
ROLES: Mapping[str, str] = {
    "delivery": policy_msg("delivers messages"),
    "hosting": policy_msg("stores data in encrypted form"),
    "website": policy_msg("counts visits of the website"),
    "partner": policy_msg("partner"),
    "affiliate": policy_msg("affiliated company"),
}
ON_WITHDRAWAL: Mapping[str, str] = {
    "stop": policy_msg("to stop processing your data"),
    "destroy": policy_msg("to destroy your data"),
}
SEES: Mapping[str, str] = {
    "plain": policy_msg("can read it"),
    "sealed": policy_msg("cannot read it"),
}
SCOPES: Mapping[str, str] = {
    "website": policy_msg("visitors of the website"),
    "application": policy_msg("users of the application"),
    **{one.id: one.policy_name for one in registry.CHANNELS},
}
CONTACTS: Mapping[str, str] = {
    "mail": policy_msg("E-mail: {address}"),
    "post": policy_msg("In writing: {address}"),
    "url": policy_msg("Page: {address}"),
}
USES: Mapping[str, str] = {
    "contact": policy_msg("questions about data"),
    "withdrawal": policy_msg("withdrawal of consent"),
    "update": policy_msg("correction of data"),
    "opt_out": policy_msg("declining news and offers"),
}
OUTSIDE: Mapping[str, str] = {"phone_call": policy_msg("phone calls")}
CHANNELS: Mapping[str, str] = {one.id: one.policy_name for one in registry.CHANNELS}
COUNTRIES: Mapping[str, str] = {
    "AE": policy_msg("United Arab Emirates"),
    "DE": policy_msg("Germany"),
    "KZ": policy_msg("Republic of Kazakhstan"),
    "RU": policy_msg("Russian Federation"),
    "US": policy_msg("United States of America"),
}
MARKINGS: Mapping[str, str] = {
    "withdrawal": policy_msg("To withdraw consent"),
    "update": policy_msg("To correct data"),
    "opt_out": policy_msg("To decline news and offers"),
}
CONSENT: Mapping[str, str] = {
    "message": policy_msg("You start the conversation yourself; by your first message you agree to this policy."),
    "explicit": policy_msg("Before we process your message, we ask for your consent and you answer."),
    "tick": policy_msg("You tick the box of the form; by that you agree to this policy."),
    "agreement": policy_msg(
        "You tick the box of the form; by that you accept the user agreement, of which this policy is a part."
    ),
}
CROSS_BORDER: Mapping[str, str] = {
    "message": policy_msg(
        "Servers of these companies stand outside Kazakhstan. By writing to us through them"
        " you agree to the transfer that delivery needs. You can take this consent back: then only answers to what you"
        " ask are sent to you through them."
    ),
    "explicit": policy_msg(
        "Servers of these companies stand outside Kazakhstan. What you send through them passes there in any case. We"
        " ask separately for your consent to what we send: without it only answers to what you ask are sent to you"
        " through them. You can take it back, or give it later."
    ),
}
