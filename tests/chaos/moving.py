"""What both parts need: moving the desk's clock under load, and the words of who wants to go."""

import requests

from tests.support.e2e.playing import Play

WORDS = {"kk": "Деректерімді жойыңыз", "ru": "Удалите мои данные", "en": "Please delete my personal data"}
MINUTE = 60
LONGEST = 1800
"""Seconds of real time that the desk may take to become quiet after one step of the clock."""


def walk(play: Play, seconds: int, *, steps: int = 1) -> None:
    """Move the desk's clock; return when all that fell due meanwhile is done."""
    body = {"advance_seconds": seconds, "steps": steps, "wait": LONGEST}
    answer = requests.post(f"{play.desk.phones_url}/clock", json=body, timeout=steps * (LONGEST + 60))
    assert answer.ok, answer.text


NO_NEWS = {"kk": "жарнама жібермеңіз", "ru": "не присылайте рекламу", "en": "no more advertising"}
