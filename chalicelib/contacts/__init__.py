"""Finds the people who write: the search index over names and addresses, and what intake knows of a person."""
