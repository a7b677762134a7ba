"""Builds partition keys of items. schema/ declares the items."""


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
