"""Texts that a provider has approved: kept as the provider describes them, checked, filled."""
