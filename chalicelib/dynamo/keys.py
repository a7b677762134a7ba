"""Builds partition keys of items, and of entries in the sparse index `unsent`. schema.py declares the items."""

from chalicelib.dynamo.schema import ASKING as ASKING
from chalicelib.dynamo.schema import REVOKING as REVOKING


def contact_pk(contact_id: str) -> str:
    """Partition of a contact: the contact, consents, asks and the open request."""
    return f"contact#{contact_id}"


def conversation_pk(conversation_id: str) -> str:
    """Partition of a conversation: head, messages, outbox, guards, drafts."""
    return f"conversation#{conversation_id}"


def ticket_pk(ticket_id: str) -> str:
    """Partition of a ticket."""
    return f"ticket#{ticket_id}"


def channel_pk(account: str) -> str:
    """Partition of a channel account: one WhatsApp number or Telegram bot of ours."""
    return f"channel#{account}"


def request_pk(request_id: str) -> str:
    """Partition of a request about data: the request and its inventory."""
    return f"request#{request_id}"


def suppression_pk(pseudonym: str) -> str:
    """Partition of a suppression entry, by the pseudonym of its address. The stored prefix is `fence`."""
    return f"fence#{pseudonym}"
