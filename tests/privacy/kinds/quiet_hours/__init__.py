"""A kind of request that does not exist: the person wants no message at night. It shows what a kind has to bring."""

from collections.abc import Sequence

from chalicelib.core.texts import bot_msg, desk_msg
from chalicelib.privacy.kinds.contract import Certificate, Kind


def _means(words: Sequence[str]) -> bool:
    """Whether the sentence speaks of nights and of writing."""
    nights = ("night", "ноч", "тунде")
    writes = ("write", "пиш", "присыл", "жазб")
    return any(one.startswith(nights) for one in words) and any(one.startswith(writes) for one in words)


QUIET_HOURS = Kind(
    id="quiet_hours",
    phrases="""
        do not write to me at night
        не пишите мне ночью
        түнде маған жазбаңыз
        """,
    hints=("night", "ноч", "тунде"),
    means=_means,
    button=(bot_msg("Quiet at night"), bot_msg("Quiet")),
    marking="update",
    command="/quiet",
    basis="94-V art. 24(1)(6)",
    limit="authority",
    alarm="answer",
    way="answer",
    confirmed=False,
    certificate=Certificate(
        card=desk_msg("Certificate: quiet at night"),
        title=desk_msg("Certificate: quiet at night"),
        says=desk_msg("The company {company} confirms: it writes to the person who asked by day alone."),
    ),
    certified_as=desk_msg("Wish for quiet nights"),
    evidence=("notes",),
    done=bot_msg("Done: we write to you by day alone."),
    name=desk_msg("Quiet at night"),
    entry_hint=desk_msg("A wish for quiet nights holds at once."),
)

TRANSLATED = {
    "kk": {
        "Quiet at night": "Түнде тыныш",
        "Quiet": "Тыныш",
        "Done: we write to you by day alone.": "Орындалды: сізге тек күндіз жазамыз.",
        "Certificate: quiet at night": "Куәлік: түнде тыныш",
        "The company {company} confirms: it writes to the person who asked by day alone.": (
            "{company} компаниясы растайды: сұраған адамға тек күндіз жазады."
        ),
        "Wish for quiet nights": "Тыныш түн туралы тілек",
        "A wish for quiet nights holds at once.": "Тыныш түн туралы тілек бірден күшіне енеді.",
    },
    "ru": {
        "Quiet at night": "Ночью тихо",
        "Quiet": "Тихо",
        "Done: we write to you by day alone.": "Готово: мы пишем вам только днём.",
        "Certificate: quiet at night": "Свидетельство: ночью тихо",
        "The company {company} confirms: it writes to the person who asked by day alone.": (
            "Компания {company} подтверждает: обратившемуся она пишет только днём."
        ),
        "Wish for quiet nights": "Желание тишины ночью",
        "A wish for quiet nights holds at once.": "Желание тишины ночью действует сразу.",
    },
}
"""Its texts, which a real kind has in chalicelib/locale."""

PROFILE = {
    "[policy.document]": '[deadlines]\nauthority = { term = 5, unit = "calendar", source = "own rule",'
    ' by = "company" }\n\n[policy.document]',
    'text = "Updating of personal data"': 'text = "Quiet nights, please"',
}
"""What its profile says otherwise than the one of the company."""
