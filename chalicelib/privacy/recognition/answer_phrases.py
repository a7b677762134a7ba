"""Phrases that act: with them a person confirms a request about their data or cancels it; those that ask for one stand
with its kind (privacy/kinds). Data only.

Each line is a phrase. A slash separates words of which one stands there, a dash means no word. `spelled` lists the
phrases of a line. Kazakh letters and ё are compared as typed without their marks (recognise_words.py), so each word is
here once.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from chalicelib.core.transfer import GIVEN, REFUSED

OPENINGS = """
i
i hereby
i want to
i want you to
i would like to
i would like you to
id like to
i wish to
i ask you to
i request you to
я
я хочу
хочу
прошу
прошу вас
я прошу
я прошу вас
настоящим
я настоящим
настоящим прошу
хотел бы
хотела бы
я хотел бы
я хотела бы
мен
менің
сізден
"""
"""Openings that may precede a phrase that asks for a request without changing its meaning."""

ANSWERS: Mapping[Literal["confirm", "cancel"], str] = {
    "confirm": """
        yes delete
        yes delete -/all my -/personal data
        confirm -/the deletion
        confirm the deletion of my data
        i confirm -/the deletion
        i confirm the deletion of my -/personal data
        да удалить/удалите
        да удалить/удалите -/все мои -/персональные данные
        подтвердить удаление
        -/я подтверждаю удаление
        -/я подтверждаю удаление -/моих -/персональных данных
        иә жою/жойыңыз/өшіріңіз
        иә деректерімді жойыңыз/өшіріңіз
        жоюды растау/растаймын
        өшіруді растаймын
        -/дербес деректерімді жоюды/өшіруді растаймын
        """,
    "cancel": """
        cancel
        cancel it
        cancel -/the deletion
        cancel my request
        i cancel the deletion
        stop the deletion
        keep my data
        no keep
        no keep my data
        -/no dont delete
        do not delete
        dont delete my -/personal data
        do not delete my -/personal data
        отмена/отменить/отмените
        отмена удаления
        отменить/отмените/отменяю удаление
        не удалять/удаляйте
        нет не удаляйте
        не удалять/удаляйте мои -/персональные данные
        не надо удалять
        не надо удалять мои данные
        остановите удаление
        оставить/оставьте мои данные
        нет оставить/оставьте
        болдырмау
        жоюды болдырмау
        бас тарту
        жоюдан бас тарту/тартамын
        өшіруден бас тартамын
        жоюды тоқтату/тоқтатыңыз
        өшіруді тоқтатыңыз
        жоймаңыз/өшірмеңіз
        жоқ жоймаңыз
        деректерімді жоймаңыз/өшірмеңіз/қалдырыңыз
        деректерім қалсын
        жоқ қалсын
        """,
}
"""Phrases that answer our question about an open request."""

TRANSFER: Mapping[str, str] = {
    GIVEN: """
        i agree/consent to the transfer abroad
        i agree/consent to the transfer of my data abroad
        согласен/согласна на передачу за рубеж
        согласен/согласна на трансграничную передачу -/персональных/моих -/данных
        даю согласие на передачу за рубеж
        даю согласие на трансграничную передачу -/персональных/моих -/данных
        шетелге беруге келісемін
        деректерімді шетелге беруге келісемін
        шетелге беруге келісім беремін
        """,
    REFUSED: """
        no transfer abroad
        i withdraw my consent to the transfer abroad
        i take back my consent to the transfer abroad
        withdrawal of consent to the transfer abroad
        withdrawal of consent to the cross-border transfer of personal data
        не передавать/передавайте за рубеж
        не передавать/передавайте мои данные за рубеж
        отзываю -/мое/свое согласие на передачу за рубеж
        отзываю -/мое/свое согласие на трансграничную передачу -/персональных/моих -/данных
        отзыв согласия на передачу за рубеж
        отзыв согласия на трансграничную передачу -/персональных -/данных
        шетелге бермеңіз/бермеңіздер
        деректерімді шетелге бермеңіз/бермеңіздер
        шетелге беруге келісімімді -/кері қайтарып аламын
        шетелге беруге берілген келісімді -/кері қайтарып алу
        трансшекаралық беруге берілген келісімді -/кері қайтарып алу
        """,
}
"""Phrases that answer about the transfer abroad, by the answer."""


def spelled(lines: str) -> Iterator[str]:
    """Yield every phrase that these lines stand for."""
    for line in lines.strip().splitlines():
        phrases = [""]
        for place in line.split():
            words = place.split("/")
            phrases = [f"{before} {one}" if one != "-" else before for before in phrases for one in words]
        yield from (one.lstrip() for one in phrases)


LONGEST_GUESS = 2_000
"""Characters of a message that guesses.py reads: a formal letter fits."""
