"""Texts in Kazakh, Russian and English; see README.md."""
