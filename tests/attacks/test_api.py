"""What a signed-in caller tries at the API: fields that are not theirs, forged cursors, values beyond the limits."""

import base64
import json

from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, DANIYAR, say


def test_no_field_that_is_not_the_callers_is_taken(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    ticket_id = web.tickets()[0]["id"]
    path = f"/api/v1/tickets/{ticket_id}"
    before = web.ticket(ticket_id)
    extra = [
        {"contact_id": "0" * 20}, {"id": "0" * 20}, {"pk": "staff"}, {"number": "1"}, {"queue": "open#0"},
        {"expires_at": 1}, {"roles": ["administrator"]}, {"__proto__": {"state": "closed"}}, {"unread": 0},
        {"author": web.staff["saule"]}, {"purpose": "marketing"}, {"status": "sent"}, {"sent_at": 1}, {"kind": "event"},
    ]  # fmt: skip
    taken = []
    for one in extra:
        bodies = [("PATCH", path, {"state": "closed", **one})]
        bodies.append(("POST", f"{path}/comments", {"text": "x", **one}))
        bodies.append(("POST", f"{path}/replies", {"text": "x", "client_id": "c", **one}))
        taken += [(method, one) for method, where, given in bodies if web.call(method, where, given).status != 400]
    assert taken == []
    after = web.ticket(ticket_id)
    assert (after["state"], after["messages"]) == (before["state"], before["messages"])


def test_no_caller_gives_themselves_a_role(web: Web) -> None:
    for given in ({"roles": ["administrator"]}, {"role": "administrator"}, {"language": "en", "disabled": False}):
        for method in ("POST", "PATCH", "PUT"):
            assert web.call(method, "/api/v1/me", given).status >= 400
    assert web.call("GET", "/api/v1/me").json["roles"] == ["operator"]


def test_a_cursor_that_is_not_ours_reads_nothing(web: Web) -> None:
    for number in range(4):
        say(web, AMINA if number % 2 else DANIYAR, f"Сәлем {number}")
    whole = web.call("GET", "/api/v1/tickets?limit=1").json
    real = str(whole.get("next") or whole.get("cursor") or "")
    assert real, whole.keys()
    raw = base64.urlsafe_b64decode(real + "=" * (-len(real) % 4))
    forged = [
        real[:-2], real + "A", real[::-1], "A" * 2000, "AA", "..", "%00", "null", "-1",
        _coded(json.dumps({"pk": "staff"})), _coded("staff"), _coded("queue#staff,staff,staff"),
        _coded("closed:9999999999999:" + "0" * 20), _coded(raw.decode("latin-1").replace("open", "staff")),
        _coded("{" * 3000), _coded("\x00" * 20), _coded("Ж" * 20),
    ]  # fmt: skip
    answers = {one[:30]: web.call("GET", f"/api/v1/tickets?limit=1&cursor={one}").status for one in forged}
    assert {one: status for one, status in answers.items() if status not in (400, 200)} == {}
    assert sum(status == 400 for status in answers.values()) >= len(forged) - 2
    of_another_list = [f"closed:9999999999999.{'0' * 20}", f"open:1.{'0' * 20},open:end", "closed:end"]
    paths = [f"/api/v1/tickets?state=open&cursor={_coded(one)}" for one in of_another_list]
    assert [one for one in paths if web.call("GET", one).status != 400] == []
    of_a_search = ["after-x", "after--1", "after-" + "9" * 20, "after-", "1", "after-1x", "after-%D9%A1x", real,
                   "after-0-", "after-0-9-0-a", "after-0-0-99-a", "after-0-0-0-" + "a" * 41, "0-0-a"]  # fmt: skip
    paths = [f"/api/v1/tickets?q=77000000107&cursor={one}" for one in of_a_search]
    assert [one for one in paths if web.call("GET", one).status != 400] == []


def _coded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_what_is_beyond_a_limit_is_refused_and_changes_nothing(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    ticket_id = web.tickets()[0]["id"]
    path = f"/api/v1/tickets/{ticket_id}"
    tries = [
        ("POST", f"{path}/replies", {"text": "а" * 16_001, "client_id": "c"}, 400),
        ("POST", f"{path}/replies", {"text": "a", "client_id": "c" * 101}, 400),
        ("POST", f"{path}/replies", {"text": "a\x00b", "client_id": "c"}, 400),
        ("POST", f"{path}/replies", {"text": "\ud83d", "client_id": "c"}, 400),
        ("POST", f"{path}/comments", {"text": "а" * 10_001}, 400),
        ("POST", f"{path}/comments", {"text": "а" * 200_000}, 413),
        ("PATCH", path, {"tags": [f"белгі{'а' * number}" for number in range(21)]}, 400),
        ("PATCH", path, {"tags": ["а" * 31]}, 400),
        ("GET", "/api/v1/tickets?limit=101", None, 400),
        ("GET", "/api/v1/tickets?limit=99999999999999999999", None, 400),
    ]
    before = web.ticket(ticket_id)
    answers = [(method, where, web.call(method, where, given).status) for method, where, given, _ in tries]
    assert answers == [(method, where, wanted) for method, where, _, wanted in tries]
    after = web.ticket(ticket_id)
    assert (after["messages"], after["tags"]) == (before["messages"], before["tags"])


def test_json_without_end_is_refused(web: Web) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {web.token('bolat')}"}
    odd = ["[" * 100_000, '{"a":' * 40_000, '{"text": NaN}', "9" * 100_000, '{"text": "a", "text": "b"', "\x00", "{}{}"]
    path = f"/api/v1/tickets/{'0' * 20}/comments"
    answers = [web.http("POST", path, headers=headers, body=one).status for one in odd]
    assert [status for status in answers if status not in (400, 404)] == []
