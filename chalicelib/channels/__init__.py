"""Channels: each parses its provider's webhook bodies into parts (messages/model.py), and sends messages."""
