"""The channel Telegram (Bot API)."""
