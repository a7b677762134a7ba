"""The function `mail`: SES tells it of a mail that it has laid into the bucket of mail, and it stores the mail; by
EventBridge SES tells it what became of a mail of ours, and it stores the status.

What SES tells holds addresses and the subject. So the function passes on to its queue only the name of the mail and
SES's verdicts, or our reference and SES's words for what became of it, and stores either when that wake-up message
comes, as often as it takes.
"""

from typing import Any

from chalicelib.channels.letters import CHECKS
from chalicelib.channels.reading import as_dict, as_list, ident, text
from chalicelib.core.observability import count
from chalicelib.entrypoints.batches import each
from chalicelib.wiring import mail as wiring_mail


def handle(event: dict[str, Any]) -> dict[str, Any]:
    """Pass on what SES tells of, or store what a batch of the queue `mail` is about and return which failed. Raises
    Unavailable when the queue does not take what SES tells; Lambda then repeats the event."""
    if event.get("source") == "aws.ses":
        brief = wiring_mail.brief_of(as_dict(event.get("detail")))
        count("MailTold", outcome=brief.get("told", "").replace(" ", "").lower() or "foreign")
        if brief:
            wiring_mail.wake_mail(brief)
        return {}
    told = [as_dict(as_dict(one).get("ses")) for one in as_list(event.get("Records")) if "ses" in as_dict(one)]
    if told:
        for one in told:
            wiring_mail.wake_mail(_wake_up(one))
        return {}
    return each(event, "mail", _store)


def _wake_up(told: dict[str, Any]) -> dict[str, str]:
    """Return the wake-up message of a mail. Source: "Contents of notifications for Amazon SES email receiving"."""
    receipt, mail = as_dict(told.get("receipt")), ident(as_dict(told.get("mail")).get("messageId"))
    count("MailTold", outcome="told" if mail else "unnamed")
    verdicts = {one: text(as_dict(receipt.get(f"{one}Verdict")).get("status"), 20) for one in CHECKS}
    return {"mail": mail} | {one: word for one, word in verdicts.items() if word}


def _store(body: dict[str, str]) -> None:
    if body.get("told"):
        wiring_mail.store_told(body)
    if body.get("mail"):
        wiring_mail.receive_mail()(body["mail"], body)
