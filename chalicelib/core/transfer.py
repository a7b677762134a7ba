"""The consent to a transfer abroad, an item of its own beside the consent to the processing (art. 16 and 24(1)(5) of
Law 94-V; A7, B7.2, C10, D4.2, E10.2). Pure.

What it governs is said in docs/adr/0045-consent-to-a-transfer-abroad.md: messages that answer nothing that the person
has asked. On a channel that nobody abroad carries it governs nothing.
"""

PURPOSE = "transfer"
"""Purpose of a record of consent that is about the transfer alone."""
GIVEN, REFUSED = "yes", "no"
"""The person's own answer, as the head of the conversation and the record of the consent hold it; refused at once, or
taken back. Without one nothing was asked."""


BY_MESSAGE, EXPLICIT = "message", "explicit"
"""How people consent to it: by writing, until they take it back; by an answer of their own."""


def agreed(rule: str, answer: str) -> bool:
    """Return whether a message that answers nothing may leave on a channel, by the person's own answer ("" without
    one). `rule` is how people consent to it there, "" where nobody abroad carries the channel."""
    return not rule or answer == GIVEN or (rule == BY_MESSAGE and answer != REFUSED)
