"""Who has withdrawn consent: what the composer, the panel and the API say of it, and what they refuse."""

import pytest

from chalicelib.core.addresses import Author
from chalicelib.privacy.requests.vocabulary import Step
from tests.support.web.accounts import ROLES
from tests.support.web.asking import contact_of, opened, through
from tests.support.web.desk import Web
from tests.support.web.drafts import drafts, keep, post, reply, suppress, texts
from tests.support.web.serving import AMINA, DANIYAR, fail, say

CLOSED = "No question of the customer&#39;s is open"
OPEN = "You may answer the customer&#39;s question; nothing else leaves."


def withdrawn(web: Web, who: Author = AMINA, kind: str = "withdrawal") -> str:
    """The ticket of somebody who has a question, and then withdrew."""
    say(web, who, "Терминал қашан жөнделеді?")
    request = through(web, opened(web, who, kind), Step.OUTREACH_PAUSED, state="verifying")
    suppress(web, request.contact_id)
    return str(contact_of(web, who)["id"])


def page(web: Web, ticket_id: str, by: str = "bolat") -> str:
    return web.browser(by).get(f"/dashboard/tickets/{ticket_id}").text


@pytest.mark.parametrize("by", [name for name, roles in ROLES.items() if "operator" in roles or "supervisor" in roles])
def test_one_answer_is_taken_from_whoever_writes_it_and_then_none_from_anybody(web: Web, by: str) -> None:
    ticket_id = withdrawn(web)
    if reply(web, ticket_id, "Жауап", by).status == 403:
        return  # somebody who may not reply at all
    again = reply(web, ticket_id, "Және акция", "saule")
    assert (again.status, again.json["code"]) == (409, "suppressed")
    assert "no question of theirs is open" in again.json["message"]
    assert texts(web, ticket_id) == ["Жауап"]


def test_the_api_tells_both_on_lists_and_tickets(web: Web) -> None:
    ticket_id = withdrawn(web)
    say(web, DANIYAR, "Привет")

    def told() -> list[tuple[bool, bool]]:
        (listed,) = (one for one in web.tickets() if one["id"] == ticket_id)
        return [(one["suppressed"], one["open_question"]) for one in (listed, web.ticket(ticket_id))]

    assert told() == [(True, True)] * 2
    other = contact_of(web, DANIYAR)
    assert (other["suppressed"], other["open_question"]) == (False, True)
    reply(web, ticket_id, "Жауап")
    assert told() == [(True, False)] * 2
    contact = web.call("GET", f"/api/v1/contacts/{web.ticket(ticket_id)['contact']['id']}").json
    assert contact["suppressed"] is True and contact["opted_out_at"] is None


@pytest.mark.parametrize(
    ("kind", "title"), [("withdrawal", "Withdrawal of consent"), ("stop_processing", "Stop of processing")]
)
def test_the_composer_says_what_was_asked_since_when_and_what_may_leave(web: Web, kind: str, title: str) -> None:
    ticket_id = withdrawn(web, kind=kind)
    shown = page(web, ticket_id)
    assert f"The customer asks: {title}. Received: " in shown and OPEN in shown and CLOSED not in shown
    assert 'data-composer="open"' in shown

    reply(web, ticket_id, "Жауап")
    shown = page(web, ticket_id)
    assert f"The customer asks: {title}. Received: " in shown and CLOSED in shown and OPEN not in shown
    assert (
        'data-composer="suppressed"' in shown and 'formaction="/dashboard/tickets/' + ticket_id + '/reply"' not in shown
    )

    say(web, AMINA, "Тағы бір сұрақ")
    assert OPEN in page(web, ticket_id)


def test_the_composer_of_a_contact_without_a_running_request_names_the_day(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    ticket = contact_of(web, AMINA)
    suppress(web, ticket["contact"]["id"])
    assert "Consent is withdrawn since: " in page(web, ticket["id"])


def test_what_was_typed_when_the_withdrawal_came_stays_a_draft_beside_the_reason(web: Web) -> None:
    browser = web.browser("bolat")
    ticket_id = withdrawn(web)
    browser.get(f"/dashboard/tickets/{ticket_id}")
    reply(web, ticket_id, "Жауап")
    answer = browser.post(
        f"/dashboard/tickets/{ticket_id}/reply", {"text": "Акция!", "client_id": "page-1", "mode": "reply"}
    )
    assert answer.status == 409
    assert "Not sent. The customer has withdrawn consent, and no question of theirs is open." in answer.text
    assert "Акция!" in answer.text and len(drafts(web)) == 1
    assert keep(browser, ticket_id, "Акция!!", order=web.now + 1).json == {"saved": True}
    by_script = post(browser, f"/dashboard/tickets/{ticket_id}/reply", {"text": "Акция!!", "client_id": "page-1"})
    assert (by_script.status, by_script.json["code"]) == (409, "suppressed")
    assert browser.post(f"/dashboard/tickets/{ticket_id}/comment", {"note": "Өзіміз ғана"}).status == 303
    assert texts(web, ticket_id) == ["Жауап"]


def test_a_reply_of_before_shows_why_it_did_not_leave_and_is_not_sent_again(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    ticket = contact_of(web, AMINA)
    reply(web, ticket["id"], "Жауап")
    ref = reply(web, ticket["id"], "Акция бар").json["id"]
    suppress(web, ticket["contact"]["id"])
    fail(web, ticket["id"], "suppressed")

    failed = next(one for one in web.ticket(ticket["id"])["messages"] if one["id"] == ref)
    assert failed["failure"]["reason"] == "suppressed"
    assert "The customer has withdrawn consent, and it answered no question of theirs" in page(web, ticket["id"])
    answer = web.browser("bolat").post(f"/dashboard/tickets/{ticket['id']}/retry", {"message": ref})
    assert answer.status == 409 and "Not sent. The customer has withdrawn consent" in answer.text


def test_the_panel_says_since_when_there_is_no_news_for_everybody(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    ticket = contact_of(web, AMINA)
    assert "No news and offers since" not in page(web, ticket["id"])
    suppress(web, ticket["contact"]["id"], "opted_out_at")
    for by in ("bolat", "madina"):
        assert "No news and offers since: " in page(web, ticket["id"], by)


def test_a_reply_can_still_be_deleted_and_nothing_else_is_offered(web: Web) -> None:
    say(web, DANIYAR, "Когда?")
    ticket_id = str(contact_of(web, DANIYAR)["id"])
    reply(web, ticket_id, "Завтра")
    ours = next(one["id"] for one in web.ticket(ticket_id)["messages"] if one["text"] == "Завтра")
    suppress(web, web.ticket(ticket_id)["contact"]["id"])
    shown, path = page(web, ticket_id), f"/dashboard/tickets/{ticket_id}"
    assert 'data-composer="suppressed"' in shown and f"{path}/delete#{ours}" in shown
    assert not any(one in shown for one in ("/react#", "/edit#", "data-quote="))
    message = f"/api/v1/tickets/{ticket_id}/messages/{ours}"
    assert web.call("PATCH", message, {"text": "Сегодня"}).json["code"] == "suppressed"
    assert web.call("DELETE", message).json == {"state": "done"}
