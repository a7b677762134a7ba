"""Kinds of messages that are about another message. Pure."""

TEXT_CHANGES = frozenset({"edit", "revoke"})
"""Kinds that change or take away a text."""


CHANGES = TEXT_CHANGES | {"reaction"}
"""Kinds that change what is shown of a message which is there already."""


REFERRING = CHANGES | {"callback"}
"""Kinds that are about such a message: these, and a pressed button."""
