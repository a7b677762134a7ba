"""To which conversation a mail belongs, and what its subject says."""

import unicodedata

import pytest

from chalicelib.channels.email.mail import Mail
from chalicelib.channels.email.read_mail import read_mail
from chalicelib.channels.email.subjects import bare_subject
from chalicelib.channels.email.thread import Thread, thread_of
from chalicelib.privacy.recognition.recognise_words import words_of
from chalicelib.profile.load import load_profile
from chalicelib.profile.policy import serving_profiles
from tests.support.channels.mail.building import NOW, PUBLISHED, mail, part, word

KNOWN = {"k3yab": "conversation 1", "reply-k3yab": "conversation 2"}


def of(**headers: str) -> Mail:
    return read_mail(mail(part("x"), **headers), published=PUBLISHED, now=NOW)


def test_our_signed_address_says_it_first() -> None:
    read = of(To="Desk <Info+K3YAB@spoint.kz>", In_Reply_To="<a@b>", References="<z@b> <a@b>")
    assert thread_of(read, KNOWN.get) == Thread("conversation 1", ("a@b", "z@b"))


def test_a_whole_local_part_may_be_signed() -> None:
    assert thread_of(of(Cc="reply-k3yab@in.spoint.kz"), KNOWN.get).proved == "conversation 2"


def test_the_envelope_knows_what_no_header_says() -> None:
    assert thread_of(of(To="undisclosed-recipients:;"), KNOWN.get, ["info+k3yab@spoint.kz"]).proved == "conversation 1"


def test_a_forged_address_proves_nothing() -> None:
    assert thread_of(of(To="info+k3yac@spoint.kz"), KNOWN.get) == Thread(None, ())


def test_without_one_the_mails_that_it_answers_are_named_the_nearest_first() -> None:
    read = of(In_Reply_To="<c@b>", References="<a@b>\r\n <b@b> <c@b>")
    assert thread_of(read, KNOWN.get) == Thread(None, ("c@b", "b@b", "a@b"))


def test_a_subject_finds_no_conversation() -> None:
    assert thread_of(of(subject="Re: [k3yab] 418-945"), KNOWN.get) == Thread(None, ())


@pytest.mark.parametrize(
    "before",
    [
        "",
        "Re: ",
        "RE: Re: ",
        "Fwd: ",
        "FW: ",
        "re[2]: ",
        "Re^3: ",
        "Отв: ",
        "НА: ",
        "Пересл: ",
        "Жауап: ",
        "RE: FW: Отв: ",
    ],
)
def test_what_programs_put_before_a_subject_is_taken_off(before: str) -> None:
    assert bare_subject(f"{before}Лифт: стоит") == "Лифт: стоит"


@pytest.mark.parametrize("subject", ["Ремонт: лифт", "Respect: x", "Форма: 1", "Red: x", "Наш дом: лифт"])
def test_words_of_a_subject_stay(subject: str) -> None:
    assert bare_subject(subject) == subject


MARKINGS = sorted({row.text for name in serving_profiles() for row in load_profile(name).markings})
DISGUISES = {
    "to the letter": lambda text: text,
    "answered": lambda text: f"Re: {text}",
    "passed on": lambda text: f"FWD: RE: {text}",
    "guillemets": lambda text: f"«{text}»",
    "quotes": lambda text: f'"{text}"',
    "curly quotes": lambda text: f"“{text}”",
    "low quotes": lambda text: f"„{text}“.",
    "capitals": str.upper,
    "NFD": lambda text: unicodedata.normalize("NFD", text),
    "NBSP": lambda text: text.replace(" ", "\u00a0"),
    "trailing blank and full stop": lambda text: f"{text} . ",
    "invisible": lambda text: text.replace(" ", "\u200b \u2060"),
    "in koi8-r": lambda text: text,
}


@pytest.mark.parametrize("disguise", DISGUISES, ids=str)
@pytest.mark.parametrize("text", MARKINGS)
def test_a_published_phrase_is_the_same_in_every_disguise(text: str, disguise: str) -> None:
    subject = DISGUISES[disguise](text)
    encodable = disguise == "in koi8-r" and not set(text.lower()) & set("әғқңөұүһі")
    read = of(subject=word(subject, "koi8-r" if encodable else "utf-8"))
    assert words_of(bare_subject(read.subject)) == words_of(text)
    named = of(subject=word(f"{subject} Иванов И.И."))
    assert words_of(bare_subject(named.subject))[: len(words_of(text))] == words_of(text)
