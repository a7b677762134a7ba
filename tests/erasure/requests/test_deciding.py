"""Colleagues decide by two: what a proposal wants, who may agree to what, and what the person is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.errors import NotFound
from chalicelib.core.working_days import day_of
from chalicelib.privacy.decide import LEAST_REASON, MOST_REASON
from chalicelib.privacy.documents import names_document
from chalicelib.privacy.kinds.registry import kind_of
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import IDENTITY_CHECKS, Step
from chalicelib.privacy.texts import answers
from tests.support.erasure.asking import code
from tests.support.erasure.living import DANA, ERLAN, Living, outcomes
from tests.support.erasure.parts import PROFILE
from tests.support.erasure.person import Person

UNPAID = "Есть неоплаченный счёт № 17"


@pytest.fixture
def request_(living: Living, daniyar: Person) -> Request:
    """Daniyar's request, which he has not confirmed; colleagues decide."""

    def build() -> Request:
        request = living.suppressed(daniyar)
        return living.mark(request.id, state="deciding")

    return living.read(living.once("daniyar's request is to be decided", build))


# -- what a proposal wants


@pytest.mark.parametrize("check", ["", "staff", "second_press", "IN_PERSON", "passport"])
def test_to_destroy_wants_a_check_of_identity_from_the_list(living: Living, request_: Request, check: str) -> None:
    assert code(lambda: living.deciding.propose(request_.id, "erase", DANA, check=check)) == "check"
    assert living.read(request_.id) == request_


@pytest.mark.parametrize("check", IDENTITY_CHECKS)
def test_every_check_of_the_list_is_written_down_with_who_made_it(
    living: Living, request_: Request, check: str
) -> None:
    living.deciding.propose(request_.id, "erase", DANA, check=check)
    living.deciding.agree(request_.id, ERLAN)
    row = living.read(request_.id)
    assert (row.check, row.identity, row.decided_by, row.approved_by) == (check, "staff", DANA, ERLAN)


@pytest.mark.parametrize(
    "written",
    [
        "ИИН 870412300123", "ИИН 870412 300 123", "87 04 12 30 01 23", "8704-1230-0123", "8704\u00a01230\u00a00123",
        "8704 – 1230 – 0123", "паспорт N12345678", "паспорт N 12345678", "Паспорт № 12345678",
        "ID 034567891", "удостоверение 034567891, выдано МВД", "(034567891)", "AB1234567",
        "n12345678 жарамды", "көрілді: n 12345678", "удостоверение 034 567 891", "уд. личности 034-567-891",
        "паспорт N 123 45 67", "Паспорт РФ, показан лично: 45 08 123456", "IIN 900101/300123", "ИИН 900101.300123",
        "жеке куәлігі, нөмірі: 034 567 891",
    ],
)  # fmt: skip
def test_no_number_of_a_document_is_written_down(living: Living, request_: Request, written: str) -> None:
    attempt = lambda: living.deciding.propose(request_.id, "erase", DANA, check="in_person", reason=written)  # noqa: E731
    assert code(attempt) == "document"
    assert living.read(request_.id) == request_ and "reason" not in living.store.item(request_.id)


@pytest.mark.parametrize(
    "written",
    [
        "", "Паспорт показан, фотография сошлась.", "Звонили на +7 700 000 01 07", "87000000107", "+77000000107",
        "8 (700) 000-01-07", "Договор 17 от 01.02.2026, 12:30", "Жеке куәлігін көрсетті, суреті сәйкес",
        "Ticket 000123, room 5", "Паспорт показан 30.11.2026, обращение 418-945", "Удостоверение видели 2026-11-30",
        "Паспорт показан, звонили на +7 700 000 01 07", "Passport seen, then called 8 (700) 000-01-07",
    ],
)  # fmt: skip
def test_what_was_seen_and_phone_numbers_may_be_written_down(living: Living, request_: Request, written: str) -> None:
    living.deciding.propose(request_.id, "erase", DANA, check="in_person", reason=written)
    proposal = living.read(request_.id).proposal
    assert proposal is not None and (proposal.what, proposal.by) == ("erase", DANA)
    assert ("reason" in living.store.item(request_.id)) is bool(written)


@given(st.text("0123456789", min_size=12, max_size=12), st.lists(st.sampled_from(["", " ", "-", "\u00a0", "–"]),
       min_size=11, max_size=11), st.sampled_from(["", "ИИН ", "x, ", "№"]))  # fmt: skip
def test_twelve_digits_are_a_document_however_they_are_parted(digits: str, parted: list[str], before: str) -> None:
    written = before + "".join(digit + blank for digit, blank in zip(digits, [*parted, ""], strict=True))
    assert names_document(written)


@given(st.text("0123456789", min_size=11, max_size=11), st.sampled_from(["", "+", "тел. ", "к нему: "]))
def test_eleven_digits_together_are_a_phone(digits: str, before: str) -> None:
    assert not names_document(before + digits)


@pytest.mark.parametrize(
    ("ground", "reason", "wrong"),
    [
        ("", UNPAID, "ground"), ("because", UNPAID, "ground"), ("obligation", "", "reason"),
        ("obligation", "нет", "reason"), ("obligation", "x" * LEAST_REASON, "reason"),
        ("obligation", " " * 40, "reason"), ("obligation", "\u200b" * 30 + " нет", "reason"),
        ("obligation", "нет " + "." * 40, "reason"), ("obligation", "нет " * 10, "reason"),
        ("obligation", "\u2060 \u200e" * 20, "reason"), ("law", "x " * MOST_REASON, "reason"), ("law", UNPAID, ""),
        ("obligation", UNPAID, ""), ("not_proved", UNPAID, ""),
    ],
)  # fmt: skip
def test_a_refusal_wants_a_ground_of_the_profile_and_a_sentence(
    living: Living, request_: Request, ground: str, reason: str, wrong: str
) -> None:
    attempt = lambda: living.deciding.propose(request_.id, "refuse", DANA, ground=ground, reason=reason)  # noqa: E731
    assert code(attempt) == wrong
    assert (living.read(request_.id).proposal is None) is bool(wrong)


def test_what_a_colleague_writes_is_sealed_and_goes_with_another_proposal(living: Living, request_: Request) -> None:
    living.deciding.propose(request_.id, "refuse", DANA, ground="law", reason=UNPAID)
    assert "неоплаченный".encode() not in living.desk.everything()
    assert living.reason(living.read(request_.id)) == UNPAID
    living.deciding.propose(request_.id, "erase", DANA, check="notary")
    assert "reason" not in living.store.item(request_.id)


# -- the second person


@pytest.mark.parametrize("what", ["erase", "refuse", "letter", "cancel"])
def test_nothing_happens_before_another_colleague_agrees(
    living: Living, daniyar: Person, request_: Request, what: str
) -> None:
    if what == "letter":
        living.mark(request_.id, {"verified": living.desk.now}, state="telling")
    more = {
        "erase": {"check": "in_person"}, "refuse": {"ground": "law", "reason": UNPAID},
        "letter": {"posted_on": day_of(living.desk.now)}, "cancel": {},
    }[what]  # fmt: skip
    before = living.read(request_.id)
    living.deciding.propose(request_.id, what, DANA, **more)
    proposed = living.read(request_.id)
    assert proposed.steps == before.steps and not (proposed.decided_by or proposed.approved_by)
    assert (proposed.told_by, proposed.ground, proposed.check, proposed.identity) == ("", "", "", "")
    assert code(lambda: living.deciding.agree(request_.id, DANA)) == "same_person"
    assert living.read(request_.id) == proposed
    living.deciding.agree(request_.id, ERLAN)
    step = {"erase": Step.VERIFIED, "refuse": Step.REFUSED, "letter": Step.TOLD, "cancel": Step.CANCELLED}[what]
    row = living.read(request_.id)
    assert row.at(step) == living.desk.now == row.due_at and row.proposal is None


@pytest.mark.parametrize("what", ["erase", "refuse", "cancel"])
def test_what_somebody_proposed_who_is_no_officer_any_more_nobody_agrees_to(
    living: Living, request_: Request, what: str
) -> None:
    more = {"erase": {"check": "in_person"}, "refuse": {"ground": "law", "reason": UNPAID}, "cancel": {}}[what]
    living.deciding.propose(request_.id, what, DANA, **more)
    living.revoked.add(DANA)
    assert code(lambda: living.deciding.agree(request_.id, ERLAN)) == "no_officer"
    proposed = living.read(request_.id)
    assert proposed.proposal is not None and not proposed.approved_by
    living.deciding.propose(request_.id, what, ERLAN, **more)
    living.deciding.agree(request_.id, "third")
    assert ERLAN in (living.read(request_.id).decided_by, *living.read(request_.id).cancelled_by)


def test_of_those_who_agree_at_once_one_does(living: Living, request_: Request) -> None:
    living.deciding.propose(request_.id, "refuse", DANA, ground="law", reason=UNPAID)
    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(lambda n: code(lambda: living.deciding.agree(request_.id, f"{ERLAN}-{n}")), range(6)))
    assert sorted(said) == ["", *["no_proposal"] * 5]
    row = living.read(request_.id)
    assert row.approved_by == f"{ERLAN}-{said.index('')}" and len(living.box_texts(row)) == 2


@pytest.mark.parametrize("what", ["", "refuse"])
def test_what_nobody_proposes_nobody_agrees_to(living: Living, request_: Request, what: str) -> None:
    assert code(lambda: living.deciding.agree(request_.id, ERLAN, what)) == "no_proposal"
    living.deciding.propose(request_.id, "erase", DANA, check="in_person")
    if what:
        assert code(lambda: living.deciding.agree(request_.id, ERLAN, what)) == "no_proposal"
    assert not living.read(request_.id).done(Step.REFUSED)
    with pytest.raises(NotFound):
        living.deciding.agree("0" * 20, ERLAN)


@pytest.mark.parametrize("another", ["another kind", "another ground", "the same once more", "taken back"])
def test_a_proposal_that_was_replaced_meanwhile_is_not_agreed_to(
    living: Living, request_: Request, monkeypatch: pytest.MonkeyPatch, another: str
) -> None:
    """Given a colleague who agrees to what they have read, when it is replaced before that is written, then nothing is
    carried out: nobody has seen the new one."""
    living.deciding.propose(request_.id, "refuse", DANA, ground="law", reason=UNPAID)
    store = type(living.store)
    run_, replaced = store.run_until_written, list[bool]()

    def overtake(self: Any, build: Callable[[frozenset[str]], Any]) -> bool:
        def built(refused: frozenset[str]) -> Any:
            writes = build(refused)
            if not replaced:
                replaced.append(True)
                living.desk.now += 1
                if another == "taken back":
                    living.deciding.take_back(request_.id)
                elif another == "another kind":
                    living.deciding.propose(request_.id, "erase", DANA, check="in_person")
                else:
                    ground = "law" if another == "the same once more" else "obligation"
                    living.deciding.propose(request_.id, "refuse", DANA, ground=ground, reason=UNPAID)
            return writes

        return run_(self, built)

    monkeypatch.setattr(store, "run_until_written", overtake)
    assert code(lambda: living.deciding.agree(request_.id, ERLAN)) == "no_proposal"
    row = living.read(request_.id)
    assert row.steps == request_.steps and not row.approved_by and len(living.box_texts(row)) == 1
    assert (row.proposal is None) is (another == "taken back")


def test_a_proposal_that_was_replaced_since_the_page_was_read_is_not_agreed_to(
    living: Living, request_: Request
) -> None:
    """Given a page that shows a refusal, when its reason is changed, then the button of that page sends nothing."""
    living.deciding.propose(request_.id, "refuse", DANA, ground="law", reason=UNPAID)
    first = living.read(request_.id).proposal
    living.desk.now += 1
    living.deciding.propose(request_.id, "refuse", DANA, ground="law", reason="Совсем другая причина отказа")
    second = living.read(request_.id).proposal
    assert first is not None and second is not None
    for seen in (first.seen, "refuse.1", "erase", f"erase.{second.at}", "."):
        assert code(lambda seen=seen: living.deciding.agree(request_.id, ERLAN, seen)) == "no_proposal"  # type: ignore[misc]
    assert not living.read(request_.id).done(Step.REFUSED)
    living.deciding.agree(request_.id, ERLAN, second.seen)
    assert "Совсем другая причина" in living.box_texts(living.read(request_.id))[-1]


def test_whoever_decides_alone_may_only_take_back(living: Living, request_: Request) -> None:
    living.deciding.propose(request_.id, "erase", DANA, check="in_person")
    living.deciding.take_back(request_.id)
    assert living.read(request_.id).proposal is None
    assert code(lambda: living.deciding.agree(request_.id, ERLAN)) == "no_proposal"
    living.deciding.take_back(request_.id)
    living.mark(request_.id, state="complete", due=None, due_at=None)
    assert code(lambda: living.deciding.take_back(request_.id)) == "over"
    with pytest.raises(NotFound):
        living.deciding.take_back("0" * 20)


@pytest.mark.parametrize("what", ["erase", "refuse"])
def test_a_proposal_that_the_person_has_overtaken_is_not_carried_out(
    living: Living, daniyar: Person, request_: Request, what: str
) -> None:
    """Given a proposal, when the person confirms or cancels first, then agreeing says so and changes nothing."""
    more = {"check": "in_person"} if what == "erase" else {"ground": "law", "reason": UNPAID}
    living.deciding.propose(request_.id, what, DANA, **more)
    living.says(daniyar, "confirm" if what == "erase" else "cancel")
    before = living.read(request_.id)
    assert code(lambda: living.deciding.agree(request_.id, ERLAN)) == "already_decided"
    assert living.read(request_.id) == before


def test_who_agrees_with_a_refusal_while_the_person_cancels_is_second_or_first(
    living: Living, daniyar: Person, request_: Request
) -> None:
    living.deciding.propose(request_.id, "refuse", DANA, ground="law", reason=UNPAID)
    then = living.desk.snapshot()
    for _ in range(5):
        living.desk.restore(then)
        living.ask(daniyar, "cancel", request_.id)
        tasks: list[Callable[[], Any]] = [
            lambda: code(lambda: living.deciding.agree(request_.id, ERLAN)),
            lambda: living.asks(daniyar.contact_id),
        ]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda task: task(), tasks))
        row = living.read(request_.id)
        assert row.done(Step.REFUSED) is not row.done(Step.CANCELLED)
        assert len(living.box_texts(row)) == (2 if row.done(Step.REFUSED) else 1)


# -- going on, and what the person hears


def test_a_failed_run_goes_on_by_one_colleague_s_word_and_an_open_one_does_not(
    living: Living, request_: Request
) -> None:
    assert code(lambda: living.deciding.go_on(request_.id, DANA))
    living.escalate(request_.id, "TaskFailed")
    living.runs.die(request_.execution)
    living.deciding.go_on(request_.id, DANA)
    assert living.read(request_.id).due_at == living.desk.now
    assert code(lambda: living.deciding.go_on(request_.id, ERLAN)), "it goes on already"
    living.wake(request_.id)
    row = living.read(request_.id)
    assert (row.run, row.resumed_by, row.decided_by, row.approved_by) == (2, DANA, "", "")


@pytest.mark.parametrize("ground", sorted(PROFILE.refusals))
def test_a_refusal_tells_ground_clause_reason_and_where_to_complain_once(
    living: Living, daniyar: Person, request_: Request, ground: str
) -> None:
    living.park(request_, "", "", "decision")
    living.desk.now += 1
    living.decide(request_.id, "refuse", UNPAID, ground=ground)
    assert outcomes(living) == ["refused"]
    living.desk.now += 1
    living.finish(request_.id)
    row = living.read(request_.id)
    question, answer = living.box_texts(row)
    assert answer == answers.refused(PROFILE, row.language, kind_of("withdrawal"), ground, UNPAID)
    for said in ("ст.\xa08 Закона №\xa094-V", UNPAID, PROFILE.contact_point, PROFILE.authority.url):
        assert said in answer and said not in question
    assert (row.ground, row.done(Step.REASONED)) == (ground, True)
    assert "suppressed_at" not in daniyar.row
