"""The pages on which staff work: tickets, search, account, staff, and requests about data."""
