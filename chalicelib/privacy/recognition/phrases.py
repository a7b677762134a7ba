"""Phrases that act: with them a person asks for something about their data, confirms it or cancels it. Data only.

Each line is a phrase. A slash separates words of which one stands there, a dash means no word. `spelled` lists the
phrases of a line. Kazakh letters and ё are compared as typed without their marks (words.py), so each word is here once.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

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
"""Openings that may precede a phrase in REQUESTS without changing its meaning."""

REQUESTS: Mapping[str, str] = {
    "deletion": """
        delete/erase/remove/destroy -/all my -/personal data/information
        i want my -/personal data deleted/erased/removed/destroyed
        deletion/erasure of -/all my -/personal data
        forget me
        delete/erase everything you have about me
        delete/erase everything about me
        удалить/удалите/удали/сотрите/стереть/уничтожить/уничтожьте -/все мои/свои -/персональные/личные данные
        удалить/удалите/удали/сотрите/уничтожить/уничтожьте -/все персональные/личные данные
        удалить/удалите/уничтожить/уничтожьте -/все данные обо мне
        удаление/удаления/уничтожение/уничтожения -/всех моих -/персональных/личных данных
        требую удаления/уничтожения -/всех моих -/персональных/личных данных
        требую удалить/уничтожить -/все мои -/персональные/личные данные
        забудьте меня
        -/менің -/барлық -/жеке/дербес деректерімді/мәліметтерімді жою/жойыңыз/жойыңызшы
        -/менің -/барлық -/жеке/дербес деректерімді/мәліметтерімді жойғым келеді
        -/менің -/барлық -/жеке/дербес деректерімді/мәліметтерімді өшіру/өшіріңіз/өшіріңізші
        -/менің -/барлық -/жеке/дербес деректерімді/мәліметтерімді өшіргім келеді
        -/менің -/барлық -/жеке/дербес деректерімді/мәліметтерімді жойып/өшіріп беріңіз/беріңізші
        -/менің -/барлық -/жеке/дербес деректерімді/мәліметтерімді жойып/өшіріп/алып тастаңыз/тастаңызшы
        -/менің -/барлық -/жеке/дербес деректерімді/мәліметтерімді жоюды/жоюыңызды/өшіруді/өшіруіңізді сұраймын
        -/менің -/барлық -/жеке/дербес деректерім жойылсын/өшірілсін
        """,
    "withdrawal": """
        withdraw/revoke -/my consent
        withdraw/revoke -/my consent to -/the processing of -/my personal data
        withdrawal/revocation of -/my consent
        withdrawal/revocation of -/my consent to -/the processing of -/my personal data
        i am withdrawing my consent
        my consent is withdrawn
        отозвать/отзываю/отзовите -/свое/мое согласие
        отзыв -/моего/своего согласия
        отозвать/отзываю/отзовите -/свое/мое согласие на обработку -/моих/своих данных
        отзыв -/моего/своего согласия на обработку -/моих/своих данных
        отозвать/отзываю/отзовите -/свое/мое согласие на обработку -/моих/своих персональных/личных данных
        отзыв -/моего/своего согласия на обработку -/моих/своих персональных/личных данных
        келісімді/келісімімді -/кері қайтару/қайтарамын/қайтарғым
        келісімді/келісімімді -/кері қайтарғым келеді
        келісімді/келісімімді -/кері қайтарып алу/аламын
        келісімді/келісімімді -/кері қайтарып алғым келеді
        келісімді/келісімімді -/кері қайтарып алуды сұраймын
        -/жеке/дербес деректерді/деректерімді өңдеуге -/берген/берілген келісімді -/кері қайтарып алу/аламын
        -/жеке/дербес деректерді/деректерімді өңдеуге -/берген/берілген келісімімді -/кері қайтарып алу/аламын
        -/жеке/дербес деректерді/деректерімді өңдеуге -/берген келісімді/келісімімді -/кері қайтарамын
        -/жеке/дербес деректерді/деректерімді өңдеуге -/берген келісімді/келісімімді -/кері қайтарып алғым келеді
        -/жеке/дербес деректерді жинауға және өңдеуге -/берген/берілген келісімді -/кері қайтарып алу/аламын
        -/жеке/дербес деректерді жинауға және өңдеуге -/берген/берілген келісімімді -/кері қайтарып алу/аламын
        """,
    "stop_processing": """
        stop processing -/all my -/personal data
        stop the processing of my -/personal data
        do not process my -/personal data
        dont process my -/personal data
        прекратить/прекратите/остановите/остановить обработку моих/своих -/персональных/личных данных
        прекратите обрабатывать мои -/персональные/личные данные
        требую прекратить обработку моих -/персональных/личных данных
        не обрабатывайте мои -/персональные/личные данные
        -/менің -/жеке/дербес деректерімді/мәліметтерімді өңдеуді тоқтату/тоқтатыңыз/тоқтатыңызшы
        -/менің -/жеке/дербес деректерімді/мәліметтерімді өңдеуді тоқтатуды сұраймын
        -/менің -/жеке/дербес деректерімді/мәліметтерімді өңдемеңіз
        """,
    "opt_out": """
        no more ads/advertising/advertisements/news/newsletters/offers/marketing/promotions/spam
        stop -/sending -/me ads/advertising/advertisements/newsletters/offers/marketing/promotions
        dont send me -/any ads/advertising/advertisements/news/newsletters/offers/marketing/promotions
        do not send me -/any ads/advertising/advertisements/news/newsletters/offers/marketing/promotions
        send -/me no news/ads/advertising/offers
        unsubscribe
        unsubscribe me
        unsubscribe from news/newsletters/ads/advertising/offers/marketing
        opt out of news/newsletters/ads/advertising/offers/marketing
        отписаться
        отпишите меня
        отписать/отписаться/отпишите/отписываюсь -/меня от рассылки/рассылок/новостей/рекламы
        -/больше не присылайте/присылать/шлите/отправляйте -/мне -/больше рекламу/рекламы
        -/больше не присылайте/присылать/шлите/отправляйте -/мне -/больше рассылку/рассылки/новости/предложения
        не хочу -/больше получать рекламу/рекламы/рассылку/рассылки/новости
        прекратите/прекратить рассылку/рассылки
        прекратите присылать/отправлять/слать -/мне рекламу/рассылку/рассылки/новости
        отказ/отказываюсь/отказаться от рекламы/рассылки/рассылок/новостей
        хватит рекламы/рассылок
        -/маған -/енді жарнама/жарнаманы/жарнамалар/жаңалық/жаңалықтар/ұсыныстар жібермеңіз/жібермеңізші/жібермеңіздер
        -/маған жарнама/жаңалықтар/ұсыныстар керек/қажет емес
        жарнамадан/жаңалықтардан/рассылкадан/ұсыныстардан бас тарту/тартамын
        жарнама/жаңалық/жаңалықтар жібермеу
        жарнама жіберуді тоқтатыңыз/тоқтатыңызшы
        """,
}
"""Phrases that ask for a request of a kind."""
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
