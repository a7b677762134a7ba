"""The operators that ask first, by mail: Spark, RSoftware, and Wadjet once the authorised body is told. Their own
markings to the letter and everybody's, disguised as people bring them into a mail, act; nothing else does."""

import unicodedata
from collections.abc import Iterator, Mapping

import pytest

from chalicelib.channels.email.reply_address import reply_address
from chalicelib.core.asks import CONSENT_ABROAD, CONSENT_NO, CONSENT_YES
from chalicelib.core.transfer import GIVEN, REFUSED
from chalicelib.profile.build import parse_profile
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile
from tests.support.aws import Aws
from tests.support.channels.mails import DOMAIN, FORGED, NURLAN, PROVED, REPLY_KEY, mail
from tests.support.delivery.desk import opened
from tests.support.erasure.consenting import AskingDesk
from tests.support.intake.mails import MailDesk, mail_desk
from tests.support.operators import notified_wadjet

OPERATORS = ("spark", "rsoftware", "wadjet")


class Post:
    """An operator's mail desk, and Nurlan who writes to it."""

    def __init__(self, mails: MailDesk, desk: AskingDesk, profile: Profile) -> None:
        self.mails, self.desk, self.profile = mails, desk, profile
        self.mailbox = next(one.address for one in profile.contacts if one.kind == "mail")
        self.serial = 0

    def writes(
        self, text: str, subject: str = "Сұрақ", verdicts: Mapping[str, str] = PROVED, *, ours: bool = False
    ) -> str:
        """Write a mail to the published mailbox, or with `ours` to the signed address of the conversation."""
        self.serial += 1
        self.desk.later(1)
        to = self.mailbox
        if ours:
            (head,) = self.desk.of("head")
            to = reply_address(REPLY_KEY, DOMAIN, head["conversation_id"])
        raw = mail(text, subject=subject, serial=self.serial, to=to, at=self.desk.seconds)
        return self.mails.receive(raw, verdicts, f"m{self.serial}")

    def consents(self, payload: str = CONSENT_ABROAD) -> None:
        self.writes("Сәлеметсіз бе, шотым қайда?")
        self.writes("", f"1. Екеуіне де иә [{payload}]", ours=True)
        self.desk.deal()


@pytest.fixture(params=OPERATORS)
def post(tables: Mapping[str, str], aws: Aws, request: pytest.FixtureRequest) -> Iterator[Post]:
    wadjet = request.param == "wadjet"
    profile = parse_profile(notified_wadjet()) if wadjet else load_profile(request.param)
    with opened(AskingDesk, tables) as desk:
        desk.profile = profile
        published = tuple(one.address for one in profile.contacts if one.kind == "mail")
        mails = mail_desk(desk, aws, published=published, profile=profile, served=profile.served)
        yield Post(mails, desk, profile)


def disguised(phrase: str) -> list[str]:
    """A marking as people bring it into a subject."""
    quoted = [f"{left}{phrase}{right}" for left, right in ("«»", '""', "“”")]
    answered = [f"{before} {phrase}" for before in ("Re:", "FWD:", "Re: Fwd:")]
    cases = [phrase.upper(), phrase.lower(), unicodedata.normalize("NFD", phrase)]
    ends = [f"{phrase} ", f"{phrase}.", f"{phrase}. Иванов И.И.", phrase.replace(" ", "\u00a0")]
    return [phrase, *quoted, *answered, *cases, *ends]


def test_the_first_mail_is_held_and_asked_about(post: Post) -> None:
    assert post.writes("Сәлеметсіз бе, шотым қайда?") == "stored"
    assert len(post.desk.of("held#")) == 1 and not post.desk.of("ticket") and not post.desk.of("consent#")
    (question,) = post.desk.of("question")
    assert question["asks_abroad"] is True and "Amazon Web Services, Simple Email Service (DE)" in question["asked"]
    assert NURLAN.encode() not in post.desk.everything()


@pytest.mark.parametrize(("payload", "answer"), [(CONSENT_ABROAD, GIVEN), (CONSENT_YES, REFUSED)])
def test_a_link_of_the_question_consents(post: Post, payload: str, answer: str) -> None:
    post.consents(payload)
    (consent,), (head,) = post.desk.of("consent#"), post.desk.of("head")
    assert (consent["abroad"], head["abroad"], consent["channel"]) == (answer, answer, "email")
    assert len(post.desk.of("ticket")) == 1 and not post.desk.of("held#")


def test_a_no_destroys_what_was_held(post: Post) -> None:
    post.writes("Сәлеметсіз бе")
    post.writes("", f"3. Жоқ [{CONSENT_NO}]", ours=True)
    post.desk.later(30)
    post.desk.sweep()
    assert not post.desk.of("contact") and not post.desk.of("held#") and not post.desk.of("consent#")


def test_nobody_else_answers_the_question(post: Post) -> None:
    post.writes("Сәлеметсіз бе")
    post.writes("1", verdicts=FORGED)
    post.writes("", f"[{CONSENT_ABROAD}]", FORGED)
    post.desk.deal()
    assert not post.desk.of("consent#") and not post.desk.of("ticket")


def test_nobody_else_takes_the_consent_to_the_transfer_back(post: Post) -> None:
    post.consents()
    for subject in ("Сұрақ", "Отзыв согласия на передачу за рубеж"):
        post.writes("Отзываю согласие на передачу за рубеж", subject, FORGED)
    post.writes("/abroad", verdicts=FORGED)
    post.desk.deal()
    assert post.desk.of("head")[0]["abroad"] == GIVEN
    post.writes("Өтінемін.", "Отзыв согласия на передачу за рубеж")
    post.desk.deal()
    assert post.desk.of("head")[0]["abroad"] == REFUSED and not post.desk.of_pk("request#")


@pytest.mark.parametrize("kind", ["withdrawal", "update", "opt_out"])
def test_every_marking_acts_however_it_is_disguised(post: Post, kind: str) -> None:
    post.consents()
    own = [one.text for one in post.profile.markings if one.kind == kind and not one.added]
    for phrase in post.profile.phrases[kind]:
        for subject in disguised(phrase) if phrase in own or not own else [phrase]:
            before = len(post.desk.of("ask#"))
            post.writes("Нұрлан", subject)
            (asked,) = sorted(post.desk.of("ask#"), key=lambda one: one["at"])[before:]
            said = ("menu", "update") if kind == "update" else ("withdraw", kind)
            found = asked["item"] if kind == "update" else asked["kinds"][0]
            assert (asked["action"], found) == said, subject
    assert len(post.desk.of("ticket")) == 1


@pytest.mark.parametrize("kind", ["withdrawal", "update", "opt_out"])
def test_every_marking_acts_as_the_first_line_of_a_mail(post: Post, kind: str) -> None:
    post.consents()
    for number, phrase in enumerate(post.profile.phrases[kind], 1):
        post.writes(f"{phrase}\nНұрлан Ахметов")
        assert len(post.desk.of("ask#")) == number, phrase


def test_a_withdrawal_in_the_letters_of_the_document_opens_one_request(post: Post) -> None:
    post.consents()
    phrases = [one.text for one in post.profile.markings if one.kind == "withdrawal"]
    for phrase in phrases:
        post.writes("Нұрлан", phrase)
    post.desk.deal()
    assert len(post.desk.of_pk("request#")) == 1
