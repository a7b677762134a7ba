"""Recognising in a message what a person asks about their data: phrases that act, and guesses that ask back."""
