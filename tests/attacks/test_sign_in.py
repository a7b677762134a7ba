"""Guessing at the door: who exists is not told, and guesses at once are counted like guesses one after another."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.support.web.desk import Web
from tests.support.web.visiting import PASSWORD, Browser, email


def test_page_and_api_answer_for_everybody_alike(web: Web) -> None:
    """Somebody who is there, nobody, somebody whose row is gone; by their words and by what the answer holds."""
    who = [email("bolat"), "nobody@desk.local", "bolat@elsewhere.example"]
    api = [web.call("POST", "/api/v1/login", {"email": one, "password": "wrong"}, by="") for one in who]
    assert len({(one.status, one.text) for one in api}) == 1
    pages = []
    for one in who:
        browser = Browser(web.http)
        browser.get("/dashboard/sign-in")
        answer = browser.post("/dashboard/sign-in", {"email": one, "password": "wrong", "next": ""})
        pages.append((answer.status, answer.text.replace(one, "").replace(browser.token, ""), sorted(answer.headers)))
    assert pages[0] == pages[1] == pages[2]


def test_guesses_at_once_are_no_more_than_guesses_one_after_another(web: Web) -> None:
    def guess(number: int) -> int:
        body = {"email": email("saule"), "password": f"guess-{number}"}
        return web.call("POST", "/api/v1/login", body, by="").status

    with ThreadPoolExecutor(8) as pool:
        statuses = Counter(pool.map(guess, range(24)))
    assert 1 <= statuses.pop(401) <= 5, "who loses a race for the last attempts waits like who comes too late"
    assert set(statuses) == {429}
    assert web.call("POST", "/api/v1/login", {"email": email("saule"), "password": PASSWORD}, by="").status == 429
