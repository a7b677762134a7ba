"""Intake on real tables, with keys of its own and a clock that a test moves."""

from tests.support.intake.desk import desk
from tests.support.intake.webhooks import front

__all__ = ["desk", "front"]
