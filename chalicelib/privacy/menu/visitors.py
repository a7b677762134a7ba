"""Says what people of whom nothing is stored are answered. Intake calls it, so it reads nothing."""

from chalicelib.core.asks import MENU, Ask
from chalicelib.messages.consent_notices import NOTHING_HELD
from chalicelib.messages.ingest import VisitorAnswer
from chalicelib.messages.notices import welcome
from chalicelib.privacy.menu import texts
from chalicelib.privacy.menu.buttons import back_button, language_buttons, menu_buttons
from chalicelib.profile.model import Profile


def answer(profile: Profile, ask: Ask | None, language: str) -> VisitorAnswer:
    """Return the answer to what somebody chose from the menu; None: they opened the chat."""
    item = ask.item if ask else ""
    if ask and ask.action == "consent":
        return VisitorAnswer(texts.simple(profile, language, NOTHING_HELD), back_button(language), language)
    chosen = item.removeprefix("language.")
    if not item or chosen != item:
        language = chosen or language
        return VisitorAnswer(welcome(profile, language), menu_buttons(language), language)
    if item == MENU:
        return VisitorAnswer(texts.simple(profile, language, texts.CHOOSE_ITEM), menu_buttons(language), language)
    if item == "language":
        return VisitorAnswer(texts.simple(profile, language, texts.WHICH_LANGUAGE), language_buttons(), language)
    said = {"status": texts.NO_REQUESTS, "close": texts.NONE_OPEN}.get(item, texts.NOTHING_KEPT)
    text = texts.simple(profile, language, said)
    if ask and ask.action == "withdraw":
        text += "\n\n" + texts.simple(profile, language, texts.PROVE_IT, url=profile.policy.url)
    return VisitorAnswer(text, back_button(language), language)
