"""Certificates of destruction: what they say, the signed ledger, and the public check."""
