"""The buttons of the menu. core/asks.py reads their payloads."""

from collections.abc import Sequence

from chalicelib.channels.parts import Button
from chalicelib.core.asks import ABROAD, ITEMS, MENU
from chalicelib.core.languages import LANGUAGES
from chalicelib.core.texts import OWN_NAMES, bot_msg, bot_text
from chalicelib.core.transfer import GIVEN, REFUSED
from chalicelib.privacy.kinds.registry import KINDS
from chalicelib.privacy.texts.wording import button_title
from chalicelib.profile.model import Profile

TITLES = {
    MENU: bot_msg("Menu"),
    "status": bot_msg("My requests"),
    "language": bot_msg("Language"),
    "data": bot_msg("My data"),
    "correct": bot_msg("Correct my data"),
    ABROAD: bot_msg("Transfer abroad"),
    "person": bot_msg("A person, please"),
    "close": bot_msg("Close my request"),
}
_CHOICES = {GIVEN: (bot_msg("I agree"), bot_msg("Yes")), REFUSED: (bot_msg("I do not agree"), bot_msg("No"))}
"""The answers about the transfer abroad, whole and short."""
_BEFORE_KINDS = ITEMS.index(ABROAD) + 1
"""The kinds of request stand behind what else concerns the person's data."""


def menu_buttons(language: str) -> tuple[Button, ...]:
    """Return the items of the menu; while the language is unknown, the choice of one."""
    if not language:
        return language_buttons()
    items = [_button(language, one) for one in ITEMS]
    kinds = [Button(f"{MENU}.{one.id}", bot_text(language, one.button[0])) for one in KINDS if one.command]
    return (*items[:_BEFORE_KINDS], *kinds, *items[_BEFORE_KINDS:])


def back_button(language: str) -> tuple[Button, ...]:
    """Return the button that shows the menu; while the language is unknown, the choice of one."""
    return (_button(language, MENU),) if language else language_buttons()


def transfer_buttons(profile: Profile, language: str, answers: Sequence[str]) -> tuple[Button, ...]:
    """Return a button for each of these answers about the transfer abroad, and the one that shows the menu."""
    chosen = [Button(f"{MENU}.{ABROAD}.{one}", button_title(profile, language, *_CHOICES[one])) for one in answers]
    return (*chosen, *back_button(language)) if language else tuple(chosen)


def language_buttons() -> tuple[Button, ...]:
    """Return a button for each language, in itself."""
    return tuple(Button(f"{MENU}.language.{one}", OWN_NAMES[one]) for one in LANGUAGES)


def all_commands(languages: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """Return the commands of the chat in each of these languages; under "" in the first, for applications in another
    one."""
    return {"": commands(languages[0]), **{one: commands(one) for one in languages}}


def commands(language: str) -> list[tuple[str, str]]:
    """Return the commands of the chat and what they do, for the list that an application shows."""
    items = [(one, TITLES[one]) for one in (MENU, *ITEMS)]
    kinds = [(one.command.removeprefix("/"), one.button[0]) for one in KINDS if one.command]
    return [(name, bot_text(language, title)) for name, title in (*items, *kinds)]


def _button(language: str, item: str) -> Button:
    return Button(MENU if item == MENU else f"{MENU}.{item}", bot_text(language, TITLES[item]))
