"""Wires the reception of mail. Only the function `mail` imports it."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from chalicelib.channels import registry
from chalicelib.channels.contract import Channel, RawMails
from chalicelib.core.clock import SECOND
from chalicelib.core.settings import settings
from chalicelib.dynamo.clients import client
from chalicelib.dynamo.queues import Queues
from chalicelib.messages.mail_bucket import MailBucket
from chalicelib.messages.receive_mail import ReceiveMail
from chalicelib.profile.load import load_profile
from chalicelib.wiring import base as wiring


def _channel() -> tuple[Channel, RawMails]:
    """Return the channel that mails come by, and how they do."""
    return next((one, one.mail_in) for one in registry.SERVED if one.mail_in)


@cache
def receive_mail() -> ReceiveMail:
    """Stores mails that were laid into the bucket of mail."""
    channel, _ = _channel()
    profile = load_profile(settings().operator)
    published = tuple(one.address for one in profile.contacts if one.kind == "mail" and one.address)
    bucket = MailBucket(lambda: client("s3"), settings().mail_bucket)
    return ReceiveMail(channel, bucket, wiring.intake, published, wiring.recognise_asks(profile))


def brief_of(event: Mapping[str, Any]) -> dict[str, str]:
    """Return what a queue may hold of an event about a mail of ours, {} for any other one."""
    return _channel()[1].brief(event)


def store_told(brief: Mapping[str, str]) -> None:
    """Store what became of a mail of ours. Raises Unavailable."""
    (channel, mails), intake = _channel(), wiring.intake()
    account = next(iter(intake.secrets.accounts.get(channel.id, {})), "")
    told = mails.status(brief, account, intake.clock() // SECOND)
    if told and channel.id in intake.served:
        intake.store_all([told])


def wake_mail(body: dict[str, str]) -> None:
    """Send a wake-up message about a mail, or about what became of one of ours. Raises Unavailable."""
    Queues(client("sqs")).send_later(settings().queue_mail, body, 0)
