"""People of an operator who keeps a part after a withdrawal (Wadjet), on the running desk: they come by the form, and
two officers decide, open and see it end."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from chalicelib.core.working_days import day_of
from chalicelib.profile.load import load_profile
from tests.support.e2e.erasing import DAY, Item, Office
from tests.support.e2e.form import FormVisitor
from tests.support.e2e.playing import Play, eventually

OPERATOR = "wadjet"
WITHDRAWAL = next(iter(load_profile(OPERATOR).phrases["withdrawal"]))
CHOSEN = ["full_name", "message_text", "ticket_data"]
KEPT_FOR = 40 * DAY
TASKS = {
    "FreezePart": ("freeze_inventory", ""),
    "KeepPart": ("keep_part", ""),
    "DestroyPartKey": ("destroy_key", '"pass": "part"'),
    "ErasePart": ("erase_stores", '"pass": "part"'),
}
"""Function and what its event holds, by the states of the machine that keep a part and end it."""


@dataclass
class Leaver(FormVisitor):
    """Somebody who has withdrawn their consent and confirmed it. `said` and `answered` are texts that are kept, `phone`
    is not."""

    said: str = ""
    answered: str = ""
    phone: str = ""
    request: Item = field(default_factory=dict)

    @property
    def canaries(self) -> list[str]:
        return [self.name, self.said, self.answered, self.mail, self.phone, self.secret]


@dataclass
class Parting:
    """The desk, its officers, and everybody who leaves."""

    play: Play
    people: list[Leaver] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.office = Office(self.play)

    def leaves(self) -> Leaver:
        """Somebody writes, is answered, and withdraws; two officers decide what is kept."""
        letters = "".join(secrets.choice("абвгдежзиклмнопрст") for _ in range(10))
        one = Leaver(self.play, f"Асхат{letters}", "en", phone=f"+7701{secrets.randbelow(10**7):07d}")
        one.said, one.answered = (f"{what} {secrets.token_hex(6)}" for what in ("Paid twice:", "We pay back:"))
        assert one.send(one.said, phone=one.phone).status_code == 303
        api = self.play.sign_in()
        ticket = one.ticket_id(api)
        assert api.reply(ticket, one.answered).ok
        one.reads(one.answered)
        one.write(WITHDRAWAL)
        one.press("erase.confirm.")
        self.office.reach("telling", one, waits="telling")
        until = day_of(self.play.now() * 1000 + KEPT_FOR * 1000)
        self.office.decide(one, "retain", ground="claims", until=until, categories=CHOSEN)  # type: ignore[arg-type]
        self.reaches("grace", one)
        self.people.append(one)
        return one

    def reaches(self, state: str, *people: Leaver) -> None:
        """Everybody looks at their link until their request is in this state."""

        def look() -> bool:
            for one in people:
                if one.get(one.link).ok:
                    one.follow()
            return {one["state"] for one in self.office.of(*people)} == {state}

        eventually(look)
        for one, request in zip(people, self.office.of(*people), strict=True):
            one.request = request

    def rows(self, one: Leaver) -> dict[str, Any]:
        """The rows of somebody's part, by their names."""
        dynamodb = self.play.desk.client("dynamodb")
        (table,) = [name for name in dynamodb.list_tables()["TableNames"] if name.endswith("-desk")]
        found = dynamodb.query(
            TableName=table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"kept#{one.request['id']}"}},
        )
        return {item["sk"]["S"]: item for item in found["Items"]}

    def tasks_die_for(self, one: Leaver) -> dict[str, str]:
        """Every task of somebody's part dies before and after its first two writes; return the states, by the ids of
        the planned deaths. The machine tries each task again."""
        request_id, planned = one.request["id"], {}
        for state, (function, given) in TASKS.items():
            for number, when in ((1, "before"), (1, "after"), (2, "before"), (2, "after")):
                match = f"(?=.*{request_id})(?=.*{given})"
                fault = {"channel": f"lambda:{function}", "n": number, "when": when, "match": match, "writes": True}
                planned[self.play.phones("/faults", {**fault, "times": 1})["items"][-1]["id"]] = state
        return planned

    def died(self, planned: dict[str, str]) -> set[str]:
        """The states of which a task has died."""
        alive = {one["id"] for one in self.play.phones("/faults")["items"]}
        return {state for fault, state in planned.items() if fault not in alive}
