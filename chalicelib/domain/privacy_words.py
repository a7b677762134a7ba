"""Words and buttons by which a person asks for the destruction of their data, confirms it or stops it. Pure.

The whole text must say it and nothing else: whoever asks how to delete something asks a colleague. What destroys must
be said in full ("yes" alone answers many questions); what stops it may be short, because a mistake there loses nothing.
On intake's cold start: no pattern is compiled, and Unicode's tables are loaded for unusual letters only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from chalicelib.domain.messages import InboundMessage
from chalicelib.domain.tickets import SECOND

AskAction = Literal["withdraw", "confirm", "cancel"]
COMMAND = "/delete"
"""Telegram's command, which WhatsApp's people may write as well."""
BUTTONS: dict[str, AskAction] = {"erase.confirm": "confirm", "erase.cancel": "cancel"}
"""What stands before the request's id in the payload of our buttons."""
ASK_WAITS = 5 * 60 * SECOND
"""An ask is dealt with within seconds; one that lies there longer is rung for again."""
_LONGEST = 200
"""Characters that are looked at: more is no phrase of ours, whatever stands around it."""
_PHRASES: tuple[tuple[AskAction, str], ...] = (
    (
        "withdraw",
        """
        delete my data
        delete all my data
        delete my personal data
        delete all my personal data
        erase my data
        erase all my data
        erase my personal data
        remove my data
        remove my personal data
        destroy my personal data
        i want to delete my data
        i want to delete my personal data
        i want my data deleted
        i want you to delete my data
        forget me
        withdraw my consent
        withdraw consent
        i withdraw my consent
        i withdraw my consent to the processing of personal data
        i withdraw my consent to the processing of my personal data
        stop processing my data
        stop processing my personal data
        удалить мои данные
        удалите мои данные
        удали мои данные
        удалить все мои данные
        удалите все мои данные
        удалить мои персональные данные
        удалите мои персональные данные
        удалите все мои персональные данные
        удалить мои личные данные
        удалите мои личные данные
        прошу удалить мои данные
        прошу удалить все мои данные
        прошу удалить мои персональные данные
        хочу удалить мои данные
        хочу удалить свои данные
        я хочу удалить свои данные
        хочу удалить свои персональные данные
        я хочу удалить свои персональные данные
        сотрите мои данные
        уничтожьте мои данные
        уничтожьте мои персональные данные
        забудьте меня
        отзыв согласия
        отозвать согласие
        отозвать согласие на обработку персональных данных
        отзываю согласие
        отзываю свое согласие
        я отзываю согласие
        я отзываю свое согласие
        отзываю согласие на обработку персональных данных
        отзываю свое согласие на обработку персональных данных
        отзываю согласие на обработку моих персональных данных
        я отзываю согласие на обработку персональных данных
        я отзываю свое согласие на обработку персональных данных
        прекратите обработку моих данных
        прекратите обработку моих персональных данных
        деректерімді жою
        деректерімді жойыңыз
        деректерімді жойыңызшы
        деректерімді өшіру
        деректерімді өшіріңіз
        деректерімді өшіріңізші
        менің деректерімді жойыңыз
        менің деректерімді өшіріңіз
        барлық деректерімді жойыңыз
        барлық деректерімді өшіріңіз
        жеке деректерімді жойыңыз
        жеке деректерімді өшіріңіз
        менің жеке деректерімді жойыңыз
        менің жеке деректерімді өшіріңіз
        дербес деректерімді жойыңыз
        дербес деректерімді өшіріңіз
        менің дербес деректерімді жойыңыз
        менің дербес деректерімді өшіріңіз
        мәліметтерімді жойыңыз
        мәліметтерімді өшіріңіз
        деректерімді жойғым келеді
        деректерімді өшіргім келеді
        келісімді қайтарып алу
        келісімімді қайтарып аламын
        келісімді қайтарып аламын
        мен келісімімді қайтарып аламын
        дербес деректерді өңдеуге берген келісімімді қайтарып аламын
        жеке деректерді өңдеуге берген келісімімді қайтарып аламын
        деректерімді өңдеуді тоқтатыңыз
        дербес деректерімді өңдеуді тоқтатыңыз
        """,
    ),
    (
        "confirm",
        """
        yes delete
        yes delete my data
        yes delete all my data
        yes delete my personal data
        confirm deletion
        confirm the deletion
        confirm the deletion of my data
        i confirm deletion
        i confirm the deletion
        i confirm the deletion of my data
        i confirm the deletion of my personal data
        да удалить
        да удалите
        да удалить мои данные
        да удалите мои данные
        да удалите все мои данные
        да удалите мои персональные данные
        подтвердить удаление
        подтверждаю удаление
        подтверждаю удаление данных
        подтверждаю удаление моих данных
        подтверждаю удаление персональных данных
        подтверждаю удаление моих персональных данных
        я подтверждаю удаление
        я подтверждаю удаление данных
        я подтверждаю удаление моих данных
        иә жою
        иә жойыңыз
        иә өшіріңіз
        иә деректерімді жойыңыз
        иә деректерімді өшіріңіз
        жоюды растау
        жоюды растаймын
        өшіруді растаймын
        деректерімді жоюды растаймын
        деректерімді өшіруді растаймын
        дербес деректерімді жоюды растаймын
        """,
    ),
    (
        "cancel",
        """
        cancel
        cancel it
        cancel deletion
        cancel the deletion
        cancel my request
        i cancel the deletion
        stop the deletion
        keep my data
        no keep
        no keep my data
        dont delete
        do not delete
        no dont delete
        dont delete my data
        do not delete my data
        dont delete my personal data
        do not delete my personal data
        отмена
        отменить
        отмените
        отмена удаления
        отменить удаление
        отмените удаление
        отменяю удаление
        не удалять
        не удаляйте
        нет не удаляйте
        не удалять мои данные
        не удаляйте мои данные
        не удаляйте мои персональные данные
        не надо удалять
        не надо удалять мои данные
        остановите удаление
        оставить мои данные
        оставьте мои данные
        нет оставить
        нет оставьте
        болдырмау
        жоюды болдырмау
        бас тарту
        жоюдан бас тарту
        жоюдан бас тартамын
        өшіруден бас тартамын
        жоюды тоқтату
        жоюды тоқтатыңыз
        өшіруді тоқтатыңыз
        жоймаңыз
        өшірмеңіз
        жоқ жоймаңыз
        деректерімді жоймаңыз
        деректерімді өшірмеңіз
        деректерімді қалдырыңыз
        деректерім қалсын
        жоқ қалсын
        """,
    ),
)
_COURTESY = frozenset("please пожалуйста отинемин отиниш".split())
"""Words before or after a phrase that change nothing, in the letters of `_folded`."""
_TYPED = tuple(zip("ёәіңғүұқөһ", "еаингуукох", strict=True))
"""Kazakh is often typed on a keyboard without its own letters, Russian mostly without ё."""
_SILENT = frozenset("'’ʼ`´\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufe0f\ufeff")
"""Apostrophes, and what has no width: they part no word."""
_PLAIN = frozenset(map(chr, (*range(0x80), *range(0x400, 0x530)))) | frozenset("«»“”„’–—…\u00a0")
"""Characters that have one form only."""
_ID = frozenset("0123456789abcdefghjkmnpqrstvwxyz")


@dataclass(frozen=True)
class Ask:
    """What a person asked. `request_id` is what the pressed button says; empty for words, which mean the person's
    open request."""

    action: AskAction
    request_id: str = ""

    @property
    def pressed(self) -> bool:
        """Whether a button was pressed."""
        return bool(self.request_id)


def asks(message: InboundMessage, markings: tuple[str, ...] = ()) -> Ask | None:
    """Return what a message asks about the person's data, or None, as for nearly every message.

    `markings` are the operator's published phrases of withdrawal. Forwarded words and those that a bot wrote for the
    person are somebody else's, an edit is about what was said before, and a question confirms nothing.
    """
    if message.kind == "text":
        if len(message.text) > _LONGEST or message.forwarded or message.details.get("via_bot"):
            return None
        action = _said(message.text, markings)
        asking = action == "confirm" and any(mark in message.text for mark in "?？")
        return Ask(action) if action and not asking else None
    if message.kind == "callback":
        return _pressed(message.details.get("data"))
    if message.kind == "button":
        return _pressed(message.details.get("payload"))
    return None


def pressed_request(details: Mapping[str, object]) -> str:
    """Return what a pressed button answered about the person's data, `confirm` or `cancel`, or "" for other messages.
    `details` are those of the message."""
    ask = _pressed(details.get("data")) or _pressed(details.get("payload"))
    return ask.action if ask else ""


def _pressed(payload: object) -> Ask | None:
    if not isinstance(payload, str):
        return None
    what, _, request_id = payload.rpartition(".")
    action = BUTTONS.get(what)
    return Ask(action, request_id) if action and len(request_id) == 20 and _ID.issuperset(request_id) else None


def _said(text: str, markings: tuple[str, ...]) -> AskAction | None:
    first = text.split(maxsplit=1)[:1]
    if first and first[0].partition("@")[0].lower() == COMMAND:
        return "withdraw"
    words = _words(text)
    while words and words[0] in _COURTESY:
        del words[0]
    while words and words[-1] in _COURTESY:
        del words[-1]
    return _known(markings).get(" ".join(words))


def _words(text: str) -> list[str]:
    """The words of a text in one form: compatibility form, no case, no punctuation, Kazakh letters as typed without."""
    if not _PLAIN.issuperset(text):
        from unicodedata import normalize

        text = normalize("NFKC", normalize("NFKC", text).casefold())
    text = _folded(text.casefold())
    return "".join([one if one.isalnum() else " " for one in text if one not in _SILENT]).split()


def _folded(text: str) -> str:
    for letter, typed in _TYPED:
        text = text.replace(letter, typed)
    return text


@cache
def _known(markings: tuple[str, ...]) -> dict[str, AskAction]:
    known: dict[str, AskAction] = {" ".join(_words(one)): "withdraw" for one in markings}
    for action, phrases in _PHRASES:
        known |= dict.fromkeys((one.strip() for one in _folded(phrases).splitlines()), action)
    known.pop("", None)
    return known
