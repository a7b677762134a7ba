"""Mails of the shapes that real programs send: what each says, what is folded, which files it brings."""

import pytest

from chalicelib.channels.email.read_mail import read_mail
from tests.support.channels.mail.answers import ANSWERS, FORWARDS
from tests.support.channels.mail.building import NOW, PUBLISHED, Case
from tests.support.channels.mail.letters import LETTERS, TWENTY_MB
from tests.support.channels.mail.machines import MACHINES

CORPUS = ANSWERS | FORWARDS | MACHINES | LETTERS


@pytest.mark.parametrize("case", CORPUS.values(), ids=CORPUS.keys())
def test_a_mail_is_read(case: Case) -> None:
    mail = read_mail(case.raw, published=PUBLISHED, now=NOW)
    assert {name: getattr(mail, name) for name in case.says} == case.says
    assert [piece for piece in case.holds if piece not in mail.text] == []
    assert [piece for piece in case.folds if piece not in mail.folded or piece in mail.text] == []
    assert tuple(one.name for one in mail.files) == case.files


@pytest.mark.parametrize("case", CORPUS.values(), ids=CORPUS.keys())
def test_the_same_mail_is_always_read_the_same(case: Case) -> None:
    mail = read_mail(case.raw, published=PUBLISHED, now=NOW)
    later = read_mail(case.raw, published=PUBLISHED, now=NOW + 86_400)
    assert later == (mail._replace(date=NOW + 86_400) if mail.undated else mail)


def test_the_corpus_is_as_wide_as_it_says() -> None:
    assert len(CORPUS) > 100


def test_a_large_file_is_whole() -> None:
    mail = read_mail(LETTERS["twenty megabytes"].raw, published=PUBLISHED, now=NOW)
    assert mail.files[0].data == TWENTY_MB and mail.files[0].type == "image/png"


def test_a_text_that_is_too_long_is_a_file_whole() -> None:
    mail = read_mail(LETTERS["a text that is too long for a message"].raw, published=PUBLISHED, now=NOW)
    assert mail.files[0].data.decode() == ("Жалоба. " * 20_000).rstrip() and mail.files[0].unread == "long"


def test_a_picture_says_by_which_id_the_text_shows_it() -> None:
    mail = read_mail(LETTERS["text between pictures"].raw, published=PUBLISHED, now=NOW)
    assert mail.files[0].content_id == "p1"
