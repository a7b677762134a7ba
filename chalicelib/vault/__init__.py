"""Encrypts personal data, opens it again, makes pseudonyms, and keeps secrets and their rotation."""
