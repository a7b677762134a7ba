"""`make demo`: a small one on a running desk, its data, and what it says when no desk runs."""

import os
import random
import subprocess
import sys
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from chalicelib.core.detect_language import detect
from local.aws.ministack import CannotStart, free_port
from local.demo.__main__ import MOST_HOURS, SEED, DemoSettings
from local.demo.desk import DemoStopped, Operator, Phones, eventually
from local.demo.play import EMAILS, UNDELIVERED, Player
from local.demo.stories import CUSTOMER, OPERATOR, TICKS, Burst, Customer, Step, Story, stories, timetable
from local.phones.accounts import ProviderSecrets
from local.phones.store import READY
from tests.support.project import PROJECT
from tests.support.running import RunningDesk

FEW = 3
FILES = "file voice video animation music"


def demo(**variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local.demo"],
        cwd=PROJECT,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=100,
    )


def on(desk: RunningDesk) -> dict[str, str]:
    return {"PORT": desk.url.rpartition(":")[2], "PHONES_PORT": desk.phones_url.rpartition(":")[2], "HOURS": "0"}


def ticket_of(desk: RunningDesk, who: Customer, index: int = 0) -> dict[str, Any]:
    operator = Operator(desk.url, EMAILS["madina"])
    known = f"+{who.phone}" if who.phone else who.user_id or who.mail or who.name
    found = operator.call("GET", "tickets", q=known)["items"][index]
    ticket: dict[str, Any] = operator.call("GET", f"tickets/{found['id']}")
    return ticket


def test_a_small_demo_fills_the_desk_and_can_be_repeated(desk: RunningDesk) -> None:
    for again in (False, True):
        run = demo(SIZE=str(FEW), **on(desk))
        assert run.returncode == 0, run.stderr
        assert f"seed {SEED}" in run.stdout
        assert f"{TICKS} of {TICKS}:" in run.stdout and f"{FEW} tickets done" in run.stdout
        assert desk.url in run.stdout
        for story in stories(FEW):
            ticket = ticket_of(desk, story.who)
            assert ticket["contact"]["name"] == story.who.name
            assert ticket["tags"] == list(story.tags) and ticket["assignee"]
            said = [one["text"] for one in ticket["messages"]]
            # A ticket that was left open goes on in a second demo; a closed one has a successor.
            times = 2 if again and story.state != "closed" else 1
            for step in story.steps:
                if step.what in ("says", "answers", "notes"):
                    assert said.count(step.text) == times, step.text
            assert ticket["state"] == (story.state or ticket["state"])


def test_who_fills_in_the_form_is_answered_and_writes_on_behind_the_private_link(desk: RunningDesk) -> None:
    who = Customer("tester", "form", f"Гүлнұр {''.join(random.choices('абвгдежз', k=8))}", language_code="kk")
    steps = tuple(Step(*one) for one in (("fills", "Сұрақ"), ("answers", "Жауап нысанға"), ("fills", "Рақмет")))
    player = Player(Phones(desk.phones_url), desk.url, random.Random(SEED))
    for part in timetable([Story(who, steps, by="bolat")], random.Random(SEED)):
        for one in part:
            player.play(one)
    said = [one["text"] for one in ticket_of(desk, who)["messages"]]
    assert [one for one in said if one in ("Сұрақ", "Жауап нысанға", "Рақмет")] == ["Сұрақ", "Жауап нысанға", "Рақмет"]


def test_every_kind_of_step_becomes_what_it_says(desk: RunningDesk) -> None:
    phones = Phones(desk.phones_url)
    player = Player(phones, desk.url, random.Random(SEED))
    whatsapp = Customer("tester", "whatsapp", "Амина", phone=f"7700{random.randrange(10**7):07d}")
    telegram = Customer("tester", "telegram", "Данияр", user_id=str(random.randrange(6 * 10**9, 7 * 10**9)))
    steps = {
        whatsapp: f"says photo album {FILES} place card sticker chooses unsupported edits notes answers quotes reacts",
        telegram: f"start says edits photo album {FILES} circle place card sticker poll answers quotes reacts",
    }
    texts = {
        "place": "43.2 76.8 Абай алаңы, Алматы",
        "card": "Сәуле|+77000000333",
        "file": "a.pdf|",
        "reacts": "👍",
    } | {"photo": "receipt.png|"}
    for who, words in steps.items():
        told = Story(who, tuple(Step(what, texts.get(what, f"{what}!")) for what in words.split()), by="bolat")
        for burst in timetable([told], random.Random(SEED)):
            for one in burst:
                player.play(one)
        messages = ticket_of(desk, who)["messages"]
        kinds = {one["kind"] for one in messages}
        assert {"text", "image", "document", "voice", "contacts", "sticker", "video", "audio"} <= kinds
        assert who is whatsapp or {"video_note", "animation"} <= kinds
        eventually(partial(_all_files_are_there, desk, who), "a file was not fetched")
        assert kinds & {"location", "venue"}
        assert any(one["edited"] for one in messages) and any(one["reactions"] for one in messages)
        assert next(one for one in messages if one["text"] == "quotes!")["quote"]
        if who is whatsapp:
            assert {"list", "unsupported", "comment"} <= kinds


def test_what_is_undelivered_and_who_blocks_is_seen(desk: RunningDesk) -> None:
    phones = Phones(desk.phones_url)
    player = Player(phones, desk.url, random.Random(SEED))
    number = str(random.randrange(6 * 10**9, 7 * 10**9))
    for channel in UNDELIVERED:
        who = Customer("tester", channel, "Амина", user_id=number) if channel == "telegram" else None
        who = who or Customer("tester", channel, "Амина", phone=f"7700{random.randrange(10**7):07d}")
        story = Story(who, (Step("says", "Алло"), Step("undelivered", f"Біз осындамыз, {number}")), by="saule")
        player.play(Burst(story, story.steps, ends=True))
        found = _eventually_failed(desk, who)
        assert found["text"].startswith("Біз")
    blocker = Customer("tester", "telegram", "Данияр", user_id=str(random.randrange(6 * 10**9, 7 * 10**9)))
    story = Story(blocker, (Step("says", "Алло"), Step("blocks")))
    player.play(Burst(story, story.steps, ends=True))
    player.unblock()
    chats = phones.get("/phones/conversations")["items"]
    assert not any(chat["blocked"] for chat in chats)


def _all_files_are_there(desk: RunningDesk, who: Customer) -> bool:
    files = [file for one in ticket_of(desk, who)["messages"] for file in one["attachments"]]
    return len(files) >= 9 and {file["state"] for file in files} == {"ready"}


def _eventually_failed(desk: RunningDesk, who: Customer) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        return next((one for one in ticket_of(desk, who)["messages"] if one["status"] == "failed"), None)

    return eventually(look, "the failure is not shown")


def test_without_a_desk_it_says_one_clear_line() -> None:
    port = str(free_port())
    run = demo(PORT=port, PHONES_PORT=str(free_port()))
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1 and port in run.stderr and "make run" in run.stderr


def test_settings_out_of_range_are_one_clear_line() -> None:
    with pytest.raises(CannotStart, match=f"HOURS=.*from 0 to {MOST_HOURS}"):
        DemoSettings.of({"HOURS": str(MOST_HOURS + 1)})
    run = demo(SEED="x")
    assert run.returncode == 1 and run.stderr.startswith("SEED=x")


def test_the_data_is_a_desk_of_three_languages_and_three_channels() -> None:
    told = stories()
    people = {story.who for story in told}
    steps = [step for story in told for step in story.steps]
    languages = [
        detect(next((step.text for step in story.steps if step.what == "says"), ""), story.who.language_code)
        for story in told
    ]
    assert len(told) >= 55 and 20 <= len(people) <= 36
    assert min(languages.count(one) for one in ("kk", "ru", "en")) >= 5
    assert {who.channel for who in people} == {"whatsapp", "telegram", "email", "form"}
    assert {step.what for step in steps} == CUSTOMER | OPERATOR
    assert {story.by for story in told} == {*EMAILS, ""}
    assert {story.state for story in told} >= {"closed", "solved", "pending", "snoozed", ""}
    assert {story.priority for story in told} == {"", "low", "high", "urgent"}
    assert max(len(step.text) for step in steps) > 500 and max(len(who.name) for who in people) > 35
    assert any(story.by == "" for story in told) and any(story.hours_ago > 24 for story in told)


def test_the_customers_are_the_demos_own() -> None:
    people = {story.who for story in stories()}
    own = [who.phone or who.user_id or who.mail or who.name for who in people]
    assert len(own) == len(set(own))
    assert not set(own) & {one.phone or one.user_id or one.mail for one in READY}
    assert ProviderSecrets().display_phone_number not in own


def test_the_same_seed_is_the_same_day_and_keeps_each_customers_order() -> None:
    told = stories()
    day = timetable(told, random.Random(SEED))
    assert day == timetable(told, random.Random(SEED)) and day != timetable(told, random.Random(SEED + 1))
    assert len(day) == TICKS
    for who in {story.who for story in told}:
        played = [step for part in day for burst in part if burst.story.who == who for step in burst.steps]
        assert played == [step for story in told if story.who == who for step in story.steps]
        assert all(sum(burst.story.who == who for burst in part) <= 1 for part in day)


def test_a_day_too_short_for_a_story_is_refused() -> None:
    story = stories(1)[0]
    talk = (Step("says", "?"), Step("answers", "!")) * (TICKS + 1)
    with pytest.raises(ValueError, match="do not fit"):
        timetable([replace(story, steps=talk)], random.Random(SEED))


def test_a_refusal_of_the_desk_names_its_words_and_no_ticket(desk: RunningDesk) -> None:
    operator = Operator(desk.url, EMAILS["bolat"])
    with pytest.raises(DemoStopped, match="404: ") as refused:
        operator.call("GET", "tickets/00000000000000000000")
    assert "0000000000" not in str(refused.value)
