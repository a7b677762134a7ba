"""What the API takes and answers about tickets, messages and contacts. openapi.json is made of these models."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from msgspec import UNSET, Meta, UnsetType

from chalicelib.attachments.model import MOST_BYTES
from chalicelib.attachments.uploads import MOST_FILES
from chalicelib.channels import registry
from chalicelib.core.errors import BadInput
from chalicelib.core.languages import LANGUAGES
from chalicelib.outbox.withheld.decide import DECISIONS
from chalicelib.tickets.model import PRIORITIES
from chalicelib.tickets.records import STATES
from chalicelib.web.api.fields import (
    ClientId,
    Cursor,
    Id,
    IdPath,
    Limit,
    Model,
    Part,
    TeamId,
    Time,
    line,
    read_by,
    says,
    text,
    wanted,
    words,
)
from chalicelib.web.api.template_models import NewTemplate, ShownTemplate
from chalicelib.web.http import validators
from chalicelib.web.labels import failure_reasons

State = Annotated[str, words(STATES)]
Channel = Annotated[str, words(registry.IDS)]
Priority = Annotated[str, words(PRIORITIES)]
CustomerLanguage = Annotated[str, words(LANGUAGES)]
Tag = Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": validators.MAX_TAG})]
Tags = Annotated[
    list[Tag],
    read_by(lambda given, name: list(validators.tags(given.get(name))), maxItems=validators.MAX_TAGS),
    says("Tags must not hold personal data: no @, at most two digits each."),
]
NewAssignee = Annotated[
    str,
    Meta(min_length=1, max_length=254),
    wanted("The field {name} is a colleague's id or e-mail, me, or null for nobody."),
]
_UNREADABLE = says("Something of it is there and cannot be opened; it is not destroyed.")


ATTACHMENT_STATES = ("waiting", "ready", "failed", "expired", "blocked")


MessageId = Annotated[
    str,
    read_by(lambda given, name: str(validators.message_ref(given, name)), pattern=r"^[0-9a-z.]{1,100}$"),
]


class ReplyPath(IdPath):
    client_id: Annotated[ClientId, says("The client_id that the reply was sent with. It is remembered for 8 days.")]


class TicketQuery(Model):
    state: Annotated[State | UnsetType, says("Only this state; all states without it.")] = UNSET
    channel: Annotated[Channel | UnsetType, says("Only this channel.")] = UNSET
    assignee: Annotated[
        Annotated[str, Meta(min_length=1, max_length=64)] | UnsetType,
        says("Id of a colleague, me, or none."),
        wanted("The parameter assignee is a colleague's id, me, or none."),
    ] = UNSET
    tag: Annotated[
        str | UnsetType,
        read_by(lambda given, name: validators.tags([given[name]])[0], minLength=1, maxLength=validators.MAX_TAG),
        says("Only with this tag."),
    ] = UNSET
    q: Annotated[
        str | UnsetType,
        line(validators.MAX_Q),
        says(
            "Number, name, phone, @username, Telegram user id or business-scoped id. The only parameter that may hold"
            " personal data."
        ),
    ] = UNSET
    limit: Annotated[Limit, says("Tickets per page. A page of a rare filter may hold fewer and still go on.")] = 50
    cursor: Cursor | UnsetType = UNSET


class Change(Model):
    also: ClassVar[Mapping[str, Any]] = {"minProperties": 1}
    state: State | UnsetType = UNSET
    assignee: Annotated[
        NewAssignee | UnsetType | None, says("Id or e-mail of a colleague, me, or null for nobody.")
    ] = UNSET
    priority: Priority | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET
    seen_assignee: Annotated[
        NewAssignee | UnsetType | None,
        says(
            "Who had the ticket when you looked (null: nobody). When another colleague has it by now, an assignment is"
            " refused with 409 taken."
        ),
    ] = UNSET

    team: Annotated[
        TeamId | UnsetType,
        says("Id of the team that is to answer, of a company that has teams; the assignee goes, unless one is given."),
    ] = UNSET

    def __post_init__(self) -> None:
        if all(one is UNSET for one in (self.state, self.assignee, self.priority, self.tags, self.team)):
            raise BadInput("Nothing to change. Give state, assignee, priority, tags or team.")


class NewReply(Model, kw_only=True):
    text: Annotated[
        str,
        read_by(validators.reply_text, maxLength=validators.MAX_REPLY),
        says("May be left out beside attachments; left out when a template is sent."),
    ] = ""
    client_id: Annotated[
        ClientId,
        says(
            "Drawn by you once per reply. The same one with the same text again returns the same reply and sends"
            " nothing; with another text, or on another ticket, it is refused with the code client_id_used."
        ),
    ]
    attachments: Annotated[
        list[Id],
        read_by(validators.upload_ids, maxItems=MOST_FILES),
        says(
            "Ids of attachments that you have begun and whose bytes you have posted, in the order in which they go out."
        ),
    ] = []  # noqa: RUF012 - nobody writes into it
    template: Annotated[
        NewTemplate | UnsetType,
        says("A template in place of a text: the only thing that goes out outside the reply window."),
        wanted("The field template has a name, a language, and values: texts by the ids of the places."),
    ] = UNSET

    quote: Annotated[
        str | UnsetType,
        read_by(validators.quoted, pattern=r"^[0-9a-z]{20}\.[0-9]{13}\.[0-9a-f]{32}$"),
        says("The message of this conversation that is answered, where the channel can quote."),
    ] = UNSET
    choices: Annotated[
        list[str] | UnsetType,
        read_by(
            lambda given, name: list(validators.choices(given.get(name))),
            items={"type": "string", "minLength": 1, "maxLength": validators.MAX_CHOICE},
            maxItems=validators.MAX_CHOICES,
            uniqueItems=True,
        ),
        says("Titles of buttons under the text, or of a list where they are more or longer than buttons may be."),
    ] = UNSET

    def __post_init__(self) -> None:
        if self.template is UNSET and not self.text and not self.attachments:
            raise BadInput("The field text is wanted as a text, or attachments, or template.", code="empty")
        if self.template is not UNSET and (self.text or self.attachments or self.quote or self.choices):
            raise BadInput("A reply has a template and nothing beside it, or what it says by itself.")
        if self.choices and not self.text:
            raise BadInput("Choices stand under a text: the field text is wanted as a text.", code="empty")


class NewAttachment(Model):
    ticket_id: Annotated[
        str,
        read_by(lambda given, name: validators.path_id({name: str(given.get(name))}, name), pattern="^[0-9a-z]{20}$"),
        says("The ticket that will be answered."),
    ]
    name: Annotated[str, line(validators.MAX_FILE_NAME), says("Name of the file, as the customer will see it.")]
    type: Annotated[str, line(100), says("MIME type.")]
    size: Annotated[
        int,
        Meta(ge=1, extra_json_schema={"maximum": MOST_BYTES}),
        wanted("The field size is wanted: the bytes of the file."),
    ]


class BytesForm(Part):
    url: str
    fields: dict[str, str]


class BegunAttachment(Model):
    id: Annotated[Id, says("Name it in `attachments` of the reply. It is kept for a day.")]
    kind: Annotated[str, says("As what it goes out: image, video, audio, voice or document.")]
    upload: Annotated[
        BytesForm,
        says(
            "POST the bytes to `url` within five minutes, as multipart/form-data: these fields, and last the field"
            " `file`."
        ),
    ]


class NewComment(Model):
    text: Annotated[str, text(validators.MAX_COMMENT)]
    client_id: Annotated[
        ClientId | UnsetType,
        says(
            "Drawn by you once per comment, if you want to repeat the call safely: as of a reply. Without one every"
            " call keeps a new comment."
        ),
    ] = UNSET


class Failure(Model):
    code: Annotated[str, says("The provider's code.")]
    reason: Annotated[
        str, says("Our class of the code, the same for an answer and for a status.", enum=failure_reasons())
    ]
    said: Annotated[str | None, says("The provider's own words, without long numbers, addresses and ids.")]


class Undelivered(Model):
    """Our newest message that did not go out."""

    id: Annotated[str | None, says("The message; null when it is not there any more.")]
    text: Annotated[str, says("The beginning of its text.")]
    failure: Failure


class TicketContact(Model):
    id: str
    name: str | None
    address: Annotated[str | None, says("Phone or user id, as the provider gives it.")]
    language: str | None
    erased: Annotated[bool, says("The person's data is destroyed.")]
    unreadable: Annotated[bool, _UNREADABLE]


class Ticket(Model):
    id: str
    number: Annotated[str, says("As people say it, such as 481-207.")]
    state: State
    channel: Channel
    assignee: Annotated[str | None, says("Id of a colleague; null is nobody.")]
    team: Annotated[str | None, says("Id of the team that answers; null where the company has no teams.")]
    priority: Priority
    tags: list[str]
    contact: TicketContact
    created_at: Time
    last_message_at: Time | None
    unread: Annotated[int, says("Inbound since last opened by its assignee or, unassigned, by anyone.")]
    suppressed: Annotated[
        bool,
        says(
            "The customer has withdrawn consent: a reply is taken only while a question of theirs is open, once, else"
            " 409 `suppressed`."
        ),
    ]
    open_question: Annotated[bool, says("Whether something that the customer wrote on this ticket has no reply yet.")]
    person_asked: Annotated[bool, says("The customer asked from the menu for a person, and has no reply since.")]
    undelivered: Undelivered | None


class Tickets(Model):
    items: list[Ticket]
    cursor: Annotated[str | None, says("Give it back for the next page; null at the end.")]


class FilePath(Model):
    id: Annotated[
        str,
        read_by(validators.file_id, pattern=r"^[0-9a-z.]{1,100}$"),
        says("The id of the attachment."),
    ]


class FileLink(Model):
    url: Annotated[str, says("Where the file is for 60 seconds; the header Location, too. Keep it nowhere.")]


class Attachment(Model):
    id: str
    kind: str
    state: Annotated[
        str,
        words(ATTACHMENT_STATES),
        says("`failed`: it was not received; `expired`: its provider does not have it any more."),
    ]
    reason: Annotated[str | None, says("Why it failed: too_big, damaged or not_fetched.")]
    url: Annotated[str | None, says("GET it, signed in: it leads to the file. null unless it is ready.")]
    width: Annotated[int | None, says("Pixels, as the provider tells.")]
    height: int | None
    name: str | None
    type: str | None
    size: Annotated[int | None, says("Bytes.")]
    duration: Annotated[int | None, says("Seconds.")]
    status: Annotated[str | None, says("Of a file that staff sent: how far it has come, as a message.")]
    failure: Annotated[Failure | None, says("Why it was not delivered.")]


class Quote(Model):
    id: Annotated[str | None, says("null when that message is not held.")]
    ticket_id: Annotated[str | None, says("The ticket that it lies on, when that is another one.")]
    text: Annotated[str, says("Empty when the customer deleted it.")]


class OwnChange(Part):
    kind: Annotated[str, words(("reaction", "edit", "revoke"))]
    text: str
    status: Annotated[str, words(("queued", "sending", "failed"))]
    failure: Failure | None


class Message(Model):
    id: str
    direction: Annotated[str, words(("in", "out", "note")), says("`note` is an internal comment.")]
    kind: Annotated[str, says("text, image, voice, location and so on; comment for an internal one.")]
    text: str
    sent_at: Time
    status: (
        Annotated[
            str,
            words(("queued", "withheld", "sending", "sent", "delayed", "delivered", "read", "failed")),
            says("`withheld`: its text goes to many people, and a supervisor decides whether it leaves."),
        ]
        | None
    )
    failure: Failure | None
    decision: (
        Annotated[str, words(DECISIONS), says("What a supervisor decided about a reply that was withheld.")] | None
    )
    decided_by: Annotated[str | None, says("The supervisor who did.")]
    resent_as: Annotated[str | None, says("The message by which a failed one was sent again.")]
    author: Annotated[str | None, says("Id of a colleague, `desk` for automatic texts, null for the customer.")]
    details: Annotated[
        dict[str, Any],
        says(
            "What stands beside the text: links, referral, product, title, performer, game, live, code and reason of"
            " the provider, and what was cut: more, truncated, time_unknown. Of a mail: subject, folded (earlier mails"
            " and signature), mailbox, copies, answers_to where it asks for answers elsewhere, unproved when nothing"
            " proves that it was sent from its address, and why a part of it became this file: unread."
        ),
    ]
    attachments: list[Attachment]
    reactions: Annotated[list[str], says("The customer's.")]
    own_reaction: Annotated[str | None, says("Ours.")]
    choices: Annotated[list[str], says("Titles of the buttons under it.")]
    changes: Annotated[
        list[OwnChange],
        says("Our reactions, edits and deletions of it that have not left or failed; the newest of each."),
    ]
    edited: bool
    edited_at: Time | None
    deleted: Annotated[bool, says("Who wrote it took it back; its text is not shown.")]
    deleted_by: Annotated[str | None, says("The colleague who deleted a message of ours.")]
    quote: Quote | None
    template: Annotated[ShownTemplate | None, says("The template that it sends, as the customer sees it.")]
    erased: bool
    unreadable: Annotated[bool, _UNREADABLE]


class TicketWithMessages(Ticket):
    messages: Annotated[
        list[Message], says("Oldest first; the newest 1000 at most, and no more than about 1.5 MB of their texts.")
    ]
    earlier: Annotated[bool, says("Older messages were left out: there are too many.")]


class ContactAddress(Part):
    kind: Annotated[str, words(registry.ADDRESS_KINDS)]
    value: str


class GivenConsent(Part):
    given_at: Time | None
    purpose: Annotated[
        str, says("`transfer`: it is about the transfer abroad alone; `news`, `marketing`: about mailings.")
    ]
    policy_version: str
    policy_hash: str
    channel: str
    answered_by: Annotated[
        str | None, says("How our question was answered: `press`, `word` or `paper`; null: the message is the consent.")
    ]
    abroad: Annotated[
        str | None, says("The answer about the transfer abroad, `yes` or `no`; null: the record holds none.")
    ]
    answer: Annotated[str | None, says("Whether mailings are wanted, `yes` or `no`; null: it is not about mailings.")]


class AskedCorrection(Part):
    asked_at: Time | None
    due_by: Annotated[Time | None, says("By when the law wants it done.")]


class Agreement(Part):
    """The customer's agreement with the company, from whose end retention counts."""

    ended_on: Annotated[str | None, says("The day on which it ended, YYYY-MM-DD; null while it lasts.")]
    kept_until: Annotated[
        Time | None, says("When what counts from it begins to be destroyed; null while the agreement lasts.")
    ]


class ContactChange(Model):
    also: ClassVar[Mapping[str, Any]] = {"minProperties": 1}
    language: Annotated[
        CustomerLanguage | UnsetType, says("In which the customer gets every automatic text from now on.")
    ] = UNSET
    corrected: Annotated[
        bool | UnsetType, Meta(extra_json_schema={"const": True}), says("What the customer asked for is corrected.")
    ] = UNSET

    agreement_ended_on: Annotated[
        str | UnsetType,
        wanted("The field agreement_ended_on is a text."),
        says(
            "The day on which the customer's agreement with the company ended, from the contact's first day to today."
            " It can be corrected until a day before anything is destroyed by it.",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        ),
    ] = UNSET
    agreement_lasts: Annotated[
        bool | UnsetType,
        Meta(extra_json_schema={"const": True}),
        says("It has not ended, or there is a new one: nothing ends by it."),
    ] = UNSET

    def __post_init__(self) -> None:
        if self.corrected is False or self.agreement_lasts is False:
            raise BadInput("The fields corrected and agreement_lasts are true, or left out.")
        given = (self.language, self.corrected, self.agreement_ended_on, self.agreement_lasts)
        if all(one is UNSET for one in given):
            raise BadInput("Nothing to change. Give language, corrected, agreement_ended_on or agreement_lasts.")
        if self.agreement_ended_on is not UNSET and self.agreement_lasts is not UNSET:
            raise BadInput("Give agreement_ended_on or agreement_lasts, not both.")


class Contact(Model):
    id: str
    name: str | None
    username: str | None
    channel: Channel
    language: str | None
    addresses: list[ContactAddress]
    created_at: Time | None
    erased: bool
    unreadable: Annotated[bool, _UNREADABLE]
    suppressed: Annotated[bool, says("Consent is withdrawn: only answers leave.")]
    opted_out_at: Annotated[Time | None, says("Since when no news, offers and surveys are sent.")]
    consents: list[GivenConsent]
    correction: Annotated[
        AskedCorrection | None, says("The customer asked from the menu for a correction of their data.")
    ]
    agreement: Annotated[Agreement | None, says("Null where the company's retention counts from no agreement.")]
