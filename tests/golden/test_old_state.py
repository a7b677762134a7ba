"""What a former release has stored is served by this one: tickets open, are read and answered, requests go on.

The folders beside this file hold what `record_state` packed, each from the release that its README names.
"""

import json
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from local import seed
from tests.golden.releases import HERE, RELEASES
from tests.support.e2e.erasing import DAY, FINAL, GENUINE, HOUR, Customer, Office, advance, all_rows, check
from tests.support.e2e.playing import Api, Play, eventually
from tests.support.running import start_desk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@dataclass
class Kept:
    """The running desk over what was kept, and what its release showed of it."""

    play: Play
    shown: dict[str, Any]

    @property
    def bolat(self) -> Api:
        return self.play.sign_in()

    def customer(self, key: str) -> Customer:
        known = self.shown["people"][key]
        return Customer(self.play, known["channel"], known["name"], key=key, contact_id=known["contact_id"])


@pytest.fixture(scope="module", params=RELEASES)
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("kept")
    with tarfile.open(HERE / request.param / "state.tar.xz") as packed:
        packed.extractall(folder, filter="data")
    shown = json.loads((HERE / request.param / "state.json").read_text(encoding="utf-8"))
    (folder / "clock").write_text(str(shown["now"] + 60 - int(time.time())))
    with start_desk(folder / "run.log", PERSIST=str(folder)) as desk:
        kept = Kept(Play(desk), shown)
        for account in seed.ACCOUNTS:
            signs_the_undertaking(kept.play.sign_in(account.email), account.signed)
        yield kept


def signs_the_undertaking(staff: Api, signed: bool) -> None:
    """A release that stored no version of the undertaking let this person in; now the text is read and signed once."""
    assert staff.call("GET", "tickets").json()["code"] == "undertaking"
    assert (staff.get("me")["undertaking_at"] is not None) == signed
    text = staff.get("me/undertaking?language=kk")
    assert not text["signed"]
    assert staff.call("POST", "me/undertaking", {name: text[name] for name in ("version", "language")}).ok
    assert staff.call("GET", "tickets").ok


def contains(now: Any, then: Any) -> bool:
    """Whether all that was shown then is shown now; new fields may have come."""
    if isinstance(then, dict):
        return isinstance(now, dict) and all(name in now and contains(now[name], one) for name, one in then.items())
    if isinstance(then, list):
        return len(now) == len(then) and all(map(contains, now, then))
    return bool(now == then)


@pytest.mark.parametrize("name", ["amina", "daniyar"])
def test_a_ticket_is_read_as_it_was(kept: Kept, name: str) -> None:
    then = kept.shown["tickets"][name]
    assert contains(kept.bolat.get(f"tickets/{then['id']}"), then)


@pytest.mark.parametrize("name", ["gone", "cooling", "asked", "quiet"])
def test_a_request_stands_where_it_stood(kept: Kept, name: str) -> None:
    then = kept.shown["requests"][name]
    now = kept.play.sign_in("privacy@desk.local").get(f"privacy-requests/{then['id']}")
    assert contains(now, then)


def test_a_certificate_is_genuine(kept: Kept) -> None:
    number = kept.shown["certificate"]
    assert GENUINE["kk"] in check(kept.play, (number["number"], number["secret"]), "kk")


def test_who_wrote_writes_on_in_the_same_ticket_and_is_answered(kept: Kept) -> None:
    amina, then = kept.customer("77009990001"), kept.shown["tickets"]["amina"]
    amina.write("Курьер келмеді")
    now = eventually(lambda: [m for m in amina.ticket(kept.bolat)["messages"] if m["text"] == "Курьер келмеді"])
    assert now and amina.ticket(kept.bolat)["id"] == then["id"]
    assert kept.bolat.reply(then["id"], "Бүгін келеді").ok
    amina.hears("Бүгін келеді")


def test_a_solved_ticket_is_reopened(kept: Kept) -> None:
    daniyar, then = kept.customer("5900000001"), kept.shown["tickets"]["daniyar"]
    daniyar.write("Снова не работает")
    eventually(lambda: kept.bolat.get(f"tickets/{then['id']}")["state"] == "open")


def test_somebody_new_is_welcomed(kept: Kept) -> None:
    new = Customer(kept.play, "whatsapp", "Жаңа Адам", "kk")
    new.write("Сәлем")
    eventually(new.heard)


def test_requests_go_on_to_their_end(kept: Kept) -> None:
    """One in its cooling-off time is destroyed, one that waits for the person's word hears it, one that waits for the
    backups is complete."""
    office = Office(kept.play)
    cooling, asked, gone = (kept.customer(key) for key in ("5900000004", "77009990005", "5900000003"))
    asked.ask("Yes, delete my data")
    office.reach("grace", asked, waits="grace")
    advance(kept.play, 5 * HOUR)
    advance(kept.play, DAY + HOUR)
    office.reach("waiting_for_backups", cooling, asked)
    advance(kept.play, 15 * DAY)
    office.reach("complete", cooling, asked, gone)
    number = kept.shown["certificate"]
    assert FINAL["kk"] in check(kept.play, (number["number"], number["secret"]), "kk")
    assert kept.bolat.get(f"tickets?q=%2B{asked.key}")["items"] == []


def test_what_it_has_kept_is_swept_to_its_end(kept: Kept) -> None:
    """Its rows do not stand in the index of what is due: the first full pass puts them there, and they go in time."""
    people = [kept.shown["people"][name] for name in ("77009990001", "5900000001")]
    for _ in range(3):
        advance(kept.play, 91 * DAY, steps=4)
    left = {(table, pk, sk) for (table, pk, sk), row in all_rows(kept.play).items()
            if any(one["contact_id"] in str(row) for one in people)}  # fmt: skip
    assert {sk.partition("#")[0] for _, _, sk in left} <= {"consent"}
    for _ in range(3):
        advance(kept.play, HOUR // 6)
    assert all_rows(kept.play)["desk", "sweep#lists", "cursor"]["ready_at"] != {"N": "0"}
