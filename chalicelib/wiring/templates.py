"""Wires templates: what fetches them, and what reads them. Intake does not import it."""

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.channels import registry
from chalicelib.core.settings import settings, variable
from chalicelib.provider_templates.store import TemplateStore
from chalicelib.wiring import base as wiring

if TYPE_CHECKING:
    from chalicelib.channels.templates import TemplateSource
    from chalicelib.provider_templates.fetch_templates import FetchTemplates


@cache
def template_store() -> TemplateStore:
    """Templates, as they were fetched and changed since."""
    wiring.bind_tables()
    return TemplateStore(wiring.gateway())


@cache
def _source(channel: str) -> "TemplateSource":
    declared = registry.channel(channel)
    assert declared.templates is not None  # only such channels are fetched from
    made: TemplateSource = declared.templates({one.name: variable(one.name, one.default) for one in declared.settings})
    return made


@cache
def fetch_templates() -> "FetchTemplates":
    """Fetches templates, for the function of that name."""
    from chalicelib.provider_templates.fetch_templates import FetchTemplates

    secret = settings().secret_outbound
    return FetchTemplates(template_store(), lambda: wiring.secrets().outbound(secret), _source, wiring.clock())
