"""A stopped channel loses nothing and starts again by itself."""

import pytest

from chalicelib.outbox.model import PROBE_EVERY
from tests.support.delivery.desk import DeliveryDesk
from tests.support.people import TELEGRAM_ACCOUNT, WHATSAPP_ACCOUNT


@pytest.mark.parametrize(
    ("kind", "account", "code"),
    [("whatsapp", WHATSAPP_ACCOUNT, "190"), ("telegram", TELEGRAM_ACCOUNT, "token")],
)
def test_a_refused_token_stops_the_channel_and_everything_goes_out_after_the_new_one(
    desk: DeliveryDesk, metrics: list[str], kind: str, account: str, code: str
) -> None:
    ticket = desk.open_ticket() if kind == "whatsapp" else desk.open_telegram_ticket()
    desk.provider.token = "token-2"
    refs = [desk.reply(ticket, text) for text in ("Бір", "Екі")]

    desk.sender()(ticket["conversation_id"])

    (channel,) = desk.of_pk("channel#")
    assert (channel["pk"], channel["code"], channel["stopped_at"]) == (f"channel#{account}", code, desk.now)
    assert metrics.count("ChannelStopped") == 1
    assert [desk.message(ref)["status"] for ref in refs] == ["queued", "queued"]
    assert [row["attempts"] for row in desk.of("outbox#")] == [0, 0]
    calls = desk.provider.calls
    desk.sender()(ticket["conversation_id"])
    assert desk.provider.calls == calls

    desk.now += PROBE_EVERY
    desk.sender()(ticket["conversation_id"])
    assert desk.provider.calls == calls + 1
    desk.vaulted.token = "token-2"
    desk.now += PROBE_EVERY
    assert desk.sender()(ticket["conversation_id"]) == 2

    assert desk.provider.texts == ["Бір", "Екі"]
    assert [desk.message(ref)["status"] for ref in refs] == ["sent", "sent"]
    assert "stopped_at" not in desk.of_pk("channel#")[0]


def test_a_token_that_was_changed_in_the_secret_is_used_at_once(desk: DeliveryDesk, metrics: list[str]) -> None:
    ticket = desk.open_ticket()
    sender = desk.sender()
    desk.reply(ticket, "Бір")
    sender(ticket["conversation_id"])
    desk.provider.token = desk.vaulted.token = "token-2"
    ref = desk.reply(ticket, "Екі")

    sender(ticket["conversation_id"])

    assert desk.message(ref)["status"] == "sent"
    assert "ChannelStopped" not in metrics


def test_a_payment_problem_stops_the_channel_too_and_a_message_that_fails_for_itself_opens_it(
    desk: DeliveryDesk,
) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Бір")
    desk.provider.faults = [desk.provider.meta_error(131042)]
    desk.sender()(ticket["conversation_id"])
    assert desk.of_pk("channel#")[0]["code"] == "131042"

    desk.now += PROBE_EVERY
    desk.provider.faults = [desk.provider.meta_error(131026)]
    desk.sender()(ticket["conversation_id"])

    assert desk.message(ref)["failure"]["code"] == "131026"
    assert "stopped_at" not in desk.of_pk("channel#")[0]


def test_an_account_without_a_token_is_a_stopped_channel(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    desk.reply(ticket, "Бір")
    desk.vaulted.get_secret_value = lambda SecretId: {"SecretString": '{"whatsapp": {}, "telegram": {}}'}  # type: ignore[method-assign]
    desk.sender()(ticket["conversation_id"])
    assert desk.of_pk("channel#")[0]["code"] == "no_token"
