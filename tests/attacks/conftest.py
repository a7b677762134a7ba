"""What the attacks are played on: the webhooks, the whole dashboard, delivery, requests about data, certificates."""

from tests.delivery.conftest import desk as delivery_desk
from tests.erasure.conftest import desk as erasing_desk
from tests.erasure.test_certificates import front as certificates
from tests.erasure.test_certificates import office
from tests.intake.conftest import desk
from tests.intake.test_webhooks import front
from tests.web.conftest import accounts, keys, web

__all__ = ["accounts", "certificates", "delivery_desk", "desk", "erasing_desk", "front", "keys", "office", "web"]
