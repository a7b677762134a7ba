"""What a certificate says: two moments, every trace that stays, the proof of consent, and what it does not cover."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from chalice.test import Client
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.certificates.model import ISSUED, Certificate, issued_body, kept_until, rfc3339
from chalicelib.core.clock import DAY, GUARD_DAYS, SECOND
from chalicelib.core.kept_for import KeptFor
from chalicelib.core.texts import desk_text
from chalicelib.dynamo.builder import attribute_values
from chalicelib.dynamo.schema import SECTIONS
from chalicelib.erasure.inventory import MOST_CONSENTS
from chalicelib.privacy.kinds.registry import kind_of
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.privacy.requests.waiting_times import DELIVER_WITHIN
from chalicelib.profile.load import load_profile
from chalicelib.web.public.certificate_words import HOLDS, LEFT, STORE_NAMES, TIMES, present_certificate
from infra.definitions import LOG_DAYS
from tests.support.erasure.certificates import NOW, SECRET, Office, post
from tests.support.erasure.certificates import front as front
from tests.support.erasure.certificates import office as office
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.destroyed import finish
from tests.support.erasure.destroying import run_until
from tests.support.erasure.person import Person, cast

__all__ = ["front", "office"]  # fixtures
PROFILE = load_profile("spoint")
CONSENT = {"version": "1", "hash": "ab" * 32, "language": "ru", "channel": "telegram", "given": NOW - 9 * DAY,
           "ended": NOW - DAY}  # fmt: skip
STEPS = {str(Step.OUTREACH_PAUSED): NOW - 9000, str(Step.VERIFIED): NOW - 8000, str(Step.WRITES_BLOCKED): NOW - 7000,
         str(Step.KEY_DESTROYED): NOW - 5000, str(Step.ABSENT): NOW - 1000}  # fmt: skip


def said(office: Office, **more: Any) -> dict[str, Any]:
    """The body of a certificate that is issued now."""
    request = office.request(**{"steps": STEPS, "consents": [CONSENT], "consents_total": 1} | more)
    office.issue(request)
    entry = office.ledger.entry(request.certificate_id, ISSUED)
    assert entry is not None and office.signer.verifies(entry)
    return entry.body


def page(office: Office, front: Client, body: dict[str, Any], language: str = "en") -> str:
    """The public page of a certificate, its text alone."""
    answer = post(front, f"id={body['certificate_id']}&secret={SECRET}", f"?lang={language}")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.body.decode()))


def test_the_end_of_sending_and_the_closing_of_the_fence_are_two_moments(office: Office, front: Client) -> None:
    body = said(office)
    assert body["format"] == 2
    assert body["times"]["suppressed"] == rfc3339(NOW - 9000)
    assert body["times"]["barrier"] == rfc3339(NOW - 7000)
    shown = page(office, front, body)
    for title, meaning in TIMES.values():
        assert title in shown and meaning in shown


def test_a_suppression_that_was_lifted_in_between_counts_from_its_last_beginning(office: Office) -> None:
    """Nobody confirmed, sending went on, then a colleague found out who asked."""
    assert said(office, suppressed_at=NOW - 7500)["times"]["suppressed"] == rfc3339(NOW - 7500)


def test_every_trace_that_stays_has_a_term(office: Office, front: Client) -> None:
    body = said(office)
    until = {one["what"]: one["until"] for one in body["left"]}
    answered = NOW - 1000 + DELIVER_WITHIN
    kept = rfc3339(answered + PROFILE.retention["request"].term * DAY)
    assert until == {
        "fence": rfc3339(NOW - 5000 + GUARD_DAYS * DAY),
        "log": rfc3339(NOW + 30 * DAY),
        "request": kept,
        "consents": kept,
        "tombstone": "",
        "certificate": "",
    }
    assert PROFILE.retention["log"].term == LOG_DAYS
    assert {one["what"] for one in body["left"]} == set(LEFT) and {one["holds"] for one in body["left"]} == set(HOLDS)
    shown = page(office, front, body)
    assert all(words in shown for words in (*LEFT.values(), *HOLDS.values(), "no end"))
    for language in ("kk", "ru"):
        say = desk_text(language).gettext
        there = page(office, front, body, language)
        assert all(say(words) in there for words in (*LEFT.values(), *HOLDS.values(), "no end"))


@pytest.mark.parametrize("language", ["en", "kk", "ru"])
@pytest.mark.parametrize("answered", [False, True])
def test_a_kind_that_this_release_does_not_know_is_shown_by_its_own_word(
    office: Office, language: str, answered: bool
) -> None:
    found = office.ledger.entry(said(office)["certificate_id"], ISSUED)
    assert found is not None
    body = found.body | {"kind": "oblivion"}
    if answered:
        del body["stores"]
        body |= {"times": {"received": rfc3339(NOW), "done": rfc3339(NOW), "issued": rfc3339(NOW)}}
    shown = present_certificate(Certificate(replace(found, text=json.dumps(body)), None, signed=True), language)
    assert shown["title"] == "oblivion" and shown["ground"].startswith("oblivion, ")
    assert len(shown["times"]) == (3 if answered else len(TIMES))


def test_a_person_without_consents_leaves_no_proof_of_any(office: Office, front: Client) -> None:
    body = said(office, consents=[], consents_total=0)
    assert body["consents"] == [] and "consents" not in {one["what"] for one in body["left"]}
    assert "Proof of consent" not in page(office, front, body)


DAYS = st.integers(1, 4000)


@given(request_days=DAYS, consent_days=DAYS, ended=st.lists(st.integers(1, NOW), max_size=3))
def test_the_row_lives_to_the_later_of_both_terms(request_days: int, consent_days: int, ended: list[int]) -> None:
    request = Request("r", "withdrawal", "", "bot", "c", "v", "telegram", "a", "ru", NOW, NOW, NOW,
                      steps=STEPS, consents=[CONSENT | {"ended": at} for at in ended])  # fmt: skip
    until = kept_until(request, KeptFor(request_days), KeptFor(consent_days))
    answered = NOW - 1000 + DELIVER_WITHIN + request_days * DAY
    terms = [answered, *(at + consent_days * DAY for at in ended)]
    assert until == max(terms)


def test_the_row_goes_when_its_certificate_said(office: Office) -> None:
    office.recover()
    request = office.request(Step.MAILBOX_DESTROYED, consents=[CONSENT], consents_total=1)
    office.issue(request)
    office.now += 30 * DAY  # backups held it up
    assert office.finish(request) == {"outcome": "final"}
    entry, row = office.ledger.entry(request.certificate_id, ISSUED), office.requests.item(request.id)
    assert entry is not None
    (until,) = [one["until"] for one in entry.body["left"] if one["what"] == "request"]
    assert rfc3339(row["expires_at"] * SECOND) == until
    assert row["consents"] == [CONSENT], "the proof outlives the request"


@pytest.mark.parametrize(
    ("channel", "name"),
    [("whatsapp", "Meta Platforms, Inc."), ("telegram", "Telegram")],
)
def test_nothing_is_claimed_about_copies_with_others(office: Office, front: Client, channel: str, name: str) -> None:
    body = said(office, channel=channel)
    asked = {"what": "recipient", "name": name, "asked": "destroy", "told": ""}
    assert body["not_covered"] == [asked, {"what": "own_devices", "name": ""}]
    shown = page(office, front, body)
    assert f"{name}: the company still has to ask it to destroy what it has of the person." in shown
    assert f"Copies at {name} and on the person's own phone" in shown.replace("&#39;", "'")


def test_the_proof_of_consent_is_named_without_an_address(office: Office, front: Client) -> None:
    body = said(office, consents_total=51)
    assert body["consents"] == [
        {**CONSENT, "given": rfc3339(CONSENT["given"]), "ended": rfc3339(CONSENT["ended"])}  # type: ignore[arg-type]
    ]
    shown = page(office, front, body)
    assert "Proof of consent" in shown and "ab" * 32 in shown and "Earlier ones: 50" in shown


@pytest.mark.parametrize("kind", ["withdrawal", "deletion", "stop_processing"])
def test_ground_and_article_are_those_that_were_signed(office: Office, front: Client, kind: str) -> None:
    body, known = said(office, kind=kind), kind_of(kind)
    article = known.basis.partition(" art. ")[2]
    assert body["basis"] == known.basis and article
    assert f"{known.certified_as}, Law No. 94-V, art. {article}" in page(office, front, body)


@pytest.mark.parametrize(
    ("more", "word"),
    [({}, "the person who asked"), ({"identity": "staff"}, "the privacy officer"),
     ({"identity": "staff", "approved_by": "other"}, "two privacy officers")],
)  # fmt: skip
def test_who_approved_it_and_that_no_bin_is_known_are_said(
    office: Office, front: Client, more: dict[str, str], word: str
) -> None:
    shown = page(office, front, said(office, **more))
    assert "Approved by" in shown and word in shown
    assert "BIN" in shown and "not stated" in shown and not PROFILE.operator.bin


# -- what the release before has signed


def of_format_1(request: Request, profile: Any, now: int) -> dict[str, Any]:
    """A body as the release before has written it."""
    body = issued_body(request, profile, now)
    for name in ("not_covered", "consents", "consents_total"):
        del body[name]
    times = body["times"]
    times["suppressed"] = times.pop("barrier")
    return body | {
        "format": 1,
        "basis": "94-V art. 8",
        "left": [{"what": "fence", "until": body["left"][0]["until"]}],
        "approved_by": "person",
    }


def test_what_the_release_before_has_signed_is_shown_as_what_it_is(
    office: Office, front: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.erasure.tasks.issue_certificate.certificate_body", of_format_1)
    body = said(office)
    assert body["format"] == 1 and body["times"]["suppressed"] == rfc3339(NOW - 7000)
    shown = page(office, front, body)
    assert "Genuine" in shown and "Access closed" in shown and "Sending stopped" not in shown
    assert "Signed by an earlier release" in shown and "Lines of the log" not in shown
    assert "Withdrawal of consent, Law No. 94-V, art. 8 " in shown
    kept = json.loads(post(front, f"id={body['certificate_id']}&secret={SECRET}&as=json").body)
    assert json.loads(kept["issued"]["text"]) == body and kept["signed"]


# -- on real rows


@pytest.fixture
def person(desk: ErasureDesk) -> Person:
    return cast(desk, "telegram_daniyar")[0]


def plant_consents(desk: ErasureDesk, person: Person, number: int) -> None:
    for at in range(number):
        item = {
            "pk": f"contact#{person.contact_id}", "sk": f"consent#{1_600_000_000_000 + at:013d}#{at:032x}",
            "contact_id": person.contact_id, "purpose": "support", "policy_version": "0", "policy_hash": "f" * 64,
            "language": "kk", "channel": "telegram", "message_ref": f"{person.conversation_id}.1.a",
            "at": 1_600_000_000_000 + at,
        }  # fmt: skip
        desk.dynamodb.put_item(TableName=desk.tables["desk"], Item=attribute_values(item))


@pytest.mark.parametrize(
    ("received", "opened", "ended"),
    [(5, 9, 5), (0, 9, 0), (-1, 2, 2), (-5 * DAY, 3 * DAY, 3 * DAY), (-5 * DAY, -DAY, 0), (-1, None, 0)],
)
def test_no_consent_ended_before_it_was_given(
    desk: ErasureDesk, person: Person, received: int, opened: int | None, ended: int
) -> None:
    """Given a first message that withdraws, or a paper from before it, then the consent that came with the message
    ended when the request was opened; times in ms after it was given."""
    (given_at,) = {int(item["at"]) for item in desk.of("consent#") if item["contact_id"] == person.contact_id}
    more = {} if opened is None else {"opened_at": given_at + opened}  # the release before wrote none
    request = desk.request_for(person, received_at=given_at + received, **more)
    run_until(desk, request, "freeze_inventory")
    assert [one["ended"] - one["given"] for one in desk.request(request).consents] == [ended]


@pytest.mark.parametrize("number", [0, 3, MOST_CONSENTS + 9])
def test_the_proof_is_copied_with_the_inventory_and_the_rows_are_destroyed(
    desk: ErasureDesk, person: Person, number: int
) -> None:
    given_before = desk.of("consent#")
    plant_consents(desk, person, number)
    request = desk.request_for(person, received_at=desk.now - 3 * DAY)
    run_until(desk, request, "freeze_inventory")
    done = desk.request(request)
    assert done.consents_total == len(given_before) + number
    assert len(done.consents) == min(MOST_CONSENTS, done.consents_total)
    assert set(done.consents[0]) == {"version", "hash", "language", "channel", "given", "ended"}
    assert done.consents[0]["given"] == max(item["at"] for item in desk.of("consent#")), "the newest"
    assert {one["ended"] for one in done.consents} == {request.received_at}
    run_until(desk, request, "freeze_inventory")
    assert desk.request(request) == done

    finish(desk, request)

    assert desk.of("consent#") == [] and desk.request(request).consents == done.consents
    assert desk.request(request).counts["desk.contact"]["destroyed"] >= done.consents_total
    assert desk.found_of(person) == []


def test_the_suppression_that_held_is_the_one_that_is_written_down(desk: ErasureDesk, person: Person) -> None:
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"], Key={"pk": {"S": f"contact#{person.contact_id}"}, "sk": {"S": "contact"}},
        UpdateExpression="SET suppressed_at = :at", ExpressionAttributeValues={":at": {"N": str(desk.now - 77)}},
    )  # fmt: skip
    request = desk.request_for(person)
    run_until(desk, request, "freeze_inventory")
    assert desk.request(request).suppressed_at == desk.now - 77


def test_every_store_has_a_name_on_the_page() -> None:
    assert set(STORE_NAMES) == set(SECTIONS)
