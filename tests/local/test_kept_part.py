"""Wadjet on the running desk: somebody withdraws, two officers keep a part, read it for an hour, and on its day it is
destroyed by itself. Each task of a part dies on the way; the desk works on for everybody else."""

from collections.abc import Iterator

import pytest

from tests.support.e2e.erasing import DAY, HOUR, advance, all_rows, belonging, ids_of, readable
from tests.support.e2e.form import FormVisitor
from tests.support.e2e.parting import KEPT_FOR, OPERATOR, Parting
from tests.support.e2e.playing import Play, eventually
from tests.support.e2e.stored import everything
from tests.support.e2e.visiting import colleague
from tests.support.running import start_desk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def parting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parting]:
    with start_desk(tmp_path_factory.mktemp(OPERATOR) / "desk.log", OPERATOR=OPERATOR) as desk:
        yield Parting(Play(desk))


def test_a_part_is_kept_read_by_two_and_ends_on_its_day(parting: Parting) -> None:
    play, office = parting.play, parting.office
    one = parting.leaves()
    ids, deaths = ids_of(all_rows(play), one.contact_id), parting.tasks_die_for(one)
    advance(play, 5 * HOUR, steps=5)
    office.reach("destroying", one, waits="told")
    one.reads("/certificates")
    advance(play, 24 * HOUR, steps=4)
    parting.reaches("waiting_for_backups", one)
    rows = parting.rows(one)
    assert {name.partition(".")[0] for name in rows} == {"contact", "ticket", "message"}
    found = list(everything(play.desk.client))
    assert readable(found, one.canaries) == set()

    # the desk works on: the stream is read behind what is kept
    other = FormVisitor(play, "Дәурен Сейіт", "kk")
    assert other.send("Сәлем").status_code == 303
    api = play.sign_in()
    ticket = other.ticket_id(api)
    assert api.reply(ticket, "Жауап").ok
    other.reads("Жауап")

    # two officers read it for an hour
    advance(play, 15 * DAY, steps=3)
    parting.reaches("keeping", one)
    path = f"/dashboard/privacy/{one.request['id']}"
    assert colleague(play, "privacy@desk.local").get(f"{path}/kept").status == 409
    office.decide(one, "open")
    dana, erlan = (colleague(play, f"{name}@desk.local") for name in ("privacy", "privacy2"))
    for officer in (dana, erlan):
        read = officer.get(f"{path}/kept").text
        assert one.name in read and one.said in read and one.answered in read
        assert one.phone not in read and one.mail not in read, "not chosen"
    assert colleague(play, "supervisor@desk.local").get(f"{path}/kept").status == 403
    advance(play, HOUR + 60)
    assert colleague(play, "privacy@desk.local").get(f"{path}/kept").status == 409, "the hour is over"

    # it ends on its day, and is proved to be gone
    advance(play, KEPT_FOR, steps=6)
    eventually(lambda: not parting.rows(one))
    advance(play, 15 * DAY, steps=3)
    parting.reaches("complete", one)
    assert parting.died(deaths) == {"FreezePart", "KeepPart", "DestroyPartKey", "ErasePart"}
    left = {place[1].partition("#")[0] for place in belonging(all_rows(play), {one.request["id"], *ids})}
    assert left <= {"request", "tombstone", "certificate", "chain"}
    assert readable(list(everything(play.desk.client)), one.canaries) == set()
