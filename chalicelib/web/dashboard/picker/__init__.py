"""Choosing a template on the ticket page."""
