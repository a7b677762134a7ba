"""The function that answers without a session: webhooks, policy, health. It can store and cannot read."""

import gc

# Nothing that a module makes while it loads is garbage, and looking for some costs a sixth of a cold start.
gc.disable()

from chalice.app import Chalice  # noqa: E402

from chalicelib.dynamo.clients import client  # noqa: E402
from chalicelib.web.public.routes import public_routes  # noqa: E402
from chalicelib.web.webhooks import webhook_routes  # noqa: E402
from chalicelib.wiring import base as wiring  # noqa: E402

app = Chalice(app_name="spoint-helpdesk-intake")
app.api.binary_types = []
app.register_blueprint(webhook_routes(wiring.intake))
app.register_blueprint(public_routes())
client("dynamodb")  # made while the function starts, when the processor is not yet shared

gc.freeze()
gc.enable()
