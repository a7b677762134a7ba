"""Requests about data on the pages: what the officer sees and does, and what a frozen ticket shows to everybody."""

import re
from typing import Any

import pytest

from chalicelib.core.clock import DAY
from chalicelib.core.ids import MessageRef, grouped
from chalicelib.core.working_days import day_of
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.schema import MESSAGE
from chalicelib.privacy.mailbox.writes import last_answer, question
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import RequestState, Step
from chalicelib.privacy.texts.wording import show_secret
from chalicelib.wiring import erasure as wiring_erasure
from chalicelib.wiring import privacy_stores as wiring_stores
from tests.support.web.asking import (
    LIST,
    certified,
    every_state,
    freeze,
    mark,
    opened,
    over,
    plain,
    read,
    through,
    ticket_of,
    with_box,
)
from tests.support.web.desk import Web
from tests.support.web.serving import DANIYAR, customer

# -- the list


def test_an_empty_list_says_where_requests_come_from(web: Web) -> None:
    page = web.signed_in("dana").get(LIST)
    assert page.status == 200 and "Nobody has asked yet" in page.text


def test_the_list_shows_kind_state_and_clock_nearest_limit_first(web: Web) -> None:
    late = opened(web, received_at=web.now - 40 * DAY)
    soon = opened(web, received_at=web.now - 17 * DAY, kind="deletion")
    new = opened(web)
    ended = over(web, mark(web, opened(web), {"cancelled": web.now}), RequestState.CANCELLED)
    page = web.signed_in("dana").get(LIST)
    shown = re.findall(rf'href="{LIST}/([0-9a-z]{{20}})"', page.text)
    assert shown == [late.id, soon.id, new.id, ended.id]
    said = plain(page.text)
    assert "over, working days:" in said and "working days left: 15" in said
    assert "Deletion of personal data" in said and "Cancelled by the person" in said


def test_the_rail_shows_the_entry_to_the_officer_only(web: Web) -> None:
    opened(web)
    opened(web)
    page = web.signed_in("dana").get("/dashboard")
    assert re.search(rf'href="{LIST}"[^>]*>.*?<b class="n">2</b>', page.text)
    for name in ("bolat", "madina", "aigul"):
        assert LIST not in web.signed_in(name).get("/dashboard").text


@pytest.mark.parametrize("name", ["bolat", "madina", "aigul"])
def test_others_are_not_let_in(web: Web, name: str) -> None:
    request = opened(web)
    browser = web.signed_in(name)
    for path in (LIST, f"{LIST}/{request.id}", f"{LIST}/new?contact={request.contact_id}"):
        assert browser.get(path).status == 403
    assert browser.post(f"{LIST}/new", {"contact": request.contact_id, "kind": "deletion"}).status == 403
    assert browser.post(f"{LIST}/{request.id}/decision", {"decision": "refuse", "reason": "x"}).status == 403


# -- one request


def test_every_state_has_its_page(web: Web) -> None:
    browser = web.signed_in("dana")
    words = {
        "received": "Received", "verifying": "Waits for the person's confirmation", "deciding": "Needs your decision",
        "telling": "The person is being told", "grace": "Time to think again",
        "destroying": "Data is being destroyed", "complete": "Complete",
        "waiting_for_backups": "Waits for backups", "keeping": "A part is kept until its day",
        "escalated": "Stopped by a failure",
        "cancelled": "Cancelled by the person", "refused": "Refused",
    }  # fmt: skip
    may = {
        "verifying": {"erase", "refuse", "cancel"}, "deciding": {"erase", "refuse", "cancel"},
        "received": {"refuse", "cancel"}, "telling": {"refuse", "letter", "cancel"}, "grace": {"refuse", "cancel"},
        "escalated": {"go_on"}, "keeping": {"open"},
    }  # fmt: skip
    for state, request in every_state(web).items():
        page = browser.get(f"{LIST}/{request.id}")
        assert page.status == 200 and words[state] in plain(page.text), state
        offered = set(re.findall(r'name="decision" value="([a-z_]+)"', page.text))
        assert offered == may.get(state, set()), state
        assert ("Point of no return." in page.text) == (state not in ("cancelled", "refused")), state
        assert ("/certificates?id=" in page.text) == (state in ("waiting_for_backups", "keeping", "complete")), state
        named = "Асхат" in page.text
        assert named == (state not in ("destroying", "escalated", "waiting_for_backups", "keeping", "complete")), state


def test_a_paper_from_before_an_open_request_moves_its_clock_and_is_shown(web: Web) -> None:
    request = opened(web, DANIYAR)
    browser, day = web.signed_in("dana"), day_of(web.now - 9 * DAY)
    form = {"contact": request.contact_id, "kind": "withdrawal", "evidence": "Заявление на бумаге", "received_on": day}
    answer = browser.post(f"{LIST}/new", form)
    assert answer.status == 303 and answer.location.endswith(request.id)
    row = read(web, request.id)
    assert (row.received_on, row.source) == (day, "bot") and row.deadline_at < request.deadline_at
    assert "Заявление на бумаге" in browser.get(f"{LIST}/{request.id}").text


def test_no_page_takes_a_day_of_posting_that_no_calendar_has(web: Web) -> None:
    request = with_box(web)
    browser = web.signed_in("dana")
    for day in ("2026-11-31", "9999-99-99", "", "2026-11-29 "):
        answer = browser.post(f"{LIST}/{request.id}/decision", {"decision": "letter", "posted_on": day})
        assert answer.status == 400 and read(web, request.id) == request


def proposed(web: Web, request: Request) -> str:
    """What page and API call the proposal that is there."""
    proposal = read(web, request.id).proposal
    assert proposal is not None
    return proposal.seen


def test_who_has_taken_it_back_by_mail_is_booked_so_by_two(web: Web) -> None:
    request = with_box(web)
    browser, path = web.signed_in("dana"), f"{LIST}/{request.id}"
    form = {"decision": "cancel", "reason": "Письмо на почту, паспорт N12345678"}
    refused = browser.post(f"{path}/decision", form)
    assert refused.status == 400 and "numbers of documents" in plain(refused.text) and "N12345678" in refused.text
    assert browser.post(f"{path}/decision", {**form, "reason": "Письмо на почту"}).status == 303
    other = web.signed_in("erlan")
    shown = other.get(path).text
    assert "The person has taken the request back" in plain(shown) and "Письмо на почту" in shown
    assert other.post(f"{path}/decision", {"decision": "agree", "proposed": proposed(web, request)}).status == 303
    assert read(web, request.id).done(Step.CANCELLED)
    assert "Taken back, according to Дана Омарова, You" in plain(other.get(path).text)


def test_a_case_shows_clocks_steps_and_evidence(web: Web) -> None:
    request = opened(web, DANIYAR, received_at=web.now - DAY, evidence="Звонок 20 ноября, <b>сам</b>")
    request = through(web, request, Step.OUTREACH_PAUSED, state="deciding", waits="decision", due_at=web.now + DAY)
    page = web.signed_in("dana").get(f"{LIST}/{request.id}")
    said = plain(page.text)
    assert "Legal limit: Law No. 94-V, art. 8(7)" in said and "Our target" in said and DANIYAR.name in said
    assert "Звонок 20 ноября, <b>сам</b>" in said and "<b>сам</b>" not in page.text
    assert page.text.count('class="done"') == 2 and page.text.count('class="now"') == 1
    assert f'href="/dashboard/tickets/{ticket_of(web, request.contact_id)}"' in page.text
    assert re.search(r'<progress[^>]*max="15"', page.text)


def test_a_failure_is_told_in_words_with_what_to_do(web: Web) -> None:
    request = every_state(web)["escalated"]
    browser = web.signed_in("dana")
    said = plain(browser.get(f"{LIST}/{request.id}").text)
    assert "Stopped at: Key destroyed" in said and "tell on-call" in said and "TaskFailed" in said
    assert f"{request.id}-2" in said
    answer = browser.post(f"{LIST}/{request.id}/decision", {"decision": "go_on"})
    assert answer.status == 303 and read(web, request.id).due_at <= web.now
    assert "Begin the next run now" not in browser.get(f"{LIST}/{request.id}").text


def test_what_is_gone_is_counted_per_store(web: Web) -> None:
    page = web.signed_in("dana").get(f"{LIST}/{certified(web, opened(web)).id}")
    assert "Messages, comments and activity" in page.text and "<td>148</td><td>148</td><td>0</td>" in page.text
    assert "destroyed in time" in page.text


# -- deciding


def test_one_officer_proposes_and_another_agrees(web: Web) -> None:
    request = through(web, opened(web), Step.OUTREACH_PAUSED, state="deciding", waits="decision", due_at=web.now + DAY)
    browser, path = web.signed_in("dana"), f"{LIST}/{request.id}/decision"
    unchecked = browser.post(path, {"decision": "erase", "reason": "Сам пришёл"})
    assert unchecked.status == 400 and "identity was checked" in plain(unchecked.text)
    assert "Сам пришёл" in unchecked.text, "what was typed stays"
    assert browser.post(path, {"decision": "erase", "check": "in_person", "reason": "Сам пришёл"}).status == 303
    own = browser.get(f"{LIST}/{request.id}").text
    assert "What was seen Сам пришёл" in plain(own)
    assert "another privacy officer has to agree" in own and 'value="agree"' not in own and 'value="take_back"' in own
    assert not read(web, request.id).done(Step.VERIFIED)
    proposal = read(web, request.id).proposal
    assert proposal is not None and f'name="proposed" value="{proposal.seen}"' in own
    alone = browser.post(path, {"decision": "agree", "proposed": proposal.seen})
    assert alone.status == 409 and "you have proposed it" in alone.text
    other = web.signed_in("erlan")
    page = plain(other.get(f"{LIST}/{request.id}").text)
    assert "in person: a document was seen" in page and "Дана Омарова" in page and "Сам пришёл" in page
    for unseen in ("refuse.1", "erase", ""):
        assert other.post(path, {"decision": "agree", "proposed": unseen}).status == 409, "not what was seen"
    assert other.post(path, {"decision": "agree", "proposed": proposal.seen}).status == 303
    assert (read(web, request.id).identity, read(web, request.id).check) == ("staff", "in_person")
    again = browser.post(path, {"decision": "erase", "check": "in_person"})
    assert again.status == 409 and "decided already" in again.text, again.text[-600:]


def test_what_a_colleague_wrote_is_named_by_what_it_is_for(web: Web) -> None:
    request = through(web, opened(web), Step.OUTREACH_PAUSED, state="deciding", waits="decision", due_at=web.now + DAY)
    browser, path = web.signed_in("dana"), f"{LIST}/{request.id}"
    form = {"decision": "refuse", "ground": "obligation", "reason": "Долг по договору ещё не погашен"}
    assert browser.post(f"{path}/decision", form).status == 303
    assert "Reason Долг по договору ещё не погашен" in plain(browser.get(path).text)
    agreed = web.signed_in("erlan").post(f"{path}/decision", {"decision": "agree", "proposed": proposed(web, request)})
    assert agreed.status == 303
    said = plain(browser.get(path).text)
    assert "Reason Долг по договору ещё не погашен" in said
    assert "Ground An obligation between the person and us is not performed yet" in said


def test_what_was_seen_outlives_the_letter_and_words_go_with_a_proposal_that_is_taken_back(web: Web) -> None:
    request = opened(web, DANIYAR)
    wiring_erasure.pause_outreach()(request.id)
    mark(web, request, state="deciding", waits="decision", due_at=web.now + DAY)
    dana, erlan, path = web.signed_in("dana"), web.signed_in("erlan"), f"{LIST}/{request.id}"

    def decided(browser: Any, **form: str) -> None:
        assert browser.post(f"{path}/decision", form).status == 303

    decided(dana, decision="refuse", ground="law", reason="Закон велит хранить договор пять лет")
    decided(dana, decision="take_back")
    assert "Закон велит" not in plain(dana.get(path).text)
    decided(dana, decision="erase", check="in_person", reason="Сам пришёл")
    decided(erlan, decision="agree", proposed=proposed(web, request))
    mark(web, request, {"announced": web.now}, state="telling", waits="telling", due_at=web.now)
    for act in ({"decision": "letter"}, {"decision": "take_back"}, {"decision": "letter"}):
        decided(dana, **act, **({"posted_on": day_of(web.now)} if act["decision"] == "letter" else {}))
        assert "What was seen Сам пришёл" in plain(dana.get(path).text), act
    decided(erlan, decision="agree", proposed=proposed(web, request))
    assert "What was seen Сам пришёл" in plain(dana.get(path).text)


ENDED = {"suppressed": 1, "refused": 2, "reasoned": 2, "finished": 3}
ANSWERED_IN_TIME = "answered after working days"
WINDOW_CLOSED = {"code": "window_closed", "reason": "window_closed", "text": "", "at": 1}


@pytest.mark.parametrize(
    ("answered", "says"),
    [
        ("not_arrived", "did not arrive: tell the person in another way"),
        ("delivered", "Last answer arrived"),
        ("accepted", "Last answer taken by the provider, which gives no receipts"),
        (None, "it was not recorded whether it arrived"),
    ],
)
def test_a_refusal_counts_as_an_answer_when_it_has_arrived(web: Web, answered: str | None, says: str) -> None:
    request = mark(web, opened(web), {**dict.fromkeys(ENDED, web.now), "box_closed": web.now}, answered=answered)
    said = plain(web.signed_in("dana").get(f"{LIST}/{over(web, request, RequestState.REFUSED).id}").text)
    assert says in said and (ANSWERED_IN_TIME in said) is (answered in ("delivered", "accepted"))


@pytest.mark.parametrize(
    ("status", "says", "arrived"),
    [
        ("queued", ": Queued", False),
        ("failed", "Not delivered. The reply window closed.", False),
        ("sent", ": Sent", False),
        ("delivered", ": Delivered", True),
    ],
)
def test_while_a_refusal_is_on_its_way_its_message_says_how_far_it_is(
    web: Web, status: str, says: str, arrived: bool
) -> None:
    """Given somebody on WhatsApp, whose reply window may have closed."""
    request = opened(web, customer("Әсел", "whatsapp", "77000000131"))
    wiring_erasure.pause_outreach()(request.id)
    dana, erlan, path = web.signed_in("dana"), web.signed_in("erlan"), f"{LIST}/{request.id}/decision"
    reason = "Закон велит хранить договор пять лет"
    assert dana.post(path, {"decision": "refuse", "ground": "law", "reason": reason}).status == 303
    assert erlan.post(path, {"decision": "agree", "proposed": proposed(web, request)}).status == 303
    ref = MessageRef.parse(last_answer(read(web, request.id)))
    assert ref is not None
    row = DeskRow.get(*MESSAGE.key(*ref)[1:])
    row.status = status
    row.failure = (
        {"code": "window_closed", "reason": "window_closed", "text": "", "at": 1} if status == "failed" else None
    )
    row.save()
    said = plain(dana.get(f"{LIST}/{request.id}").text)
    assert says in said and (ANSWERED_IN_TIME in said) is arrived


@pytest.mark.parametrize(
    ("status", "says"), [("failed", ": Not delivered. The reply window closed."), ("delivered", ": Delivered")]
)
def test_whether_the_question_reached_the_person_is_shown(web: Web, status: str, says: str) -> None:
    """Given a request of somebody on WhatsApp who is to be asked, then nobody waits for an answer to what never came
    without being told so."""
    request = opened(web, customer("Әсел", "whatsapp", "77000000131"))
    page = lambda: plain(web.signed_in("dana").get(f"{LIST}/{request.id}").text)  # noqa: E731
    assert "Question to the person" not in page()
    wiring_erasure.pause_outreach()(request.id)
    ref = MessageRef.parse(question(read(web, request.id)))
    assert ref is not None
    row = DeskRow.get(*MESSAGE.key(*ref)[1:])
    row.status, row.failure = status, WINDOW_CLOSED if status == "failed" else None
    row.save()
    assert "Question to the person" in page() and says in page()


def test_who_waits_and_whether_the_answer_before_the_limit_arrived(web: Web) -> None:
    request = through(web, opened(web), Step.OUTREACH_PAUSED, state="deciding", waits="decision", due_at=web.now + DAY)
    browser, path = web.signed_in("dana"), f"{LIST}/{request.id}"
    said = plain(browser.get(path).text)
    assert "Identity proved not proved yet, two privacy officers decide" in said
    assert "Answer before the limit" not in said
    mark(web, request, {"defaulted": web.now})
    assert "no proof yet that it arrived: tell the person in another way" in plain(browser.get(path).text)
    mark(web, request, {"default_arrived": web.now})
    said = plain(browser.get(path).text)
    assert "Answer before the limit" in said and ": arrived" in said and "in another way" not in said


@pytest.mark.parametrize(
    ("last", "word"), [(Step.ERASED_AGAIN, "Data is being destroyed"), (Step.NOTIFIED, "Destroyed, the")]
)
def test_what_is_destroyed_is_not_called_being_destroyed(web: Web, last: Step, word: str) -> None:
    request = through(web, opened(web), last, state="destroying", counts={}, due_at=web.now + DAY)
    assert word in plain(web.signed_in("dana").get(f"{LIST}/{request.id}").text)


def test_numbers_of_documents_are_not_taken(web: Web) -> None:
    request = through(web, opened(web), Step.OUTREACH_PAUSED, state="deciding", waits="decision", due_at=web.now + DAY)
    form = {"decision": "erase", "check": "in_person", "reason": "Паспорт N 12345678 предъявлен"}
    answer = web.signed_in("dana").post(f"{LIST}/{request.id}/decision", form)
    assert answer.status == 400 and "forbids copies" in answer.text
    assert read(web, request.id).proposal is None


def test_a_refusal_without_ground_or_sentence_is_not_taken_and_a_late_one_keeps_the_text(web: Web) -> None:
    request = through(web, opened(web), Step.OUTREACH_PAUSED, state="deciding", waits="decision", due_at=web.now + DAY)
    browser, path = web.signed_in("dana"), f"{LIST}/{request.id}/decision"
    said = "Долг по договору ещё не погашен."
    assert browser.post(path, {"decision": "refuse", "ground": "law", "reason": "  "}).status == 400
    assert browser.post(path, {"decision": "refuse", "ground": "law", "reason": "нет"}).status == 400
    ungrounded = browser.post(path, {"decision": "refuse", "reason": said})
    assert ungrounded.status == 400 and said in ungrounded.text
    late = freeze(web, opened(web))
    form = {"decision": "refuse", "ground": "obligation", "reason": said}
    answer = browser.post(f"{LIST}/{late.id}/decision", form)
    assert answer.status == 409 and "cannot be stopped" in answer.text
    assert browser.post(path, {"decision": "shred"}).status == 400
    assert not read(web, request.id).done(Step.REFUSED)


# -- telling


def test_what_was_sent_is_shown_with_what_became_of_it_and_it_can_be_sent_again(web: Web) -> None:
    request = with_box(web)
    browser, path = web.signed_in("dana"), f"{LIST}/{request.id}"
    said = plain(browser.get(path).text)
    assert "Announcement 1" in said and "not yet: nothing is destroyed before" in said
    web.advance(60)
    assert browser.post(f"{path}/announcement", {}).status == 303
    assert "Announcement 2" in plain(browser.get(path).text)
    mark(web, request, {"told": web.now}, told_by="accepted")
    late = browser.post(f"{path}/announcement", {})
    assert late.status == 409 and "told meanwhile" in late.text
    said = plain(browser.get(path).text)
    assert "gives no receipts" in said and "Letter to print" not in said


def test_a_letter_holds_number_and_secret_and_its_posting_is_agreed_to_by_another(web: Web) -> None:
    request = with_box(web)
    browser, path = web.signed_in("dana"), f"{LIST}/{request.id}"
    letter = browser.get(f"{path}/letter")
    secret = show_secret(wiring_stores.secret()(request))
    assert letter.status == 200 and secret in letter.text and grouped(request.certificate_id, 5, "-") in letter.text
    assert DANIYAR.name in letter.text and secret not in browser.get(path).text
    assert re.search(r"\d\d\.\d\d\.2\d\d\d\. Запрос: " + grouped(request.id, 5, "-"), plain(letter.text)), (
        "all of it in the person's language, whoever prints it"
    )
    form = {"decision": "letter", "posted_on": day_of(web.now + DAY)}
    assert browser.post(f"{path}/decision", form).status == 400
    assert browser.post(f"{path}/decision", {**form, "posted_on": day_of(web.now)}).status == 303
    proposal = read(web, request.id).proposal
    assert proposal is not None
    agreed = {"decision": "agree", "proposed": proposal.seen}
    assert web.signed_in("erlan").post(f"{path}/decision", agreed).status == 303
    one = read(web, request.id)
    assert (one.told_by, one.posted_on, one.done(Step.TOLD)) == ("letter", day_of(web.now), True)
    shown = plain(browser.get(path).text)
    assert "by letter, posted:" in shown and "according to: You, Ерлан Қасымов" in shown
    assert browser.get(f"{path}/letter").status == 409


def test_what_the_limit_passed_without_is_called_a_breach(web: Web) -> None:
    request = opened(web, received_at=web.now - 40 * DAY)
    browser = web.signed_in("dana")
    said = plain(browser.get(f"{LIST}/{request.id}").text)
    assert "the processing was not stopped; the person had no answer" in said and "This is a breach" in said
    stopped = opened(web, received_at=web.now - 40 * DAY)
    at = stopped.deadline_at - DAY
    mark(
        web,
        stopped,
        {"suppressed": at, "defaulted": at, "default_arrived": at},
        state="deciding",
        waits="decision",
        due_at=web.now + DAY,
    )
    said = plain(browser.get(f"{LIST}/{stopped.id}").text)
    assert "breach" not in said and "stopped and answered in time" in said
