"""Why a message of ours leaves, as its row says: ids of the operator's profile and two of our own. Pure."""

SUPPORT = "support"
"""An answer of the staff."""
STATUS = "status"
"""An automatic answer about the conversation itself: accepted, welcome, closed."""
RIGHTS = "rights"
"""An answer about a request of the person's about their data."""

NEWS, MARKETING = "news", "marketing"
MAILED = (NEWS, MARKETING)
"""Purposes of mailings: each wants a consent of its own."""


def of_processing(purpose: str) -> bool:
    """Whether a record of consent with this purpose is about the processing of data, and not about a part of it alone:
    a transfer abroad, mailings."""
    return purpose in ("", SUPPORT)
