"""Channels: each parses a provider's bodies into the parts of domain.messages, and sends what goes out."""
