"""Says what SES would tell of a mail of the desk: that it was delivered, or what the address of SES's mailbox simulator
stands for to which it went.

Sources: "Examples of event data that Amazon SES publishes to Amazon EventBridge", and "Using the mailbox simulator" in
the Amazon SES Developer Guide.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

SIMULATOR = "simulator.amazonses.com"
_BOUNCES = {"bounce": "General", "suppressionlist": "Suppressed"}


def events(fields: Mapping[str, Any], to: str, sent: str, now: float) -> list[dict[str, Any]]:
    """Return the events of a mail that SendEmail took with these fields; `sent` is SES's id of it."""
    moment = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    tags = {one["Name"]: [one["Value"]] for one in fields.get("EmailTags", ())}
    mail = {
        "timestamp": moment,
        "source": fields.get("FromEmailAddress"),
        "messageId": sent,
        "destination": [to],
        "tags": tags | {"ses:configuration-set": [fields["ConfigurationSetName"]]},
    }
    name, _, domain = to.lower().partition("@")
    meant = name.partition("+")[0] if domain == SIMULATOR else ""
    if meant in _BOUNCES:
        person = {
            "emailAddress": to,
            "action": "failed",
            "status": "5.1.1",
            "diagnosticCode": "550 5.1.1",
        }
        bounce = {
            "bounceType": "Permanent",
            "bounceSubType": _BOUNCES[meant],
            "bouncedRecipients": [person],
            "timestamp": moment,
        }
        return [{"eventType": "Bounce", "mail": mail, "bounce": bounce}]
    delivery = {"timestamp": moment, "recipients": [to], "smtpResponse": "250 ok", "processingTimeMillis": 500}
    told = [{"eventType": "Delivery", "mail": mail, "delivery": delivery}]
    if meant == "complaint":
        complaint = {"complainedRecipients": [{"emailAddress": to}], "timestamp": moment}
        told.append({"eventType": "Complaint", "mail": mail, "complaint": complaint})
    return told
