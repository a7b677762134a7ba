"""Requests about data and the workflow's tasks on real tables."""

from tests.support.erasure.certificates import front, office
from tests.support.erasure.desk import desk
from tests.support.erasure.living import daniyar, living

__all__ = ["daniyar", "desk", "front", "living", "office"]
