"""Builds the use cases from their parts: a small factory for each, so that a cold start loads its own parts only."""
