"""Files are fetched from the stand-ins as from Meta and Telegram, refusals included."""

import io
from typing import Any

import pytest

from chalicelib.channels.fetching import FetchedFile, Fetcher, FetchError
from chalicelib.channels.telegram.fetch import TelegramFetcher
from chalicelib.channels.whatsapp.fetch import WhatsAppFetcher
from tests.support.phones.phones import SECRETS, Phones

TOKENS = {"whatsapp": SECRETS.access_token, "telegram": SECRETS.bots[0].token}
PEOPLE: dict[str, dict[str, str]] = {"whatsapp": {"person": "amina"}, "telegram": {"person": "daniyar"}}


def fetcher(phones: Phones, channel: str) -> Fetcher:
    address = str(phones.http.base_url).rstrip("/")
    return WhatsAppFetcher(f"{address}/v23.0") if channel == "whatsapp" else TelegramFetcher(address)


def sent(phones: Phones, channel: str, **file: Any) -> str:
    """Let a customer send a file; the provider's id of it."""
    given = {"name": "чек.pdf", "type": "application/pdf", "data": "JVBERi0="} | file
    phones.post(f"/phones/{channel}/messages", **PEOPLE[channel], file=given)
    shown = phones.http.get("/phones/conversations").json()["items"]
    return str(next(m["file"]["id"] for chat in shown for m in reversed(chat["messages"]) if m["file"]))


def fetch(phones: Phones, channel: str, media_id: str, token: str = "", most: int = 1000) -> tuple[bytes, FetchedFile]:
    into = io.BytesIO()
    found = fetcher(phones, channel).fetch(media_id, token or TOKENS[channel], into, most)
    return into.getvalue(), found


@pytest.mark.parametrize("channel", PEOPLE)
def test_a_file_arrives_whole(phones: Phones, channel: str) -> None:
    data, found = fetch(phones, channel, sent(phones, channel))
    assert (data, found.size) == (b"%PDF-", 5)
    assert found.sha256_told in ("", found.sha256)


@pytest.mark.parametrize("channel", PEOPLE)
def test_a_file_that_is_gone_is_gone(phones: Phones, channel: str) -> None:
    with pytest.raises(FetchError) as refused:
        fetch(phones, channel, "1111111111111111")
    assert refused.value.gone and not refused.value.too_big


@pytest.mark.parametrize("channel", PEOPLE)
def test_a_larger_file_than_is_wanted_is_not_read(phones: Phones, channel: str) -> None:
    with pytest.raises(FetchError) as refused:
        fetch(phones, channel, sent(phones, channel), most=4)
    assert refused.value.too_big


def test_telegram_hands_out_nothing_over_20_mb(phones: Phones) -> None:
    media_id = sent(phones, "telegram", size=25_000_000)
    with pytest.raises(FetchError) as refused:
        fetch(phones, "telegram", media_id, most=100_000_000)
    assert refused.value.too_big


@pytest.mark.parametrize("channel", PEOPLE)
@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 429, "retry_after": 7}])
def test_trouble_passes(phones: Phones, channel: str, fault: dict[str, Any]) -> None:
    media_id = sent(phones, channel)
    phones.post("/faults", channel=channel, times=1, **fault)
    with pytest.raises(FetchError) as refused:
        fetch(phones, channel, media_id)
    assert not (refused.value.gone or refused.value.too_big)
    assert fetch(phones, channel, media_id)[0] == b"%PDF-"


@pytest.mark.parametrize("channel", PEOPLE)
def test_no_error_holds_token_or_id(phones: Phones, channel: str) -> None:
    media_id, token = sent(phones, channel), "123:wrong-token"
    with pytest.raises(FetchError) as refused:
        fetch(phones, channel, media_id, token)
    error: BaseException | None = refused.value
    assert not refused.value.gone
    while error is not None:
        assert token not in str(error) + repr(error) and media_id not in str(error)
        error = error.__cause__ or error.__context__
