"""How long things are kept: expiry dates and their stamps on rows, the sweeper, the end of a contact."""
