"""Why a message of ours leaves, as its row says: ids of the operator's profile and two of our own. Pure."""

SUPPORT = "support"
"""An answer of the staff."""
STATUS = "status"
"""An automatic answer about the conversation itself: accepted, welcome, closed."""
RIGHTS = "rights"
"""An answer about a request of the person's about their data."""
