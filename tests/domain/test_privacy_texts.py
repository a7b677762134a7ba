"""What a person is told about the destruction of their data: whole in every language, and fit for every channel."""

import subprocess
import sys
from itertools import permutations
from pathlib import Path

import pytest

import chalicelib.profile.operators
from chalicelib.channels import registry as channels
from chalicelib.channels.base import ChoicePart, TextPart
from chalicelib.channels.render import pieces_of, render
from chalicelib.core.asks import Ask
from chalicelib.core.clock import DAY
from chalicelib.core.kept_for import WHILE_IT_LASTS
from chalicelib.core.languages import LANGUAGES
from chalicelib.core.texts import bot_text
from chalicelib.privacy.kinds import registry
from chalicelib.privacy.kinds.contract import Kind
from chalicelib.privacy.kinds.deletion import DELETION
from chalicelib.privacy.kinds.destruction import UNDECIDED
from chalicelib.privacy.menu.texts import Kept, OwnTicket, data
from chalicelib.privacy.recognition.recognise_words import asks
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.texts import announcement, answers, during_erasure, questions
from chalicelib.privacy.texts.buttons import challenge_buttons, cooling_off_buttons, meant_buttons
from chalicelib.profile.load import load_profile
from tests.support.people import from_amina

PROFILE = load_profile("spoint")
BUTTONS_LIMIT = min(one.buttons.text for one in channels.SERVED if one.buttons)
REQUEST = "0123456789abcdefghjk"
AT = 1_795_000_000_000
"""18 November 2026, 11:06:40 UTC."""
DESTROYING = [one for one in registry.KINDS if one.way == "erasure"]
EVERY = pytest.mark.parametrize("language", [*LANGUAGES, ""])


@EVERY
def test_buttons_fit_every_channel(language: str) -> None:
    for buttons in (
        challenge_buttons(PROFILE, language, REQUEST),
        cooling_off_buttons(PROFILE, language, REQUEST),
        *(meant_buttons(PROFILE, language, pair, AT) for pair in permutations(registry.handled(), 2)),
        *(meant_buttons(PROFILE, language, (kind,), AT) for kind in registry.handled()),
    ):
        for channel in channels.SERVED:
            assert len(render(channel, (TextPart("?"), ChoicePart(buttons)))) == 1


@EVERY
def test_the_question_what_a_message_meant_names_its_no_and_its_buttons_are_understood(language: str) -> None:
    text, buttons = questions.meant(PROFILE, language), meant_buttons(PROFILE, language, registry.handled(), AT)
    assert len(text) <= BUTTONS_LIMIT and buttons[-1].title in text
    pressed = [asks(from_amina("", sent_at=1, kind="callback", details={"data": one.id})) for one in buttons]
    assert pressed == [*(Ask("withdraw", kinds=(kind,), meant_at=AT) for kind in registry.handled()), Ask("no")]
    assert all(one is not None and one.pressed for one in pressed)


@EVERY
@pytest.mark.parametrize("bound", [True, False])
@pytest.mark.parametrize("kind", DESTROYING, ids=lambda kind: kind.id)
def test_the_question_fits_one_message_and_names_the_button_that_it_tells_of(
    language: str, kind: Kind, bound: bool
) -> None:
    text = questions.challenge(PROFILE, language, kind, 48, bound=bound)
    assert len(text) <= BUTTONS_LIMIT
    assert challenge_buttons(PROFILE, language, REQUEST)[1].title in text
    assert PROFILE.operator.brand[language or "kk"] in text and "48" in text
    assert (len(text) > len(questions.challenge(PROFILE, language, kind, 48, bound=False))) is bound


@EVERY
@pytest.mark.parametrize("bound", [True, False])
def test_the_word_near_the_limit_fits_one_message_and_names_both_buttons(language: str, bound: bool) -> None:
    text = answers.defaulted(PROFILE, language, UNDECIDED, AT, bound=bound)
    assert len(text) <= BUTTONS_LIMIT
    assert all(one.title in text for one in challenge_buttons(PROFILE, language, REQUEST))


@EVERY
def test_the_announcement_fits_one_message_with_number_secret_and_the_way_to_stop_it(language: str) -> None:
    """In two languages it may take two; then both have to arrive, and number and secret stand together in one."""
    pieces = pieces_of(announced(language, AT), channels.channel("whatsapp"), buttons=True)
    assert len(pieces) <= (1 if language else 2)
    for part in (REQUEST, "abcd-efgh-jkmn-pqrs-tvwx", URL, "16:06"):
        assert any(part in piece for piece in pieces)
    assert any(all(part in piece for part in (REQUEST, "abcd-efgh-jkmn-pqrs-tvwx")) for piece in pieces)


URL = "https://desk.example/certificates"
SECRET = "abcdefghjkmnpqrstvwx"


def announced(language: str, at: int) -> str:
    return announcement.announced(PROFILE, language, at, 4, REQUEST, SECRET, URL)


def erased(language: str, kind: Kind, secret: str = "", told: int = AT) -> str:
    return answers.erased(PROFILE, language, kind, REQUEST, secret, URL, AT + 15 * DAY, told)


@EVERY
def test_every_text_is_whole(language: str) -> None:
    said = [
        answers.already_open(PROFILE, language, AT, AT),
        answers.too_often(PROFILE, language, 3, AT),
        announced(language, AT),
        *(answers.defaulted(PROFILE, language, UNDECIDED, AT, bound=bound) for bound in (True, False)),
        answers.cancelled(PROFILE, language),
        *(answers.refused(PROFILE, language, kind) for kind in DESTROYING),
        *(answers.refused(PROFILE, language, DELETION, ground, "Қарыз бар") for ground in ("", *PROFILE.refusals)),
        during_erasure.erasing(PROFILE, language),
        *(erased(language, kind, secret) for kind in DESTROYING for secret in ("", "a" * 20)),
        *([announcement.letter(PROFILE, language, of_kind("withdrawal"), 4, SECRET, URL)] if language else []),
    ]
    assert not [text for text in said if "{" in text or "!" in text]
    assert len(set(said)) == len(said)


def of_kind(kind: str) -> Request:
    words = dict.fromkeys(("state", "source", "contact_id", "conversation_id", "channel", "account", "language"), "")
    return Request(id=REQUEST, kind=kind, received_at=AT, deadline_at=AT, alarm_at=AT, certificate_id=REQUEST, **words)


@pytest.mark.parametrize("kind", DESTROYING, ids=lambda kind: kind.id)
@pytest.mark.parametrize("ground", sorted(PROFILE.refusals))
@EVERY
def test_a_refusal_names_ground_clause_reason_and_the_ways_to_complain(language: str, ground: str, kind: Kind) -> None:
    text = answers.refused(PROFILE, language, kind, ground, "Есть неоплаченный счёт № 17")
    article = {"en": "art. 8(", "ru": " ст. 8 Закона", "kk": "Заңның 8-бабының "}[language or "kk"]
    assert article in text.replace("\xa0", " "), "the law, as the language names it"
    assert "94-V" in text and "94-V art. " not in text
    for said in ("Есть неоплаченный счёт № 17", PROFILE.contact_point, PROFILE.authority.url):
        assert said in text
    assert bot_text(language or "kk", answers.REFUSAL_GROUNDS[ground]) in text
    assert bot_text(language or "kk", answers.NO_NEWS) in text, "what was said against news holds"


def test_every_ground_of_every_profile_can_be_told() -> None:
    for name in (path.stem for path in Path(chalicelib.profile.operators.__path__[0]).glob("compiled/*.json")):
        assert load_profile(name).refusals.keys() <= answers.REFUSAL_GROUNDS.keys() and load_profile(name).refusals


def test_who_has_the_code_already_is_not_sent_it_again_and_hears_since_when() -> None:
    assert "abcd-efgh" not in erased("ru", DELETION) and "18.11.2026" in erased("ru", DELETION)
    assert "abcd-efgh" in erased("ru", DELETION, SECRET)


def test_an_unknown_language_is_answered_in_two() -> None:
    kazakh, russian = (during_erasure.erasing(PROFILE, language) for language in ("kk", "ru"))
    assert during_erasure.erasing(PROFILE, "") == f"{kazakh}\n\n{russian}"
    assert [one.title for one in challenge_buttons(PROFILE, "", REQUEST)] == ["Иә / Да", "Жоқ / Нет"]


def test_dates_are_those_of_kazakhstan() -> None:
    late = AT + 8 * 60 * 60 * 1000  # 19:06 in UTC is 00:06 of the next day there
    assert "18.11.2026, 16:06" in announced("ru", AT)
    assert "19.11.2026, 00:06" in announced("kk", late)
    assert "18\u00a0Nov\u00a02026" in answers.already_open(PROFILE, "en", AT, late)
    assert "19\u00a0Nov\u00a02026" in answers.already_open(PROFILE, "en", AT, late)


@pytest.mark.parametrize("how", ["announced", "erased", "letter"])
def test_the_secret_is_given_as_one_reads_it_aloud(how: str) -> None:
    said = {
        "announced": announced("ru", AT),
        "erased": erased("ru", DELETION, SECRET),
        "letter": announcement.letter(PROFILE, "ru", of_kind("deletion"), 4, SECRET, URL),
    }[how]
    lines = said.splitlines()
    number = "01234-56789-abcde-fghjk" if how == "letter" else REQUEST
    assert f"Номер свидетельства: {number}" in lines, "what is typed off a paper stands in groups"
    assert "Секретный код: abcd-efgh-jkmn-pqrs-tvwx" in lines
    assert f"Проверить можно здесь: {URL}" in lines


def test_the_texts_cost_intake_no_library() -> None:
    code = "import sys, chalicelib.privacy.texts; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & {"boto3", "botocore", "holidays", "cryptography", "pynamodb"}


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_menu_names_no_day_while_an_agreement_keeps_what_there_is(language: str) -> None:
    """Neither of a closed ticket nor of the contact; with the day, once it is known."""
    profile, lasts = load_profile("smartaqkol"), WHILE_IT_LASTS * 1000

    def told(until: int) -> str:
        ticket = OwnTicket("t", "481207", "closed", 1, closed_at=2, expires_at=until)
        return data(profile, language, Kept((ticket,), False, "3", until, ("1", 1), ("email",)))

    term = {"kk": "тағы 3 жыл", "ru": "ещё 3 г.", "en": "3 years more"}[language]
    assert told(lasts).count(term) == 2 and "3000" not in told(lasts)
    known = told(lasts - 365 * DAY)
    assert term not in known and known.count("2999") == 2
