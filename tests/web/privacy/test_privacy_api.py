"""Requests about data by the API, on real tables."""

from typing import Any

import pytest

from chalicelib.core.clock import DAY
from chalicelib.core.working_days import day_of, deadline
from chalicelib.dynamo.queues import WakeUp
from chalicelib.entrypoints import stream_router as relay
from chalicelib.privacy.requests.vocabulary import RequestState, Step
from chalicelib.wiring import web as wiring_web
from tests.support.web.asking import certified, every_state, freeze, mark, opened, over, read, through
from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, DANIYAR, say

URL = "/api/v1/privacy-requests"


def post(web: Web, body: dict[str, Any]) -> Any:
    return web.call("POST", URL, {"received_on": day_of(web.now), **body}, by="dana")


def contact(web: Web, who: Any = DANIYAR) -> str:
    say(web, who, "Здравствуйте")
    return str(next(one["contact"]["id"] for one in web.tickets() if one["contact"]["name"] == who.name))


def listed(web: Web, query: str = "") -> list[dict[str, Any]]:
    answer = web.call("GET", URL + query, by="dana")
    assert answer.status == 200, answer.text
    return list(answer.json["items"])


# -- entering


def test_a_request_is_entered_once_and_the_second_returns_the_first(web: Web) -> None:
    body = {"kind": "withdrawal", "contact_id": contact(web), "source": "staff", "evidence": "Письмо от 20 ноября"}
    first = post(web, body)
    again = post(web, {**body, "kind": "deletion"})
    assert (first.status, again.status) == (201, 200)
    assert first.json["id"] == again.json["id"] and again.json["kind"] == "withdrawal"
    shown = first.json
    assert (shown["state"], shown["source"], shown["created_by"]) == ("received", "staff", web.staff["dana"])
    assert shown["clocks"]["limit"] > shown["clocks"]["alarm"] > shown["clocks"]["received"]
    assert shown["certificate_id"] is None and shown["failure"] is None and shown["steps"] == []


def test_the_evidence_lies_sealed_and_no_answer_or_log_shows_it(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    said = "Письмо от Данияра"
    answer = post(web, {"kind": "deletion", "contact_id": contact(web), "evidence": said})
    assert said not in answer.text
    kept = wiring_web.request_pages().find(answer.json["id"], web.now)
    assert kept is not None and kept.evidence and said.encode() not in kept.evidence
    opened_text = wiring_web.desk(None).request_text(
        answer.json["contact_id"], answer.json["id"], "evidence", kept.evidence
    )
    assert opened_text == said
    assert said not in str([vars(one) for one in caplog.records])


@pytest.mark.parametrize("kind", ["access", "correction", "blocking", "unblocking", "objection", "authority"])
def test_kinds_that_are_not_offered_say_so(web: Web, kind: str) -> None:
    answer = post(web, {"kind": kind, "contact_id": contact(web)})
    assert (answer.status, answer.json["code"]) == (400, "not_offered")
    assert listed(web) == []


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"kind": "other"}, 400), ({"kind": None}, 400), ({"source": "bot"}, 400), ({"source": "mail"}, 400),
        ({"evidence": ""}, 400), ({"evidence": "a" * 4001}, 400), ({"evidence": 1}, 400), ({"more": 1}, 400),
        ({"contact_id": None}, 400), ({"contact_id": "x"}, 404), ({"contact_id": "0" * 20}, 404),
        ({"received_on": None}, 400), ({"received_on": "20.11.2026"}, 400), ({"received_on": "2025-02-30"}, 400),
        ({"received_on": "2999-01-01"}, 400), ({"received_on": "2001-01-01"}, 400), ({"received_on": 20261120}, 400),
    ],
)  # fmt: skip
def test_what_is_not_as_documented_changes_nothing(web: Web, change: dict[str, Any], status: int) -> None:
    assert post(web, {"kind": "deletion", "contact_id": contact(web), **change}).status == status
    assert listed(web) == []


# -- the list


def test_the_nearest_limit_comes_first_then_what_is_over_newest_first(web: Web) -> None:
    late = opened(web, received_at=web.now - 20 * DAY)
    first_over = over(web, mark(web, opened(web), {"cancelled": web.now}), RequestState.CANCELLED)
    new = opened(web)
    web.advance(60)
    last_over = over(web, mark(web, opened(web), {"refused": web.now}), RequestState.REFUSED)
    near = opened(web, received_at=web.now - 10 * DAY)
    wanted = [late.id, near.id, new.id, last_over.id, first_over.id]
    assert [one["id"] for one in listed(web)] == wanted


def test_pages_leave_nothing_out_and_show_nothing_twice(web: Web) -> None:
    made = {opened(web).id for _ in range(4)}
    made |= {over(web, mark(web, opened(web), {"refused": web.now}), RequestState.REFUSED).id for _ in range(3)}
    found: list[str] = []
    query = "?limit=2"
    for _ in range(10):
        answer = web.call("GET", URL + query, by="dana").json
        found += [one["id"] for one in answer["items"]]
        if not answer["cursor"]:
            break
        query = f"?limit=2&cursor={answer['cursor']}"
    assert len(found) == len(made) == 7 and set(found) == made


def test_every_state_can_be_asked_for_alone(web: Web) -> None:
    made = every_state(web)
    for state, request in made.items():
        assert [one["id"] for one in listed(web, f"?state={state}")] == [request.id], state
    assert {one["kind"] for one in listed(web, "?kind=deletion")} == {"deletion"}
    assert len(listed(web, "?kind=deletion")) + len(listed(web, "?kind=withdrawal")) == len(made)
    assert wiring_web.request_pages().count_open() == len(made) - 3


@pytest.mark.parametrize(
    "query",
    ["?x=1", "?state=open", "?kind=all", "?limit=0", "?limit=101", "?cursor=", "?cursor=open-1-x", "?cursor=over-1-"],
)
def test_unknown_parameters_are_refused(web: Web, query: str) -> None:
    assert web.call("GET", URL + query, by="dana").status == 400


def test_a_cursor_of_another_list_is_refused(web: Web) -> None:
    assert web.call("GET", f"{URL}?state=complete&cursor=open-1-{'0' * 20}", by="dana").status == 400


def test_what_is_kept_no_longer_is_not_shown(web: Web) -> None:
    request = over(web, mark(web, opened(web), {"refused": web.now}), RequestState.REFUSED)
    mark(web, request, expires_at=web.seconds + 60)
    assert [one["id"] for one in listed(web)] == [request.id]
    web.advance(61)
    assert listed(web) == []
    assert web.call("GET", f"{URL}/{request.id}", by="dana").status == 404


# -- one request


def test_a_request_shows_words_numbers_and_times_and_nothing_that_answers_for_it(web: Web) -> None:
    request = freeze(web, opened(web))
    mark(
        web, request, token="secret-token", secret_hash="h" * 64, secret=b"sealed", failure="TaskFailed", run=3,
        state="escalated", failed_step="inventoried", escalated_at=web.now,
        counts={"contact": {"found": 2, "destroyed": 1, "retained": 0}},
    )  # fmt: skip
    answer = web.call("GET", f"{URL}/{request.id}", by="dana")
    assert answer.status == 200
    for hidden in ("secret-token", "h" * 64, "secret", "token"):
        assert hidden not in answer.text
    shown = answer.json
    assert [one["name"] for one in shown["steps"]][:2] == ["suppressed", "verified"]
    assert all(one["at"].endswith("Z") for one in shown["steps"])
    assert shown["counts"] == {"contact": {"found": 2, "destroyed": 1, "retained": 0}}
    assert (shown["failure"]["code"], shown["failure"]["step"], shown["run"]) == ("TaskFailed", "inventoried", 3)
    assert "on-call" in shown["failure"]["message"]


def test_only_the_privacy_officer_reads_and_writes(web: Web) -> None:
    request = opened(web)
    for name in ("bolat", "madina", "aigul"):
        for method, path in (("GET", URL), ("POST", URL), ("GET", f"{URL}/{request.id}")):
            assert web.call(method, path, {} if method == "POST" else None, by=name).status == 403
        decision = {"decision": "agree"}
        assert web.call("POST", f"{URL}/{request.id}/decision", decision, by=name).status == 403
    assert read(web, request.id) == request


# -- deciding


ERASE = {"decision": "erase", "check": "in_person", "reason": "Құжаты көрілді"}
REFUSE = {"decision": "refuse", "ground": "obligation", "reason": "Долг по договору ещё не погашен."}


def decide(web: Web, request_id: str, by: str = "dana", **body: Any) -> Any:
    """A colleague's decision; who agrees has read the proposal as it is, unless another is named."""
    if body == {"decision": "agree"}:
        proposal = read(web, request_id).proposal
        body["proposed"] = proposal.seen if proposal else "erase.1"
    return web.call("POST", f"{URL}/{request_id}/decision", body, by=by)


def test_two_officers_confirm_for_the_person(web: Web) -> None:
    request = through(web, opened(web), Step.OUTREACH_PAUSED, state="deciding", waits="decision", due_at=web.now + DAY)
    answer = decide(web, request.id, **ERASE)
    proposal = answer.json["proposal"]
    assert (answer.status, answer.json["identity"]) == (200, None), "one alone decides nothing"
    assert (proposal["decision"], proposal["by"], proposal["check"]) == ("erase", web.staff["dana"], "in_person")
    alone = decide(web, request.id, decision="agree")
    assert (alone.status, alone.json["code"]) == (409, "same_person")
    answer = decide(web, request.id, by="erlan", decision="agree")
    assert (answer.status, answer.json["identity"], answer.json["identity_check"]) == (200, "staff", "in_person")
    assert "verified" in [one["name"] for one in answer.json["steps"]] and answer.json["proposal"] is None
    assert (answer.json["decided_by"], answer.json["approved_by"]) == (web.staff["dana"], web.staff["erlan"])
    assert answer.json["clocks"]["target"]
    assert decide(web, request.id, **ERASE).json["code"] == "already_decided"
    assert decide(web, request.id, by="erlan", decision="agree").json["code"] == "no_proposal"


def test_who_proposed_and_lost_access_has_decided_nothing(web: Web) -> None:
    request = through(web, opened(web), Step.OUTREACH_PAUSED, state="deciding", waits="decision", due_at=web.now + DAY)
    made = decide(web, request.id, decision="erase", check="in_person")
    assert web.call("POST", f"/api/v1/staff/{web.staff['dana']}/revoke", by="aigul").status == 200
    agreed = decide(web, request.id, by="erlan", decision="agree", proposed=made.json["proposal"]["proposed"])
    assert (agreed.status, agreed.json["code"]) == (409, "no_officer")
    assert read(web, request.id).identity == ""


def test_a_proposal_can_be_taken_back_and_replaced(web: Web) -> None:
    request = through(web, opened(web), Step.OUTREACH_PAUSED, state="deciding", waits="decision", due_at=web.now + DAY)
    decide(web, request.id, **ERASE)
    assert decide(web, request.id, by="erlan", decision="take_back").json["proposal"] is None
    decide(web, request.id, **ERASE)
    assert decide(web, request.id, by="erlan", **REFUSE).json["proposal"]["decision"] == "refuse"
    assert decide(web, request.id, by="erlan", decision="agree").json["code"] == "same_person"
    answer = decide(web, request.id, decision="agree")
    assert (answer.json["state"], answer.json["refused_on"]) == ("refused", "obligation")


def test_who_agrees_names_the_proposal_that_they_have_read(web: Web) -> None:
    """Given a proposal that is replaced after another colleague has read it, then they agree to neither."""
    request = through(web, opened(web), Step.OUTREACH_PAUSED, state="deciding", waits="decision", due_at=web.now + DAY)
    seen = decide(web, request.id, **ERASE).json["proposal"]["proposed"]
    web.advance(1)
    newer = decide(web, request.id, **{**ERASE, "check": "notary"}).json["proposal"]["proposed"]
    for body in ({"decision": "agree", "proposed": None}, {"decision": "agree", "proposed": ""}):
        assert decide(web, request.id, by="erlan", **body).status == 400
    for wrong in (seen, "erase", "refuse.1"):
        answer = decide(web, request.id, by="erlan", decision="agree", proposed=wrong)
        assert (answer.status, answer.json["code"]) == (409, "no_proposal")
        assert decide(web, request.id, decision="take_back", proposed=wrong).json["code"] == "no_proposal"
    assert not read(web, request.id).done(Step.VERIFIED)
    answer = decide(web, request.id, by="erlan", decision="agree", proposed=newer)
    assert (answer.json["identity_check"], answer.json["checked_by"]) == ("notary", web.staff["dana"])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"decision": "erase"}, "check"), ({"decision": "erase", "check": "passport"}, "check"),
        ({**ERASE, "reason": "ИИН 880101 300 123"}, "document"), ({**ERASE, "reason": "паспорт N12345678"}, "document"),
        ({**ERASE, "reason": "удостоверение 045123678"}, "document"),
        ({"decision": "refuse"}, "ground"), ({**REFUSE, "ground": "other"}, "ground"),
        ({**REFUSE, "reason": "нет"}, "reason"), ({**REFUSE, "reason": "нетнетнетнетнетнетнетнет"}, "reason"),
        ({"decision": "refuse", "ground": "law"}, "reason"),
        ({**REFUSE, "reason": f"\x00{REFUSE['reason']}"}, "reason"),
        ({**REFUSE, "reason": f"\ud800{REFUSE['reason']}"}, "bad_input"), ({**REFUSE, "ground": "\udfff"}, "bad_input"),
        ({**REFUSE, "reason": "ИИН 880101300123 в заявлении не тот."}, "document"),
    ],
)  # fmt: skip
def test_a_decision_says_what_it_rests_on(web: Web, body: dict[str, Any], code: str) -> None:
    request = through(web, opened(web), Step.OUTREACH_PAUSED, state="verifying", waits="identity", due_at=web.now + DAY)
    answer = decide(web, request.id, **body)
    assert (answer.status, answer.json["code"]) == (400, code)
    assert read(web, request.id) == request


def test_a_phone_is_no_document(web: Web) -> None:
    request = through(web, opened(web), Step.OUTREACH_PAUSED, state="deciding", waits="decision", due_at=web.now + DAY)
    assert (
        decide(web, request.id, **{**ERASE, "reason": "Перезвонили на +7 701 234 56 78, заказ 1234567"}).status == 200
    )


def test_retaining_wants_a_ground_of_the_profile_and_its_fields_fit_nothing_else(web: Web) -> None:
    request = through(web, opened(web), Step.OUTREACH_PAUSED, state="deciding", waits="decision", due_at=web.now + DAY)
    answer = decide(web, request.id, decision="retain", ground="claims", until="2027-01-01")
    assert (answer.status, answer.json["code"]) == (400, "retain")
    assert decide(web, request.id, **ERASE, until="2027-01-01").status == 400
    assert decide(web, request.id, **ERASE, ground="law").status == 400
    assert decide(web, request.id, decision="agree", reason="x").status == 400
    assert decide(web, request.id, decision="shred").status == 400
    assert decide(web, request.id, **{**ERASE, "reason": "a" * 1001}).status == 400
    assert read(web, request.id) == request


def test_decisions_that_come_too_late_or_too_soon_say_so(web: Web) -> None:
    assert decide(web, opened(web).id, **ERASE).json["code"] == "not_yet"
    assert decide(web, freeze(web, opened(web)).id, **REFUSE).json["code"] == "too_late"
    ended = over(web, mark(web, opened(web), {"cancelled": web.now}), RequestState.CANCELLED)
    assert decide(web, ended.id, **ERASE).json["code"] == "over"
    assert decide(web, "0" * 20, **ERASE).status == 404


def test_an_escalated_run_goes_on_at_once(web: Web) -> None:
    request = every_state(web)["escalated"]
    assert request.due_at > web.now
    assert decide(web, request.id, decision="go_on").status == 200
    assert read(web, request.id).due_at <= web.now


def test_the_terms_count_from_the_day_of_receipt(web: Web) -> None:
    body = {"kind": "deletion", "contact_id": contact(web), "received_on": day_of(web.now - 9 * DAY)}
    answer = web.call("POST", URL, body, by="dana")
    assert (answer.status, answer.json["received_on"]) == (201, body["received_on"])
    one = read(web, answer.json["id"])
    assert one.deadline_at == deadline(wiring_web.profile().deadlines["stop_processing"], one.received_at)
    assert one.received_at <= web.now - 8 * DAY < one.opened_at


# -- certificates


def test_a_certificate_is_shown_as_it_was_signed(web: Web) -> None:
    request = certified(web, opened(web))
    shown = web.call("GET", f"{URL}/{request.id}", by="dana").json
    answer = web.call("GET", f"/api/v1/certificates/{shown['certificate_id']}", by="dana")
    assert answer.status == 200 and not answer.json["final"]
    (entry,) = answer.json["entries"]
    assert entry["whole"] and entry["body"]["request_id"] == request.id and entry["number"] == 1
    done = certified(web, opened(web), complete=True)
    answer = web.call("GET", f"/api/v1/certificates/{done.certificate_id}", by="dana")
    assert [one["body"]["entry"] for one in answer.json["entries"]] == ["issued", "final"]
    assert web.call("GET", f"/api/v1/certificates/{'0' * 20}", by="dana").status == 404


# -- the frozen ticket


def test_everything_of_a_person_under_destruction_answers_409(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    request = opened(web, DANIYAR)
    ticket = next(one["id"] for one in web.tickets() if one["contact"]["id"] == request.contact_id)
    one = f"/api/v1/tickets/{ticket}"
    before = web.call("POST", f"{one}/replies", {"text": "Ответ", "client_id": "r-1"})
    assert before.status == 201
    freeze(web, request)
    for method, path, body in (
        ("GET", one, None),
        ("PATCH", one, {"priority": "high"}),
        ("POST", f"{one}/replies", {"text": "Ответ", "client_id": "r-2"}),
        ("POST", f"{one}/replies", {"text": "Ответ", "client_id": "r-1"}),
        ("POST", f"{one}/comments", {"text": "Заметка"}),
        ("GET", f"/api/v1/contacts/{request.contact_id}", None),
    ):
        answer = web.call(method, path, body)
        assert (answer.status, answer.json["code"]) == (409, "erasing"), (method, path)
        assert set(answer.json) == {"code", "message"} and "Данияр" not in answer.text
    again = post(web, {"kind": "deletion", "contact_id": request.contact_id})
    assert (again.status, again.json["id"]) == (200, request.id)


def test_others_are_not_frozen(web: Web) -> None:
    say(web, AMINA, "Сәлем")
    amina = web.tickets()[0]
    freeze(web, opened(web, DANIYAR))
    assert web.ticket(amina["id"])["contact"]["name"] == AMINA.name
    assert web.call("GET", f"/api/v1/contacts/{amina['contact']['id']}").status == 200


def test_without_the_key_lists_show_no_name_and_no_text(web: Web) -> None:
    request = opened(web, DANIYAR)
    certified(web, freeze(web, request))
    (ticket,) = [one for one in web.tickets() if one["contact"]["id"] == request.contact_id]
    assert ticket["contact"]["erased"] and not ticket["contact"]["name"]
    page = web.signed_in("bolat").get("/dashboard")
    assert "Being destroyed" in page.text and "Данияр" not in page.text


def test_what_a_colleague_decides_rings_for_the_worker_and_other_changes_do_not(web: Web) -> None:
    def wake_up(request_id: str) -> object:
        key = {"pk": {"S": f"request#{request_id}"}, "sk": {"S": "request"}}
        image = web.dynamodb.get_item(TableName=web.tables["desk"], Key=key, ConsistentRead=True)["Item"]
        return relay._wake_up({"eventName": "MODIFY", "eventID": "1", "dynamodb": {"NewImage": image}})

    request = through(web, opened(web), Step.OUTREACH_PAUSED, state="deciding", waits="decision", due_at=web.now + DAY)
    assert wake_up(request.id) is None
    assert decide(web, request.id, **ERASE).status == 200
    assert wake_up(request.id) is None, "a proposal decides nothing"
    assert decide(web, request.id, by="erlan", decision="agree").status == 200
    assert wake_up(request.id) == ("privacy", WakeUp({"request_id": request.id}))
    mark(web, request, waits=None)
    assert wake_up(request.id) is None
    mark(web, request, state="escalated")
    assert wake_up(request.id) == ("privacy", WakeUp({"request_id": request.id}))


# -- the hold

HOLD = "/api/v1/privacy-hold"


def test_officer_and_administrator_hold_and_release(web: Web) -> None:
    free = {"held": False, "since": None, "by": None}
    assert web.call("GET", HOLD, by="dana").json == free
    held = web.call("POST", HOLD, {"held": True}, by="aigul")
    assert held.status == 200 and held.json["held"] and held.json["since"]
    assert held.json["by"] == web.call("GET", "/api/v1/me", by="aigul").json["id"]
    assert web.call("POST", HOLD, {"held": True}, by="dana").json == held.json, "who held first stays named"
    assert web.call("GET", HOLD, by="dana").json == held.json
    assert web.call("POST", HOLD, {"held": False}, by="dana").json == free
    assert web.call("POST", HOLD, {"held": False}, by="dana").json == free


@pytest.mark.parametrize("body", [{}, {"held": "yes"}, {"held": 1}, {"held": None}, {"held": True, "why": "x"}])
def test_a_hold_of_a_strange_form_changes_nothing(web: Web, body: dict[str, Any]) -> None:
    assert web.call("POST", HOLD, body, by="dana").status == 400
    assert web.call("GET", HOLD, by="dana").json["held"] is False


@pytest.mark.parametrize("name", ["bolat", "madina"])
def test_others_neither_see_nor_set_the_hold(web: Web, name: str) -> None:
    assert web.call("GET", HOLD, by=name).status == web.call("POST", HOLD, {"held": True}, by=name).status == 403
    assert web.call("GET", HOLD, by="dana").json["held"] is False
