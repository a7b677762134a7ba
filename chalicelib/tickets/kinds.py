"""Kinds of messages that refer to another message. Pure."""

TEXT_CHANGES = frozenset({"edit", "revoke"})
"""Kinds that change or delete a text."""


CHANGES = TEXT_CHANGES | {"reaction"}
"""Kinds that change how another message is shown."""


REFERRING = CHANGES | {"callback"}
"""Kinds that refer to another message: changes, and pressed buttons."""
