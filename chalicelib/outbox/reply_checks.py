"""Refuses a reply whose text, choices or id cannot be taken, before anything is stored. Pure."""

from chalicelib.channels.base import ChoicePart, TextPart
from chalicelib.channels.contract import Channel
from chalicelib.channels.render import Lacking, render
from chalicelib.core.errors import BadInput
from chalicelib.core.ids import LONGEST
from chalicelib.core.normal import normal, shows_nothing
from chalicelib.outbox.content import ReplyContent

MOST_UNITS = 16_000
"""Most UTF-16 units of a reply: four messages of a provider, cut between words."""


def check_client_id(client_id: str) -> None:
    """Raise BadInput for an id that is missing or too long."""
    if not client_id or len(client_id) > LONGEST:
        raise BadInput(f"client_id is missing or longer than {LONGEST} characters.", code="client_id")


def check_content(sent: ReplyContent) -> None:
    """Raise BadInput for a reply of which the customer would see nothing, or whose text cannot be sent."""
    if sent.template is None and (sent.text or not sent.files):
        check_text(sent.text)


def check_text(text: str) -> None:
    """Raise BadInput for a text that shows nothing, is longer than MOST_UNITS or holds half a character."""
    if shows_nothing(text):
        raise BadInput("There is nothing to send: the text shows nothing. Write something.", code="empty")
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 > MOST_UNITS:
        raise BadInput(f"The reply is longer than {MOST_UNITS} characters. Cut it in two.", code="too_long")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise BadInput("The reply holds half a character. Copy it anew.", code="bad_text")


def check_choices(channel: Channel, sent: ReplyContent) -> None:
    """Raise BadInput for choices that the channel does not take, naming the capability, and for two that look the same
    to a person: their press would tell nobody which one was meant."""
    if not sent.choices:
        return
    if len({normal(one.title) for one in sent.choices}) < len(sent.choices):
        raise BadInput("Two of the choices look the same to a person. Give each other words.", code="choices_alike")
    try:
        render(channel, (TextPart(sent.text), ChoicePart(sent.choices)))
    except Lacking as error:
        raise BadInput(error.message, code="choices") from None
