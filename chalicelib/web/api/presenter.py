"""Presents tickets, messages, contacts and staff as the API's models. Times are RFC 3339 in UTC."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chalicelib.attachments.model import BLOCKED, CHECKING, DAMAGED, GONE, HELD, READY, TOO_BIG, WAITING
from chalicelib.channels.failure_meanings import shown_reason
from chalicelib.channels.parts import FILES
from chalicelib.contacts.agreement import first_date
from chalicelib.core.ids import speak
from chalicelib.core.kept_for import AgreementEnd
from chalicelib.core.settings import settings
from chalicelib.core.working_days import day_of, deadline
from chalicelib.profile.load import load_profile
from chalicelib.provider_templates.model import Content
from chalicelib.staff.model import Staff
from chalicelib.staff.undertaking import UndertakingText
from chalicelib.tickets import records
from chalicelib.tickets.need_to_know import Reader
from chalicelib.web.api.account_models import Colleague, Me, OwnUndertaking, Signature
from chalicelib.web.api.template_models import ShownTemplate, TemplateButton
from chalicelib.web.api.ticket_models import (
    Agreement,
    AskedCorrection,
    Attachment,
    Contact,
    ContactAddress,
    Failure,
    GivenConsent,
    Message,
    OwnChange,
    Quote,
    Ticket,
    TicketContact,
    Undelivered,
)
from chalicelib.web.details import details_of


def instant(at: int) -> str:
    """Return an instant (ms) as RFC 3339."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def when(at: int) -> str | None:
    """Return an instant (ms) as RFC 3339, None for 0."""
    return instant(at) if at else None


def ticket(one: records.Ticket) -> Ticket:
    """Present a ticket without its messages."""
    return Ticket(
        id=one.id,
        number=speak(one.number),
        state=one.state,
        channel=one.channel,
        assignee=one.assignee or None,
        team=Reader(None, tuple(load_profile(settings().operator).teams)).team_of(one) or None,
        priority=one.priority,
        tags=list(one.tags),
        contact=TicketContact(
            id=one.contact_id,
            name=one.name or None,
            address=one.address or None,
            language=one.language or None,
            erased=one.erased,
            unreadable=one.unreadable,
        ),
        created_at=instant(one.created_at),
        last_message_at=when(one.last_message_at),
        unread=one.unread,
        suppressed=one.suppressed,
        open_question=one.question_at > 0,
        person_asked=one.person_asked,
        undelivered=_undelivered(one),
    )


def _undelivered(one: records.Ticket) -> Undelivered | None:
    """Present our newest message that was not delivered, if there is one."""
    if one.undelivered is None:
        return None
    failed = one.undelivered
    return Undelivered(id=failed.id or None, text=failed.text, failure=_why(one.channel, failed.failure))


def message(one: records.Message, channel: str = "") -> Message:
    """Present a message or comment on a ticket of `channel`. A deleted message stays in the list without its text."""
    return Message(
        id=one.id,
        direction=one.direction,
        kind=one.kind,
        text="" if one.deleted else one.text,
        sent_at=instant(one.sent_at),
        status=one.status or None,
        failure=_why(channel, one.failure) if one.status == "failed" else None,
        decision=one.decision or None,
        decided_by=one.decided_by or None,
        resent_as=one.resent_as or None,
        author=one.author or None,
        details=details_of(one),
        attachments=[] if one.deleted else [*_attachments(one), *_sent_files(one, channel)],
        reactions=list(one.reactions),
        own_reaction=one.own_reaction or None,
        choices=list(one.choices),
        changes=[
            OwnChange(
                kind=each.kind,
                text=each.text,
                status=each.status,
                failure=_why(channel, each.failure) if each.status == "failed" else None,
            )
            for each in one.changes
        ],
        edited=bool(one.edited_at),
        edited_at=when(one.edited_at),
        deleted=one.deleted,
        deleted_by=one.deleted_by or None,
        quote=_quote(one.quote) if one.quote else None,
        template=shown_template(one.template) if one.template and not one.deleted else None,
        erased=one.erased,
        unreadable=one.unreadable,
    )


def shown_template(content: Content) -> ShownTemplate:
    """Present what a template says."""
    return ShownTemplate(
        header=content.header,
        body=content.body,
        footer=content.footer,
        buttons=[TemplateButton(kind=one.kind, title=one.title, target=one.target or None) for one in content.buttons],
    )


def _quote(quote: records.Quote) -> Quote:
    return Quote(id=quote.id or None, ticket_id=quote.ticket_id or None, text=quote.text)


def _why(channel: str, failure: Mapping[str, Any]) -> Failure:
    """Present a failure: the provider's code, our class of it, and the provider's own words."""
    code, said = str(failure.get("code", "")), str(failure.get("text", ""))
    return Failure(code=code, reason=shown_reason(channel, failure), said=said or None)


def _attachments(one: records.Message) -> list[Attachment]:
    """Present the files of a message: name, type, size in bytes, and where it is."""
    kind = str(one.details.get("new_kind", one.kind))
    if kind not in FILES:
        return []
    about, file = one.details, one.file
    state, reason = _FILE_STATES.get(one.file_state, ("failed", "not_fetched"))
    ready = state == READY
    return [
        Attachment(
            id=one.id,
            kind=kind,
            state=state,
            reason=reason or None,
            url=f"{settings().public_url}/api/v1/attachments/{one.id}" if ready else None,
            name=file.name or about.get("filename") or None,
            type=file.type or about.get("mime") or None,
            size=file.size or about.get("size") or None,
            duration=about.get("duration") or None,
            width=about.get("width") or None,
            height=about.get("height") or None,
            status=None,
            failure=None,
        )
    ]


def _sent_files(one: records.Message, channel: str) -> list[Attachment]:
    """Present the files that staff sent with a message."""
    return [
        Attachment(
            id=f"{one.id}.{number}",
            kind=file.kind,
            state=READY,
            reason=None,
            url=f"{settings().public_url}/api/v1/attachments/{one.id}.{number}",
            name=file.name or None,
            type=file.type or None,
            size=file.size or None,
            duration=None,
            width=None,
            height=None,
            status=file.status or None,
            failure=_why(channel, file.failure) if file.status == "failed" else None,
        )
        for number, file in enumerate(one.files, start=1)
    ]


_FILE_STATES = {
    WAITING: (WAITING, ""),
    HELD: (WAITING, ""),
    CHECKING: (WAITING, ""),
    BLOCKED: (BLOCKED, ""),
    READY: (READY, ""),
    GONE: ("expired", ""),
    TOO_BIG: ("failed", TOO_BIG),
    DAMAGED: ("failed", DAMAGED),
}
"""State and reason of an attachment, by the message's `file_state`."""


def contact(one: records.Contact) -> Contact:
    """Present a contact with its consents."""
    return Contact(
        id=one.id,
        name=one.name or None,
        username=one.username or None,
        channel=one.channel,
        language=one.language or None,
        addresses=[ContactAddress(kind=kind, value=value) for kind, value in one.addresses.items()],
        created_at=when(one.created_at),
        erased=one.erased,
        unreadable=one.unreadable,
        suppressed=one.suppressed,
        opted_out_at=when(one.opted_out_at),
        consents=[
            GivenConsent(
                given_at=when(each.at),
                purpose=each.purpose,
                policy_version=each.policy_version,
                policy_hash=each.policy_hash,
                channel=each.channel,
                answered_by=each.answered_by or None,
                abroad=each.abroad or None,
                answer=each.answer or None,
            )
            for each in one.consents
        ],
        correction=_correction(one.correct_at),
        agreement=_agreement(one.agreement_end),
    )


def _agreement(end: AgreementEnd) -> Agreement | None:
    terms = load_profile(settings().operator).agreement_terms
    if not terms:
        return None
    if not end.at:
        return Agreement(ended_on=None, kept_until=None)
    return Agreement(ended_on=day_of(end.at), kept_until=when(first_date(terms, end)))


def _correction(asked_at: int) -> AskedCorrection | None:
    if not asked_at:
        return None
    due_by = deadline(load_profile(settings().operator).deadlines["correct"], asked_at)
    return AskedCorrection(asked_at=when(asked_at), due_by=when(due_by))


def me(one: Staff) -> Me:
    """Present the staff member who is signed in."""
    return Me(
        id=one.id,
        email=one.email,
        name=one.name,
        roles=sorted(one.roles),
        team=one.team or None,
        language=one.language or None,
        undertaking_at=when(one.undertaking_at),
    )


def colleague(one: Staff, version: str) -> Colleague:
    """Present a member of staff, with what they have signed; `version` is today's of the undertaking."""
    signed = Signature(
        version=one.undertaking_version,
        language=one.undertaking_language or None,
        hash=one.undertaking_hash or None,
        signed_at=instant(one.undertaking_at),
        current=one.has_signed(version),
    )
    return Colleague(
        id=one.id,
        email=one.email,
        name=one.name,
        roles=sorted(one.roles),
        team=one.team or None,
        disabled=one.disabled,
        undertaking=signed if one.undertaking_at else None,
    )


def own_undertaking(text: UndertakingText, one: Staff) -> OwnUndertaking:
    """Present the text of the undertaking to the staff member who is signed in."""
    return OwnUndertaking(
        version=text.version,
        language=text.language,
        text=list(text.lines),
        hash=text.hash,
        signed=one.has_signed(text.version),
    )
