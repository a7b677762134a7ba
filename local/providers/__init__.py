"""Stand-ins of the providers: Meta's WhatsApp, Telegram, and the mail server of SES."""
