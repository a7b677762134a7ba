"""Builds the writes that put a ticket into the lists of its tags, and take it out of them.

A list is a partition `tag#{tag}` of the index `lists`. It holds every ticket with the tag that is not closed; its state
stands on the ticket alone, so that no message has to write here. The full pass puts tickets of older releases there.
"""

from collections.abc import Iterable

from chalicelib.core.clock import DAY, GUARD_DAYS, SECOND, gone_at
from chalicelib.dynamo.builder import Builder, Write
from chalicelib.dynamo.schema import TAGGED, lists

TAGS_AS_READ = "(#tags = :old_tags OR attribute_not_exists(#tags))"
"""Condition of a write on the ticket that goes with these: nobody else has changed its tags, `:old_tags`, meanwhile."""


def list_tag(tables: Builder, conversation_id: str, ticket_id: str, tag: str, created_at: int) -> Write:
    """Return the write that puts a ticket, created at `created_at` (ms), into the list of a tag."""
    key, values = TAGGED.key(conversation_id, ticket_id, tag), lists.tagged(tag, created_at).attributes()
    return tables.update("tagged", key, "SET #list = :list, #place = :place REMOVE expires_at, gone_at", values=values)


def unlist_tags(tables: Builder, conversation_id: str, ticket_id: str, tags: Iterable[str], now: int) -> list[Write]:
    """Return the writes that take a ticket out of the lists of tags at `now` (ms). They leave rows with a date, because
    who makes them may not delete rows of conversations."""
    until = (now + GUARD_DAYS * DAY) // SECOND
    values = {"until": until, "gone": gone_at(until)}
    expression = "SET expires_at = :until, gone_at = :gone REMOVE #list, #place"
    keys = [TAGGED.key(conversation_id, ticket_id, tag) for tag in sorted(tags)]
    return [tables.update("tagged", key, expression, values=values) for key in keys]
