"""One map says what a provider's code means, for answers and for failed statuses, wherever it is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.channels import failure_meanings, registry
from chalicelib.channels.telegram import errors as telegram
from chalicelib.channels.whatsapp import errors as whatsapp
from chalicelib.core.delivery_failures import OWN_CODES, Act
from chalicelib.web.labels import FAILURES, failure_text

MEANT = [
    ("whatsapp", "131026", "undeliverable", False),
    ("whatsapp", "131047", "window_closed", False),
    ("whatsapp", "131050", "marketing_off", False),
    ("whatsapp", "131049", "limited", False),
    ("whatsapp", "130472", "experiment", False),
    ("whatsapp", "100", "invalid", False),
    ("whatsapp", "131008", "invalid", False),
    ("whatsapp", "131009", "invalid", False),
    ("whatsapp", "135000", "invalid", False),
    ("whatsapp", "131053", "file", False),
    ("whatsapp", "131042", "payment", True),
    ("whatsapp", "131045", "number", True),
    ("whatsapp", "190", "channel_stopped", True),
    ("whatsapp", "0", "channel_stopped", True),
    ("whatsapp", "250", "channel_stopped", True),
    ("whatsapp", "http_401", "channel_stopped", True),
    ("whatsapp", "http_403", "unlisted", False),
    ("whatsapp", "131999", "unlisted", False),
    ("whatsapp", "", "unknown", False),
    ("telegram", "blocked", "blocked", False),
    ("telegram", "chat_not_found", "no_chat", False),
    ("telegram", "token", "channel_stopped", True),
    ("telegram", "no_token", "channel_stopped", True),
    ("telegram", "bad_request", "unlisted", False),
    ("telegram", "131047", "unlisted", False),
]


@pytest.mark.parametrize(("channel", "code", "reason", "stops"), MEANT)
def test_what_a_code_means(channel: str, code: str, reason: str, stops: bool) -> None:
    assert failure_meanings.reason_of(channel, code) == reason
    assert failure_meanings.stops_channel(channel, code) == stops


def test_every_class_has_its_sentences_and_every_sentence_a_class() -> None:
    meanings = [*OWN_CODES.values(), *whatsapp.MEANINGS.values(), *telegram.MEANINGS.values()]
    sentences = {*FAILURES, *whatsapp.WORDS, *telegram.WORDS}
    assert {one.reason for one in meanings} | {"gave_up", "unlisted", "unknown"} == sentences


def test_a_reason_has_one_sentence_of_a_channel_or_of_all() -> None:
    for channel, errors in (("whatsapp", whatsapp), ("telegram", telegram)):
        assert not errors.WORDS.keys() & FAILURES.keys()
        own = {one.reason for one in errors.MEANINGS.values()} - FAILURES.keys()
        assert own == errors.WORDS.keys()
        assert all(failure_text(channel, reason) == text for reason, text in errors.WORDS.items())
        assert registry.channel(channel).errors is not None


def test_what_stops_a_channel_is_of_a_class_that_names_an_administrator() -> None:
    meanings = [*OWN_CODES.values(), *whatsapp.MEANINGS.values(), *telegram.MEANINGS.values()]
    stopping = {one.reason for one in meanings if one.act is Act.STOP}
    assert stopping == {"channel_stopped", "payment", "number"}
    assert {failure_text("whatsapp", one).way for one in stopping} == {FAILURES["channel_stopped"].way}


@given(st.sampled_from(["whatsapp", "telegram", "email"]), st.text(max_size=12))
def test_any_code_has_a_class(channel: str, code: str) -> None:
    reason = failure_meanings.reason_of(channel, code)
    assert reason in FAILURES or failure_text(channel, reason) != FAILURES["unlisted"]


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ({"code": "131050", "reason": "blocked", "text": "x", "at": 1}, "marketing_off"),
        ({"code": "100", "reason": "rejected", "at": 1}, "invalid"),
        ({"code": "131053", "at": 1}, "file"),
        ({"code": "131056", "reason": "gave_up"}, "gave_up"),
        ({"code": "suppressed", "reason": "not_allowed"}, "suppressed"),
        ({}, "unknown"),
    ],
)
def test_a_failure_that_an_older_release_stored_is_shown_by_todays_map(stored: dict[str, str], shown: str) -> None:
    assert failure_meanings.shown_reason("whatsapp", stored) == shown
