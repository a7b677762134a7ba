"""Bodies that are sent to the form and are none, and any fields and files at all."""

import gzip

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.core.normal import shows_nothing
from chalicelib.dynamo.models import DeskRow
from tests.support.filled_forms import FILLED
from tests.support.web.contact import Visitor
from tests.support.web.contact import laid as laid
from tests.support.web.desk import Web

BOUNDARY = "----x"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"
_PART = 'Content-Disposition: form-data; name="text"'


def part(head: str, body: bytes = b"x") -> bytes:
    return f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + body + f"\r\n--{BOUNDARY}--\r\n".encode()


BODIES: dict[str, tuple[str, bytes]] = {
    "nothing": (TYPE, b""),
    "no boundary": ("multipart/form-data", part(_PART)),
    "an endless boundary": (f"multipart/form-data; boundary={'b' * 5000}", part(_PART)),
    "another boundary": ("multipart/form-data; boundary=y", part(_PART)),
    "no end": (TYPE, part(_PART)[:-20]),
    "no head": (TYPE, f"--{BOUNDARY}\r\n\r\nx\r\n--{BOUNDARY}--\r\n".encode()),
    "a name twice": (TYPE, (f"--{BOUNDARY}\r\n{_PART}\r\n\r\nx\r\n".encode()) * 2 + f"--{BOUNDARY}--\r\n".encode()),
    "a thousand parts": (
        TYPE,
        (f"--{BOUNDARY}\r\n{_PART}\r\n\r\nx\r\n".encode()) * 1000 + f"--{BOUNDARY}--\r\n".encode(),
    ),
    "bytes that are no text": (TYPE, part(_PART, b"\xff\xfe\x00")),
    "an unknown set of characters": (TYPE, part(f"{_PART}\r\nContent-Type: text/plain; charset=klingon", b"x")),
    "another set of characters": (TYPE, part(f"{_PART}\r\nContent-Type: text/plain; charset=utf-16", b"x")),
    "a nested form": (TYPE, part(f"{_PART}\r\nContent-Type: multipart/mixed; boundary=y", b"--y\r\n\r\nx\r\n--y--")),
    "base64 inside": (TYPE, part(f"{_PART}\r\nContent-Transfer-Encoding: base64", b"eA==")),
    "a head without end": (TYPE, f"--{BOUNDARY}\r\n".encode() + b"X: " + b"y" * 300_000),
    "JSON": ("application/json", b'{"text": "x"}'),
    "a text": ("text/plain", b"text=x"),
    "an unknown type": ("application/x-made-up", b"x"),
    "compressed": ("application/x-www-form-urlencoded", gzip.compress(b"text=x")),
    "a plain form of bytes": ("application/x-www-form-urlencoded", b"text=%ff%fe&consent=yes"),
    "very many fields": ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % n for n in range(5000))),
    "a large plain form": ("application/x-www-form-urlencoded", b"text=" + b"x" * 300_000),
}


@pytest.mark.parametrize("what", BODIES)
@pytest.mark.parametrize("path", ["/contact", f"/contact/r/{'A' * 43}/messages"])
def test_a_body_that_is_no_form_is_refused_on_the_page_and_stores_nothing(web: Web, path: str, what: str) -> None:
    content_type, body = BODIES[what]
    answer = web.http("POST", f"{path}?lang=en", headers={"Content-Type": content_type}, body=body)
    assert 400 <= answer.status < 500, (answer.status, answer.text)
    assert "<form" in answer.text and "Nothing has been sent" in answer.text
    assert not [row for row in DeskRow.scan() if not row.pk.startswith("staff")]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fields=st.dictionaries(st.sampled_from([*FILLED, "consent", "website", "x"]), st.text(max_size=60), max_size=6),
    name=st.text(st.characters(codec="utf-8", exclude_characters='"\r\n\\'), max_size=30),
    data=st.binary(max_size=300),
)
def test_any_fields_and_files_are_stored_whole_or_refused(
    web: Web, laid: dict[str, bytes], fields: dict[str, str], name: str, data: bytes
) -> None:
    visitor, before = Visitor(web, "en"), len(web.tickets())
    laid.clear()
    sent = {**visitor.filled(), **{key: value.replace("\r", "").replace("\n", " ") for key, value in fields.items()}}
    answer = visitor.post(sent, [("files", name, "application/pdf", data)] if name else ())
    web.advance(600)
    if answer.status != 303 or sent["website"]:
        assert answer.status in (200, 303, 400) and len(web.tickets()) == before and laid == {}
        return
    (ticket,) = [one for one in web.tickets() if one["contact"]["id"] == _newest(web)]
    said = [one for one in web.ticket(ticket["id"])["messages"] if one["direction"] == "in"]
    assert said[0]["text"] == sent["text"] and not shows_nothing(sent["text"])
    assert [*laid.values()] == ([data] if name and data else [])
    assert len(said) == 1 + len(laid)


def _newest(web: Web) -> str:
    found: str = max(web.tickets(), key=lambda one: one["created_at"])["contact"]["id"]
    return found
