"""SmartAqkol on the running desk, as it will be once the company has stated where its user agreement is: who may open
what comes by the form, handing over, a reason, and the end of all of it."""

import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.e2e.erasing import HOUR, Office, advance, readable
from tests.support.e2e.form import FormVisitor
from tests.support.e2e.playing import Api, Play, eventually
from tests.support.e2e.stored import everything
from tests.support.filled_forms import TEXT
from tests.support.operators import agreed_smartaqkol
from tests.support.project import PROJECT
from tests.support.running import start_desk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
LEFT_OUT = (
    ".git",
    ".venv",
    ".local",
    "tests",
    "build",
    "docs",
    "__pycache__",
    ".*_cache",
    ".hypothesis",
    ".schemathesis",
)
WITHDRAWAL = "Дербес деректерді өңдеуге берілген келісімді кері қайтарып алу"
OPERATORS = PROJECT / "chalicelib" / "profile" / "operators"


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    """The desk of a copy of the project, in which SmartAqkol's profile says where the agreement is."""
    copy = tmp_path_factory.mktemp("agreed") / "project"
    shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
    profiles = copy / OPERATORS.relative_to(PROJECT)
    (profiles / "smartaqkol.toml").write_text(agreed_smartaqkol(), encoding="utf-8")
    shutil.rmtree(profiles / "policies" / "smartaqkol")
    for command in (["chalicelib.profile.build"], ["chalicelib.profile.policy", "publish", "smartaqkol"]):
        subprocess.run([sys.executable, "-m", *command], cwd=copy, check=True, stdout=subprocess.DEVNULL)
    with start_desk(copy.parent / "desk.log", project=copy, OPERATOR="smartaqkol") as desk:
        yield Play(desk)


@dataclass
class Agreeing(FormVisitor):
    """Somebody at SmartAqkol's form, which asks for no name."""

    def fields(self, text: str, **more: str) -> dict[str, str]:
        return {name: value for name, value in super().fields(text, **more).items() if name != "full_name"}


def status(api: Api, ticket_id: str) -> int:
    return api.call("GET", f"tickets/{ticket_id}").status_code


def test_from_the_form_to_the_end_of_its_data(play: Play) -> None:
    first, second = play.sign_in(), play.sign_in("operator2@desk.local")
    administrator, supervisor = play.sign_in("admin@desk.local"), play.sign_in("supervisor@desk.local")
    visitor, office = Agreeing(play, "", "kk"), Office(play)
    text = f"{TEXT} {secrets.token_hex(6)}"
    assert visitor.send(text).status_code == 303
    (ticket,) = eventually(lambda: first.get("tickets")["items"])
    ticket_id, visitor.contact_id = ticket["id"], ticket["contact"]["id"]
    assert ticket["team"] == "first_line" and text in first.call("GET", f"tickets/{ticket_id}").text
    for other in (second, administrator):
        assert status(other, ticket_id) == 403 and other.get("tickets")["items"] == []
        assert other.call("GET", f"contacts/{visitor.contact_id}").status_code == 403

    reason = f"Екінші желіге берер алдында қараймын {secrets.token_hex(6)}"
    opened = second.call("POST", f"tickets/{ticket_id}/openings", {"reason": reason})
    assert opened.status_code == 201 and status(second, ticket_id) == 200
    assert administrator.call("POST", f"tickets/{ticket_id}/openings", {"reason": reason}).status_code == 403
    notes = [one for one in supervisor.get(f"tickets/{ticket_id}")["messages"] if one["kind"] == "reason"]
    assert [one["text"] for one in notes] == [reason]

    assert first.call("PATCH", f"tickets/{ticket_id}", {"team": "second_line"}).json()["team"] == "second_line"
    assert status(first, ticket_id) == 403
    advance(play, 9 * HOUR)
    first, second = play.sign_in(), play.sign_in("operator2@desk.local")
    answer = f"Қосқышты басыңыз {secrets.token_hex(6)}"
    assert second.reply(ticket_id, answer).ok, "what was handed over stays open when the reason has ended"
    visitor.reads(answer)
    assert first.reply(ticket_id, "Мен де жауап берейін").status_code == 403
    assert readable(everything(play.desk.client), [visitor.mail, text, answer, reason]) == set()

    visitor.write(WITHDRAWAL)
    visitor.press("erase.confirm.")
    office.reach("telling", visitor, waits="telling")
    eventually(lambda: visitor.follow() and office.of(visitor)[0]["state"] == "grace")
    advance(play, 5 * HOUR, steps=5)
    office.reach("destroying", visitor, waits="told")
    visitor.reads("/certificates")
    advance(play, 24 * HOUR, steps=4)
    office.reach("waiting_for_backups", visitor)
    assert readable(everything(play.desk.client), [visitor.mail, text, answer, reason, visitor.secret]) == set()
    kinds = [one["kind"] for one in rows(play) if "kind" in one and "message#" in one["sk"]["S"]]
    assert not [one for one in kinds if one["S"] in ("reason", "handed_over")], "the reason went with the ticket"


def rows(play: Play) -> list[dict[str, dict[str, str]]]:
    """Everything in the table `desk`."""
    dynamodb = play.desk.client("dynamodb")
    (table,) = [one for one in dynamodb.list_tables()["TableNames"] if one.endswith("-desk")]
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


def test_the_copy_leaves_the_project_as_it_is() -> None:
    assert 'agreement_url = ""' in Path(OPERATORS, "smartaqkol.toml").read_text(encoding="utf-8")
