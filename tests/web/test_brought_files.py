"""Files that staff brings, by the API and by the page: begun, named in a reply, shown and handed out."""

from typing import Any

import pytest
import requests

from tests.support.forms import posted
from tests.support.web.desk import Web
from tests.support.web.drafts import post
from tests.support.web.files import PNG
from tests.support.web.files import bucket as bucket
from tests.support.web.serving import AMINA, say

pytestmark = pytest.mark.usefixtures("bucket")
NAME = "Құпия чек.png"


def ticket_of(web: Web) -> str:
    say(web, AMINA, "Сәлем")
    return str(web.tickets()[0]["id"])


def begun(web: Web, ticket_id: str, **more: Any) -> dict[str, Any]:
    body = {"ticket_id": ticket_id, "name": NAME, "type": "image/png", "size": len(PNG)} | more
    answer = web.call("POST", "/api/v1/attachments", body)
    assert answer.status == 201, answer.text
    found: dict[str, Any] = answer.json
    assert posted(found["upload"]["url"], found["upload"]["fields"], PNG).status_code == 204
    return found


def page_of(web: Web, ticket_id: str) -> str:
    return str(web.signed_in("bolat").get(f"/dashboard/tickets/{ticket_id}").text)


def test_a_reply_of_the_api_names_its_files_and_they_are_handed_out(web: Web) -> None:
    ticket_id = ticket_of(web)
    found = begun(web, ticket_id)
    assert found["kind"] == "image"
    body = {"client_id": "one", "attachments": [found["id"]]}
    reply = web.call("POST", f"/api/v1/tickets/{ticket_id}/replies", body)
    assert reply.status == 201, reply.text
    (file,) = reply.json["attachments"]
    assert (file["name"], file["type"], file["size"], file["status"]) == (NAME, "image/png", len(PNG), "queued")
    assert web.call("POST", f"/api/v1/tickets/{ticket_id}/replies", body).json["id"] == reply.json["id"]
    shown = web.ticket(ticket_id)["messages"][-1]
    assert shown["attachments"] == [file] and shown["text"] == ""
    link = web.call("GET", f"/api/v1/attachments/{file['id']}")
    assert link.status == 302 and requests.get(link.json["url"], timeout=10).content == PNG
    for other in (f"{shown['id']}.2", shown["id"]):
        assert web.call("GET", f"/api/v1/attachments/{other}").status == 404


def test_what_replaces_the_bytes_of_a_sent_file_is_shown_to_nobody(web: Web) -> None:
    ticket_id = ticket_of(web)
    found = begun(web, ticket_id)
    body = {"client_id": "one", "attachments": [found["id"]]}
    (told,) = web.call("POST", f"/api/v1/tickets/{ticket_id}/replies", body).json["attachments"]
    assert web.call("GET", f"/api/v1/attachments/{told['id']}").status == 302
    other = b"<html>" + PNG[6:]
    assert posted(found["upload"]["url"], found["upload"]["fields"], other).status_code == 204
    assert web.call("GET", f"/api/v1/attachments/{told['id']}").status == 404


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"type": "application/zip"}, 400, "file_type"),
        ({"size": 6 * 2**20}, 400, "file_too_big"),
        ({"size": 100 * 2**20 + 1}, 400, "file_too_big"),
        ({"size": 2**40}, 400, "file_too_big"),
        ({"size": 2**80, "type": "application/pdf"}, 400, "file_too_big"),
        ({"size": 0}, 400, "bad_input"),
        ({"name": "a\nb"}, 400, "bad_input"),
        ({"name": "../.."}, 400, "file_name"),
        ({"ticket_id": "0" * 20}, 404, "not_found"),
    ],
)
def test_what_cannot_be_sent_is_not_begun(web: Web, body: dict[str, Any], status: int, code: str) -> None:
    ticket_id = ticket_of(web)
    given = {"ticket_id": ticket_id, "name": NAME, "type": "image/png", "size": 10} | body
    answer = web.call("POST", "/api/v1/attachments", given)
    assert (answer.status, answer.json["code"]) == (status, code) and NAME not in answer.text


def test_a_reply_needs_a_text_or_a_file(web: Web) -> None:
    ticket_id = ticket_of(web)
    path = f"/api/v1/tickets/{ticket_id}/replies"
    for body in ({}, {"text": ""}, {"attachments": []}, {"attachments": ["x"]}, {"attachments": ["0" * 20] * 2}):
        assert web.call("POST", path, {"client_id": "one", **body}).status == 400
    gone = web.call("POST", path, {"client_id": "one", "text": "Мынау", "attachments": ["0" * 20]})
    assert (gone.status, gone.json["code"]) == (400, "file_missing")
    assert [one["text"] for one in web.ticket(ticket_id)["messages"] if one["author"] not in (None, "desk")] == []


def test_the_page_brings_files_shows_what_waits_and_takes_them_away(web: Web) -> None:
    ticket_id = ticket_of(web)
    browser, here = web.signed_in("bolat"), f"/dashboard/tickets/{ticket_id}"
    form = {"name": NAME, "type": "image/png", "size": str(len(PNG))}
    found = []
    for data in (PNG, PNG, b""):
        answer = post(browser, f"{here}/uploads", form)
        assert answer.status == 201
        if data:
            assert posted(answer.json["upload"]["url"], answer.json["upload"]["fields"], data).status_code == 204
        found.append(answer.json["id"])
    waiting = [one["id"] for one in browser.get(f"{here}/uploads").json["uploads"]]
    assert sorted(waiting) == sorted(found[:2]), "the third has not arrived"
    assert post(browser, f"{here}/uploads/remove", {"upload": found[0]}).json == {"removed": True}
    assert [one["id"] for one in browser.get(f"{here}/uploads").json["uploads"]] == [found[1]]
    assert web.signed_in("saule").get(f"{here}/uploads").json == {"uploads": []}
    refused = post(browser, f"{here}/uploads", form | {"type": "image/heic"})
    assert (refused.status, refused.json["code"]) == (400, "file_type")
    for size in (101 * 2**20, 5 * 10**9):
        refused = post(browser, f"{here}/uploads", form | {"size": str(size)})
        assert (refused.status, refused.json["code"]) == (400, "file_too_big")

    fields = {"text": " ", "client_id": "one", "mode": "reply", "attachments": found[0]}
    answer = post(browser, f"{here}/reply", fields)
    assert (answer.status, answer.json["code"], answer.json["file"]) == (400, "file_missing", found[0])
    answer = post(browser, f"{here}/reply", fields | {"attachments": found[1]})
    assert answer.status == 200 and answer.json["sent"]
    page = page_of(web, ticket_id)
    message = web.ticket(ticket_id)["messages"][-1]["id"]
    assert f'<img src="{here}/files/{message}.1"' in page and NAME in page
    shown = browser.get(f"{here}/files/{message}.1")
    assert shown.status == 302 and NAME not in shown.headers["location"]


def test_the_page_may_post_to_the_bucket_and_says_what_the_channel_carries(web: Web) -> None:
    ticket_id = ticket_of(web)
    answer = web.signed_in("bolat").get(f"/dashboard/tickets/{ticket_id}")
    policy = answer.headers["content-security-policy"]
    assert "connect-src 'self' http://127.0.0.1:" in policy and "form-action 'self'" in policy
    assert "JPEG, PNG up to 5 MB" in answer.text and "10 files at most" in answer.text
    assert 'accept="image/jpeg,image/png,' in answer.text
    assert "connect-src 'self';" in web.signed_in("bolat").get("/dashboard").headers["content-security-policy"]


def form_of(fields: dict[str, str], files: list[tuple[str, str, bytes]]) -> tuple[str, bytes]:
    """A form as a browser without scripts posts it: its content type and body."""
    given = [("files", one) for one in ((name, data, kind) for name, kind, data in files)]
    made = requests.Request("POST", "http://x", data=fields, files=given or {"files": ("", b"")}).prepare()
    assert isinstance(made.body, bytes)
    return made.headers["Content-Type"], made.body


def submit(web: Web, ticket_id: str, fields: dict[str, str], files: list[tuple[str, str, bytes]]) -> Any:
    browser = web.signed_in("bolat")
    content_type, body = form_of({"csrf": browser.token, "mode": "reply", **fields}, files)
    headers = browser._headers({"Content-Type": content_type})
    return web.http("POST", f"/dashboard/tickets/{ticket_id}/reply", headers=headers, body=body)


def test_files_go_with_the_form_where_there_are_no_scripts(web: Web) -> None:
    ticket_id = ticket_of(web)
    page = page_of(web, ticket_id)
    assert '<input id="files-here" type="file" name="files" multiple>' in page
    assert 'formenctype="multipart/form-data"' in page
    fields = {"text": "Мынау", "client_id": "one", "note": "", "note_id": "two"}
    assert submit(web, ticket_id, fields, [(NAME, "image/png", PNG), ("b.png", "image/png", PNG)]).status == 303
    shown = web.ticket(ticket_id)["messages"][-1]
    assert (shown["text"], [one["name"] for one in shown["attachments"]]) == ("Мынау", [NAME, "b.png"])
    assert submit(web, ticket_id, fields | {"text": "Тағы", "client_id": "three"}, []).status == 303
    assert web.ticket(ticket_id)["messages"][-1]["attachments"] == []


def test_a_draft_and_a_comment_without_scripts_pass_over_the_place_for_files(web: Web) -> None:
    ticket_id, browser = ticket_of(web), web.signed_in("bolat")
    fields = {"text": "Мынау", "client_id": "one", "note": "Ескерту", "note_id": "two", "files": NAME}
    for way in ("draft", "comment"):
        assert browser.post(f"/dashboard/tickets/{ticket_id}/{way}", fields).status == 303


def test_a_form_that_is_too_large_or_broken_or_brings_a_wrong_file_changes_nothing(web: Web) -> None:
    ticket_id = ticket_of(web)
    fields = {"text": "Мынау", "client_id": "one"}
    large = submit(web, ticket_id, fields, [(NAME, "image/png", PNG + bytes(4_400_000))])
    assert large.status == 413
    wrong = submit(web, ticket_id, fields, [("a.zip", "application/zip", b"PK")])
    assert wrong.status == 400 and "does not carry files of this type" in wrong.text and "Мынау" in wrong.text
    browser = web.signed_in("bolat")
    headers = browser._headers({"Content-Type": "multipart/form-data; boundary=x"})
    broken = web.http("POST", f"/dashboard/tickets/{ticket_id}/reply", headers=headers, body=b"--x\r\nwhat")
    assert broken.status in (400, 403)
    elsewhere = web.http("POST", f"/dashboard/tickets/{ticket_id}/draft", headers=headers, body=b"--x--")
    assert elsewhere.status == 415
    assert [one["text"] for one in web.ticket(ticket_id)["messages"] if one["author"] not in (None, "desk")] == []
