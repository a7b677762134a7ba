"""Reads templates, and writes what was fetched of them."""

from collections.abc import Collection
from contextlib import suppress
from typing import NamedTuple

from chalicelib.channels.templates import ProviderTemplate
from chalicelib.core.clock import SECOND
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.models import IndexRow
from chalicelib.dynamo.rows import get_row, translated_errors
from chalicelib.dynamo.schema import CHANNEL, TEMPLATE
from chalicelib.dynamo.tables import Tables
from chalicelib.provider_templates.model import StoredTemplate

_DECIDING = ("status", "category", "correct_category", "components")
"""What decides whether a template may be sent, and how."""


class Linked(NamedTuple):
    """What is known of the templates of a number of ours: its business account ("" when none is linked), when they were
    fetched (ms), and the provider's code when that failed."""

    business_account: str = ""
    fetched_at: int = 0
    code: str = ""


class TemplateStore:
    """Templates by business account. All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def linked(self, account: str) -> Linked:
        """Return where the templates of a number of ours are."""
        row = get_row(CHANNEL.key(account))
        if row is None or not row.business_account:
            return Linked()
        return Linked(row.business_account, int(row.templates_at or 0), row.templates_code or "")

    def all(self, business_account: str) -> list[ProviderTemplate]:
        """Return all templates of a business account, by name and language."""
        with translated_errors():
            return [_template(row) for row in IndexRow.query(TEMPLATE.partition(business_account))]

    def find(self, account: str, key: str) -> StoredTemplate | None:
        """Return the template of this `key` (name#language) that a number of ours may send; None when there is none."""
        business_account = self.linked(account).business_account
        _, pk, sk = TEMPLATE.key(business_account, *key.split("#", 1))
        with translated_errors(), suppress(IndexRow.DoesNotExist):
            return StoredTemplate(business_account, _template(IndexRow.get(pk, sk, consistent_read=True)))
        return None

    def unchanged(self, stored: StoredTemplate) -> Write:
        """Check that nothing has changed that decides whether, and how, a template is sent."""
        business_account, template = stored
        values = {name: getattr(template, name) for name in _DECIDING if getattr(template, name)}
        conditions = [
            f"#{name} = :{name}" if name in values else f"attribute_not_exists(#{name})" for name in _DECIDING
        ]
        key = TEMPLATE.key(business_account, template.name, template.language)
        return self._tables.check("template", key, " AND ".join(conditions), values)

    # -- fetching

    def put(self, business_account: str, template: ProviderTemplate, began_at: int) -> bool:
        """Store a template as it was fetched, in a fetch that began at `began_at` (s); False when the provider has told
        of a later change meanwhile."""
        values = {**template._asdict(), "correct_since": template.correct_since or None, "synced_at": began_at}
        clocks = ("status_at", "category_at", "quality_at", "synced_at")
        condition = " AND ".join(f"(attribute_not_exists(#{one}) OR #{one} <= :began)" for one in clocks)
        key = TEMPLATE.key(business_account, template.name, template.language)
        return self._tables.write(self._tables.put("template", key, values, condition, {"began": began_at}))

    def remove_others(self, business_account: str, known: Collection[str], began_at: int) -> None:
        """Delete the templates that a fetch, which began at `began_at` (s), has not found; `known` are the keys of
        those that it has."""
        with translated_errors():
            rows = list(IndexRow.query(TEMPLATE.partition(business_account), consistent_read=True))
        for key in {str(row.sk) for row in rows} - set(known):
            place, values = TEMPLATE.key(business_account, *key.split("#", 1)), {"began": began_at}
            self._tables.write(self._tables.delete("template", place, "#synced_at < :began", values))

    def note(self, channel: str, account: str, business_account: str, now: int, code: str = "") -> None:
        """Note on a number of ours where its templates are, and when (ms) they were fetched; with a `code`, that this
        failed."""
        values: dict[str, str | int] = {"account": account, "channel": channel, "business": business_account}
        expression = "SET #account = :account, #channel = :channel, #business_account = :business"
        if code:
            expression += ", #templates_code = :code"
            values["code"] = code
        else:
            expression += ", #templates_at = :now REMOVE #templates_code"
            values["now"] = now // SECOND * SECOND
        self._tables.write(self._tables.update("channel", CHANNEL.key(account), expression, "", values))


def _template(row: IndexRow) -> ProviderTemplate:
    return ProviderTemplate(
        name=row.name or "",
        language=row.language or "",
        status=row.status or "",
        category=row.category or "",
        components=row.components or "[]",
        correct_category=row.correct_category or "",
        correct_since=int(row.correct_since or 0),
        quality=row.quality or "",
    )
