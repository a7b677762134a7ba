"""Stand-in of Amazon SES: takes mails of the desk, and receives mails for it."""
