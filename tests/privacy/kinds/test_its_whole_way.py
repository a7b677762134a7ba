"""Every kind from being asked to being answered: the state machine's own definition, the real functions under their
roles, on real tables."""

from typing import Any

from chalicelib.certificates.ledger import Ledger
from chalicelib.certificates.model import FINAL, ISSUED
from chalicelib.core.texts import bot_text
from chalicelib.privacy.kinds.contract import Kind
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import next_step
from chalicelib.privacy.requests.vocabulary import Step
from tests.support.erasure.person import Person
from tests.support.erasure.walk import Act, Walk
from tests.support.erasure.walk import dynamodb_endpoint as dynamodb_endpoint
from tests.support.erasure.walk import walk as walk

__all__ = ["dynamodb_endpoint", "walk"]
LANGUAGE = "ru"
"""The language of every ask that a test writes."""


def asked(walk: Walk, person: Person, kind: Kind) -> Request:
    """The person asks for a request of this kind, and its run begins."""
    walk.says(person, "withdraw", kinds=[kind.id])
    (row,) = walk.living.requests()
    walk.privacy(request_id=row["request_id"])
    request = walk.living.read(row["request_id"])
    assert request.kind == kind.id
    return request


def entry(walk: Walk, request: Request, which: str = ISSUED) -> dict[str, Any] | None:
    found = Ledger(walk.desk.gateway()).entry(request.certificate_id, which)
    return found.body if found else None


def answered(walk: Walk, kind: Kind) -> bool:
    """Whether the person has the answer of the kind."""
    walk.desk.deliver()
    return any(bot_text(LANGUAGE, kind.done) in text for text in walk.desk.provider.texts)


def test_it_is_answered_certified_and_erased_as_it_says(walk: Walk, kind: Kind) -> None:
    person, before = walk.people[1], walk.keys()
    request = asked(walk, person, kind)
    plan: dict[str, Act] = {}
    if kind.way == "erasure":
        plan = {
            "VerifyIdentity": lambda: walk.says(person, "confirm", request.id),
            "Tell": lambda: walk.arrives(request.id),
            "AwaitDelivery": walk.desk.deliver,
        }
    assert walk.go(request, plan) == ("Complete" if kind.way == "erasure" else "Ended") and not plan
    request = walk.living.read(request.id)
    assert next_step(request) == "" and request.over_at <= request.deadline_at + 30 * 86_400_000
    assert answered(walk, kind)
    assert request.done(Step.VERIFIED) is kind.confirmed
    rows = {key for key in person.keys() if key[0] in ("desk", "keys")}
    assert bool(rows) is (kind.way != "erasure"), "erased as it says"

    said = entry(walk, request)
    assert (said is not None) is bool(kind.certificate)
    if said:
        assert (said["kind"], said["basis"]) == (kind.id, kind.basis)
        assert ("stores" in said) is (kind.way == "erasure")
        assert bool(said.get("consents")) is ("consents" in kind.evidence)
    assert (entry(walk, request, FINAL) is not None) is (kind.way == "erasure")
    left = [key for key in walk.undated(before) if not key[2].startswith(("message#", "outbox#", "consent#"))]
    assert left == [], "what it leaves has a date; what goes with its ticket or contact gets one when that ends"


def test_at_the_limit_the_person_has_an_answer_though_nobody_decided(walk: Walk, kind: Kind) -> None:
    person = walk.people[1]
    request = asked(walk, person, kind)
    if kind.default is None:
        walk.go(request, {})
        assert answered(walk, kind) and walk.living.read(request.id).at(Step.NOTIFIED) <= request.deadline_at
        return

    def late() -> None:
        waiting = walk.living.read(request.id)
        assert waiting.done(Step.DEFAULTED) and waiting.at(Step.DEFAULTED) < request.deadline_at
        walk.desk.deliver()
        assert kind.default
        start = bot_text(LANGUAGE, kind.default.bound, date="…", yes="…", no="…").split("…")[0]
        assert any(start in text for text in walk.desk.provider.texts)
        assert not waiting.done(Step.VERIFIED) and person.keys(), "and nothing is destroyed"
        walk.says(person, "cancel")

    # The first wait for a decision ends at the time of the default answer; in the second one the person cancels.
    plan: dict[str, Act] = {"Decide": lambda: plan.update({"Decide": late})}
    assert walk.go(request, plan) == "Ended" and not plan
