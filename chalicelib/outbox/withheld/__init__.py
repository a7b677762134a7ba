"""Replies of which a supervisor decides, because their text goes to many people."""
