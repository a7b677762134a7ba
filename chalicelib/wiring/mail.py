"""Wires the reception of mail. Only the function `mail` imports it."""

from functools import cache

from chalicelib.channels import registry
from chalicelib.core.settings import settings
from chalicelib.dynamo.clients import client
from chalicelib.dynamo.queues import Queues
from chalicelib.messages.mail_bucket import MailBucket
from chalicelib.messages.receive_mail import ReceiveMail
from chalicelib.profile.load import load_profile
from chalicelib.wiring import base as wiring


@cache
def receive_mail() -> ReceiveMail:
    """Stores mails that were laid into the bucket of mail."""
    channel = next(one for one in registry.SERVED if one.mail_in)
    profile = load_profile(settings().operator)
    published = tuple(one.address for one in profile.contacts if one.kind == "mail" and one.address)
    bucket = MailBucket(lambda: client("s3"), settings().mail_bucket)
    return ReceiveMail(channel, bucket, wiring.intake, published, wiring.recognise_asks(profile))


def wake_mail(body: dict[str, str]) -> None:
    """Send a wake-up message about a mail. Raises Unavailable."""
    Queues(client("sqs")).send_later(settings().queue_mail, body, 0)
