"""Declares the form on the website: what the desk may expect of it. Sources: docs/channels.md.

Nobody carries its messages: a person writes on a page of ours and reads the answers behind a private link.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.channels.contract import AddressKind, Buttons, Channel, FileLimit, Page
from chalicelib.channels.form.private_link import ACCOUNT, CHANNEL, KIND, address_of
from chalicelib.core.texts import desk_msg, policy_msg

if TYPE_CHECKING:
    from chalicelib.channels.base import Sender
    from chalicelib.channels.fetching import Fetcher
    from chalicelib.channels.letters import Letter
    from chalicelib.channels.pages import Filled

_MB = 1024 * 1024
SHOWN = 8
"""Digits of an address that are shown: enough to tell two people without a name apart."""


def _read(filled: "Filled", place: str, now: int) -> "Letter":
    from chalicelib.channels.form.read_filled import read_filled

    return read_filled(filled, place, now)


def _sender(_given: Mapping[str, Any]) -> "Sender":
    from chalicelib.channels.form.send import PageSender

    return PageSender()


def _fetcher(given: Mapping[str, Any]) -> "Fetcher":
    from chalicelib.channels.laid_files import LaidFileFetcher

    return LaidFileFetcher(given["s3"])


def _show(address: str) -> str:
    return address[:SHOWN]


FORM = Channel(
    id=CHANNEL,
    name=desk_msg("Web form"),
    send_on=desk_msg("Show behind the private link"),
    icon="form",
    policy_name=policy_msg("form on the website"),
    address_kinds=(AddressKind(KIND, desk_msg("Private link"), show=_show),),
    sends=frozenset({"text", "choice", "file"}),
    text_limit=20_000,
    buttons=Buttons(most=12, title=200, id=200, text=20_000),
    files=(FileLimit("document", ("*/*",), 25 * _MB),),
    caption=20_000,
    statuses=frozenset({"read"}),
    echoes=True,
    page=Page(ACCOUNT, address_of, _read),
    aws=("s3",),
    sender=_sender,
    fetcher=_fetcher,
)
