"""Whatever meets what people type or providers send takes a time that grows with its length, never with its square.

Texts that are bad for regular expressions are made of the pattern's own characters: long runs, long runs with something
missing at the end, and every second character. A quadratic expression needs minutes where a linear one needs a
millisecond, so the budget can be wide enough for a busy machine.
"""

import importlib
import itertools
import pkgutil
import random
import re
import time
from collections.abc import Callable, Iterator

import pytest

import chalicelib
from chalicelib.channels import split
from chalicelib.channels.telegram import parse as telegram
from chalicelib.channels.whatsapp import parse as whatsapp
from chalicelib.contacts import search_words
from chalicelib.core import detect_language, normal
from chalicelib.privacy.recognition import guesses as privacy_guess
from chalicelib.privacy.recognition import recognise_words as privacy_words
from chalicelib.tickets.apply_edits import apply_edits
from chalicelib.tickets.records import Message
from tests.support.people import from_amina

LENGTH = 6_000
BUDGET = 0.030
"""Seconds of processor time per 1,000 characters. Ours take up to 0.007 on a slow machine when nobody else uses it; a
square takes very many times as long."""
ONES = "aяӘé李م 7.@/:-'’_+(#=?&%\n\u200b\u0301\u0327\u00ad🌸\u202e\"\\"
RUNS = [
    *ONES,
    "a ",
    "a.",
    "a-",
    "a'",
    "a@",
    "://",
    "www.",
    "+7 ",
    "7-",
    "from KZ.1 to ",
    "wamid.",
    "KZ.",
    "a\u0301\u0327",
    "\u0327\u0301",
    "/start ",
    "удалите ",
    "мои ",
    "delete my ",
    "не хочу ",
    "согласие ",
    "деректерімді ",
]


def bad_texts(length: int = LENGTH) -> Iterator[str]:
    for run in RUNS:
        whole = run * (length // len(run))
        yield from (whole, whole + "!", "x" + whole + "\0", whole[: length // 2] + "@" + whole[: length // 2])
    yield from (
        "a" + first * (length // 2) + second * (length // 2) for first, second in itertools.product(".@ -7", "\u0301!a")
    )


TEXTS = list(bad_texts())


def modules() -> Iterator[str]:
    for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        if not module.ispkg and module.name.split(".")[1] not in ("wiring", "web", "entrypoints", "ops", "locale"):
            yield module.name


def patterns() -> dict[str, re.Pattern[str]]:
    """Every expression that a module of the domain or of a channel has compiled."""
    found = {}
    for name in modules():
        for attribute, value in vars(importlib.import_module(name)).items():
            for number, one in enumerate(value if isinstance(value, tuple) else (value,)):
                if isinstance(one, re.Pattern) and isinstance(one.pattern, str):
                    found[f"{name.removeprefix('chalicelib.')}.{attribute}" + (f".{number}" if number else "")] = one
    return found


PATTERNS = patterns()


def seconds(work: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    work(text)
    return time.process_time() - began


def too_slow(work: Callable[[str], object], texts: list[str]) -> list[str]:
    """The beginning of the first text for which `work` takes longer than the budget, also when asked again."""
    for text in texts:
        for part in (text[: len(text) // 3], text):  # a square is seen in a third, and is over sooner there
            allowed = BUDGET * max(1, len(part) / 1000)
            if seconds(work, part) > allowed and seconds(work, part) > allowed:
                return [repr(text[:20])]
    return []


def test_the_expressions_of_all_modules_are_found() -> None:
    assert {
        "contacts.search_words._NUMBER",
        "core.ids._FORM",
        "channels.whatsapp.people._USER_ID",
    } <= PATTERNS.keys()


@pytest.mark.parametrize("name", PATTERNS)
def test_every_expression_is_linear(name: str) -> None:
    pattern = PATTERNS[name]
    own = [
        one * (LENGTH // len(one))
        for one in {*re.findall(r"\w+", pattern.pattern), *pattern.pattern}
        if one.isprintable()
    ]

    def work(text: str) -> None:
        pattern.fullmatch(text)
        pattern.sub("", text)  # searches from each place

    assert too_slow(work, [*TEXTS, *own]) == []


def _parse_whatsapp(text: str) -> object:
    import json

    message = {
        "from": "77000000107",
        "id": "wamid.x",
        "timestamp": "1790000000",
        "type": "text",
        "text": {"body": text},
    }
    system = {**message, "type": "system", "system": {"type": "user_changed_user_id", "body": text}}
    value = {"metadata": {"phone_number_id": "1"}, "messages": [message, system]}
    body = {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
    }
    return whatsapp.parse(json.dumps(body).encode(), ["1"], 1_790_000_000)


def _parse_telegram(text: str) -> object:
    import json

    person = {"id": 500000042, "first_name": text}
    chat = {"id": 500000042, "type": "private"}
    message = {"message_id": 1, "date": 1_790_000_000, "chat": chat, "from": person, "text": text}
    return telegram.parse(json.dumps({"update_id": 1, "message": message}).encode(), "1", 1_790_000_000)


WORK: dict[str, Callable[[str], object]] = {
    "detect": detect_language.detect,
    "normal": normal.normal,
    "seen": normal.display_name,
    "tokens": search_words.tokens,
    "wanted_words": search_words.wanted_words,
    "contact_words": lambda text: search_words.contact_words(text, "", {}),
    "numbers_in": search_words.numbers_in,
    "asks": lambda text: privacy_words.asks(from_amina(text, sent_at=1_790_000_000)),
    "guess": privacy_guess.guess,
    "guess of one sentence": lambda text: privacy_guess.guess(text.replace("\n", " ").replace(".", " ")),
    "split": lambda text: split.split_text(text, 4096),
    "whatsapp": _parse_whatsapp,
    "telegram": _parse_telegram,
}


@pytest.mark.parametrize("name", WORK)
def test_everything_that_reads_a_text_is_linear(name: str) -> None:
    assert too_slow(WORK[name], TEXTS) == []


def test_other_runs_are_read_in_linear_time_too() -> None:
    chance = random.Random(7)
    for _ in range(60):
        part = "".join(chance.choices(RUNS, k=chance.randint(1, 4)))
        text = part * (LENGTH // len(part)) + chance.choice(["", "!", "@", "a"])
        for name, work in WORK.items():
            assert too_slow(work, [text]) == [], name


def test_folding_many_changes_of_one_message_is_linear() -> None:
    def conversation(size: int) -> list[Message]:
        first = Message("m", "in", "text", 0, provider_hash="h", text="a")
        edits = [Message(f"e{n}", "in", "edit", n, text="b", target_hash="h") for n in range(1, size)]
        return [first, *edits]

    assert seconds(lambda _: apply_edits(conversation(4_000)), "") < 2
