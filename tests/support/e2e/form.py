"""Somebody at the form of the running desk, without scripts, over HTTP."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

import requests

from tests.support.e2e.erasing import advance
from tests.support.e2e.playing import SECONDS, Api, Play, eventually
from tests.support.filled_forms import File, buttons, hidden, multipart


@dataclass
class FormVisitor:
    """One person. `link` is the path of their private link once they have sent the form."""

    play: Play
    name: str
    language: str = "kk"
    link: str = ""
    contact_id: str = ""
    mail: str = field(default_factory=lambda: f"gulnur.{secrets.token_hex(5)}@example.kz")

    def fields(self, text: str, **more: str) -> dict[str, str]:
        """The form as they fill it in; some seconds pass."""
        page = self.get(f"/contact?lang={self.language}")
        advance(self.play, 5)
        given = {"page": hidden(page.text), "consent": "yes", "website": ""}
        return given | {"full_name": self.name, "email": self.mail, "phone": "", "text": text} | more

    def get(self, path: str) -> requests.Response:
        return requests.get(f"{self.play.desk.url}{path}", timeout=SECONDS)

    def post(self, path: str, fields: dict[str, str], files: Sequence[File] = ()) -> requests.Response:
        headers, body = multipart(fields, files)
        url = f"{self.play.desk.url}{path}?lang={self.language}"
        return requests.post(url, data=body, headers=headers, timeout=SECONDS, allow_redirects=False)

    def send(self, text: str, *files: File, **more: str) -> requests.Response:
        """Fill the form in and send it."""
        answer = self.post("/contact", self.fields(text, **more), files)
        if answer.status_code == requests.codes.see_other:
            self.link = answer.headers["Location"]
        return answer

    def follow(self) -> str:
        """What lies behind the link now."""
        answer = self.get(self.link)
        assert answer.ok, answer.text
        return answer.text

    def reads(self, piece: str) -> str:
        """Look until this stands there."""

        def look() -> str:
            page = self.follow()
            return page if piece in page else ""

        return eventually(look)

    def write(self, text: str, *files: File, press: str = "") -> None:
        """Write on, or press a button of this id."""
        page = hidden(self.get(f"{self.link}/messages").text)
        advance(self.play, 5)
        fields = {"page": page} | ({"press": press, "title": text} if press else {"text": text})
        answer = self.post(f"{self.link}/messages", fields, files)
        assert (answer.status_code, answer.headers["Location"]) == (303, self.link), answer.text

    def press(self, beginning: str) -> None:
        """Press the button whose id begins so, as soon as it is there."""
        found = eventually(lambda: [one for one in buttons(self.follow()).items() if one[1].startswith(beginning)])
        title, press = found[-1]
        self.write(title, press=press)

    def ticket_id(self, api: Api) -> str:
        """Their newest ticket, found by their name."""
        found = eventually(lambda: api.get(f"tickets?q={self.name}")["items"])[0]
        self.contact_id = found["contact"]["id"]
        return str(found["id"])

    @property
    def secret(self) -> str:
        """What opens the link."""
        return self.link.rpartition("/")[2]
