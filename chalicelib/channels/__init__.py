"""Channels: each parses its provider's webhook bodies into parts (parts.py), and sends messages."""
