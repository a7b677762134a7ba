"""Subscribes a customer to news by mail for the demo, and sends a mailing that one colleague writes and another lets
go, through the pages, as browsers without scripts do."""

import re
import time
from html import unescape

import httpx

from local.demo.desk import DemoStopped, Phones, eventually
from local.demo.form import NO_PROGRAM
from local.seed import PASSWORD

SUBSCRIBER = "nurlan@example.kz"
AUTHOR, RELEASER = "operator@desk.local", "supervisor@desk.local"
MAILING = {
    "subject_kk": "Жаңа терминалдар келді",
    "text_kk": "Жаңа терминалдар чекті екі есе жылдам басып шығарады. Ескісін тегін ауыстырамыз.",
    "subject_ru": "Пришли новые терминалы",
    "text_ru": "Новые терминалы печатают чек вдвое быстрее. Старый обменяем бесплатно.",
    "subject_en": "New terminals are here",
    "text_en": "The new terminals print a receipt twice as fast. We exchange the old one for free.",
}


class News:
    """News by mail of the desk at `url`."""

    def __init__(self, phones: Phones, url: str) -> None:
        self._phones, self._url = phones, url

    def play(self) -> bool:
        """Subscribe somebody and send a mailing; False where the operator has none. Raises DemoStopped."""
        visitor = httpx.Client(base_url=self._url, timeout=60, trust_env=False)
        page = visitor.get("/news", params={"lang": "kk"})
        if page.status_code != httpx.codes.OK:
            return False
        fields = {"email": SUBSCRIBER, "website": "", "page": _hidden(page.text, "page")}
        fields |= dict.fromkeys(re.findall(r'type="checkbox" id="(\w+)"', page.text), "yes")
        time.sleep(NO_PROGRAM)
        self._expect(visitor.post("/news", params={"lang": "kk"}, data=fields), httpx.codes.OK)
        link = eventually(self._confirmation, "the mail that asks to confirm did not come")
        self._expect(visitor.post(link), httpx.codes.OK)
        self._mailing()
        return True

    def _confirmation(self) -> str | None:
        for message in reversed(self._phones.messages("email", "nurlan")):
            for button in message["buttons"]:
                if "/news/confirm/" in button["url"]:
                    return str(button["url"])
        return None

    def _mailing(self) -> None:
        author, releaser = self._colleague(AUTHOR), self._colleague(RELEASER)
        page = author.get("/dashboard/mailings").text
        purposes = re.findall(r'type="radio" name="purpose" value="(\w+)"', page)
        hidden = {name: _hidden(page, name) for name in ("csrf", "client_id")}
        fields = {**hidden, "purpose": purposes[0], **MAILING}
        made = author.post("/dashboard/mailings", data=fields)
        self._expect(made, httpx.codes.SEE_OTHER)
        path = made.headers["Location"]
        page = releaser.get(path).text
        fields = {"csrf": _hidden(page, "csrf"), "version": _hidden(page, "version")}
        self._expect(releaser.post(f"{path}/release", data=fields), httpx.codes.SEE_OTHER)

    def _colleague(self, email: str) -> httpx.Client:
        """Sign a colleague in."""
        browser = httpx.Client(base_url=self._url, timeout=60, trust_env=False)
        token = _hidden(browser.get("/dashboard/sign-in").text, "csrf", needed=False)
        fields = {"email": email, "password": PASSWORD, "next": "", "csrf": token}
        self._expect(browser.post("/dashboard/sign-in", data=fields), httpx.codes.SEE_OTHER)
        return browser

    def _expect(self, answer: httpx.Response, status: int) -> None:
        if answer.status_code != status:
            raise DemoStopped(f"{answer.request.url.path} was answered with {answer.status_code}.")


def _hidden(page: str, name: str, *, needed: bool = True) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', page)
    if found is None and needed:
        raise DemoStopped(f"A page has no field {name}.")
    return unescape(found[1]) if found else ""
