"""Reads from words and buttons what a person asks about their data: open a request, confirm it or cancel it. Pure.

Only unmistakable words act: the whole text is one of our phrases, or it begins with the operator's published marking.
A confirmation must be said in full, because "yes" alone answers many questions; a cancellation may be short, because a
mistake there loses nothing. Any other text on the subject is `maybe` a request (guesses.py): the person is asked, and
nothing else happens. For intake's cold start no pattern is compiled, and Unicode's tables and the guesses are loaded
only for the few texts that need them.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from chalicelib.channels.parts import InboundMessage
from chalicelib.core.asks import ABROAD, ITEMS, MENU, SAID, UPDATE, Ask, read_button
from chalicelib.privacy.kinds import registry
from chalicelib.privacy.kinds.contract import Kind
from chalicelib.privacy.recognition.answer_phrases import ANSWERS, LONGEST_GUESS, OPENINGS, TRANSFER, spelled

_LONGEST = 200
"""Characters of a text that can be a phrase of ours; a longer text is none."""
_OPENS = 5
"""The most words that an opening has."""
_COURTESY = frozenset(
    "please пожалуйста отинемин отиниш kindly спасибо рахмет thanks здравствуйте салеметсиз бе".split()
)
"""Words before or after a phrase that change nothing, in the letters of `_folded`."""
_GREETINGS = (["добрый", "день"], ["добрый", "вечер"], ["доброе", "утро"], ["салеметсиз", "бе"], ["good", "morning"])
_TYPED = tuple(zip("ёәіңғүұқөһ", "еаингуукох", strict=True))
"""Kazakh is often typed on a keyboard without its own letters, Russian mostly without ё."""
_MENU = frozenset("menu меню мазир mazir menyu".split())
"""Words that show the menu when they are the whole message, in the letters of `_folded`."""
_SILENT = frozenset("'’ʼ`´\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufe0f\ufeff")
"""Apostrophes and characters without width: they do not end a word."""
_PLAIN = frozenset(map(chr, (*range(0x80), *range(0x400, 0x530)))) | frozenset("«»“”„’–—…\u00a0")
"""Characters that have one form only."""
_HINTS = (*" me| us|нас | ad | opt out|agree|соглаш".split("|"), *"""
    data dann dani данн дерек derek малимет malimet маглумат акпарат инфо info сведен номер номир number телефон
    phone профил profil истори histor тарих контакт contact сообщ messag хабар анкет перепис conversation chat
    record detail аккаунт akkaunt account учет кабинет жазба жазысу хат тиркел меня мне menya мени озим себе
    about forg забуд забы забв умыт соглас soglas consent permiss authori келис kelis рухсат рассыл rassyl
    реклам reklam новост novost news спам spam промо promo advert ads market жарнама arnama жанал anal
    commercial mailing предлож уведом смс sms text email offer notif усыныс акци скидк письм subscri отпис отпиш
    otpis otpish optout opt-out stop стоп маган бизге нам обработ разреш онде беспоко disturb gdpr erasure
""".split())  # fmt: skip
"""Parts of words of which every text has one in which guesses.py finds something. Most messages have none, so that
guesses.py is not loaded for them."""
_CAPTIONED = frozenset(("image", "video", "animation", "document", "audio", "voice"))
"""Kinds of message whose text stands beside a file, such as a signed application. Their words never act: the person is
asked what they mean."""
_NO_MARKINGS: Mapping[str, Sequence[str]] = {}


def asks(message: InboundMessage, markings: Mapping[str, Sequence[str]] = _NO_MARKINGS) -> Ask | None:
    """Return what a message asks about the person's data, or None, as for nearly every message.

    `markings` are the operator's published phrases, by what they are for. Not counted are forwarded words and words
    that a bot wrote (somebody else's), edits (they concern an earlier message), and questions as a confirmation.
    """
    if message.kind == "text" or message.kind in _CAPTIONED:
        if message.forwarded or message.details.get("via_bot"):
            return None
        words = words_of(message.text[:LONGEST_GUESS])
        hint = hinted(f" {' '.join(words)} ")
        acts = _said(message.text, words, markings, hint=hint) if message.kind == "text" else None
        return acts or _meant(message.text, hint=hint)
    if message.kind == "callback":
        return _pressed(message.details.get("data"))
    if message.kind in ("button", "list"):
        return _pressed(message.details.get("payload"))
    return None


def _pressed(payload: object) -> Ask | None:
    """Return what a button of ours asks; a kind that is not handled here is on no button of ours."""
    ask = read_button(payload)
    return ask if ask and all(map(registry.is_handled, ask.kinds)) else None


def _said(text: str, all_words: list[str], markings: Mapping[str, Sequence[str]], *, hint: bool) -> Ask | None:
    """Return what a text asks that is one of our phrases or begins with a marking; `all_words` are its words."""
    kinds = registry.KINDS
    first = text[:_LONGEST].split(maxsplit=1)
    command = _commands(kinds).get(first[0].partition("@")[0].lower()) if first else None
    if command and (len(first) == 1 or command.action != MENU):  # one of the menu is the whole message
        return command
    marked = marked_in(markings)
    if len(text) <= _LONGEST and (words := _bare(all_words.copy())):
        said = " ".join(words)
        if said in _MENU:
            return Ask("menu", item=MENU)
        if ask := marked.get(said) or (_requested(words) if hint else None):
            return ask
        answer = _answers().get(said)
        if answer and not (answer.action in ("confirm", "menu") and any(mark in text for mark in "?？")):
            return answer
    title = _title(text)
    if not title or not marked:
        return None
    return marked.get(" ".join(all_words if title == text.lstrip() else words_of(title)))


def marked_in(markings: Mapping[str, Sequence[str]]) -> Mapping[str, Ask]:
    """Return the published markings in the form in which texts are compared, each with what it asks."""
    kinds = registry.KINDS
    of_kinds = tuple([tuple(markings.get(one.marking, ())) for one in kinds])
    return _marked(kinds, of_kinds, tuple(markings.get(UPDATE, ())))


def bare_words(text: str) -> list[str]:
    """Return the words of a text in one form, without greeting and courtesy around them."""
    return _bare(words_of(text))


def _bare(words: list[str]) -> list[str]:
    """Return the words without greeting and courtesy around them."""
    if words[:2] in _GREETINGS:
        del words[:2]
    while words and words[0] in _COURTESY:
        del words[0]
    while words and words[-1] in _COURTESY:
        del words[-1]
    return words


def _requested(words: Sequence[str]) -> Ask | None:
    """Return the request that these words ask for, with or without an opening such as "I want to"."""
    known = _requests(registry.KINDS)
    for length in range(min(_OPENS, len(words) - 1) + 1):
        opened = not length or " ".join(words[:length]) in _openings()
        if opened and (ask := known.get(" ".join(words[length:]))):
            return ask
    return None


def _title(text: str) -> str:
    """Return the first line of a text, or its first sentence when more follows, like the subject of a mail; "" for a
    question and for a very long line."""
    shown = text.lstrip()[: _LONGEST + 1]
    line = shown.partition("\n")[0]
    ends = [end for mark in (". ", "! ") if (end := line.find(mark)) >= 0]
    title = line[: min(ends)] if ends else line
    return "" if len(title) > _LONGEST or any(mark in title for mark in "?？") else title


def _meant(text: str, *, hint: bool) -> Ask | None:
    """Return what a text may ask that is no phrase of ours. A text with unusual characters is read even without a hint,
    because they may hide one."""
    text = text[:LONGEST_GUESS]
    if not hint and _PLAIN.issuperset(text):
        return None
    from chalicelib.privacy.recognition.guesses import guess  # few texts need it; it must not load on a cold start

    kinds = guess(text)
    return Ask("maybe", kinds=kinds) if kinds else None


def hinted(text: str) -> bool:
    """Whether a text holds one of the hints. It must be in small letters, with Kazakh ones as typed without their
    marks."""
    for hint in _hints(registry.KINDS):  # a loop, which costs half of a generator: every message comes here
        if hint in text:
            return True
    return False


def words_of(text: str) -> list[str]:
    """Return the words of a text in one form: compatibility form, small letters, no punctuation, Kazakh letters as
    typed without their marks."""
    if _PLAIN.issuperset(text):
        return text.casefold().translate(_plain_forms).split()
    from unicodedata import normalize

    text = _folded(normalize("NFKC", normalize("NFKC", text).casefold()).casefold())
    return "".join([one if one.isalnum() else " " for one in text if one not in _SILENT]).split()


class _PlainForms(dict[int, str]):
    """Maps a plain character to its form among words, which is computed when it first occurs."""

    def __missing__(self, code: int) -> str:
        one = chr(code)
        form = self[code] = "" if one in _SILENT else _folded(one) if one.isalnum() else " "
        return form


_plain_forms = _PlainForms()


def _folded(text: str) -> str:
    for letter, typed in _TYPED:
        text = text.replace(letter, typed)
    return text


@cache
def _hints(kinds: tuple[Kind, ...]) -> tuple[str, ...]:
    return (*_HINTS, *(hint for one in kinds for hint in one.hints))


@cache
def _commands(kinds: tuple[Kind, ...]) -> dict[str, Ask]:
    """Return the commands of the chat; where there are none they may be typed all the same."""
    items = {f"/{one}": Ask("menu", item=one) for one in (MENU, *ITEMS)}
    return items | {one.command: Ask("withdraw", kinds=(one.id,)) for one in kinds if one.command}


@cache
def _requests(kinds: tuple[Kind, ...]) -> dict[str, Ask]:
    """Return every phrase that asks for a request; of two kinds with the same phrase the earlier one has it."""
    return {
        phrase: Ask("withdraw", kinds=(one.id,)) for one in reversed(kinds) for phrase in spelled(_folded(one.phrases))
    }


@cache
def _answers() -> dict[str, Ask]:
    answers = {one: Ask(action) for action, phrases in ANSWERS.items() for one in spelled(_folded(phrases))}
    items = {answer: Ask("menu", item=f"{ABROAD}.{SAID}{answer}") for answer in TRANSFER}
    said = {one: items[answer] for answer, phrases in TRANSFER.items() for one in spelled(_folded(phrases))}
    return answers | {" ".join(words_of(one)): ask for one, ask in said.items()}


@cache
def _marked(kinds: tuple[Kind, ...], markings: tuple[tuple[str, ...], ...], updates: tuple[str, ...]) -> dict[str, Ask]:
    """Return the published markings of each kind, and those for a correction, in the form in which texts are compared,
    each with what it asks."""
    pairs = [(kind, " ".join(words_of(one))) for kind, phrases in zip(kinds, markings, strict=True) for one in phrases]
    corrections = {" ".join(words_of(one)): Ask("menu", item=UPDATE) for one in updates}
    return corrections | {said: Ask("withdraw", kinds=(kind.id,)) for kind, said in reversed(pairs) if said}


@cache
def _openings() -> frozenset[str]:
    return frozenset(line.strip() for line in _folded(OPENINGS).splitlines()) - {""}
