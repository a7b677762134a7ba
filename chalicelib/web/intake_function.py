"""The Lambda function of everything without a session: webhooks and public pages. It can seal data but not open it."""

import gc

# Modules make no garbage while they load; collecting during that time costs a sixth of a cold start.
gc.disable()

from chalice.app import Chalice  # noqa: E402

from chalicelib.dynamo.clients import client  # noqa: E402
from chalicelib.web.public.routes import public_routes  # noqa: E402
from chalicelib.web.webhooks import load_busiest, webhook_routes  # noqa: E402
from chalicelib.wiring import base as wiring  # noqa: E402

app = Chalice(app_name="spoint-helpdesk-intake")
app.api.binary_types = ["multipart/form-data"]  # forms with files; API Gateway passes them as base64
app.register_blueprint(webhook_routes(wiring.intake))
app.register_blueprint(public_routes())
load_busiest()
client("dynamodb")  # Lambda gives a function more processor time while it starts

gc.freeze()
gc.enable()
