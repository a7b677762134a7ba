"""Two officers keep a part of what the desk holds: the whole way, each task under its own role, from the withdrawal to
the day on which the part is destroyed and nothing reaches back to it."""

import json
from typing import Any

import pytest

from chalicelib.certificates.ledger import Ledger
from chalicelib.certificates.model import FINAL, ISSUED, PART_ENDED
from chalicelib.core.clock import DAY
from chalicelib.core.working_days import day_of, day_start
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from tests.support.erasure import keeping
from tests.support.erasure.desk import DANIYAR_PHONE
from tests.support.erasure.living import DANA, ERLAN
from tests.support.erasure.walk import Walk
from tests.support.erasure.walk import dynamodb_endpoint as dynamodb_endpoint
from tests.support.erasure.walk import walk as walk
from tests.support.erasure.ways import kept_until, part_ended

KEPT = ("phone", "whatsapp_name", "message_text", "ticket_data")


def entry(walk: Walk, request: Request, kind: str) -> dict[str, Any]:
    found = Ledger(walk.desk.gateway()).entry(request.certificate_id, kind)
    return json.loads(found.text) if found else {}


@pytest.mark.timeout(300)
def test_a_part_is_kept_told_certified_opened_by_two_and_ends_by_itself(walk: Walk) -> None:
    desk, person = walk.desk, walk.people[2]  # on WhatsApp
    until, before = day_of(desk.now + 100 * DAY), walk.keys()
    request, told = kept_until(walk, person, until, KEPT)

    # told before and after, in the person's language, what and until when
    day = f"{until[8:]}.{until[5:7]}.{until[:4]}"
    assert len(told) == 2 and all(day in text and "94-V" in text for text in told), told
    # everything else is destroyed, and proved so
    assert (request.state, request.done(Step.REST_GONE), request.done(Step.COMPLETED)) == ("keeping", True, False)
    kept = keeping.rows(desk, request)
    assert {row["store"] for row in kept} == {"desk.contact", "desk.tickets", "desk.conversation"}
    assert desk.found_of(person) == [] and not person.keys() & walk.keys(), "nothing of it can be read, or is theirs"
    assert {key[1] for key in walk.undated(before)} == {f"kept#{request.id}", request.id, f"request#{request.id}"}
    # the certificate names it
    issued = entry(walk, request, ISSUED)
    (named,) = issued["retained"]
    assert issued["partial"] and (named["until"], named["where"]) == (until, "desk") and DANA not in json.dumps(issued)
    for store, numbers in issued["stores"].items():
        assert numbers["retained"] == named["rows"].get(store, 0)
        assert numbers["found"] == numbers["destroyed"] + numbers["retained"], store
    assert entry(walk, request, FINAL) and not entry(walk, request, PART_ENDED)

    # two officers open it, the two of them alone
    walk.living.deciding.propose(request.id, "open", DANA)
    walk.living.deciding.agree(request.id, ERLAN)
    content = keeping.reading(desk)(walk.living.read(request.id), ERLAN, desk.now)
    assert content.contact["name"] == "Данияр Оспанов" and content.contact["phone"] == DANIYAR_PHONE
    assert len(content.tickets) == 3 and all(row["number"] and row["state"] for row in content.tickets)
    texts = [row.get("text", "") for row in content.messages]
    assert not any("status" in row for row in content.messages), "metadata was not chosen"
    assert texts[0] == "менің құпия сұрағым" and "ішкі пікір: Данияр сенімді" in texts

    # before its day nothing happens, whoever rings
    walk.privacy(request_id=request.id)
    assert walk.living.read(request.id).run == request.run
    assert walk.go(request, {}) == "Kept", "a run that begins too early ends again"
    again = walk.living.read(request.id)
    assert (again.state, again.due_at) == ("keeping", day_start(until) + DAY) and len(
        keeping.rows(desk, request)
    ) == len(kept)

    # its day is over: the next run ends it
    part_ended(walk, request)
    ended = walk.living.read(request.id)
    assert ended.state == "complete" and not keeping.rows(desk, request) and not ended.part_opened
    assert walk.undated(before) == [] and desk.now >= ended.at(Step.PART_ABSENT) + 14 * DAY
    third = entry(walk, request, PART_ENDED)
    assert {store: one["destroyed"] for store, one in third["stores"].items()} == named["rows"]
    assert third["issued_hash"] == entry(walk, request, FINAL)["issued_hash"]
