"""Every Lambda entry of the help desk, one line each. The work is done in chalicelib.

The webhooks and public pages run in a function of their own, `chalicelib.web.intake.app`; their routes stand here
too, because chalice describes the API from this app and infra/merge.py then points those paths at that function.
"""

from typing import Any

from chalice.app import Chalice, DynamoDBEvent, Rate, SQSEvent

from chalicelib.web.dispatch import api_routes, dashboard_routes
from chalicelib.web.public.routes import public_routes
from chalicelib.web.webhooks import webhook_routes
from chalicelib.wiring import base as wiring

app = Chalice(app_name="spoint-helpdesk")
app.register_blueprint(webhook_routes(wiring.intake))
app.register_blueprint(public_routes())
app.register_blueprint(api_routes())
app.register_blueprint(dashboard_routes())


@app.on_dynamodb_record(stream_arn="PLACEHOLDER", batch_size=100)
def relay(event: DynamoDBEvent) -> Any:
    """Stream of the table `desk`: ring, date, index."""
    from chalicelib.entrypoints import stream_router as work

    return work.handle(event.to_dict())


@app.on_sqs_message(queue_arn="PLACEHOLDER", batch_size=1)
def sender(event: SQSEvent) -> Any:
    """Doorbell: send what waits in a conversation."""
    from chalicelib.entrypoints import sender as work

    return work.handle(event.to_dict())


@app.on_sqs_message(queue_arn="PLACEHOLDER", batch_size=1)
def dater(event: SQSEvent) -> Any:
    """Closed and reopened tickets: write the date on their rows, or remove it."""
    from chalicelib.entrypoints import expiry_stamper as work

    return work.handle(event.to_dict())


@app.on_sqs_message(queue_arn="PLACEHOLDER", batch_size=10)
def indexer(event: SQSEvent) -> Any:
    """New and changed contacts: make them findable by name."""
    from chalicelib.entrypoints import indexer as work

    return work.handle(event.to_dict())


@app.schedule(Rate(1, unit=Rate.MINUTES))
def sweeper(event: Any) -> Any:
    """Every minute: ring again, close what is idle, delete what has expired."""
    from chalicelib.entrypoints import retention_sweeper as work

    return work.handle()


@app.on_sqs_message(queue_arn="PLACEHOLDER", batch_size=1)
def privacy(event: SQSEvent) -> Any:
    """What people ask about their data: open, confirm, cancel; start and wake the workflow."""
    from chalicelib.entrypoints import privacy as work

    return work.handle(event.to_dict())


@app.lambda_function()
def soft_suppress(event: Any, context: Any) -> Any:
    """Erasure: stop what is not essential, make the box for answers."""
    from chalicelib.entrypoints import workflow

    return workflow.soft_suppress(event)


@app.lambda_function()
def verify_identity(event: Any, context: Any) -> Any:
    """Erasure: ask the person to confirm, and wait."""
    from chalicelib.entrypoints import workflow

    return workflow.verify_identity(event)


@app.lambda_function()
def decide(event: Any, context: Any) -> Any:
    """Erasure: nobody confirmed: wait for a colleague."""
    from chalicelib.entrypoints import workflow

    return workflow.decide(event)


@app.lambda_function()
def tell(event: Any, context: Any) -> Any:
    """Erasure: tell the person before anything that cannot be undone, and wait for the proof that they were told."""
    from chalicelib.entrypoints import workflow

    return workflow.tell(event)


@app.lambda_function()
def grace(event: Any, context: Any) -> Any:
    """Erasure: wait while the person may think again."""
    from chalicelib.entrypoints import workflow

    return workflow.grace(event)


@app.lambda_function()
def hard_suppress(event: Any, context: Any) -> Any:
    """Erasure: close the fence."""
    from chalicelib.entrypoints import workflow

    return workflow.hard_suppress(event)


@app.lambda_function()
def freeze_inventory(event: Any, context: Any) -> Any:
    """Erasure: list and count what there is."""
    from chalicelib.entrypoints import workflow

    return workflow.freeze_inventory(event)


@app.lambda_function()
def destroy_key(event: Any, context: Any) -> Any:
    """Erasure: the point of no return."""
    from chalicelib.entrypoints import workflow

    return workflow.destroy_key(event)


@app.lambda_function()
def erase_stores(event: Any, context: Any) -> Any:
    """Erasure: delete every row, in two passes."""
    from chalicelib.entrypoints import workflow

    return workflow.erase_stores(event)


@app.lambda_function()
def settle(event: Any, context: Any) -> Any:
    """Erasure: wait until every late writer has ended."""
    from chalicelib.entrypoints import workflow

    return workflow.settle(event)


@app.lambda_function()
def verify_absence(event: Any, context: Any) -> Any:
    """Erasure: prove that nothing is left."""
    from chalicelib.entrypoints import workflow

    return workflow.verify_absence(event)


@app.lambda_function()
def certificate(event: Any, context: Any) -> Any:
    """Erasure: sign and chain the certificate."""
    from chalicelib.entrypoints import workflow

    return workflow.certificate(event)


@app.lambda_function()
def notify(event: Any, context: Any) -> Any:
    """Erasure: tell the person."""
    from chalicelib.entrypoints import workflow

    return workflow.notify(event)


@app.lambda_function()
def await_delivery(event: Any, context: Any) -> Any:
    """Erasure: wait while the answer arrives."""
    from chalicelib.entrypoints import workflow

    return workflow.await_delivery(event)


@app.lambda_function()
def close_box(event: Any, context: Any) -> Any:
    """Erasure: destroy the last key."""
    from chalicelib.entrypoints import workflow

    return workflow.close_box(event)


@app.lambda_function()
def wait_backups(event: Any, context: Any) -> Any:
    """Erasure: wait until no backup reaches back."""
    from chalicelib.entrypoints import workflow

    return workflow.wait_backups(event)


@app.lambda_function()
def final_certificate(event: Any, context: Any) -> Any:
    """Erasure: the second entry: now it is complete."""
    from chalicelib.entrypoints import workflow

    return workflow.final_certificate(event)


@app.lambda_function()
def finish(event: Any, context: Any) -> Any:
    """Erasure: cancelled or refused: as before."""
    from chalicelib.entrypoints import workflow

    return workflow.finish(event)


@app.lambda_function()
def escalate(event: Any, context: Any) -> Any:
    """Erasure: a task failed for good: name it."""
    from chalicelib.entrypoints import workflow

    return workflow.escalate(event)
