"""Choosing a template on the ticket page: its views, and its words."""
