"""The end of a person's data on the running desk, from the words on their phone to the final certificate.

One walk of the clock for all of them (module fixture `story`): everybody writes, asks and answers; two days and then
two weeks pass; what each test looks at was seen on the way.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.e2e.erasing import (
    DAY,
    FINAL,
    GENUINE,
    HOUR,
    Customer,
    Item,
    Office,
    Rows,
    about,
    advance,
    belonging,
    boxes_of,
    check,
    ids_of,
    readable,
    settled,
)
from tests.support.e2e.playing import Play, eventually
from tests.support.e2e.stored import everything
from tests.support.running import RunningDesk

pytestmark = pytest.mark.timeout(240)
GREETINGS = {"kk": "Сәлеметсіз бе, менің тапсырысым қайда?", "ru": "Здравствуйте, где мой заказ?"}


@dataclass
class Story:
    """Who is in it, and what was seen when."""

    play: Play
    office: Office = field(init=False)
    seen: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, Rows] = field(default_factory=dict)
    late: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        play, self.office = self.play, Office(self.play)
        self.daniyar = Customer(play, "telegram", "Данияр Сарыгүлов", "kk")
        self.twin = Customer(play, "whatsapp", "Данияр Сарыгүлов", "kk")
        self.russian = Customer(play, "telegram", "Данияр Подснежников", "ru")
        self.english = Customer(play, "whatsapp", "Amina Snowdrop", "en")
        self.entered = Customer(play, "whatsapp", "Амина Қызғалдақова", "kk")
        self.decided = Customer(play, "whatsapp", "Данияр Лалагүлов", "kk")
        self.sorry = Customer(play, "whatsapp", "Амина Ландышева", "ru")
        self.silent = Customer(play, "telegram", "Данияр Тюльпанов", "ru")
        self.gone = [self.daniyar, self.russian, self.english, self.entered, self.decided]
        self.all = [*self.gone, self.twin, self.sorry, self.silent]

    def played(self) -> "Story":
        """Play it to the end."""
        self.everybody_writes()
        self.they_ask()
        self.they_answer()
        self.one_is_sorry()
        self.two_days_pass()
        self.they_come_back()
        self.two_weeks_pass()
        return self

    def everybody_writes(self) -> None:
        api = self.play.sign_in()
        first = "My parcel is late, order forget-me-not"
        self.late = self.play.text(self.english.key, first, name=self.english.name)
        assert self.play.whatsapp(self.late).status_code == 200
        self.english.wrote.append(first)
        for one in self.all:
            if one is not self.english:
                one.write(f"{GREETINGS[one.language]} {one.name} 5051")
        for one in self.all:
            one.known(api)
        for one in (self.daniyar, self.english):
            one.send(f"qupia-{one.name}.pdf", f"the contract of {one.name}", api)
        for one in (self.daniyar, self.twin):
            ticket = one.ticket(api)["id"]
            reply, note = f"Тексеріп жатырмыз, {one.name}", f"{one.name} қайта қоңырау шалуды сұрады"
            assert api.reply(ticket, reply).ok and api.call("POST", f"tickets/{ticket}/comments", {"text": note}).ok
            one.wrote += [reply, note]
            one.hears(reply)
        for one in self.all:
            eventually(one.heard)
        self.rows["first"] = settled(self.play)

    def they_ask(self) -> None:
        self.daniyar.ask("Деректерімді жойыңыз!")
        self.russian.ask("/delete")
        self.english.ask("Please delete my personal data")
        self.sorry.ask("Отзываю согласие на обработку персональных данных")
        self.silent.ask("Удалить мои данные")
        evidence = "Сау-сақ келіп, жеке куәлігін көрсетті, бұл қызғалдақты күні еді"
        for one in (self.entered, self.decided):
            assert self.office.open(one, "deletion", evidence=evidence).status_code == 201
            one.wrote.append(evidence)
        asking = [*self.gone, self.sorry, self.silent]
        self.seen["asked"] = self.office.reach("verifying", *asking, waits="identity")
        self.daniyar.write("Мені әлі естіп тұрсыз ба, бұл тексеру кезінде")
        self.silent.ask("удалите мои персональные данные")

    def they_answer(self) -> None:
        self.seen["titles"] = {
            "kk": self.daniyar.press("confirm"),
            "en": self.english.press("confirm"),
        }
        eventually(lambda: self.russian.buttons("confirm"))
        self.seen["titles"]["ru"] = self.russian.buttons("confirm")[-1][2]
        self.russian.ask("Да, удалите мои данные")
        for one in (self.entered, self.sorry):
            one.press("confirm")
        reason = "Жеке куәлікпен тексерілді, Данияр Лалагүловтың өзі"
        self.office.decide(self.decided, "erase", check="in_person", reason=reason)
        self.decided.wrote.append(reason)
        self.office.reach("grace", *self.gone, self.sorry, waits="grace")
        self.daniyar.write("Ал мынау ойлану уақытында жазылды")
        api = self.play.sign_in()
        came = [m for m in self.daniyar.ticket(api)["messages"] if m["direction"] == "in"]
        # A press stands where it arrived: before or behind what was written in the same second.
        self.seen["in time"] = [m["text"] for m in came if m["kind"] != "callback"]
        self.seen["pressed"] = [m["text"] for m in came if m["kind"] == "callback"]
        self.seen["again"] = self.silent.heard()
        self.seen["second"] = self.office.open(self.silent)

    def one_is_sorry(self) -> None:
        before = self.office.of(self.sorry)
        self.sorry.press("cancel", 2)
        self.seen["sorry"] = [*before, self.sorry.hears("Запрос отмен")]
        self.sorry.ask("Удалите мои данные")
        self.seen["sorry again"] = eventually(
            lambda: [one for one in self.office.reach("verifying", self.sorry) if one["id"] != before[0]["id"]]
        )
        self.sorry.press("cancel", 3)
        self.sorry.hears("Запрос отмен", 2)

    def two_days_pass(self) -> None:
        self.rows["before"] = settled(self.play)
        advance(self.play, 49 * HOUR, steps=7)
        self.seen["destroyed"] = self.office.reach("waiting_for_backups", *self.gone)
        self.rows["after"] = settled(self.play)

    def they_come_back(self) -> None:
        assert self.play.whatsapp(self.late).status_code == 200
        self.rows["after the retry"] = settled(self.play)
        for one in (self.daniyar, self.english):
            one.write(f"Сәлем, мен мұнда жаңамын. {one.name} жаңа хаты")
        api = self.play.sign_in()
        self.seen["new"] = {one.key: Customer(self.play, one.channel, one.name, key=one.key).known(api)
                            for one in (self.daniyar, self.english)}  # fmt: skip
        assert self.play.whatsapp(self.late).status_code == 200
        self.seen["new tickets"] = [one.ticket(api) for one in (self.daniyar, self.english)]
        self.rows["new"] = settled(self.play)
        found = everything(self.play.desk.client)
        canaries = [canary for one in self.all for canary in one.canaries()]
        secrets = [part for one in self.gone for part in self.secrets(one)]
        self.seen["readable"] = readable(found, [*canaries, *secrets])

    @staticmethod
    def secrets(one: Customer) -> list[str]:
        secret = one.certificate()[1]
        return [secret, secret.replace("-", "")]

    def two_weeks_pass(self) -> None:
        advance(self.play, 15 * DAY, steps=7)
        self.seen["complete"] = self.office.reach("complete", *self.gone)


@pytest.fixture(scope="module")
def story(desk: RunningDesk) -> Iterator[Story]:
    """All of it, once."""
    return Story(Play(desk)).played()


def ids(story: Story, one: Customer) -> set[str]:
    return ids_of(story.rows["before"], one.contact_id)


def boxes(story: Story) -> set[str]:
    return boxes_of(story.rows["before"], {one.contact_id for one in story.gone})


def test_the_question_is_asked_in_the_persons_language_with_two_buttons(story: Story) -> None:
    assert story.seen["titles"] == {"kk": "Иә, жойыңыз", "ru": "Да, удалить", "en": "Yes, delete"}
    assert all(one["clocks"]["limit"] for one in story.seen["asked"])


def test_what_comes_before_the_fence_closes_is_stored_as_ever(story: Story) -> None:
    assert story.seen["in time"][-2:] == [
        "Мені әлі естіп тұрсыз ба, бұл тексеру кезінде",
        "Ал мынау ойлану уақытында жазылды",
    ]
    assert story.seen["pressed"] == [story.seen["titles"]["kk"]]


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_certificate_on_the_phone_is_genuine(story: Story, language: str) -> None:
    for one in story.gone:
        assert GENUINE[language] in check(story.play, one.certificate(), language)


def test_nobody_is_told_twice(story: Story) -> None:
    for one in story.gone:
        assert len(set(one.heard())) == len(one.heard())


def test_what_was_counted_was_destroyed(story: Story) -> None:
    for request in story.seen["destroyed"]:
        assert request["counts"]["desk.conversation"]["found"] >= 2 and request["counts"]["keys"]["found"] == 1
        for store, counts in request["counts"].items():
            assert counts["found"] == counts["destroyed"] and not counts["retained"], store


def test_the_files_of_those_who_sent_some_were_counted_and_destroyed(story: Story) -> None:
    found = {
        one.name: request["counts"]["files"] for one, request in zip(story.gone, story.seen["destroyed"], strict=True)
    }
    senders = {one.name for one in (story.daniyar, story.english)}
    assert {name: counts["destroyed"] for name, counts in found.items()} == {
        name: int(name in senders) for name in found
    }


def test_of_a_person_the_request_and_the_tombstone_are_left(story: Story) -> None:
    for one, request in zip(story.gone, story.seen["destroyed"], strict=True):
        left = set(belonging(story.rows["after"], ids(story, one)))
        assert left == {
            ("desk", f"request#{request['id']}", "request"),
            ("ledger", f"tombstone#{one.contact_id}", "tombstone"),
        }


def test_no_key_is_left_and_no_box(story: Story) -> None:
    assert len(boxes(story)) == 2 * len(story.gone)
    assert not belonging(story.rows["after"], boxes(story))
    keys = {pk for table, pk, _ in story.rows["after"] if table == "keys"}
    assert {one.contact_id for one in story.all} & keys == {
        one.contact_id for one in (story.twin, story.sorry, story.silent)
    }


def test_nothing_of_anybody_can_be_read_anywhere(story: Story) -> None:
    assert story.seen["readable"] == set()


def test_the_same_person_on_whatsapp_is_untouched(story: Story) -> None:
    before = about(story.rows["before"], story.twin)
    assert len(before) > 8
    assert before == about(story.rows["after"], story.twin)
    ticket = story.twin.ticket(story.play.sign_in())
    assert [m["text"] for m in ticket["messages"] if m["text"] in story.twin.wrote] == story.twin.wrote


def test_who_writes_again_is_somebody_new(story: Story) -> None:
    for one, ticket in zip((story.daniyar, story.english), story.seen["new tickets"], strict=True):
        new = story.seen["new"][one.key].contact_id
        mine = ids_of(story.rows["new"], new)
        assert len(mine) == 3 and not mine & ids(story, one)
        assert not belonging(story.rows["before"], mine)
        assert {table for table, *_ in belonging(story.rows["new"], mine)} == {"desk", "keys", "index"}
        assert [pk for _, pk, sk in story.rows["new"] if pk == f"contact#{new}" and sk.startswith("consent#")]
        assert [m["text"] for m in ticket["messages"] if m["direction"] == "in"] == one.wrote[-1:]


def test_a_providers_late_repetition_stores_nothing(story: Story) -> None:
    assert story.rows["after the retry"] == story.rows["after"]
    shown = [m["text"] for m in story.seen["new tickets"][1]["messages"]]
    assert not any("forget-me-not" in text for text in shown)


def test_who_cancels_in_time_is_as_before(story: Story) -> None:
    first, _ = story.seen["sorry"]
    assert first["state"] == "grace"
    (second,) = story.seen["sorry again"]
    assert second["id"] != first["id"]
    own = {"head", "ticket", "alias"}  # a new message changes these
    before = {place: item for place, item in about(story.rows["first"], story.sorry).items() if place[2] not in own}
    after = about(story.rows["after"], story.sorry)
    assert before and {place: after.get(place) for place in before} == before
    assert not {sk for _, pk, sk in after if pk == f"contact#{story.sorry.contact_id}"} & {"request"}
    states = [story.office.dana.get(f"privacy-requests/{one['id']}")["state"] for one in (first, second)]
    assert states == ["cancelled", "cancelled"]


def test_without_an_answer_colleagues_decide_and_until_then_nothing_unasked_is_sent(story: Story) -> None:
    (request,) = story.office.of(story.silent)
    assert (request["state"], request["waits"]) == ("deciding", "decision")

    def contact(when: str) -> Item:
        return story.rows[when]["desk", f"contact#{story.silent.contact_id}", "contact"]

    suppressed = {"suppressed_at", "opted_out_at", "opted_out_by"}
    assert "suppressed_at" in contact("before") and contact("after") == contact("before")
    assert {name: one for name, one in contact("after").items() if name not in suppressed} == contact("first")
    assert contact("after")["opted_out_by"] == {"S": request["id"]}


def test_a_second_request_is_the_first(story: Story) -> None:
    (request,) = story.office.of(story.silent)
    assert (story.seen["second"].status_code, story.seen["second"].json()["id"]) == (200, request["id"])
    assert any("уже в работе" in text for text in story.seen["again"])


def test_after_two_weeks_it_is_complete_and_says_so(story: Story) -> None:
    for one, request in zip(story.gone, story.seen["complete"], strict=True):
        assert request["steps"][-1]["name"] == "final"
        for language, words in FINAL.items():
            assert words in check(story.play, one.certificate(), language)
    states = story.play.desk.client("stepfunctions")
    (machine,) = states.list_state_machines()["stateMachines"]
    runs = states.list_executions(stateMachineArn=machine["stateMachineArn"], statusFilter="SUCCEEDED")["executions"]
    assert {f"{one['id']}-1" for one in story.seen["complete"]} <= {run["name"] for run in runs}
