"""The templates that staff may choose from on a ticket, those of the customer's language first, and why others are not
sent. For pages and API."""

from collections.abc import Mapping
from typing import NamedTuple

from chalicelib.channels import registry
from chalicelib.channels.templates import ProviderTemplate
from chalicelib.core.texts import desk_msg
from chalicelib.provider_templates.model import Content, Place, content_of, places_of, why_not
from chalicelib.provider_templates.store import TemplateStore
from chalicelib.tickets.records import Ticket

WHY_NOT: Mapping[str, str] = {
    "paused": desk_msg("Paused by the provider"),
    "disabled": desk_msg("Disabled by the provider"),
    "pending": desk_msg("Not approved yet"),
    "rejected": desk_msg("Rejected by the provider"),
    "not_approved": desk_msg("Not approved"),
    "marketing": desk_msg("Marketing: not allowed on this channel"),
    "becomes_marketing": desk_msg("Becomes marketing, so it is not sent any more"),
    "authentication": desk_msg("For sign-in codes only"),
    "category": desk_msg("Its category is not allowed"),
    "unbuilt": desk_msg("Has a part that the desk cannot send yet: {part}"),
}
"""Why a template may not be sent, by the reason of provider_templates/model.why_not."""
NONE_THERE: Mapping[str, str] = {
    "no_templates": desk_msg("This channel has no templates."),
    "not_linked": desk_msg("No business account is linked to this number: an administrator must enter it."),
    "not_fetched": desk_msg("The templates could not be fetched ({code}): an administrator must act."),
    "none": desk_msg("The provider has approved no template for this account yet."),
}
"""Why there is nothing to choose from; with "not_fetched" what was fetched before may be shown."""


class Offered(NamedTuple):
    """One template: what it says, the places to fill, and why it may not be sent, "" when it may."""

    template: ProviderTemplate
    content: Content
    places: tuple[Place, ...]
    why: str


class Offer(NamedTuple):
    """What staff may choose from. `problem` is a word of NONE_THERE or "", `code` the provider's; `fetched_at` in
    ms."""

    items: tuple[Offered, ...] = ()
    problem: str = ""
    code: str = ""
    fetched_at: int = 0


def offer(store: TemplateStore, ticket: Ticket) -> Offer:
    """Return the templates for a ticket. Raises Unavailable."""
    if registry.channel(ticket.channel).templates is None:
        return Offer(problem="no_templates")
    linked = store.linked(ticket.account)
    if not linked.business_account:
        return Offer(problem="not_linked")
    items = (Offered(one, content_of(one), places_of(one), why_not(one)) for one in store.all(linked.business_account))
    order = sorted(items, key=lambda one: (bool(one.why), not _speaks(one.template, ticket.language), one.template))
    problem = "not_fetched" if linked.code else "" if order else "none"
    return Offer(tuple(order), problem, linked.code, linked.fetched_at)


def _speaks(template: ProviderTemplate, language: str) -> bool:
    return bool(language) and template.language.partition("_")[0] == language
