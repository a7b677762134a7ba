"""Stand-in of the Telegram Bot API, and the phone on which customers of Telegram are played."""
