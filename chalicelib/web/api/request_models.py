"""Models of requests about data, the erasure pause and certificates in the API. openapi.json is made of them."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from chalicelib.core.errors import BadInput
from chalicelib.core.transfer import GIVEN, REFUSED
from chalicelib.privacy.decide import MOST_REASON, PROPOSALS
from chalicelib.privacy.kinds import registry
from chalicelib.privacy.requests.model import MOST_EVIDENCE
from chalicelib.privacy.requests.vocabulary import (
    IDENTITY_CHECKS,
    NOT_ARRIVED,
    SOURCES,
    Identity,
    RequestState,
    Told,
)
from chalicelib.web.api.fields import Cursor, Limit, Model, Part, Time, line, read_by, says, text, wanted, words
from chalicelib.web.http import validators

DECISIONS = (*PROPOSALS, "agree", "take_back", "go_on")


def _offered(given: Mapping[str, Any], name: str) -> str:
    kind = validators.word(given, name, registry.known())
    if not registry.is_handled(kind):
        raise BadInput(
            f"Requests of this kind are not handled here yet. Use one of {', '.join(registry.handled())}.",
            code="not_offered",
        )
    return kind


Kind = Annotated[str, words(registry.known)]
HandledKind = Annotated[str, words(registry.handled)]
State = Annotated[str, words(tuple(RequestState))]
Number = Annotated[int, Meta(ge=0)]


class RequestQuery(Model):
    state: Annotated[State | UnsetType, says("Only this state.")] = UNSET
    kind: Annotated[Kind | UnsetType, says("Only this kind.")] = UNSET
    limit: Annotated[Limit, says("Requests per page. A page of a rare filter may hold fewer and still go on.")] = 50
    cursor: Cursor | UnsetType = UNSET


def _contact_id(given: Mapping[str, Any], name: str) -> str:
    if not isinstance(given.get(name), str):
        raise BadInput(f"The field {name} is wanted: whose data it is about.")
    return validators.path_id(given, name)


def _day(given: Mapping[str, Any], name: str) -> str:
    day = given.get(name)
    return day if isinstance(day, str) else ""  # the use case says what is wanted


def _decision(given: Mapping[str, Any], name: str) -> str:
    return validators.word(given, name, DECISIONS)


class NewPrivacyRequest(Model):
    kind: Annotated[str, read_by(_offered, enum=list(registry.handled()))]
    contact_id: Annotated[str, read_by(_contact_id, pattern="^[0-9a-z]{20}$")]
    received_on: Annotated[
        str,
        read_by(_day, pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
        says("The day on which the notice was received: not after today. Terms count from it."),
    ]
    source: Annotated[
        Literal["staff"] | UnsetType,
        wanted("The field source is staff: a person's own request comes through their chat."),
    ] = UNSET
    evidence: Annotated[
        str | None,
        text(MOST_EVIDENCE),
        says("How and when the person asked; sealed with the person's key."),
    ] = None


class TransferOnPaper(Model):
    answer: Annotated[
        str,
        words((GIVEN, REFUSED)),
        says("`yes`: the person agrees to the transfer abroad; `no`: they do not, or take the consent back."),
    ]
    received_on: Annotated[
        str,
        read_by(_day, pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
        says("The day on which the paper arrived: not after today."),
    ]


class RecognisedMessage(Model):
    message_id: Annotated[
        str,
        wanted("The field message_id is wanted: the customer's message that is the request."),
        says(
            "The id of a customer's message on this ticket.",
            pattern="^[0-9a-z]{20}\\.[0-9]{13}\\.[0-9a-f]{32}$",
        ),
    ]
    kind: HandledKind


class RecognisedRequest(Model):
    id: str
    kind: HandledKind
    state: State
    received: Annotated[Time, says("When the message was sent: the law's terms count from then.")]


_TEXTS = wanted("The fields check, ground, posted_on, until, reason, proposed are texts.")


class PrivacyDecision(Model):
    decision: Annotated[
        str,
        read_by(_decision, enum=list(DECISIONS)),
        says(
            "erase, refuse, letter, cancel (the person has taken the request back by mail or on paper), retain"
            " (something is kept) and open (both colleagues may read what the desk keeps, for an hour, on the request's"
            " page) are proposals: another colleague agrees, or either takes them back. go_on begins the next run of a"
            " failed request."
        ),
    ]
    check: Annotated[str | None, _TEXTS, says("Of erase: how identity was checked.", enum=[*IDENTITY_CHECKS, None])] = (
        None
    )
    ground: Annotated[str | None, _TEXTS, says("Of refuse and retain: the id of a ground of the profile.")] = None
    posted_on: Annotated[str | None, _TEXTS, says("Of letter: the day on which it was posted, YYYY-MM-DD.")] = None
    until: Annotated[
        str | None, _TEXTS, says("Of retain: the day until whose end it is kept, YYYY-MM-DD, no later than allowed.")
    ] = None
    categories: Annotated[
        list[str] | None,
        wanted("The field categories is a list of ids of the profile's categories."),
        says("Of retain, where the desk keeps it: which categories of the ground.", maxItems=20),
    ] = None
    reason: Annotated[
        str | None,
        _TEXTS,
        says(
            "Of refuse: a sentence that the person is told. Of erase: what was seen; no numbers of documents. Of"
            " cancel: how the person said so.",
            maxLength=MOST_REASON,
        ),
    ] = None
    proposed: Annotated[
        str | None,
        _TEXTS,
        says(
            "Of agree, where it is wanted, and of take_back: the `proposed` of the proposal that you have read. Another"
            " one is 409 no_proposal."
        ),
    ] = None

    def given(self) -> dict[str, Any]:
        """Return what was sent beside the decision."""
        rest: dict[str, Any] = {
            "check": self.check,
            "ground": self.ground,
            "posted_on": self.posted_on,
            "reason": self.reason,
        }
        rest |= {"until": self.until, "proposed": self.proposed, "categories": self.categories}
        return {name: value for name, value in rest.items() if value is not None}


class ToldRecipient(Model):
    recipient: Annotated[str, line(64), says("An id of the request's `recipients`.")]


class SetPrivacyHold(Model):
    held: Annotated[bool, says("True holds, false releases; repeating either is harmless.")]


class PrivacyHold(Model):
    held: Annotated[bool, says("While true no destruction begins. Those past the step `fenced` go on.")]
    since: Time | None
    by: Annotated[str | None, says("A colleague's id; null also when on-call set it by the command line.")]


class RequestClocks(Part):
    """`limit` is the law's, `target` our own, which begins with identity."""

    received: Time | None
    entered: Annotated[Time | None, says("When it was opened; null of a request that the release before opened.")]
    default: Annotated[Time | None, says("When the person gets an answer although nobody has decided.")]
    target: Time | None
    alarm: Time | None
    limit: Time | None


class RequestProposal(Part):
    """What a colleague has proposed and another has not agreed to yet."""

    decision: Annotated[str, words(PROPOSALS)]
    by: str
    at: Time | None
    proposed: Annotated[str, says("Names this proposal: send it back with agree or take_back.")]
    check: str | None
    ground: str | None
    posted_on: str | None
    until: str | None
    categories: list[str]


class AskedRecipient(Part):
    """Somebody who may have data of the person, and whom the company tells of the withdrawal (art. 8(7))."""

    id: str
    name: str
    asked: Annotated[str, words(("stop", "destroy")), says("What is asked of them.")]
    told_at: Annotated[Time | None, says("When a colleague noted it; the law's limit is the request's.")]
    told_by: str | None


class Retained(Part):
    """What is kept after the destruction, by the company outside of the desk or by the desk; two colleagues have
    decided so."""

    ground: Annotated[str, says("An id of the profile.")]
    clause: str
    categories: list[str]
    kept_by: Annotated[str, words(("company", "desk"))]
    until: Annotated[str, says("The day after whose end it is destroyed, YYYY-MM-DD.")]
    decided_by: list[str]


class RequestTold(Part):
    """What proves that the person was told of the destruction before it began: their application or mail server has the
    message, the provider took it (Telegram gives no receipt), or a letter was posted."""

    at: Time | None
    by: Annotated[str, words(tuple(Told))]
    posted_on: str | None
    said_by: Annotated[list[str], says("Of a letter: the two colleagues who say that it was posted.")]


class RequestStep(Part):
    name: str
    at: Time | None


class RequestCounts(Part):
    found: Number
    destroyed: Number
    retained: Number


class RequestConsent(Part):
    version: str
    hash: str
    language: str
    channel: str
    given: Time | None
    ended: Time | None
    abroad: Annotated[
        str | None, says("The answer about the transfer abroad, `yes` or `no`; null: the record holds none.")
    ]
    mailing: Annotated[
        str | None, says("The answer about mailings, as `news.yes`; null: the record is not about mailings.")
    ]


class RequestFailure(Model):
    code: str
    step: str
    message: str
    at: Time | None
    next_run: Time | None


class PrivacyRequest(Model):
    id: str
    kind: Kind
    state: State
    source: Annotated[str, words((*SOURCES, "mail"))]
    contact_id: str
    channel: str
    language: str | None
    clocks: RequestClocks
    received_on: Annotated[str | None, says("The day of receipt, as a colleague read it off the notice.")]
    missed: Annotated[
        list[Annotated[str, words(("stopped", "answered"))]], says("What the law's limit passed without (art. 8(7)).")
    ]
    suppresses: Annotated[bool, says("Nothing unasked is sent to the person now, because of this request.")]
    suppressed: Annotated[Time | None, says("From here on nothing went out that was not asked for.")]
    barrier: Annotated[
        Time | None, says("From here on nothing of the person was stored, sent or shown: the fence closed.")
    ]
    identity: Annotated[Annotated[str, words(tuple(Identity))] | None, says("How it was made sure who asked.")]
    identity_check: Annotated[
        Annotated[str, words(IDENTITY_CHECKS)] | None, says("How colleagues made sure who asked.")
    ]
    proposal: RequestProposal | None
    told: RequestTold | None
    retained: list[Retained]
    recipients: list[AskedRecipient]
    refused_on: Annotated[str | None, says("The ground of a refusal, an id of the profile.")]
    answer: Annotated[
        Annotated[str, words((Told.DELIVERED, Told.ACCEPTED, NOT_ARRIVED))] | None,
        says("What became of the last answer when its address was destroyed."),
    ]
    waits: Annotated[str | None, says("What it waits for.")]
    waits_until: Time | None
    steps: Annotated[list[RequestStep], says("What is done, in the order of the workflow.")]
    counts: Annotated[dict[str, RequestCounts], says("Rows per store.")]
    consents: Annotated[
        list[RequestConsent],
        Meta(max_length=50),
        says("Proof of the newest consents, kept after the destruction: no address, no text."),
    ]
    consents_total: Annotated[Number, says("How many consents there were.")]
    passes: Annotated[int, says("How often the proof of absence has found something.")]
    run: Annotated[int, says("Executions of the workflow so far.")]
    failure: Annotated[RequestFailure | None, says("Why it is escalated.")]
    certificate_id: Annotated[str | None, says("Once the certificate is signed.")]
    created_by: str | None
    decided_by: str | None
    approved_by: Annotated[str | None, says("The second colleague.")]
    checked_by: Annotated[str | None, says("The colleague who checked identity.")]
    cancelled_by: Annotated[
        list[str],
        says(
            "The two colleagues who say that the person has taken the request back; empty when the person did so in"
            " the chat."
        ),
    ]
    over: Time | None


class PrivacyRequests(Model):
    items: list[PrivacyRequest]
    cursor: str | None


class CertificateEntry(Part):
    number: int
    body: Annotated[
        dict[str, Any],
        says(
            "What was signed. Of format 2, `times` tells `suppressed` (nothing unasked went out any more) and `barrier`"
            ' (the fence closed) apart, `left` has every trace that stays ({what, holds, until}, "" for no end),'
            " `not_covered` what nothing is claimed about, `consents` the proof of consent. In format 1 `suppressed` is"
            " the barrier."
        ),
    ]
    text: Annotated[str, says("The body to the letter, as it was signed.")]
    signature: Annotated[str, says("Base64, ECDSA with SHA-256.")]
    hash: str
    key_arn: str
    whole: Annotated[bool, says("Whether text and signature are those that the chain names.")]


class Certificate(Model):
    id: str
    final: Annotated[bool, says("Whether no backup reaches back any more.")]
    entries: Annotated[list[CertificateEntry], Meta(min_length=1, max_length=2)]
