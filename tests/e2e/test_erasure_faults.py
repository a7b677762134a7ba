"""Erasing when something is in the way: tables that take nothing for three days, people who write meanwhile, late
providers, and colleagues with the ticket open."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
import requests

from tests.support.e2e.erasing import (
    CODE,
    DAY,
    GENUINE,
    GRACE,
    HOUR,
    Customer,
    Office,
    Rows,
    about,
    advance,
    all_rows,
    boxes_of,
    changed,
    check,
    readable,
    settled,
)
from tests.support.e2e.playing import PASSWORD, SECONDS, Api, Play, eventually
from tests.support.e2e.stored import everything
from tests.support.running import RunningDesk

pytestmark = pytest.mark.timeout(240)
THROTTLED = {"channel": "dynamodb", "match": "BatchWriteItem .*-erase-stores", "error": "Throttled", "times": 1_000_000}
"""No row can be deleted. The code is none that the SDK repeats by itself: that would only cost the test time."""
FIXED = {"telegram": "Сұрау салуыңыз бойынша деректеріңізді", "whatsapp": "По вашему запросу мы прямо сейчас"}
FAILURE = "Runtime.HandlerError"
"""What the embedded AWS calls every exception of a function; AWS itself would say its class, Unavailable."""
LATE = "Мұны ешкім сақтамасын: {} кешіккен хат {}"


@dataclass
class Jam:
    """Two people whose rows cannot be deleted for three days, and what was seen meanwhile."""

    play: Play
    seen: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, Rows] = field(default_factory=dict)
    tickets: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.office = Office(self.play)
        self.daniyar = Customer(self.play, "telegram", "Данияр Жалбызов", "kk")
        self.amina = Customer(self.play, "whatsapp", "Амина Ромашкина", "ru")
        self.both = [self.daniyar, self.amina]

    def played(self) -> "Jam":
        """Play it to the end; the fault is gone then."""
        self.they_are_verified()
        self.play.phones("/faults", THROTTLED)
        try:
            self.the_fence_closes()
            self.they_write()
            self.colleagues_work("during")
            self.three_days_pass()
        finally:
            self.play.phones("/faults", method="DELETE")
        self.it_goes_on()
        self.colleagues_work("after")
        return self

    def they_are_verified(self) -> None:
        api = self.play.sign_in()
        self.daniyar.write("Сәлеметсіз бе, менің тапсырысым қайда?")
        self.amina.ask("Здравствуйте, где мой заказ?")
        for one in self.both:
            one.known(api)
            self.tickets[one.key] = one.ticket(api)["id"]
            eventually(one.heard)
        self.daniyar.ask("Деректерімді жойыңыз")
        self.amina.ask("Удалите мои данные")
        for one in self.both:
            one.press("confirm")
        self.office.reach("grace", *self.both, waits="grace")

    def the_fence_closes(self) -> None:
        advance(self.play, GRACE + HOUR, steps=1)
        self.seen["escalated"] = self.office.reach("escalated", *self.both)
        self.rows["during"] = settled(self.play)

    def they_write(self) -> None:
        def write(one: Customer, number: int) -> None:
            one.write(LATE.format(one.name, number))

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(write, self.both * 3, range(6)))
        for one in self.both:
            one.hears(FIXED[one.channel])
            one.press("cancel")
            one.write(LATE.format(one.name, 9))
        self.rows["written to"] = settled(self.play)
        late = [text for one in self.both for text in one.wrote if "кешіккен" in text]
        self.seen["readable"] = readable(everything(self.play.desk.client), late)

    def colleagues_work(self, when: str) -> None:
        before = settled(self.play)
        api, page = self.play.sign_in(), page_of(self.play)
        self.seen[when] = {
            (one.channel, what): answer
            for one in self.both
            for what, answer in attempts(api, page, self.tickets[one.key]).items()
        }
        self.seen[f"{when}, contact"] = [api.call("GET", f"contacts/{one.contact_id}").status_code for one in self.both]
        self.rows[f"worked on {when}"] = settled(self.play)
        self.seen[f"{when}, changed"] = changed(before, self.rows[f"worked on {when}"])

    def three_days_pass(self) -> None:
        days = []
        for _ in range(2):
            advance(self.play, 3 * DAY // 2, steps=1)
            days += [self.office.reach("escalated", *self.both)]
        self.seen["days"] = days
        self.seen["ledger"] = {pk for table, pk, _ in all_rows(self.play) if table == "ledger"}

    def it_goes_on(self) -> None:
        advance(self.play, 3 * HOUR)
        self.seen["destroyed"] = self.office.reach("destroying", *self.both, waits="told")
        self.seen["certificate"] = self.daniyar.certificate()
        advance(self.play, DAY, steps=1)
        self.office.reach("waiting_for_backups", *self.both)
        self.rows["after"] = settled(self.play)
        canaries = [canary for one in self.both for canary in one.canaries()]
        self.seen["left"] = readable(everything(self.play.desk.client), canaries)
        advance(self.play, 15 * DAY, steps=2)
        self.seen["complete"] = self.office.reach("complete", *self.both)


def attempts(api: Api, page: requests.Session, ticket: str) -> dict[str, tuple[int, str]]:
    """What a colleague with the ticket open may try; status and code of each answer."""
    tries = {
        "read": ("GET", "", None),
        "reply": ("POST", "/replies", {"text": "Сіз үшін жаңалық бар", "client_id": secrets.token_hex(8)}),
        "comment": ("POST", "/comments", {"text": "Тағы бір рет қоңырау шалу"}),
        "take": ("PATCH", "", {"assignee": "me"}),
        "solve": ("PATCH", "", {"state": "solved"}),
        "tag": ("PATCH", "", {"tags": ["кешіккен"]}),
    }
    found = {}
    for name, (method, path, body) in tries.items():
        answer = api.call(method, f"tickets/{ticket}{path}", body)
        found[name] = (answer.status_code, answer.json().get("code", ""))
    shown = page.get(f"{api.url}/dashboard/tickets/{ticket}", timeout=SECONDS)
    found["page"] = (shown.status_code, "")
    return found


def page_of(play: Play) -> requests.Session:
    """A browser in which an operator has signed in."""
    browser, url = requests.Session(), f"{play.desk.url}/dashboard/sign-in"
    form = browser.get(url, timeout=SECONDS).text
    token = form.split('name="csrf" value="')[1].split('"')[0]
    body = {"csrf": token, "email": "operator@desk.local", "password": PASSWORD}
    assert browser.post(url, data=body, timeout=SECONDS).ok
    return browser


@pytest.fixture(scope="module")
def jam(desk: RunningDesk) -> Iterator[Jam]:
    """All of it, once."""
    return Jam(Play(desk)).played()


def test_a_failure_is_named_and_counted_and_nothing_is_said_to_be_done(jam: Jam) -> None:
    for request in [*jam.seen["escalated"], *(one for day in jam.seen["days"] for one in day)]:
        assert (request["failure"]["code"], request["failure"]["step"]) == (FAILURE, "erased")
        assert request["certificate_id"] is None
        assert "absent" not in {step["name"] for step in request["steps"]}
    entered = {f"certificate#{request['certificate_id']}" for request in jam.seen["complete"]}
    assert len(entered) == 2 and not entered & jam.seen["ledger"]
    written = [text for place, text in everything(jam.play.desk.client) if not place.endswith(CODE)]
    logs = [text for text in written if b'"erasure_escalated"' in text]
    for request in jam.seen["complete"]:
        mine = [text for text in logs if request["id"].encode() in text]
        assert len(mine) >= 2 and all(FAILURE.encode() in text for text in mine)
    metrics = [text for text in written if b"CloudWatchMetrics" in text and b'"ErasureEscalated"' in text]
    assert len(metrics) == len(logs)


def test_it_is_tried_again_by_itself(jam: Jam) -> None:
    days = [jam.seen["escalated"], *jam.seen["days"], jam.seen["destroyed"]]
    runs = [[one["run"] for one in day] for day in days]
    assert all(later > earlier for pair in pairwise(runs) for earlier, later in zip(*pair, strict=True))


def test_when_the_tables_take_rows_again_it_ends_and_the_counts_agree(jam: Jam) -> None:
    for request in jam.seen["complete"]:
        assert request["counts"]["desk.conversation"]["found"] >= 2
        assert all(one["found"] == one["destroyed"] and not one["retained"] for one in request["counts"].values())
    for one in jam.both:
        assert len(about(jam.rows["after"], one)) == 1  # the tombstone
    for language, words in GENUINE.items():
        assert words in check(jam.play, jam.seen["certificate"], language)


def test_no_failure_has_left_a_trace_of_them(jam: Jam) -> None:
    """Errors, histories, logs and metrics of the failed runs included."""
    assert jam.seen["left"] == set()


def test_who_writes_while_it_lasts_gets_one_answer_and_nothing_is_kept(jam: Jam) -> None:
    for one in jam.both:
        assert sum(FIXED[one.channel] in text for text in one.heard()) == 1
    boxes = boxes_of(jam.rows["during"], {one.contact_id for one in jam.both})

    def outside(rows: Rows) -> Rows:
        return {place: item for place, item in rows.items() if not any(box in f"{place}{item}" for box in boxes)}

    assert outside(jam.rows["written to"]) == outside(jam.rows["during"])
    assert jam.seen["readable"] == set()


def test_a_colleague_with_the_ticket_open_is_told_and_changes_nothing(jam: Jam) -> None:
    during, after = jam.seen["during"], jam.seen["after"]
    assert {answer for (_, what), answer in during.items() if what != "page"} == {(409, "erasing")}
    assert {answer for (_, what), answer in after.items() if what != "page"} == {(404, "not_found")}
    assert {answer for (_, what), answer in during.items() if what == "page"} == {(409, "")}
    assert {answer for (_, what), answer in after.items() if what == "page"} == {(404, "")}
    assert jam.seen["during, contact"] == [409, 409] and jam.seen["after, contact"] == [404, 404]
    assert (jam.seen["during, changed"], jam.seen["after, changed"]) == ({}, {})
