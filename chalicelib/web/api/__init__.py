"""The JSON API under /api/v1, which openapi.json describes."""
