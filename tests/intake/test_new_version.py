"""A new version of the policy: who goes on writing after its publication accepts it, once, and is told when it says
more than the one they knew (A8.2, B9.1, C12.2, E12.2; art. 7(1) and 8(4) of Law 94-V)."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.core.texts import CONSENT, RENEWED, bot_text
from chalicelib.messages.ingest import Outcome
from chalicelib.profile.policy import PolicyReference
from tests.support.intake.desk import PROFILE, Desk
from tests.support.intake.desk import desk as desk
from tests.support.people import from_amina, wamid

DAY = 86_400
IDS = [wamid() for _ in range(6)]
FIRST = PolicyReference("1", "a" * 64, 0, "1")
SECOND = PolicyReference("2", "b" * 64, 0, "2")
NO_FURTHER = PolicyReference("2", "b" * 64, 0, "1")


def say(desk: Desk, policy: PolicyReference, number: int, text: str = "Сәлем", **more: Any) -> Outcome:
    message = from_amina(text, sent_at=desk.seconds, provider_id=IDS[number], order=number, **more)
    return desk.receiver(policy=policy)(message)


def versions(desk: Desk) -> list[str]:
    """The versions to which the person consented, in the order of time."""
    rows = sorted(desk.of("consent#"), key=lambda row: row["sk"])
    return [row["policy_version"] for row in rows]


def told(desk: Desk) -> int:
    """How many texts of the desk link to the policy."""
    return sum(bool(one.get("policy")) for one in desk.messages("out"))


def test_the_next_message_accepts_it_once_and_the_person_is_told_once(desk: Desk) -> None:
    say(desk, FIRST, 1)
    desk.now += 1000
    assert [say(desk, SECOND, number) for number in (2, 3)] == [Outcome.STORED] * 2
    assert (versions(desk), told(desk)) == (["1", "2"], 2)
    assert {row["policy"] for row in desk.items("index") if row["pk"].startswith("alias#")} == {"2"}
    assert say(desk, SECOND, 2) is Outcome.DUPLICATE
    assert versions(desk) == ["1", "2"]


def test_a_version_that_reaches_no_further_is_accepted_without_a_word(desk: Desk) -> None:
    say(desk, FIRST, 1)
    desk.now += 1000
    say(desk, NO_FURTHER, 2)
    assert (versions(desk), told(desk)) == (["1", "2"], 1)


def test_whom_a_release_before_has_stored_without_a_version_is_told(desk: Desk) -> None:
    say(desk, FIRST, 1)
    for row in desk.items("index"):
        if row["pk"].startswith("alias#"):
            key = {name: row[name] for name in ("pk", "sk")}
            desk.dynamodb.update_item(
                TableName=desk.tables["index"],
                Key={name: {"S": value} for name, value in key.items()},
                UpdateExpression="REMOVE #policy",
                ExpressionAttributeNames={"#policy": "policy"},
            )
    desk.now += 1000
    say(desk, NO_FURTHER, 2)
    assert (versions(desk), told(desk)) == (["1", "2"], 2)


def test_two_messages_at_once_accept_it_once(desk: Desk) -> None:
    say(desk, FIRST, 1)
    desk.now += 1000
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda number: say(desk, SECOND, number), range(2, 6)))
    assert outcomes == [Outcome.STORED] * 4
    assert (versions(desk), told(desk)) == (["1", "2"], 2)


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "reaction", "text": "👍", "target": IDS[1]},
        {"text": "Отзыв согласия на обработку персональных данных"},
        {"sent_at": -2 * DAY},
    ],
    ids=["a reaction", "a withdrawal", "sent before it was published"],
)
def test_what_accepts_nothing(desk: Desk, more: dict[str, Any]) -> None:
    say(desk, FIRST, 1)
    published = replace_time(SECOND, desk.now - DAY * 1000)
    desk.now += 1000
    given = {"text": "Сәлем", **more}
    at = desk.seconds + int(given.pop("sent_at", 0))
    message = from_amina(given.pop("text"), provider_id=IDS[2], order=2, sent_at=at, **given)
    assert desk.receiver(policy=published)(message) is Outcome.STORED
    assert (versions(desk), told(desk)) == (["1"], 1)


def replace_time(policy: PolicyReference, published_at: int) -> PolicyReference:
    return policy._replace(published_at=published_at)


def test_a_new_ticket_says_both_its_number_and_what_is_agreed_to(desk: Desk) -> None:
    say(desk, FIRST, 1)
    ticket = next(row for row in desk.items() if row["sk"] == "ticket")
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"],
        Key={name: {"S": ticket[name]} for name in ("pk", "sk")},
        UpdateExpression="SET #state = :closed, solved_at = :at",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":closed": {"S": "closed"}, ":at": {"N": "1"}},
    )
    desk.now += 1000
    say(desk, SECOND, 2)
    assert len([row for row in desk.items() if row["sk"] == "ticket"]) == 2
    assert (versions(desk), told(desk)) == (["1", "2"], 2)
    assert len(desk.messages("out")) == 2, "one text says it all"


def test_its_words_are_there_in_every_language() -> None:
    for language in PROFILE.languages:
        assert "7" in bot_text(language, RENEWED, version="7") and CONSENT != RENEWED
