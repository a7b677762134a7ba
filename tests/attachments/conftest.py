"""A desk with a bucket, and the stand-in phones."""

from tests.support.attachments.desk import desk
from tests.support.phones.phones import phones

__all__ = ["desk", "phones"]
