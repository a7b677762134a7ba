"""People as a desk in Kazakhstan knows them: names in the frequencies of life, made from parts, always the same.

First names and surnames are skewed as registers say (a surname of Kazakhstan's most frequent has some 0.4 to 0.8 % of
the people, a first name 1 to 3 %), so that at 100,000 people somebody has one namesake on average.
"""

import random
from typing import NamedTuple

_FIRST = (
    "Айгерім Нұрлан Асель Ерлан Айгүл Бауыржан Динара Серік Гүлнар Қайрат Александр Мәдина Данияр Елена Асқар Жанар"
    " Сергей Ұлан Анна Тимур Сәуле Ольга Болат Мария Жанна Арман Наталья Руслан Алия Виктор Ақмарал Татьяна Марат"
    " Дмитрий Лаура Ермек Светлана Талғат Ирина Камила Азамат Андрей Зарина Рустам Юлия Санжар Екатерина Дәулет"
).split()
_STEMS = "Ай Нұр Гүл Бек Ер Жан Қай Мар Сер Дәу Тем Асқ Бол Дан Арм Рус Ақ Алт".split()
_ENDS = "лан жан бек гүл сұлу ерім дос хан рат тай ару зат мұрат әлі сая нәз".split()
_SURNAMES = (
    "Ахмет Омар Сейт Жұма Мұрат Кенже Төле Әбді Нұрм Қасым Иван Петр Смирн Кузнец Попов Васил Сокол Михайл Федор Мороз"
    " Волк Алекс Лебед Семен Егор Павл Козл Степан Никол Орл Андре Макар Никит Захар Бекм Бай Сұлт Ысқақ Ибра Исма"
    " Дүйсен Сәрсен Бейсен Жақсы Қали Қожа Тұрс Тілеу Оспан Рахым Сатыб Серікб Таст Ерме Есен Жәні Кәрім Құрман Мама"
    " Мейра Мырза Нығмет Оразб Сағын Сманов Тоқта Утеген Хасен Шаймер Шәріп Ыбыр Алда Аман Арыст Асан Аубак Байме Балт"
    " Баты Берді Бисен Даулет Досм Елеус Жаңаб Жолд Искак Қайыр Қосан Маха Молда Нұғм Өмір Сабыр Салы Таған Шора Юсуп"
).split()
_AFTER = "ов ова ев ева ин ина бек бекова ханов ханова ұлы қызы баев баева ғали жанов".split() + [""] * 3
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"


class Person(NamedTuple):
    """Somebody who wrote: the contact's id, the name as they gave it, a phone number."""

    id: str
    name: str
    phone: str


def people(size: int) -> list[Person]:
    """Make so many people. Most have two words in either order, a fifth a patronymic, a tenth one word only."""
    chance = random.Random(20)
    first = list(dict.fromkeys([*_FIRST, *(stem + end for end in _ENDS for stem in _STEMS)]))
    last = list(dict.fromkeys(stem + end for end in _AFTER for stem in _SURNAMES))
    firsts = chance.choices(first, [(rank + 8) ** -0.9 for rank in range(len(first))], k=size)
    lasts = chance.choices(last, [(rank + 20) ** -0.9 for rank in range(len(last))], k=size)
    made = []
    for number, (given, family) in enumerate(zip(firsts, lasts, strict=True)):
        kind, fathers = chance.random(), chance.choice(first)
        words = [given] if kind < 0.1 else [given, family] if kind < 0.55 else [family, given]
        name = " ".join(words if kind < 0.8 else [*words, f"{fathers}ұлы"])
        made.append(Person("".join(chance.choices(_DIGITS, k=20)), name, f"77{number * 7919 % 10**9:09d}"))
    return made
