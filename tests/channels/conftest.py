"""A small provider on 127.0.0.1."""

from tests.support.channels.provider import nobody, provider

__all__ = ["nobody", "provider"]
