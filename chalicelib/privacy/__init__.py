"""Requests of people about their data: opening, deciding, telling, and waiting for the erasure workflow."""
