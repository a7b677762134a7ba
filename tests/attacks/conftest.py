"""What the attacks are played on: the webhooks, the whole dashboard, delivery, requests about data, certificates."""

from tests.support.delivery.desk import desk as delivery_desk
from tests.support.erasure.certificates import front as certificates
from tests.support.erasure.certificates import office
from tests.support.erasure.desk import desk as erasing_desk
from tests.support.intake.desk import desk
from tests.support.intake.webhooks import front
from tests.support.web.accounts import accounts, keys
from tests.support.web.desk import web

__all__ = ["accounts", "certificates", "delivery_desk", "desk", "erasing_desk", "front", "keys", "office", "web"]
