"""Spark and RSoftware on the running desk, by SMTP: the first mail is held and answered by the question with three
answers; what each leaves; their own markings to the letter, and disguised. Wadjet takes no mail before its notice."""

import secrets
import smtplib
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Marking, Profile
from tests.support.channels.mails import mail
from tests.support.e2e.erasing import advance
from tests.support.e2e.playing import Play, eventually
from tests.support.running import start_desk

pytestmark = pytest.mark.slow
FORGED = "dmarc=FAIL dkim=FAIL spf=FAIL"
GIVEN, AT_HOME, NO = "consent.yes.abroad", "consent.yes", "consent.no"


@pytest.fixture(scope="module", params=["spark", "rsoftware"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Play, Profile]]:
    """The desk of an operator, and its profile."""
    log = tmp_path_factory.mktemp(request.param) / "desk.log"
    with start_desk(log, OPERATOR=request.param) as desk:
        yield Play(desk), load_profile(request.param)


def new_address() -> str:
    return f"nurlan.{secrets.token_hex(5)}@example.kz"


def write(play: Play, sender: str, text: str, **more: Any) -> None:
    """Send a mail by SMTP, as a mail server does."""
    to = more.pop("to")
    raw = mail(text, sender=f"Нұрлан <{sender}>", to=to, serial=secrets.randbelow(10**12), at=play.now(), **more)
    with smtplib.SMTP("127.0.0.1", play.desk.smtp_port, timeout=20) as server:
        server.sendmail(sender, [to], raw)


def mailbox(profile: Profile) -> str:
    return next(one.address for one in profile.contacts if one.kind == "mail")


def sent(play: Play, to: str) -> list[dict[str, Any]]:
    return [one["payload"] for one in play.phones("/sent?channel=email")["items"] if one["to"] == to]


def asked(play: Play, profile: Profile) -> tuple[str, dict[str, Any]]:
    """Somebody whose first mail is held; their address and the question."""
    who = new_address()
    write(play, who, "Здравствуйте, где мой счёт?", subject="Счёт", to=mailbox(profile))
    (question,) = eventually(lambda: sent(play, who))
    return who, question


def presses(play: Play, who: str, question: dict[str, Any], payload: str) -> None:
    """Follow a link of the question: it writes a mail to the signed address."""
    to, subject = next((to, subject) for to, subject, _ in question["links"] if subject.endswith(f"[{payload}]"))
    write(play, who, "", subject=subject, to=to)


def consented(play: Play, profile: Profile, payload: str = GIVEN) -> tuple[str, dict[str, Any], str]:
    """Somebody who has answered; their address, the first notice, and the id of their ticket."""
    who, question = asked(play, profile)
    presses(play, who, question, payload)
    notice = eventually(lambda: sent(play, who)[1:])[0]
    (item,) = eventually(lambda: play.sign_in().get(f"tickets?q={who}")["items"])
    return who, notice, item["id"]


def test_the_first_mail_is_held_and_the_question_has_three_answers(place: tuple[Play, Profile]) -> None:
    play, profile = place
    who, question = asked(play, profile)
    assert [subject.rpartition("[")[2].rstrip("]") for _, subject, _ in question["links"]] == [GIVEN, AT_HOME, NO]
    assert "Amazon Web Services, Simple Email Service (DE)" in question["text"]
    assert profile.operator.company["ru"] in question["text"] and "\n1 – да на оба\n" in question["text"]
    assert play.sign_in().get(f"tickets?q={who}")["items"] == []


def test_a_yes_to_both_makes_a_ticket_and_everything_may_leave(place: tuple[Play, Profile]) -> None:
    play, profile = place
    who, notice, ticket_id = consented(play, profile)
    api = play.sign_in()
    assert "Вы дали согласие и на передачу за рубеж" in notice["text"]
    assert [one["text"] for one in api.get(f"tickets/{ticket_id}")["messages"] if one["direction"] == "in"] == [
        "Здравствуйте, где мой счёт?"
    ]
    for text in ("Ваш счёт в кабинете.", "И ещё одно."):
        assert api.reply(ticket_id, text).ok
    answers = eventually(lambda: (found := sent(play, who)[2:])[1:] and found)
    assert [one["text"] for one in answers] == ["Ваш счёт в кабинете.", "И ещё одно."]
    (contact,) = (api.get(f"contacts/{one['contact']['id']}") for one in api.get(f"tickets?q={who}")["items"])
    (consent,) = contact["consents"]
    assert (consent["abroad"], consent["answered_by"]) == ("yes", "press")


def test_without_the_transfer_only_an_answer_leaves_until_it_is_given(place: tuple[Play, Profile]) -> None:
    play, profile = place
    who, notice, ticket_id = consented(play, profile, AT_HOME)
    api = play.sign_in()
    assert "Согласия на передачу за рубеж вы не дали" in notice["text"]
    assert api.reply(ticket_id, "Ваш счёт в кабинете.").ok
    refused = api.reply(ticket_id, "И ещё одно.")
    assert (refused.status_code, refused.json()["code"]) == (409, "abroad")
    write(play, who, "Согласен на передачу за рубеж", subject="Re: Счёт", to=notice["headers"]["Reply-To"])
    eventually(lambda: [one for one in sent(play, who) if "Вы дали согласие на эту передачу" in one["text"]])
    assert api.reply(ticket_id, "И ещё одно.").ok
    write(play, who, "отзываю согласие на передачу за рубеж", subject="Re: Счёт", to=notice["headers"]["Reply-To"])
    eventually(lambda: [one for one in sent(play, who) if "Согласия на эту передачу нет" in one["text"]])
    assert api.reply(ticket_id, "И третье.").status_code == 409
    texts = [one["text"] for one in sent(play, who)]
    assert texts.count("И ещё одно.") == 1 and "И третье." not in texts


@pytest.mark.parametrize(("word", "consents"), [("1", True), ("2", True), ("да", True), ("3", False), ("нет", False)])
def test_a_word_answers_as_a_link_does(place: tuple[Play, Profile], word: str, consents: bool) -> None:
    play, profile = place
    who, question = asked(play, profile)
    write(play, who, word, subject="Re: Счёт", to=question["headers"]["Reply-To"])
    if consents:
        assert eventually(lambda: play.sign_in().get(f"tickets?q={who}")["items"])
    else:
        advance(play, 60)  # the sweeper destroys what was held and then says so
        eventually(lambda: [one for one in sent(play, who) if "уничтожено" in one["text"]][1:], seconds=90)
        assert play.sign_in().get(f"tickets?q={who}")["items"] == []


def own(profile: Profile, kind: str) -> list[Marking]:
    """The markings of this kind that the document itself prints; where it has none, those that were added."""
    of_kind = [one for one in profile.markings if one.kind == kind]
    return [one for one in of_kind if not one.added] or of_kind


def disguised(phrase: str) -> str:
    """A marking as people bring it into a subject: answered, forwarded, quoted, in capitals, decomposed, signed."""
    return unicodedata.normalize("NFD", f"Re: FWD: «{phrase.upper()}» . Иванов И.И.")


def test_a_withdrawal_by_its_marking_is_confirmed_by_the_known_address(place: tuple[Play, Profile]) -> None:
    play, profile = place
    for phrase in (one.text for one in own(profile, "withdrawal")):
        for shape in (phrase, disguised(phrase)):
            who, _, _ = consented(play, profile)
            write(play, who, "Өтінемін.", subject=shape, to=mailbox(profile), X_Stand_In_Verdicts=FORGED)
            (mailed,) = eventually(lambda who=who: [o for o in sent(play, who) if "erase.confirm" in str(o["links"])])
            assert len(play.sign_in().get(f"tickets?q={who}")["items"]) == 1, shape
    to, subject = next((to, said) for to, said, _ in mailed["links"] if "erase.confirm" in said)
    write(play, who, "", subject=subject, to=to)
    eventually(
        lambda: [one for one in sent(play, who) if "Свидетельство" in one["text"] or "/certificates" in one["text"]]
    )


def test_an_update_by_its_marking_is_answered_with_the_day(place: tuple[Play, Profile]) -> None:
    play, profile = place
    for phrase in (one.text for one in own(profile, "update")):
        for shape in (phrase, disguised(phrase)):
            who, _, _ = consented(play, profile)
            before = len(sent(play, who))
            write(play, who, "Моё имя – Нурлан.", subject=shape, to=mailbox(profile))
            answers = eventually(lambda who=who, before=before: sent(play, who)[before:])
            assert "исправим" in answers[0]["text"].lower(), shape


def test_an_opt_out_by_its_marking_is_recorded_and_answered(place: tuple[Play, Profile]) -> None:
    play, profile = place
    for phrase in (one.text for one in own(profile, "opt_out")):
        who, _, _ = consented(play, profile)
        before = len(sent(play, who))
        write(play, who, "", subject=f"FWD: {phrase}.", to=mailbox(profile))
        assert eventually(lambda who=who, before=before: sent(play, who)[before:])
        api = play.sign_in()
        (item,) = api.get(f"tickets?q={who}")["items"]
        eventually(lambda api=api, item=item: api.get(f"contacts/{item['contact']['id']}")["opted_out_at"])


def test_what_asks_about_data_is_answered_before_any_consent(place: tuple[Play, Profile]) -> None:
    play, profile = place
    who = new_address()
    write(play, who, "Прошу.", subject="Отзыв согласия на обработку персональных данных", to=mailbox(profile))
    (answer,) = eventually(lambda: sent(play, who))
    assert profile.policy.url in answer["text"] and not answer["links"][0][1].endswith(f"[{GIVEN}]")


def test_wadjet_says_at_its_start_and_on_its_page_that_mail_waits_and_takes_none(tmp_path: Path) -> None:
    log = tmp_path / "desk.log"
    with start_desk(log, OPERATOR="wadjet") as desk:
        play, profile = Play(desk), load_profile("wadjet")
        said = log.read_text(encoding="utf-8")
        assert "Not taken yet: email. C10.1 wants a notice to the authorised body first" in said
        who = new_address()
        write(play, who, "Hello", to=mailbox(profile))
        write(play, who, "x", subject="Withdrawal of consent to the processing of personal data", to=mailbox(profile))
        page = play.http.get(f"{desk.url}/policy?lang=en", timeout=20).text
        assert "are not taken yet, and nothing of them is stored" in page
        s3 = desk.client("s3")
        buckets = [one["Name"] for one in s3.list_buckets()["Buckets"] if "mail" in one["Name"].lower()]
        assert buckets
        eventually(lambda: not any(s3.list_objects_v2(Bucket=one).get("Contents") for one in buckets))
        assert sent(play, who) == []
        tables = desk.client("dynamodb")
        names = [one for one in tables.list_tables()["TableNames"] if "desk" in one.lower()]
        rows = [item for name in names for item in tables.scan(TableName=name)["Items"]]
        assert not [
            one for one in rows if one["pk"]["S"].startswith(("contact#", "conversation#", "ticket#", "unclear#"))
        ]
