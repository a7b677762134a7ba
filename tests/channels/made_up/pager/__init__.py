"""The channel pager, which nobody has."""
