"""Tickets and their messages: rules, reading, listing, changing, commenting, drafts and automatic closing."""
