"""The channel WhatsApp (Meta's Cloud API)."""
