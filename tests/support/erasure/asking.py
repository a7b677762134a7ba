"""People who ask, and what they are asked back."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from chalicelib.core.clock import DAY, HOUR
from chalicelib.core.errors import BadInput, Conflict
from chalicelib.core.ids import MessageRef
from chalicelib.core.working_days import day_of
from chalicelib.privacy.monitor_requests import MonitorRequests
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.vault.encryption import message_content
from tests.support.erasure.living import Living
from tests.support.erasure.person import Person


def end(living: Living) -> None:
    """The request was cancelled, its answer has arrived, and its box is closed."""
    for row in living.requests():
        if "over_at" not in row:
            living.mark(
                row["request_id"],
                {Step.CLOSED_WITHOUT_ERASURE: living.desk.now},
                state="cancelled",
                over_at=living.desk.now,
            )


def ask_and_cancel(living: Living, person: Person, times: int) -> None:
    for _ in range(times):
        living.says(person, "withdraw")
        living.says(person, "cancel")
        end(living)
        living.desk.now += 1_000


WEDNESDAY = 1_795_000_000_000
"""18 November 2026, 16:06 in Kazakhstan."""


def entered(living: Living, person: Person, days_ago: int) -> Request:
    """A request that a colleague enters today, from a paper of so many days ago."""
    living.desk.now = WEDNESDAY
    day = day_of(WEDNESDAY - days_ago * DAY)
    return living.opened(person, source="staff", received_on=day)


LIMIT = 100 * DAY


def asked(source: str, state: str = "", **steps: int) -> Request:
    """A request with the law's limit on day 100, and the days on which its steps were done."""
    words = dict.fromkeys(("conversation_id", "contact_id", "channel", "account", "language"), "")
    return Request(
        id="a", kind="withdrawal", state=state or "verifying", source=source, received_at=DAY, deadline_at=LIMIT,
        alarm_at=LIMIT, steps={name: day * DAY for name, day in steps.items()}, **words,
    )  # fmt: skip


def questions(living: Living, person: Person) -> list[dict[str, Any]]:
    """The questions in the person's own conversation: text and buttons of each."""
    pk = f"conversation#{person.conversation_id}"
    mine = [item for item in living.desk.messages("out") if item["pk"] == pk and "ticket_id" not in item]

    def opened(item: dict[str, Any]) -> dict[str, Any]:
        ref = MessageRef.of_tail(person.conversation_id, item["sk"].removeprefix("message#"))
        return living.desk.open(item, "content", message_content(ref))

    return [one for one in map(opened, mine) if one.get("buttons")]


def watch(living: Living, wake: Callable[[str], object] | None = None, **more: Any) -> int:
    """One sweep's look, which wakes by itself."""

    def wake_all(request_ids: Sequence[str]) -> int:
        for one in request_ids:
            (wake or living.wake)(one)
        return len(request_ids)

    look = MonitorRequests(living.store, wake_all, living.holding.read, living.clock, **{"counted_every": 1} | more)
    return look(time.monotonic() + 5)


def told(living: Living, person: Person, ended: str = "cancel") -> Request:
    """A request that came to nothing and waits for its answer to arrive."""
    request = living.suppressed(person)
    living.verify(request)
    if ended == "cancel":
        living.says(person, "cancel", request.id)
    else:
        living.decide(request.id, "refuse", "Жеткізу әлі аяқталмады")
    living.finish(request.id)
    assert living.park(request, "", "", "told") == ""
    living.desk.now += HOUR
    return living.read(request.id)


def code(attempt: Callable[[], object]) -> str:
    """The code with which an attempt is refused; "" when it is not."""
    try:
        attempt()
    except (BadInput, Conflict) as error:
        return error.code
    return ""
