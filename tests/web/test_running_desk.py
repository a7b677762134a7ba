"""The desk as deployed: through API Gateway, Lambda and enforced IAM."""

import re
import time

import pytest
import requests

from tests.support.running import RunningDesk

pytestmark = pytest.mark.slow
PASSWORD = "Local-password-1"


def _login(desk: RunningDesk, name: str = "operator") -> str:
    answer = requests.post(
        f"{desk.url}/api/v1/login", json={"email": f"{name}@desk.local", "password": PASSWORD}, timeout=30
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["token"])


def _daniyar_writes(desk: RunningDesk, text: str, number: int, chat: int = 500000042) -> None:
    who = {"id": chat, "first_name": "Данияр", "last_name": "Оспанов", "is_bot": False, "language_code": "ru"}
    message = {
        "message_id": number,
        "from": who,
        "chat": {"id": chat, "type": "private"},
        "date": int(time.time()),
        "text": text,
    }
    answer = requests.post(
        f"{desk.url}/webhooks/telegram",
        json={"update_id": number, "message": message},
        headers={"X-Telegram-Bot-Api-Secret-Token": "local-telegram-webhook-secret"},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text


def test_every_view_works_under_the_functions_own_role(desk: RunningDesk) -> None:
    _daniyar_writes(desk, "Здравствуйте", 7001)
    bearer = {"Authorization": f"Bearer {_login(desk)}"}

    def call(method: str, path: str, body: object = None) -> requests.Response:
        return requests.request(method, f"{desk.url}/api/v1/{path}", json=body, headers=bearer, timeout=30)

    ticket = call("GET", "tickets").json()["items"][0]
    path = f"tickets/{ticket['id']}"
    assert call("PATCH", path, {"assignee": "me", "tags": ["терминал"]}).status_code == 200
    assert call("POST", f"{path}/comments", {"text": "Проверить терминал"}).status_code == 201
    assert call("POST", f"{path}/replies", {"text": "Добрый день", "client_id": "c-1"}).status_code == 201
    assert call("GET", path).status_code == 200
    assert call("GET", f"contacts/{ticket['contact']['id']}").status_code == 200
    assert [one["id"] for one in call("GET", "tickets?q=500000042").json()["items"]] == [ticket["id"]]
    assert call("PATCH", path, {"state": "closed"}).status_code == 200
    assert call("PATCH", path, {"state": "open"}).status_code == 200
    assert call("POST", "logout").status_code == 200
    assert call("GET", "me").status_code == 401


def test_pages_work_under_the_functions_own_role(desk: RunningDesk) -> None:
    _daniyar_writes(desk, "И ещё вопрос", 7002)
    browser = requests.Session()

    def token(html: str) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', html)
        assert found, html[:500]
        return found[1]

    form = browser.get(f"{desk.url}/dashboard", timeout=30)
    fields = {"csrf": token(form.text), "email": "operator2@desk.local", "password": PASSWORD, "next": ""}
    page = browser.post(f"{desk.url}/dashboard/sign-in", data=fields, timeout=30)
    assert page.status_code == 200 and "Данияр" in page.text, page.text[:2000]
    bearer = {
        "Authorization": f"Bearer {_login(desk)}"
    }  # others may have written on this desk, and may not be answered
    (his,) = requests.get(f"{desk.url}/api/v1/tickets?q=500000042", headers=bearer, timeout=30).json()["items"]
    address = f"/dashboard/tickets/{his['id']}"
    ticket = browser.get(desk.url + address, timeout=30)
    assert ticket.status_code == 200
    for what, more in (("comment", {"note": "Перезвонить"}), ("reply", {"text": "Ответ", "client_id": "page-1"})):
        data = {"csrf": token(ticket.text), **more}
        answer = browser.post(f"{desk.url}{address}/{what}", data=data, timeout=30)
        assert answer.status_code == 200, (what, re.findall(r'role="alert">(.*?)</div>', answer.text, re.DOTALL))
        assert next(iter(more.values())) in answer.text
    found = browser.post(
        f"{desk.url}/dashboard/search", data={"csrf": token(ticket.text), "q": "500000042"}, timeout=30
    )
    assert "Данияр" in found.text
    style = re.search(r'href="(/static/[0-9a-f]+/desk.css)"', ticket.text)
    assert style and requests.get(desk.url + style[1], timeout=30).headers["Content-Type"].startswith("text/css")


def test_an_open_page_learns_of_a_message_from_the_relay(desk: RunningDesk) -> None:
    """Through the real stream, under the roles of relay and dashboard."""
    browser = requests.Session()
    form = re.search(r'name="csrf" value="([^"]+)"', browser.get(f"{desk.url}/dashboard", timeout=30).text)
    assert form
    fields = {"csrf": form[1], "email": "operator2@desk.local", "password": PASSWORD, "next": ""}
    browser.post(f"{desk.url}/dashboard/sign-in", data=fields, timeout=30)
    state = re.search(
        r'data-versions="([^"]*)" data-stamp="([^"]*)"', browser.get(f"{desk.url}/dashboard", timeout=30).text
    )
    assert state
    stamp = state[2]

    def look(until: int) -> str:
        """Ask as the page's script does, until there is this answer; returns it."""
        nonlocal stamp
        for _ in range(200):
            headers = {"Accept": "application/json", "X-Parts": state[1], "If-None-Match": f'"{stamp}"'}
            answer = browser.get(f"{desk.url}/dashboard", headers=headers, timeout=30)
            stamp = answer.json()["stamp"] if answer.status_code == 200 else stamp
            if answer.status_code == until:
                return answer.text
            time.sleep(0.05)
        raise AssertionError(f"no {until} came")

    assert look(304) == ""
    _daniyar_writes(desk, "Дошло ли это до открытой страницы?", 7009, chat=500000043)
    assert "Дошло ли это" in look(200)


def test_requests_about_data_under_the_functions_own_role(desk: RunningDesk) -> None:
    _daniyar_writes(desk, "Здравствуйте", 7301, 500000043)  # whoever asks nothing in another test
    bearer = {"Authorization": f"Bearer {_login(desk, 'privacy')}"}

    def call(method: str, path: str, body: object = None) -> requests.Response:
        return requests.request(method, f"{desk.url}/api/v1/{path}", json=body, headers=bearer, timeout=30)

    contact = call("GET", "tickets?q=500000043").json()["items"][0]["contact"]["id"]
    today = time.strftime("%Y-%m-%d")
    wanted = {"kind": "deletion", "contact_id": contact, "source": "staff", "evidence": "Звонок", "received_on": today}
    entered = call("POST", "privacy-requests", wanted)
    assert entered.status_code == 201, entered.text
    request_id = entered.json()["id"]
    assert call("POST", "privacy-requests", wanted).status_code == 200
    assert request_id in [one["id"] for one in call("GET", "privacy-requests").json()["items"]]
    assert call("GET", f"privacy-requests/{request_id}").json()["state"] in ("received", "verifying")
    assert call("GET", f"certificates/{'0' * 20}").status_code == 404

    browser = requests.Session()
    page = browser.get(f"{desk.url}/dashboard/sign-in", timeout=30)
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert token is not None
    form = {"csrf": token[1], "email": "privacy@desk.local", "password": PASSWORD, "next": ""}
    assert browser.post(f"{desk.url}/dashboard/sign-in", data=form, timeout=30).ok
    for path in ("privacy", f"privacy/{request_id}", f"privacy/new?contact={contact}"):
        page = browser.get(f"{desk.url}/dashboard/{path}", timeout=30)
        assert page.status_code == 200, path
    assert 'name="evidence"' in page.text and "Данияр" in page.text

    until = time.monotonic() + 60
    while (state := call("GET", f"privacy-requests/{request_id}").json()["state"]) == "received":
        assert time.monotonic() < until, "the workflow has not begun"
        time.sleep(0.5)
    assert state == "verifying"
    refusal = {"decision": "refuse", "ground": "obligation", "reason": "Есть неисполненный договор"}
    path = f"privacy-requests/{request_id}/decision"
    assert call("POST", path, refusal).status_code == 200
    bearer["Authorization"] = f"Bearer {_login(desk, 'privacy2')}"
    proposed = call("GET", f"privacy-requests/{request_id}").json()["proposal"]["proposed"]
    assert call("POST", path, {"decision": "agree", "proposed": proposed}).status_code == 200
    until = time.monotonic() + 60
    while "finished" not in [one["name"] for one in call("GET", f"privacy-requests/{request_id}").json()["steps"]]:
        assert time.monotonic() < until, "the decision did not wake the workflow"
        time.sleep(0.5)
    assert browser.get(f"{desk.url}/dashboard/privacy/{request_id}", timeout=30).status_code == 200
