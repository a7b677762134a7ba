"""What the stand-ins refuse of reactions, edits and deletions, in the providers' words; and what they show."""

from typing import Any

import pytest

from tests.support.phones.phones import SECRETS, Phones, until

CHAT = 500000042
DAYS = 86_400


def of_telegram(phones: Phones) -> tuple[int, int]:
    """A message of the customer, and one of the bot."""
    asked = phones.post("/phones/telegram/messages", user_id=str(CHAT), name="Данияр", text="Когда?")["message_id"]
    return asked, phones.bot("sendMessage", chat_id=CHAT, text="Завтра").json()["result"]["message_id"]


def told(phones: Phones, method: str, **fields: Any) -> str:
    """Telegram's description of the refusal, "" when it did it."""
    answer = phones.bot(method, chat_id=CHAT, **fields).json()
    return str(answer.get("description", ""))


def test_telegram_reacts_with_what_it_lists_to_what_is_there(phones: Phones) -> None:
    asked, _ = of_telegram(phones)
    emoji = [{"type": "emoji", "emoji": "👍"}]
    assert told(phones, "setMessageReaction", message_id=asked, reaction=emoji) == ""
    assert "REACTION_INVALID" in told(
        phones, "setMessageReaction", message_id=asked, reaction=[{"type": "emoji", "emoji": "😂"}]
    )
    assert "REACTIONS_TOO_MANY" in told(phones, "setMessageReaction", message_id=asked, reaction=emoji * 2)
    assert "to react not found" in told(phones, "setMessageReaction", message_id=99, reaction=emoji)


def test_telegram_edits_and_deletes_what_is_the_bots_and_not_too_old(phones: Phones) -> None:
    asked, ours = of_telegram(phones)
    assert "can't be edited" in told(phones, "editMessageText", message_id=asked, text="?")
    assert "is not modified" in told(phones, "editMessageText", message_id=ours, text="Завтра")
    assert "to edit not found" in told(phones, "editMessageText", message_id=99, text="?")
    phones.clock.offset += 2 * DAYS
    assert "can't be deleted" in told(phones, "deleteMessage", message_id=ours)
    phones.clock.offset -= DAYS
    assert told(phones, "deleteMessage", message_id=ours) == ""
    assert "to delete not found" in told(phones, "deleteMessage", message_id=ours)


@pytest.mark.parametrize(("about", "days", "status"), [("theirs", 0, 200), ("theirs", 31, 400), ("none", 0, 400)])
def test_meta_reacts_to_what_the_person_sent_in_thirty_days_and_reports_no_more_than_sent(
    phones: Phones, about: str, days: int, status: int
) -> None:
    sent = phones.post("/phones/whatsapp/messages", phone="77000000107", name="Амина", text="Қашан?")
    phones.clock.offset += days * DAYS
    target = sent["message_id"] if about == "theirs" else "wamid.none"
    body = {
        "messaging_product": "whatsapp",
        "to": "77000000107",
        "type": "reaction",
        "reaction": {"message_id": target, "emoji": "👍"},
    }
    answer = phones.graph(f"{SECRETS.phone_number_id}/messages", body)
    assert answer.status_code == status
    if status == 200:
        until(phones.desk.states)
        assert phones.desk.states() == ["sent"]
    else:
        assert answer.json()["error"]["code"] == 131009
