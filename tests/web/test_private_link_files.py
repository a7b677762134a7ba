"""Files that staff sends to somebody who filled in the form: they are downloaded behind the private link, by their
owner alone, and as long as their message is there."""

import re

import pytest
import requests

from chalicelib.dynamo.models import DeskRow
from tests.support.pictures import png
from tests.support.web.contact import FILE_NAME, Visitor, deliver
from tests.support.web.contact import reply_with_files as reply
from tests.support.web.desk import Web
from tests.support.web.files import bucket as bucket

PNG = png()


@pytest.fixture
def visitor(web: Web, bucket: str) -> Visitor:
    made = Visitor(web)
    assert made.send().status == 303
    deliver(web)
    return made


def links(page: str) -> list[str]:
    return [f"/{one}" for one in re.findall(r'href="[./]*(contact/r/[^"]+/files/[^"]+)"', page)]


def test_files_stand_at_their_message_and_are_downloaded(web: Web, visitor: Visitor) -> None:
    other = PNG + b"2"
    reply(web, PNG, other)
    page = visitor.follow().text
    assert "Мынау" in page and page.count(FILE_NAME) == 2
    for href, data in zip(links(page), (PNG, other), strict=True):
        answer = web.http("GET", href)
        assert answer.status == 302 and answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer" and "noindex" in answer.headers["x-robots-tag"]
        got = requests.get(answer.location, timeout=10)
        assert got.content == data and got.headers["content-disposition"].startswith("attachment")


def test_nobody_else_and_no_other_message_hands_them_out(web: Web, visitor: Visitor) -> None:
    message = reply(web, PNG)
    (href,) = links(visitor.follow().text)
    stranger = Visitor(web, headers={"X-Forwarded-For": "203.0.113.9"})
    assert stranger.send(text="Басқа сұрақ").status == 303
    wrong = (message, f"{message}.2", f"{message}.0", f"{message}.1.1", "x", "1")
    for path in (
        href.replace(visitor.link, stranger.link),
        f"/contact/r/{'A' * 43}/files/{message}.1",
        f"/contact/r/x/files/{message}.1",
        *(f"{visitor.link}/files/{one}" for one in wrong),
    ):
        answer = web.http("GET", path)
        assert answer.status == 404 and "location" not in answer.headers, path


def test_what_has_not_left_or_was_deleted_is_not_there(web: Web, visitor: Visitor) -> None:
    message = reply(web, PNG)
    (href,) = links(visitor.follow().text)
    (row,) = [one for one in DeskRow.scan() if one.sk == "message#" + message.split(".", 1)[1].replace(".", "#")]
    row.update(actions=[DeskRow.status.set("queued"), DeskRow.rank.set(0)])
    assert web.http("GET", href).status == 404 and links(visitor.follow().text) == []


def test_a_file_that_was_replaced_is_handed_out_to_nobody(web: Web, visitor: Visitor, bucket: str) -> None:
    from chalicelib.dynamo.clients import client

    reply(web, PNG)
    (href,) = links(visitor.follow().text)
    (key,) = [one["Key"] for one in client("s3").list_objects_v2(Bucket=bucket)["Contents"]]
    client("s3").put_object(Bucket=bucket, Key=key, Body=PNG + b"other")
    assert web.http("GET", href).status == 404
