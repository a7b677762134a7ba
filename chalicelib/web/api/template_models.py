"""What the API takes and answers about templates. openapi.json is made of these models."""

from typing import Annotated

import msgspec
from msgspec import Meta

from chalicelib.web.api.fields import Id, Model, Part, Time, says, words
from chalicelib.web.offered_templates import NONE_THERE, WHY_NOT


class NewTemplate(Part):
    """A template to be sent, with a value for each of its places."""

    name: Annotated[str, Meta(min_length=1, max_length=512)]
    language: Annotated[str, Meta(min_length=1, max_length=32)]
    values: Annotated[
        dict[str, str],
        Meta(max_length=50, description="Values by the ids of the places: one line, no tabs, four spaces at most."),
    ] = msgspec.field(default_factory=dict)


class TemplateQuery(Model):
    ticket_id: Annotated[Id, says("The ticket on which one is to be sent.")]


class TemplatePlace(Part):
    id: Annotated[str, says("Its name in `values`, such as body.1.")]
    part: Annotated[str, words(("header", "body", "button"))]
    example: Annotated[str | None, says("As the provider was given it.")]


class TemplateButton(Part):
    kind: Annotated[str, says("reply, url, phone or code; empty for another one.")]
    title: str
    target: Annotated[str | None, says("Where it leads, or the code.")]


class ShownTemplate(Part):
    """What a template says; in a message with its values, in the list with its places."""

    header: str
    body: str
    footer: str
    buttons: list[TemplateButton]


class Template(Model):
    name: str
    language: str
    category: Annotated[str, says("The provider's word.")]
    status: Annotated[str, says("The provider's word.")]
    quality: Annotated[str | None, says("The provider's word.")]
    sendable: bool
    reason: Annotated[str | None, says("Why it may not be sent.", enum=[*WHY_NOT, None])]
    content: ShownTemplate
    places: list[TemplatePlace]


class Templates(Model):
    items: Annotated[list[Template], says("Those that may be sent first, in the customer's language before others.")]
    problem: Annotated[
        str | None, says("Why there are none, or why they may be out of date.", enum=[*NONE_THERE, None])
    ]
    fetched_at: Time | None
