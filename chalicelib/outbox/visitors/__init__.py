"""Answers to people of whom nothing is stored."""
