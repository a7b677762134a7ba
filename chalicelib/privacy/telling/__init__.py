"""Proving that the person was told when the destruction begins, and announcing it again."""
