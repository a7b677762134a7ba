"""Every Lambda entry of the help desk, one line each. The work is done in chalicelib.

The webhooks and public pages run in a function of their own, `chalicelib.web.intake.app`; their routes stand here
too, because chalice describes the API from this app and infra/merge.py then points those paths at that function.
"""

from typing import Any

from chalice.app import Chalice, DynamoDBEvent, Rate, SQSEvent

from chalicelib import wiring
from chalicelib.web.dispatch import api_routes, dashboard_routes
from chalicelib.web.public import public_routes
from chalicelib.web.webhooks import webhook_routes

app = Chalice(app_name="spoint-helpdesk")
app.register_blueprint(webhook_routes(wiring.intake))
app.register_blueprint(public_routes())
app.register_blueprint(api_routes())
app.register_blueprint(dashboard_routes())


@app.on_dynamodb_record(stream_arn="PLACEHOLDER", batch_size=100)
def relay(event: DynamoDBEvent) -> Any:
    """Stream of the table `desk`: ring, date, index."""
    from chalicelib.workers import relay as work

    return work.handle(event.to_dict())


@app.on_sqs_message(queue_arn="PLACEHOLDER", batch_size=1)
def sender(event: SQSEvent) -> Any:
    """Doorbell: send what waits in a conversation."""
    from chalicelib.workers import sender as work

    return work.handle(event.to_dict())


@app.on_sqs_message(queue_arn="PLACEHOLDER", batch_size=1)
def dater(event: SQSEvent) -> Any:
    """Closed and reopened tickets: write the date on their rows, or remove it."""
    from chalicelib.workers import dater as work

    return work.handle(event.to_dict())


@app.on_sqs_message(queue_arn="PLACEHOLDER", batch_size=10)
def indexer(event: SQSEvent) -> Any:
    """New and changed contacts: make them findable by name."""
    from chalicelib.workers import indexer as work

    return work.handle(event.to_dict())


@app.schedule(Rate(1, unit=Rate.MINUTES))
def sweeper(event: Any) -> Any:
    """Every minute: ring again, close what is idle, delete what has expired."""
    from chalicelib.workers import sweeper as work

    return work.handle()
