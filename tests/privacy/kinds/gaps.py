"""What a kind of request lacks, each as a sentence that says what to add."""

import re
from collections.abc import Iterator
from typing import Any

from chalicelib.channels.registry import SERVED
from chalicelib.core.languages import LANGUAGES
from chalicelib.core.texts import Domain, catalogue
from chalicelib.privacy.kinds.contract import Kind
from chalicelib.privacy.recognition.answer_phrases import spelled
from chalicelib.privacy.recognition.recognise_words import hinted, words_of
from chalicelib.profile.model import Profile

TITLE_LIMIT = min(one.buttons.title for one in SERVED if one.buttons)
KAZAKH = set("әіңғүұқөһ")


def gaps(kind: Kind, profile: Profile) -> list[str]:
    """Return all sentences; none for a kind that can be asked for, is answered, and keeps its clock."""
    absent = [name for name in Kind.__annotations__ if not hasattr(kind, name)]
    if absent:
        return [f"{getattr(kind, 'id', 'the kind')}: say `{name}`, as contract.py describes it." for name in absent]
    return [f"{kind.id}: {found}" for part in (_names, _words, _clocks, _way, _texts) for found in part(kind, profile)]


def language_of(phrase: str) -> str:
    """The language of a phrase, by its letters: those that Kazakh alone has, Cyrillic ones, others."""
    if KAZAKH & set(phrase):
        return "kk"
    return "ru" if re.search("[а-яё]", phrase) else "en"


def _names(kind: Kind, _profile: Profile) -> Iterator[str]:
    if not re.fullmatch("[a-z]+(_[a-z]+)*", kind.id) or len(kind.id) > 30:
        yield "`id` is small letters and underscores, 30 at most: it stands in buttons, which hold 64 bytes."
    if not re.fullmatch(r"94-V art\. [\d-]+(\(\d+\)){0,2}", kind.basis):
        yield "`basis` is an article of the law, as in `94-V art. 24(1)(5)`: pages translate it."
    if not kind.name:
        yield "add `name`: pages call it so."


def _words(kind: Kind, profile: Profile) -> Iterator[str]:
    phrases = list(spelled(kind.phrases))
    spoken = {language_of(one) for one in phrases}
    for language in sorted(set(LANGUAGES) - spoken):
        yield f"add a phrase in {language} to `phrases`: people ask in every language."
    for phrase in phrases:
        if not hinted(f" {' '.join(words_of(phrase))} "):
            yield f"add a part of the words of {phrase!r} to `hints`, or no message is read for it."
            break
    for language in sorted(spoken):
        if not any(kind.means(words_of(one)) for one in phrases if language_of(one) == language):
            yield f"let `means` find its own phrases in {language}: with one more word they no longer act."
    if kind.marking and not profile.phrases.get(kind.marking):
        yield f"`marking` {kind.marking!r} has no phrase under [[markings]]; add one there or leave it out."


def _clocks(kind: Kind, profile: Profile) -> Iterator[str]:
    given = {"limit": kind.limit, "alarm": kind.alarm}
    given |= {name: value for name, value in (("target", kind.target), ("cooling_off", kind.cooling_off)) if value}
    for name, key in given.items():
        if key not in profile.deadlines:
            yield f"`{name}` names the profile's deadline that is its clock; {key!r} is none of [deadlines]."


def _way(kind: Kind, _profile: Profile) -> Iterator[str]:
    if kind.way == "answer":
        if kind.confirmed or kind.decisions or kind.cooling_off:
            yield "what is answered at once waits for nobody: no `confirmed`, `decisions` or `cooling_off`."
        if kind.ends_news and not all(kind.effect):
            yield "add `effect`: what was done by opening it, and what goes on."
        return
    if not kind.confirmed:
        yield "say confirmed=True: nothing is destroyed before it is sure who asked."
    if not kind.cooling_off or not kind.target:
        yield "add `cooling_off` and `target`: who is told of a destruction has time to think again, and we a target."
    if not kind.default:
        yield "add `default`: what the person is told at the limit when nobody has decided."
    if not {"erase", "refuse", "letter", "cancel"} <= set(kind.decisions):
        yield "add `decisions`: when the person does not answer, two of the staff decide."
    if not kind.certificate:
        yield "add `certificate`: what was destroyed is certified."
    if not kind.received or not kind.refused:
        yield "add `received`, which begins the question whether it is theirs, and `refused`."


def _texts(kind: Kind, _profile: Profile) -> Iterator[str]:
    if not kind.done:
        yield "add `done`: the answer that the person gets."
    if kind.certificate and not kind.certified_as:
        yield "add `certified_as`: certificates call it so."
    for name, domain, text in texts_of(kind):
        for language in LANGUAGES:
            said = catalogue(domain, language).gettext(text)
            if language != "en" and said == text:
                yield f"translate `{name}` to {language}: {text!r} is not in the catalogue {domain!r}."
            elif name == "button" and len(said) > TITLE_LIMIT:
                yield f"a `button` has {TITLE_LIMIT} characters at most; in {language} it is {said!r}."


def texts_of(kind: Kind) -> Iterator[tuple[str, Domain, str]]:
    """Yield the texts of a kind: field, catalogue, message id."""
    default: Any = kind.default
    bot = {"received": [kind.received], "done": [kind.done], "refused": [kind.refused], "button": list(kind.button)}
    bot["default"] = [default.bound, default.unproved] if default else []
    desk = {"name": [kind.name], "certified_as": [kind.certified_as], "effect": list(kind.effect)}
    desk["entry_hint"] = [kind.entry_hint]
    shown = kind.certificate
    desk["certificate"] = [shown.card, shown.title, shown.says] if shown else []
    yield from ((name, "bot", text) for name, texts in bot.items() for text in texts if text)
    yield from ((name, "desk", text) for name, texts in desk.items() for text in texts if text)
