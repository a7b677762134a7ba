"""What each row of docs/access-patterns.md asks: a runner prepares a desk and returns what to do."""

from importlib import import_module

from tests.storage.access_patterns.patterns import RUNNERS as RUNNERS

SECTIONS = (
    *("intake", "signing_in", "tickets", "delivery", "retention", "text_index", "mailbox", "menu", "life", "shown"),
    *("form", "destruction", "keeping", "certificates", "attachments", "templates", "withheld", "consent"),
    *("mailings", "need_to_know"),
)
"""A module for each section of the document, in the order in which they are asked."""

for section in SECTIONS:
    import_module(f"{__name__}.{section}")
