"""Twenty people are erased on the running desk while two hundred others write, and some of the twenty, too.

One walk of the clock (module fixture `leaving`), from everybody's first message to the final certificates; what each
test looks at was seen on the way.
"""

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.chaos.leaving import LEAVING, OTHERS, PART, WAVES, Leaving
from tests.chaos.report import REPORT
from tests.support.e2e.erasing import FINAL, GENUINE, belonging, boxes_of, changed, check, ids_of
from tests.support.e2e.playing import Play

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1500)]


@pytest.fixture(scope="module")
def leaving(play: Play) -> Iterator[Leaving]:
    """All of it, once."""
    with REPORT.timed(PART, "all"):
        yield Leaving(play, random.Random(REPORT.seed)).played()


def old_ids(leaving: Leaving) -> set[str]:
    return {one for person in leaving.people for one in ids_of(leaving.rows["before"], person.contact_id)}


def boxes(leaving: Leaving) -> set[str]:
    return boxes_of(leaving.rows["before"], {one.contact_id for one in leaving.people})


def test_every_certificate_is_genuine_and_final(leaving: Leaving) -> None:
    for one in leaving.people:
        said = check(leaving.play, one.certificate(), one.language)
        assert GENUINE[one.language] in said and FINAL[one.language] in said
    assert len({one.certificate() for one in leaving.people}) == LEAVING
    REPORT.note(PART, certificates=LEAVING)


def test_what_was_counted_was_destroyed(leaving: Leaving) -> None:
    for request in leaving.seen["destroyed"]:
        for store, counts in request["counts"].items():
            assert counts["found"] == counts["destroyed"] and not counts["retained"], store


def test_of_each_the_request_and_the_tombstone_are_left(leaving: Leaving) -> None:
    """Whoever wrote after the destruction is somebody new, under other ids."""
    left = Counter(place[1].partition("#")[0] for place in belonging(leaving.rows["after"], old_ids(leaving)))
    assert left == {"request": LEAVING, "tombstone": LEAVING}
    assert len(boxes(leaving)) == 2 * LEAVING
    assert not belonging(leaving.rows["after"], boxes(leaving))


@pytest.mark.parametrize("when", ["after", "end"])
def test_nothing_of_the_twenty_can_be_read_anywhere(leaving: Leaving, when: str) -> None:
    assert leaving.seen[f"readable {when}"] == set()


def test_while_the_fence_was_closed_they_were_refused(leaving: Leaving) -> None:
    assert 0 < leaving.seen["refused"] <= len(leaving.late)


def test_every_text_of_the_others_is_stored_once_and_can_be_read(leaving: Leaving) -> None:
    """And each of them has one ticket."""
    shown = Counter(
        (ticket["contact"]["name"], text)
        for ticket in leaving.seen["tickets"]
        for text in (m["text"] for m in ticket["messages"] if m["direction"] == "in")
    )
    wrote = {(one.name, text) for one in leaving.crowd.people for text in one.wrote}
    names = {one.name for one in leaving.crowd.people}
    assert {entry: times for entry, times in shown.items() if entry[0] in names} == dict.fromkeys(wrote, 1)
    assert len(wrote) == OTHERS * (1 + WAVES)
    tickets = Counter(ticket["contact"]["name"] for ticket in leaving.seen["tickets"])
    assert {tickets[name] for name in names} == {1}


def test_rows_of_the_others_that_they_did_not_touch_are_as_they_were(leaving: Leaving) -> None:
    """Bit for bit. A new message changes the head of its conversation and its ticket. Templates, which the clock lets
    the desk fetch anew every hour, are nobody's."""
    before, after = leaving.rows["before"], leaving.rows["after"]
    gone = belonging(before, old_ids(leaving) | boxes(leaving)).keys()
    kept = {place for place in before.keys() - gone if not place[1].startswith("template#")}
    differing = changed({place: before[place] for place in kept}, {place: after.get(place, {}) for place in kept})
    what = Counter((place[2].partition("#")[0], *names) for place, names in differing.items())
    assert Counter(place[2] for place in differing) == {"head": OTHERS, "ticket": OTHERS}, what
    REPORT.note(PART, rows_of_others={"kept bit for bit": len(kept) - 2 * OTHERS, "touched by their own": 2 * OTHERS})


def test_nothing_else_has_come(leaving: Leaving) -> None:
    """New rows are the others' texts, the ledger's entries, and what the returned brought."""
    before, after = leaving.rows["before"], leaving.rows["after"]
    mine = {item["conversation_id"]["S"] for place, item in before.items() if place[2] == "head"}
    mine -= old_ids(leaving) | boxes(leaving)
    assert len(mine) == OTHERS
    new = Counter(
        (place[2].partition("#")[0], item.get("direction", {}).get("S"))
        for place, item in belonging({p: i for p, i in after.items() if p not in before}, mine).items()
    )
    assert new == {("message", "in"): OTHERS * WAVES}
