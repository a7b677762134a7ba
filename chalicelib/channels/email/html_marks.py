"""Knows the marks by which mail programs tell quotations and signatures in HTML."""

import re
from collections.abc import Mapping

_QUOTES = frozenset("gmail_attr yahoo_quoted moz-cite-prefix protonmail_quote mail-quote-collapse".split())
"""Classes of what is quoted, or introduces it: Gmail, Yahoo, Thunderbird, Proton, Mail.ru."""
_HISTORY = ("divrplyfwdmsg", "mail-editor-reference-message-container", "ms-outlook-mobile-reference-message")
"""Beginnings of ids from which on Outlook's programs show former mails."""
_OUTLOOK_RULE = re.compile(r"border-top\s*:\s*solid[^;]*;\s*padding\s*:\s*3\.0pt 0")
"""The line that Outlook for Windows draws above the mail that it quotes or forwards."""
_SIGNATURES = frozenset("gmail_signature moz-signature ms-outlook-mobile-signature".split())
_SIGNATURE_IDS = frozenset(("signature", "applemailsignature", "ms-outlook-mobile-signature"))
_INDENTED = re.compile(r"border\s*:\s*(none|0)|border-left\s*:\s*none")
"""A blockquote that the button "indent" makes."""

Attributes = Mapping[str, str]


def is_quotation(tag: str, attributes: Attributes) -> bool:
    """Whether an element is quoted or introduces what is."""
    if tag == "blockquote":
        return attributes.get("type") == "cite" or not _INDENTED.search(_style(attributes))
    return not _QUOTES.isdisjoint(_classes(attributes))


def is_signature(attributes: Attributes) -> bool:
    """Whether an element is a signature."""
    return (
        not _SIGNATURES.isdisjoint(_classes(attributes))
        or attributes.get("id", "").lower() in _SIGNATURE_IDS
        or "data-signature-widget" in attributes
    )


def begins_history(attributes: Attributes) -> bool:
    """Whether everything from an element on is a former mail."""
    return attributes.get("id", "").lower().startswith(_HISTORY) or bool(_OUTLOOK_RULE.search(_style(attributes)))


def _classes(attributes: Attributes) -> list[str]:
    return attributes.get("class", "")[:500].lower().split()


def _style(attributes: Attributes) -> str:
    return attributes.get("style", "")[:500].lower()
