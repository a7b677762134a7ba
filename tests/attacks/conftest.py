"""What the attacks are played on: the webhooks, and the whole dashboard."""

from tests.intake.conftest import desk
from tests.intake.test_webhooks import front
from tests.web.conftest import accounts, keys, web

__all__ = ["accounts", "desk", "front", "keys", "web"]
