"""Mails that lie in the bucket become messages, files and requests, once, and are deleted there; what machines and
forgers send becomes nothing but what it may."""

from email.utils import formatdate

import pytest

from chalicelib.channels import registry
from chalicelib.channels.email.mail import UNREAD as UNREAD_WORDS
from chalicelib.channels.email.read_letter import read_letter
from chalicelib.channels.email.reply_address import reply_address
from chalicelib.channels.parts import InboundMessage
from chalicelib.core.errors import Unavailable
from chalicelib.core.texts import desk_text
from chalicelib.messages.mail_bucket import FILES, RAW
from chalicelib.messages.page_limit import MOST_MAILS
from chalicelib.web.details import UNREAD
from tests.channels.conformance.kit import NOW
from tests.support.aws import Aws
from tests.support.channels.mail.building import REACTION, many, part
from tests.support.channels.mail.building import mail as written
from tests.support.channels.mails import ACCOUNTS, DOMAIN, FORGED, NURLAN, PROVED, REPLY_KEY, bounce, envelope, mail
from tests.support.intake.desk import Desk
from tests.support.intake.mails import MailDesk, mail_desk
from tests.support.intake.rows import change_ticket

CHANNEL = registry.channel("email")
WITHDRAWAL = "Withdrawal of consent to the processing of personal data"
OPT_OUT = "Отказ от уведомлений о новых продуктах и услугах и специальных предложениях"


@pytest.fixture
def post(desk: Desk, aws: Aws) -> MailDesk:
    return mail_desk(desk, aws)


def test_a_mail_makes_contact_ticket_and_notice_once_and_nothing_of_it_stays(post: MailDesk) -> None:
    assert post.receive(mail("Шотты қайдан көремін?")) == "stored"
    assert post.receive(mail("Шотты қайдан көремін?"), name="m2") == "stored"
    assert post.again() == "gone"
    assert len(post.tickets) == len(post.desk.messages()) == len(post.desk.messages("out")) == 1
    assert post.desk.messages()[0]["sent_at"] == 1_764_000_000_000
    assert post.desk.of("contact")[0]["language"] == "kk"
    assert post.keys() == []
    for told in (NURLAN, "Шотты", "Nurlan"):
        assert told.encode() not in post.desk.everything()


def test_files_wait_for_their_fetcher_beside_the_message(post: MailDesk) -> None:
    post.receive(mail("Мынау", file=("түбіртек.pdf", b"%PDF-1.4")))
    assert [one["kind"] for one in post.desk.messages()] == ["text", "document"]
    assert post.keys() == [f"{FILES}m1/1"]
    assert len(post.desk.of("fetch#")) == 1 and len(post.tickets) == 1


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        ("kassa@example.kz", "kassa@example.kz"),
        ("Accounts <Kassa@Example.KZ>", "kassa@example.kz"),
        (NURLAN, None),
        (f"desk <r.x.y@{DOMAIN}>", None),
        ("nobody", None),
    ],
)
def test_where_a_mail_asks_for_answers_is_shown_when_it_is_another_address(header: str, shown: str | None) -> None:
    (part,) = read_letter(mail("Мәтін", Reply_To=header), envelope(), ACCOUNTS, (), NOW).parts
    assert isinstance(part, InboundMessage) and part.details.get("answers_to") == shown


def test_beside_a_part_that_could_not_be_read_stands_why_in_three_languages() -> None:
    sealed = b"From: a@b.kz\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\n0"
    (*_, part) = read_letter(sealed, envelope(), ACCOUNTS, (), NOW).parts
    assert isinstance(part, InboundMessage) and part.details["unread"] == "sealed"
    assert {*UNREAD} == {*UNREAD_WORDS}
    for language in ("kk", "ru"):
        assert all(desk_text(language).gettext(text) != text for text in UNREAD.values())


@pytest.mark.parametrize("check", ["spam", "virus"])
def test_junk_and_malware_are_deleted_unread(post: MailDesk, check: str) -> None:
    assert post.receive(mail("x"), PROVED | {check: "FAIL"}) == check
    assert post.keys() == [] and not post.desk.items()


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"List_Id": "<news.example>"},
        {"X_Helpdesk_Loop": "1"},
        {"Precedence": "bulk", "List_Unsubscribe": "<https://example.kz>"},
    ],
)
def test_what_machines_send_is_counted_and_not_stored(post: MailDesk, headers: dict[str, str]) -> None:
    assert post.receive(mail("Меня нет на месте", **headers)) == "stored"
    assert post.keys() == [] and not post.desk.items()


def _reacting(to: str) -> bytes:
    """A reaction of Nurlan's to a mail, as Gmail sends it."""
    emoji = part('{"emoji":"💖","version":1}', REACTION, how="quoted-printable")
    said = many("alternative", part("💖\n\nNurlan reacted via Gmail"), emoji)
    return written(
        said, f"Nurlan <{NURLAN}>", Date=formatdate(NOW), In_Reply_To=f"<{to}>", Message_ID="<r1@mail.gmail.com>"
    )


def test_a_reaction_makes_nobody_known_and_opens_nothing(post: MailDesk) -> None:
    post.receive(_reacting("m1@example.kz"))
    assert not post.desk.items() and post.keys() == []
    post.receive(mail("Рахмет, бәрі жақсы", serial=1), name="m2")
    change_ticket(post.desk, state="solved", solved_at=post.desk.now)
    post.receive(_reacting("m1@example.kz"), name="m3")
    (again,) = post.tickets
    assert again["state"] == "solved" and len(post.desk.messages("out")) == 1, "no second notice"
    said, reaction = sorted(post.desk.messages(), key=lambda one: one["kind"] == "reaction")
    assert (said["kind"], reaction["kind"]) == ("text", "reaction")


def test_a_mail_to_a_desk_whose_policy_has_no_mail_is_not_stored(post: MailDesk) -> None:
    post.served = ()
    assert post.receive(mail("x")) == "off"
    assert post.keys() == [] and not post.desk.items()


def test_a_mail_that_cannot_be_stored_stays(post: MailDesk) -> None:
    post.accounts = {}
    with pytest.raises(Unavailable):
        post.receive(mail("x"))
    assert post.keys() == [f"{RAW}m1"]
    post.accounts = ACCOUNTS
    assert post.again() == "stored" and len(post.tickets) == 1


@pytest.mark.parametrize("raw", [b"", b"no header at all", mail("x", sender="nobody")])
def test_what_is_no_mail_of_anybody_is_kept_sealed(post: MailDesk, raw: bytes) -> None:
    post.receive(raw)
    (kept,) = post.desk.items()
    assert kept["pk"].startswith("unclear#") and kept["raw"]


# -- requests about data


@pytest.mark.parametrize(
    "subject",
    [
        WITHDRAWAL,
        f"Re: {WITHDRAWAL.upper()}.",
        f"FWD: Re: «{WITHDRAWAL}» Иванов И.И.",
        "Отзыв согласия на обработку персональных данных",
        "Дербес деректерді өңдеуге берілген келісімді қайтарып алу",
    ],
)
def test_a_marked_mail_is_a_request_and_no_ticket(post: MailDesk, subject: str) -> None:
    post.receive(mail("Сәлем"))
    post.receive(mail("I, Nurlan, withdraw.", subject=subject, serial=2, file=("a.pdf", b"%PDF")), FORGED, "m2")
    assert post.asks() == [("withdraw", ["withdrawal"])]
    assert len(post.tickets) == 1 and len(post.desk.of("contact")) == 1


def test_a_marked_mail_opens_no_ticket_when_none_is_open(post: MailDesk) -> None:
    post.receive(mail("I withdraw.", subject=WITHDRAWAL, file=("a.pdf", b"%PDF")))
    assert post.tickets == [] and post.desk.of("contact") == [] and post.asks() == []
    (visitor,) = post.desk.of_pk("visitor#")
    assert visitor["due"]


def test_what_takes_effect_at_once_is_asked_about_when_nothing_proves_who_wrote(post: MailDesk) -> None:
    post.receive(mail("Сәлем"))
    post.receive(mail("x", subject=OPT_OUT, serial=2), FORGED, "m2")
    post.receive(mail("x", subject=OPT_OUT, serial=3), PROVED, "m3")
    assert sorted(post.asks()) == [("maybe", ["opt_out"]), ("withdraw", ["opt_out"])]


def test_the_signed_address_of_somebody_else_opts_nobody_out(post: MailDesk) -> None:
    post.receive(mail("Сәлем"))
    (head,) = post.desk.of("head")
    theirs, ours = (reply_address(REPLY_KEY, DOMAIN, one) for one in ("0" * 20, head["conversation_id"]))
    pressed = {"subject": "Send no news [ask.opt_out.1764000000000]"}
    post.receive(mail("", serial=2, to=theirs, **pressed), FORGED, "m2")
    post.receive(mail("Отписаться", serial=3, to=theirs), FORGED, "m3")
    assert post.asks() == []
    post.receive(mail("", serial=4, to=ours, **pressed), FORGED, "m4")
    assert post.asks() == [("withdraw", ["opt_out"])]


def test_who_forges_an_address_has_its_owner_written_to_few_times_a_day(post: MailDesk) -> None:
    for number in range(MOST_MAILS + 2):
        assert post.receive(mail("Өтінемін", subject=WITHDRAWAL, serial=number), FORGED, f"m{number}") == "stored"
    assert len(post.desk.of("visitor")) == MOST_MAILS and post.keys() == []
    post.receive(mail("Өтінемін", subject=WITHDRAWAL, serial=90, sender="Dana <dana@example.kz>"), FORGED, "m90")
    assert len(post.desk.of("visitor")) == MOST_MAILS + 1
    for number in range(91, 91 + MOST_MAILS):
        post.receive(mail("Өтінемін", subject=WITHDRAWAL, serial=number), PROVED, f"m{number}")
    assert len(post.desk.of("visitor")) == 2 * MOST_MAILS + 1, "who is proved is answered"


def test_a_forged_mail_confirms_cancels_and_closes_nothing(post: MailDesk) -> None:
    post.receive(mail("Сәлем"))
    for number, text in enumerate(("Да, удалить", "Нет, оставить", "/close", "/language"), 2):
        post.receive(mail(text, serial=number), FORGED, f"m{number}")
    assert [action for action, _ in post.asks() if action in ("confirm", "cancel")] == []


def test_the_signed_address_of_the_persons_conversation_proves_what_forwarding_broke(post: MailDesk) -> None:
    post.receive(mail("Сәлем"))
    (head,) = post.desk.of("head")
    ours = reply_address(REPLY_KEY, DOMAIN, head["conversation_id"])
    post.receive(mail("Отменить", serial=2, to=ours), FORGED, "m2")
    post.receive(mail("Отменить", serial=3, to=reply_address("other", DOMAIN, head["conversation_id"])), FORGED, "m3")
    assert [action for action, _ in post.asks()].count("cancel") == 1


def test_a_link_under_a_mail_of_ours_is_a_press(post: MailDesk) -> None:
    post.receive(mail("Сәлем"))
    (head,) = post.desk.of("head")
    ours = reply_address(REPLY_KEY, DOMAIN, head["conversation_id"])
    post.receive(mail("", subject="Иә, жойыңыз [erase.confirm.b1r92b0b6bzsrate75xm]", serial=2, to=ours), FORGED, "m2")
    (ask,) = post.desk.of("ask#")
    assert (ask["action"], ask["request_id"]) == ("confirm", "b1r92b0b6bzsrate75xm")
    assert len(post.tickets) == 1


def test_a_mail_that_came_back_is_a_failed_status_with_its_reason(post: MailDesk) -> None:
    post.receive(bounce("0102-000000@eu-central-1.amazonses.com"))
    (early,) = [one for one in post.desk.items("index") if one["pk"].startswith("parked#")]
    assert (early["status"], early["code"]) == ("failed", "5.1.1")
    assert NURLAN.encode() not in post.desk.everything()
