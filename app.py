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


@app.on_sqs_message(queue_arn="PLACEHOLDER", batch_size=1)
def privacy(event: SQSEvent) -> Any:
    """What people ask about their data: open, confirm, cancel; start and wake the workflow."""
    from chalicelib.workers import privacy as work

    return work.handle(event.to_dict())


@app.lambda_function()
def soft_suppress(event: Any, context: Any) -> Any:
    """Erasure: stop what is not essential, make the box for answers."""
    from chalicelib.erasure import soft_suppress as task

    return task.handle(event)


@app.lambda_function()
def verify_identity(event: Any, context: Any) -> Any:
    """Erasure: ask the person to confirm, and wait."""
    from chalicelib.erasure import verify_identity as task

    return task.handle(event)


@app.lambda_function()
def decide(event: Any, context: Any) -> Any:
    """Erasure: nobody confirmed: wait for a colleague."""
    from chalicelib.erasure import decide as task

    return task.handle(event)


@app.lambda_function()
def tell(event: Any, context: Any) -> Any:
    """Erasure: tell the person before anything that cannot be undone, and wait for the proof that they were told."""
    from chalicelib.erasure import tell as task

    return task.handle(event)


@app.lambda_function()
def grace(event: Any, context: Any) -> Any:
    """Erasure: wait while the person may think again."""
    from chalicelib.erasure import grace as task

    return task.handle(event)


@app.lambda_function()
def hard_suppress(event: Any, context: Any) -> Any:
    """Erasure: close the fence."""
    from chalicelib.erasure import hard_suppress as task

    return task.handle(event)


@app.lambda_function()
def freeze_inventory(event: Any, context: Any) -> Any:
    """Erasure: list and count what there is."""
    from chalicelib.erasure import freeze_inventory as task

    return task.handle(event)


@app.lambda_function()
def destroy_key(event: Any, context: Any) -> Any:
    """Erasure: the point of no return."""
    from chalicelib.erasure import destroy_key as task

    return task.handle(event)


@app.lambda_function()
def erase_stores(event: Any, context: Any) -> Any:
    """Erasure: delete every row, in two passes."""
    from chalicelib.erasure import erase_stores as task

    return task.handle(event)


@app.lambda_function()
def settle(event: Any, context: Any) -> Any:
    """Erasure: wait until every late writer has ended."""
    from chalicelib.erasure import settle as task

    return task.handle(event)


@app.lambda_function()
def verify_absence(event: Any, context: Any) -> Any:
    """Erasure: prove that nothing is left."""
    from chalicelib.erasure import verify_absence as task

    return task.handle(event)


@app.lambda_function()
def certificate(event: Any, context: Any) -> Any:
    """Erasure: sign and chain the certificate."""
    from chalicelib.erasure import certificate as task

    return task.handle(event)


@app.lambda_function()
def notify(event: Any, context: Any) -> Any:
    """Erasure: tell the person."""
    from chalicelib.erasure import notify as task

    return task.handle(event)


@app.lambda_function()
def await_delivery(event: Any, context: Any) -> Any:
    """Erasure: wait while the answer arrives."""
    from chalicelib.erasure import await_delivery as task

    return task.handle(event)


@app.lambda_function()
def close_box(event: Any, context: Any) -> Any:
    """Erasure: destroy the last key."""
    from chalicelib.erasure import close_box as task

    return task.handle(event)


@app.lambda_function()
def wait_backups(event: Any, context: Any) -> Any:
    """Erasure: wait until no backup reaches back."""
    from chalicelib.erasure import wait_backups as task

    return task.handle(event)


@app.lambda_function()
def final_certificate(event: Any, context: Any) -> Any:
    """Erasure: the second entry: now it is complete."""
    from chalicelib.erasure import final_certificate as task

    return task.handle(event)


@app.lambda_function()
def finish(event: Any, context: Any) -> Any:
    """Erasure: cancelled or refused: as before."""
    from chalicelib.erasure import finish as task

    return task.handle(event)


@app.lambda_function()
def escalate(event: Any, context: Any) -> Any:
    """Erasure: a task failed for good: name it."""
    from chalicelib.erasure import escalate as task

    return task.handle(event)
