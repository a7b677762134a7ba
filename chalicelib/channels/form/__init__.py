"""The channel web form."""
