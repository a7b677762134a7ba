"""Raw mails of the shapes that real programs send."""
