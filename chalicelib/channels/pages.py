"""What a person sends from a page of ours. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class SentFromPage(NamedTuple):
    """A file as a browser sends it: its name and type as the browser tells them, and its bytes."""

    name: str
    type: str
    data: bytes


class Filled(NamedTuple):
    """A page that was filled in. `id` is the page's own, which makes a repeated sending recognisable; `link` is the
    private link of who filled it in, `follows` that they came by it. `fields` holds what they typed, by category of the
    profile. `pressed` is the id of a button that they pressed, and then the text is its title. `agreed` is the text to
    which they consented by a tick, "" for none."""

    id: str
    link: str
    text: str
    language: str
    fields: Mapping[str, str]
    files: Sequence[SentFromPage] = ()
    pressed: str = ""
    agreed: str = ""
    follows: bool = False
