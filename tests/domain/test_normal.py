"""What looks alike or is typed alike compares as the same, and what people see is what the code compares."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.contacts.search_words import begun, contact_words, indexed, is_pair, numbers_in, pair, wanted_words
from chalicelib.core.normal import display_name, normal

PAIRS = [
    ("Айгүл", "Айгул"), ("Қайрат", "Кайрат"), ("Жәңгір", "Жангир"), ("Һұсейін Өмірғали", "Хусейин Омиргали"),
    ("José", "Jose"), ("Со́фья", "Софья"), ("Łukasz Święty", "Lukasz Swiety"), ("Søren", "Soren"),
    ("Ёлкин", "Елкин"), ("Алёна", "Але\u0308на"), ("Ірина", "Ирина"), ("مُحَمَّد", "محمد"), ("أحمد", "احمد"),
    ("شَـــمس", "شمس"),
    ("Ай\u00adгерім", "Айгерім"), ("Ай\u200bгерім", "Айгерім"), ("\u202eАйгерім\u202c", "Айгерім"),
    ("A\u034fnna\ufe0f", "Anna"),
    ("Mehmet Yılmaz", "mehmet yilmaz"), ("IŞIL", "ışıl"), ("İSTANBUL", "istanbul"), ("Straße", "STRASSE"),
    ("О'Нил", "О’Нил"), ("D\u00b4Artagnan", "d'artagnan"), ("Ａｉｇｅｒｉｍ", "aigerim"), ("Нұр–Али", "нур-али"),
    ("٠١٠٧", "0107"), ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"), ("Андреи\u0306", "Андрей"), (" Анна\u00a0 Ким\n", "анна ким"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_what_is_typed_alike_is_the_same(one: str, other: str) -> None:
    assert normal(one) == normal(other) != ""


@pytest.mark.parametrize(
    ("one", "other"), [("Андрей", "Андреи"), ("Май", "Маи"), ("कुमार", "कमर"), ("が", "か"), ("李", "里")]
)
def test_letters_of_their_own_stay_apart(one: str, other: str) -> None:
    assert normal(one) != normal(other)


@pytest.mark.parametrize(
    "text",
    ["", " ", "\u200b", "\u2060\ufeff\u00ad", "\u202e\u2066\u2069", "\u3164\u115f", "\u034f\ufe0f", "\u2800 \u00a0"],
)
def test_what_cannot_be_seen_is_nothing(text: str) -> None:
    assert normal(text) == display_name(text) == ""


def test_a_name_is_shown_as_it_is_but_for_what_disguises_it() -> None:
    assert display_name("\u202eАйгүл\u202c  Қ.") == "Айгүл Қ."
    assert display_name("👩\u200d💻 Со́фья") == "👩\u200d💻 Со́фья"
    assert display_name("Ай\u00adгерім") == "Айгерім"


ODD = st.text(
    alphabet=st.sampled_from("иИйЙіІїЁё\u0306\u0301\u0307\u0308ıİiIſßŉǰΐᾳﬁ\u034f\u0345ᾼσςᏸK№½ﷺ\u1160가\u093cक'`-– "),
    max_size=9,
)


USUAL = st.text(
    alphabet="абвгдеёжзийклмнопрстуфхцчшщъыьэюяәғқңөұүһіАЁЙӘҒҚҢӨҰҮҺІ«»“”–—’…\n" + "".join(map(chr, range(0x20, 0x7F))),
    max_size=30,
)


@given(USUAL)
def test_usual_letters_take_a_short_way_to_the_same_form(text: str) -> None:
    assert normal(text) == normal(text + "\u200b")  # what is invisible takes the long way


@given(st.text(max_size=20) | ODD)
def test_a_normal_text_is_normal(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@given(st.text(max_size=20) | ODD, st.sampled_from(["NFC", "NFD"]))
def test_how_letters_are_put_together_does_not_matter(text: str, form: str) -> None:
    assert normal(unicodedata.normalize(form, text)) == normal(text)


@given(
    st.text(max_size=20), st.sampled_from("\u200b\u200e\u200f\u202a\u202e\u2060\u2066\u2069\u00ad\ufeff\ufe0f\u034f")
)
def test_invisible_characters_change_nothing(text: str, hidden: str) -> None:
    assert normal(hidden.join(["", *text, ""])) == normal(text)


# -- words


def found(stored: set[str], typed: str) -> bool:
    groups = [{*group, *map(begun, group)} - {""} for group in wanted_words(typed)]
    return bool(groups) and all(stored & set(map(indexed, group)) for group in groups)


def singles(words: set[str]) -> set[str]:
    return {word for word in words if not is_pair(word)}


NAMES = [
    "Айгүл",
    "Қайрат",
    "José",
    "Со́фья",
    "李",
    "Я",
    "مُحَمَّد",
    "Ай\u00adгерім",
    "Mehmet Yılmaz",
    "Амина",
    "कुमार",
    "🌸",
    "Ж. Б.",
    "김 철수",
]


@pytest.mark.parametrize("name", NAMES)
def test_everybody_is_found_by_their_own_spelling(name: str) -> None:
    stored = contact_words(name, "", {"chat": "1"})
    assert found(stored, name) and found(stored, name.upper()) and found(stored, normal(name))


@given(st.text(alphabet=st.characters(categories=["L", "M", "N", "Zs", "Pd", "Cf"]), max_size=30))
def test_whoever_has_a_name_is_found_by_it(name: str) -> None:
    if wanted_words(name):
        assert found(contact_words(name, "", {}), name)


@pytest.mark.parametrize(
    "typed",
    [
        "@no.phone.user",
        "no.phone.user",
        "No.Phone.User",
        "@no.pho",
        "no phone user",
        "phone",
        "t.me/no.phone.user",
        "https://t.me/No.Phone.User/",
    ],
)
def test_usernames_are_found_with_and_without_their_sign(typed: str) -> None:
    assert found(contact_words("Ким", "no.phone.user", {"user": "KZ.1"}), typed)


@pytest.mark.parametrize(
    ("name", "typed"), [("Амина", "Ами"), ("Сәтбаева", "сат"), ("Константинопольский", "константино")]
)
def test_first_letters_find(name: str, typed: str) -> None:
    assert found(contact_words(name, "", {}), typed)


@pytest.mark.parametrize("typed", ["Ам", "мин", "Аминат", "Ами Ким"])
def test_other_letters_do_not(typed: str) -> None:
    assert not found(contact_words("Амина", "", {}), typed)


PHONES = [
    "+7 701 555 01 01", "+7\u2011701\u2011555\u201101\u201101", "+7–701–555–01–01", "\u202a+7 701 555 01 01\u202c",
    "\u200e77015550101", "00 7 701 555 01 01", "007 701 5550101", "(+7) 701 555-01-01", "+ 7 (701) 555.01.01",
    "＋７ ７０１ ５５５ ０１ ０１", "87015550101,", "8 701 555 01 01", "8(701)5550101", "7015550101", "0101", "٠١٠١",
    "тел. 8 701 555 01 01", "№87015550101", "№ +7 701 555 01 01", "т. 8 701 555 01 01", "сот.: 87015550101",
    "tel:+77015550101", "https://wa.me/77015550101", "wa.me/77015550101", "t.me/+77015550101", "Тел.№87015550101",
]  # fmt: skip


@pytest.mark.parametrize("typed", PHONES)
def test_a_phone_is_found_however_it_is_written(typed: str) -> None:
    assert found(contact_words("", "", {"phone": "77015550101"}), typed)


@pytest.mark.parametrize("end", ["0000", "0042", "0107"])
def test_a_phone_is_found_by_its_last_four_digits_whatever_they_are(end: str) -> None:
    stored = contact_words("Амина", "", {"phone": f"7701555{end}"})
    assert found(stored, end) and found(stored, f"Амина {end}") and found(stored, f"00 7 701 555 {end}")


@pytest.mark.parametrize(
    "typed", ["№418-945", "418–945", "418-945.", "Номер: 418-945", "#418945", "ticket 418 945,", "４１８－９４５"]
)
def test_a_ticket_number_is_read_however_it_is_written(typed: str) -> None:
    assert numbers_in(typed) == ["418945"]


def test_words_of_one_contact_have_an_end() -> None:
    endless = " ".join(f"слово{chr(0x4E00 + n)}я" for n in range(500))
    most = contact_words(endless, endless[:60], {"phone": "77015550101", "user": "KZ.1", "chat": "1"})
    assert len(singles(most)) == 60 and len(most) == 60 + 10 + 1
    amina = contact_words("Амина Нұрланқызы Сәтбаева", "", {"phone": "77000000107"})
    assert len(singles(amina)) == 15 and len(amina) == 21
    addresses = contact_words(endless, "", {"phone": "77000000107"})
    assert {indexed("phone:77000000107"), indexed("end:0107")} <= addresses


def test_two_parts_of_a_double_name_are_found_together_and_alone() -> None:
    assert contact_words("Нұр-Али Ёлкин", "", {}) == {indexed(word) for word in (
        *("нур-али", "нур", "али", "елкин"),
        *(f"begin:{one}" for one in ("нур", "нур-", "нур-а", "нур-ал", "елк", "елки")),
        *(f"pair6:елкин|{one}" for one in ("нур-ал", "нур")), "pair6:али|елкин",
        "pair3:елк|нур", "pair3:али|елк",
    )}  # fmt: skip
    assert wanted_words("нұр-али") == [{"нур-али"}]


@pytest.mark.parametrize("letters", [3, 6])
def test_two_words_are_one_pair_in_any_order(letters: int) -> None:
    assert pair("амина", "сатбаева", letters) == pair("сатбаева", "амина", letters)
    assert indexed(pair("нурланкызы", "амина", letters)) in contact_words("Сәтбаева Амина Нұрланқызы", "", {})
