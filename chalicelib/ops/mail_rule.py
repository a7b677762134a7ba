"""Has SES receive mail for the desk: adds a rule to the account's active set of receipt rules, or changes the rule that
this command has added. Sets and rules of others stay as they are."""

import socket
from collections.abc import Callable
from typing import Any, NamedTuple

from chalicelib.core.errors import Conflict
from chalicelib.messages.mail_bucket import RAW


class MailRule(NamedTuple):
    """What a rule says: mail to `domain` goes into `bucket`, and `function` (its ARN) is told of it. All three are
    outputs of the stack or belong to the company; `stack` names the rule."""

    stack: str
    domain: str
    bucket: str
    function: str

    @property
    def name(self) -> str:
        """Name of the rule; the policy of the bucket demands it."""
        return f"{self.stack}-mail"

    def as_ses_wants(self) -> dict[str, Any]:
        """Return the rule. Junk and malware are looked for; a mail without TLS is taken, because its sender has sent it
        so far already."""
        return {
            "Name": self.name,
            "Enabled": True,
            "TlsPolicy": "Optional",
            "ScanEnabled": True,
            "Recipients": [self.domain],
            "Actions": [
                {"S3Action": {"BucketName": self.bucket, "ObjectKeyPrefix": RAW}},
                {"LambdaAction": {"FunctionArn": self.function, "InvocationType": "Event"}},
            ],
        }


def has_endpoint(region: str) -> bool:
    """Whether AWS lists an endpoint for receiving mail in this region: it exists in DNS where SES receives."""
    try:
        return bool(socket.getaddrinfo(f"inbound-smtp.{region}.amazonaws.com", 25, type=socket.SOCK_STREAM))
    except OSError:
        return False


def receive(ses: Any, rule: MailRule, receives: Callable[[str], bool] = has_endpoint) -> str:
    """Add or change the rule; return what was done. Raises Conflict in a region in which SES receives no mail."""
    region = str(ses.meta.region_name)
    if not receives(region):
        raise Conflict(f"SES receives no mail in {region}: AWS lists no email receiving endpoint there.")
    active = ses.describe_active_receipt_rule_set()
    known = [one["Name"] for one in active.get("Rules", ())]
    rules = str(active.get("Metadata", {}).get("Name", ""))
    if not rules:
        rules = rule.name
        if rules not in {one["Name"] for one in ses.list_receipt_rule_sets().get("RuleSets", ())}:
            ses.create_receipt_rule_set(RuleSetName=rules)
        known = [one["Name"] for one in ses.describe_receipt_rule_set(RuleSetName=rules).get("Rules", ())]
    if rule.name in known:
        ses.update_receipt_rule(RuleSetName=rules, Rule=rule.as_ses_wants())
    else:
        after = {"After": known[-1]} if known else {}
        ses.create_receipt_rule(RuleSetName=rules, Rule=rule.as_ses_wants(), **after)
    if not active.get("Metadata"):
        ses.set_active_receipt_rule_set(RuleSetName=rules)
    done = "changed" if rule.name in known else "added"
    others = len(known) - (rule.name in known)
    return (
        f"rule {rule.name} {done} in the active set {rules} behind {others} others\n"
        f"MX of {rule.domain}: 10 inbound-smtp.{region}.amazonaws.com"
    )
