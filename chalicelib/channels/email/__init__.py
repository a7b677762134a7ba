"""E-mail: what arrives as a raw mail is read here."""
