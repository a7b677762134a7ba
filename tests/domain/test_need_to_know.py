"""Need to know: what a profile says of teams, what the page says of it, and to whom a ticket is open."""

from typing import Any

import pytest

from chalicelib.core.languages import LANGUAGES, Language
from chalicelib.core.texts import catalogue
from chalicelib.profile.build import parse_profile
from chalicelib.profile.check import warnings
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import ProfileError
from chalicelib.profile.policy import serving_profiles
from chalicelib.profile.policy_content import policy_content
from chalicelib.staff.model import Role, Staff
from chalicelib.tickets.need_to_know import OPENED_FOR, Reader, openings, with_opening
from chalicelib.tickets.records import Ticket
from tests.support.operators import SOURCES, agreed_smartaqkol

SMARTAQKOL = (SOURCES / "smartaqkol.toml").read_text(encoding="utf-8")
TEAMS = ("first_line", "second_line")
NOW = 1_795_000_000_000


def test_one_of_five_has_teams_and_they_only_hold_the_place() -> None:
    assert {name for name in serving_profiles() if load_profile(name).teams} == {"smartaqkol"}
    profile = load_profile("smartaqkol")
    assert tuple(profile.teams) == TEAMS and profile.need_to_know and profile.need_to_know.clause == "D3.4"
    (said,) = [one for one in warnings(profile) if one.startswith("need_to_know")]
    assert "First line, Second line" in said and "name the company's own teams" in said


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('id = "second_line"', 'id = "first_line"', "need_to_know.teams[2].id: 'first_line' is used by an earlier row"),
        ('id = "second_line"', 'id = "Second line"', "need_to_know.teams[2].id: 'Second line' is no id; write small"),
        ('id = "second_line"', f'id = "{"a" * 33}"', "need_to_know.teams[2].id: "),
        ('en = "Second line"', 'en = " first  LINE"', "need_to_know.teams: two teams have one name in en"),
        (', en = "Second line"', "", "need_to_know.teams[2].names.en: the field is missing"),
        ('en = "Second line"', 'en = ""', "need_to_know.teams[2].names.en: the text is empty"),
        ('[need_to_know]\nclause = "D3.4"', '[need_to_know]\nclause = "D3.9"', "need_to_know.clause: the document has"),
        ('[need_to_know]\nclause = "D3.4"', "[need_to_know]", "need_to_know.clause: the field is missing"),
        ('[need_to_know]\nclause = "D3.4"', '[need_to_know]\nclause = "D3.4"\nhours = 3', "need_to_know.hours: this"),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_with_the_field_and_what_to_do(old: str, new: str, field: str) -> None:
    assert old in SMARTAQKOL
    with pytest.raises(ProfileError) as refused:
        parse_profile(SMARTAQKOL.replace(old, new, 1))
    assert refused.value.message.startswith(f"profile: {field}")


def test_a_table_without_a_team_is_refused() -> None:
    text = SMARTAQKOL[: SMARTAQKOL.index("[[need_to_know.teams]]")]
    with pytest.raises(ProfileError, match=r"need_to_know.teams: the field is missing; write rows"):
        parse_profile(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_to_whom_a_conversation_is_open_once_there_are_any(language: Language) -> None:
    say = catalogue("policy", language).gettext

    def protection(profile: Any) -> list[str]:
        sections = policy_content(profile, language)["sections"]
        found: list[str] = next(one for one in sections if one["id"] == "protection")["blocks"][0]["items"]
        return found

    agreed = parse_profile(agreed_smartaqkol())
    more = {*protection(agreed)} - {*protection(load_profile("smartaqkol"))}
    (said,) = more
    assert "8" in said and "3.4" in said and "{" not in said
    assert said not in str(policy_content(load_profile("smartaqkol"), language)), "nothing arrives there yet"
    grounds = next(one for one in policy_content(agreed, language)["sections"] if one["id"] == "grounds")
    accepted = "You tick the box of the form; by that you accept the user agreement, of which this policy is a part."
    assert grounds["blocks"][0]["text"] == say(accepted)


# -- to whom a ticket is open


def reader(*roles: str, team: str = "", teams: tuple[str, ...] = TEAMS) -> Reader:
    return Reader(Staff("me", "me@desk.local", "Болат", frozenset(roles), team=team), teams, NOW)


def ticket(team: str = "", assignee: str = "", *opened: str) -> Ticket:
    return Ticket("t", "1", "open", "form", "", "v", "c", assignee=assignee, team=team, openings=opened)


@pytest.mark.parametrize(
    ("who", "one", "expected"),
    [
        (reader(Role.OPERATOR, team="first_line"), ticket(), True),
        (reader(Role.OPERATOR, team="first_line"), ticket("second_line"), False),
        (reader(Role.OPERATOR, team="second_line"), ticket("second_line"), True),
        (reader(Role.OPERATOR, team="second_line"), ticket(), False),
        (reader(Role.OPERATOR), ticket(), False),
        (reader(Role.OPERATOR), ticket("", "me"), True),
        (reader(Role.OPERATOR), ticket("second_line", "me"), True),
        (reader(Role.OPERATOR), ticket("", "somebody"), False),
        (reader(Role.OPERATOR), ticket("", "", f"me {NOW + 1}"), True),
        (reader(Role.OPERATOR), ticket("", "", f"me {NOW}"), False),
        (reader(Role.OPERATOR), ticket("", "", f"other {NOW + 1}"), False),
        (reader(Role.OPERATOR, team="gone"), ticket("gone"), False),
        (reader(Role.OPERATOR, team="first_line"), ticket("gone"), True),
        (reader(Role.OPERATOR, team="first_line"), None, True),
        (reader(Role.OPERATOR, team="second_line"), None, False),
        (reader(Role.SUPERVISOR), ticket("second_line"), True),
        (reader(Role.PRIVACY_OFFICER), ticket("second_line"), True),
        (reader(Role.ADMINISTRATOR), ticket(), False),
        (reader(Role.ADMINISTRATOR, team="first_line"), ticket(), False),
        (reader(Role.ADMINISTRATOR), ticket("", "me"), False),
        (reader(Role.ADMINISTRATOR), ticket("", "", f"me {NOW + 1}"), False),
        (reader(Role.ADMINISTRATOR, Role.OPERATOR, team="first_line"), ticket(), True),
        (reader(Role.ADMINISTRATOR, Role.OPERATOR), ticket(), False),
        (reader(Role.ADMINISTRATOR, Role.SUPERVISOR), ticket("second_line"), True),
        (reader(team="first_line"), ticket(), False),
        (reader(Role.ADMINISTRATOR, teams=()), ticket("second_line"), True),
        (Reader(), ticket("second_line"), True),
    ],
)  # fmt: skip
def test_to_whom_a_ticket_is_open(who: Reader, one: Ticket | None, expected: bool) -> None:
    assert who.may_open(one) == expected


def test_openings_keep_those_that_last_and_one_of_each() -> None:
    until = NOW + OPENED_FOR
    stored = with_opening([f"me {NOW + 5}", f"gone {NOW}", f"other {NOW + 1}"], "me", until, NOW)
    assert openings(stored) == [("other", NOW + 1), ("me", until)]
