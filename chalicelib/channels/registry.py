"""The channels: the only list of them. Pure; intake loads it on every cold start."""

from chalicelib.channels.contract import Channel
from chalicelib.channels.email.channel import EMAIL
from chalicelib.channels.form.channel import FORM
from chalicelib.channels.telegram.channel import TELEGRAM
from chalicelib.channels.whatsapp.channel import WHATSAPP

CHANNELS: tuple[Channel, ...] = (
    WHATSAPP,
    TELEGRAM,
    EMAIL,
    FORM,
)
"""Every channel that a policy may name, in the order in which lists show them."""

BY_ID = {one.id: one for one in CHANNELS}
IDS = tuple(BY_ID)
SERVED = tuple(one for one in CHANNELS if one.served)
"""The channels by which messages arrive and leave today."""
SERVED_IDS = tuple(one.id for one in SERVED)
KINDS_OF_ADDRESS = {kind.id: kind for one in CHANNELS for kind in one.address_kinds}
ADDRESS_KINDS = tuple(KINDS_OF_ADDRESS)
"""Ids of all kinds of address, in the order in which a person's addresses are preferred for sending."""

_UNKNOWN = Channel("", "", "", "", "")


def channel(channel_id: str) -> Channel:
    """Return the channel of a stored id. One that is in no list any more has no capability, so that its rows can still
    be shown and destroyed."""
    return BY_ID.get(channel_id, _UNKNOWN)
