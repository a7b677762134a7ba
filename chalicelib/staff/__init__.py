"""Accounts of the people who work here: roles, sign-in, sessions, authenticator applications, the undertaking."""
