"""Files on the ticket's page and by the API: links of a minute, what is shown and what is only downloaded."""

import re

import pytest
import requests

from chalicelib.attachments.fetch_store import FetchStore
from chalicelib.wiring import base as wiring
from tests.support.forgetting import forget_wiring
from tests.support.web.desk import Web
from tests.support.web.files import NAME, PNG, arrive, newest, sent
from tests.support.web.files import bucket as bucket
from tests.support.web.serving import AMINA, DANIYAR, say

HTML = b"<!doctype html><script>alert(1)</script>"
pytestmark = pytest.mark.usefixtures("bucket")


def page_of(web: Web) -> tuple[str, str]:
    (ticket,) = web.tickets()
    answer = web.signed_in("bolat").get(f"/dashboard/tickets/{ticket['id']}")
    assert answer.status == 200
    return answer.text, answer.headers["content-security-policy"]


def test_a_picture_is_shown_by_a_link_of_a_minute_that_nobody_keeps(web: Web) -> None:
    ref = sent(web)
    text, policy = page_of(web)
    (address,) = re.findall(r'<img src="([^"]+)"', text)
    assert address.endswith(f"/files/{ref}") and 'alt="Image: Мынау"' in text

    answer = web.signed_in("bolat").get(address)

    assert (answer.status, answer.headers["cache-control"]) == (302, "no-store")
    link = answer.location
    assert "X-Amz-Expires=60" in link and link not in text
    for secret in (NAME, "%D2%9A", "Амина", "1795"):
        assert secret not in link.split("X-Amz-Date")[0]
    found = requests.get(link, timeout=10)
    assert (found.content, found.headers["content-type"]) == (PNG, "image/png")
    assert found.headers["content-disposition"] == 'inline; filename="image.png"'
    origin = "/".join(link.split("/")[:3])
    assert f"img-src 'self' {origin};" in policy and f"media-src 'self' {origin};" in policy
    assert "script-src 'self';" in policy and "default-src 'none'" in policy


def test_what_a_browser_could_run_is_only_downloaded(web: Web) -> None:
    ref = sent(web, "document", HTML)
    text, _ = page_of(web)
    assert "<img" not in text and "<video" not in text and NAME in text
    for ending in ("", "/saved"):
        (ticket,) = web.tickets()
        link = web.signed_in("bolat").get(f"/dashboard/tickets/{ticket['id']}/files/{ref}{ending}").location
        found = requests.get(link, timeout=10)
        assert found.headers["content-type"] == "application/octet-stream"
        assert found.headers["content-disposition"] == 'attachment; filename="document.html"'


def test_a_recording_and_a_video_have_players(web: Web) -> None:
    sent(web, "voice", b"OggS\x00\x02" + b"\x00" * 20 + b"\x01\x13OpusHead\x01\x01", "", duration=3)
    assert re.search(r'<audio class="media" controls preload="none" src="[^"]+" aria-label="Voice', page_of(web)[0])
    sent(web, "video", b"\x00\x00\x00\x20ftypisom", "")
    assert "<video" in page_of(web)[0]


def test_by_the_api(web: Web) -> None:
    say(web, AMINA, "", kind="image", details={"media_id": "1", "width": 640, "height": 480})
    (ticket,) = web.tickets()
    path = f"/api/v1/tickets/{ticket['id']}"

    def attachment() -> dict[str, object]:
        found = [one for one in web.call("GET", path).json["messages"] if one["direction"] == "in"]
        return dict(found[-1]["attachments"][0])

    assert (attachment()["state"], attachment()["url"]) == ("waiting", None)
    ref = arrive(web, PNG, "a.png")
    told = attachment()
    assert told["id"] == str(ref) and str(told["url"]).endswith(f"/api/v1/attachments/{ref}")
    assert (told["state"], told["name"], told["type"], told["size"]) == ("ready", "a.png", "image/png", len(PNG))
    assert (told["width"], told["height"]) == (640, 480)
    answer = web.call("GET", f"/api/v1/attachments/{ref}")
    assert answer.status == 302 and answer.json == {"url": answer.location}
    assert requests.get(answer.location, timeout=10).content == PNG


@pytest.mark.parametrize("wrong", ["x", "0" * 20, f"{'0' * 20}.1700000000000.{'0' * 32}"])
def test_a_file_that_is_none_is_not_found(web: Web, wrong: str) -> None:
    sent(web)
    assert web.call("GET", f"/api/v1/attachments/{wrong}").status == 404


def test_a_text_and_a_file_of_another_ticket_are_not_found(web: Web) -> None:
    ref = sent(web)
    say(web, DANIYAR, "Привет")
    daniyar, _ = web.tickets()
    assert web.signed_in("bolat").get(f"/dashboard/tickets/{daniyar['id']}/files/{ref}").status == 404
    (text, *_) = web.call("GET", f"/api/v1/tickets/{daniyar['id']}").json["messages"]
    assert web.call("GET", f"/api/v1/attachments/{text['id']}").status == 404


def test_a_gap_is_told_and_the_file_can_be_fetched_again(web: Web) -> None:
    say(web, AMINA, "", kind="image", details={"media_id": "1"})
    assert "The file is being fetched" in page_of(web)[0]
    ref, store = newest(web), FetchStore(wiring.gateway())
    job = store.job(ref)
    assert job is not None
    store.give_up(job, "gone")
    text, _ = page_of(web)
    assert "The provider does not have this file any more" in text and "Fetch the file again" in text
    (ticket,) = web.tickets()

    answer = web.signed_in("bolat").post(f"/dashboard/tickets/{ticket['id']}/fetch", {"message": str(ref)})

    assert answer.status == 303 and store.job(ref) is not None
    assert "The file is being fetched" in page_of(web)[0]
    web.advance(8 * 86_400)
    web.browsers.clear()
    web.tokens.clear()
    again = store.job(ref)
    assert again is not None
    store.give_up(again, "gone")
    assert "Fetch the file again" not in page_of(web)[0]
    refused = web.signed_in("bolat").post(f"/dashboard/tickets/{ticket['id']}/fetch", {"message": str(ref)})
    assert refused.status == 409 and "Ask the customer to send it again" in refused.text


def test_a_message_of_the_release_before_says_nothing_and_can_be_fetched(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FETCHER_PUBLIC_KEY", "")
    forget_wiring()
    say(web, AMINA, "", kind="image", details={"media_id": "1"})
    text, _ = page_of(web)
    assert "being fetched" not in text and "Fetch the file again" in text
    (ticket,) = web.tickets()
    (first, *_) = web.call("GET", f"/api/v1/tickets/{ticket['id']}").json["messages"]
    assert (first["attachments"][0]["state"], first["attachments"][0]["reason"]) == ("failed", "not_fetched")
