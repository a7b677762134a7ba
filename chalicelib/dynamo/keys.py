"""Builds partition keys, and names the partitions of sparse indexes. The schema says what lies under each."""

ASKING = "ask#0"
"""Key of asks in the sparse index `unsent`; the suffix is the shard: one today."""
REVOKING = "revoke#0"
"""Key, there, of deletions whose message has not arrived yet."""


def contact_pk(contact_id: str) -> str:
    """Partition of a contact: the contact itself and its consents."""
    return f"contact#{contact_id}"


def conversation_pk(conversation_id: str) -> str:
    """Partition of a conversation: head, messages, outbox, guards, drafts."""
    return f"conversation#{conversation_id}"


def ticket_pk(ticket_id: str) -> str:
    """Partition of a ticket."""
    return f"ticket#{ticket_id}"


def number_pk(number: str) -> str:
    """Partition of a ticket's number (digits only)."""
    return f"number#{number}"


def channel_pk(account: str) -> str:
    """Partition of one number or bot of ours."""
    return f"channel#{account}"


def request_pk(request_id: str) -> str:
    """Partition of a request about data: the request and its inventory."""
    return f"request#{request_id}"


def suppression_pk(name: str) -> str:
    """Partition of an address's fence, by its blind name."""
    return f"fence#{name}"
