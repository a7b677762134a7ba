"""One text to many people on the running desk: it waits for a supervisor, who approves it, and then it arrives."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from chalicelib.outbox.same_text import MOST_PEOPLE
from tests.support.e2e.playing import Play, eventually, new_phone

SALE = "Акция! Скидка 30 % на терминалы до пятницы"


def test_it_waits_until_a_supervisor_approves_it(play: Play) -> None:
    phones = [new_phone() for _ in range(MOST_PEOPLE + 1)]
    with ThreadPoolExecutor(4) as pool:
        assert all(one.ok for one in pool.map(lambda phone: play.whatsapp(play.text(phone, "Сұрақ")), phones))
    operator, supervisor = play.sign_in(), play.sign_in("supervisor@desk.local")
    replies: list[dict[str, Any]] = []
    for phone in phones:
        body = {"text": SALE, "client_id": phone}
        answer = operator.call("POST", f"tickets/{operator.ticket_of(phone)['id']}/replies", body)
        assert answer.status_code == 201, answer.text
        replies.append(answer.json())
    *others, last = phones
    assert [one["status"] for one in replies] == ["queued"] * len(others) + ["withheld"]
    for phone in others:
        eventually(lambda phone=phone: SALE in play.texts("whatsapp", phone))  # type: ignore[misc]

    items = eventually(lambda: supervisor.get("withheld-replies")["items"])
    assert [one["message"]["id"] for one in items] == [replies[-1]["id"]]
    assert SALE not in play.texts("whatsapp", last)
    path = f"withheld-replies/{replies[-1]['id']}/decision"
    assert operator.call("POST", path, {"decision": "approve"}).status_code == 403
    assert supervisor.call("POST", path, {"decision": "approve"}).ok
    eventually(lambda: SALE in play.texts("whatsapp", last), seconds=20)
    assert supervisor.get("withheld-replies")["items"] == []
