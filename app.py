"""The map: every Lambda function of the help desk, what calls it, and where its work is done.

`name` is the name on AWS; it is frozen, because running workflows call their tasks by it. Where it differs from the
word that the code uses, this table is the one place that maps it. `work` is a function of chalicelib/entrypoints.

The routes of dashboard and API make one more function, chalice's own `api_handler`. Webhooks and public pages run in
the function `intake` (chalicelib.web.intake_function.app); their routes stand here too, because chalice describes the
whole API from this app, and infra/merge.py then points those paths at intake.
"""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple

from chalice.app import Chalice, Rate

from chalicelib.web.dispatch import api_routes, dashboard_routes
from chalicelib.web.public.routes import public_routes
from chalicelib.web.webhooks import webhook_routes
from chalicelib.wiring import base as wiring

app = Chalice(app_name="spoint-helpdesk")
app.api.binary_types.append("multipart/form-data")  # forms with files; API Gateway passes them as base64
app.register_blueprint(webhook_routes(wiring.intake))
app.register_blueprint(public_routes())
app.register_blueprint(api_routes())
app.register_blueprint(dashboard_routes())

# infra/merge.py replaces the placeholders by the stream and queue of each function.
STREAM = partial(app.on_dynamodb_record, stream_arn="PLACEHOLDER", batch_size=100)
QUEUE = partial(app.on_sqs_message, queue_arn="PLACEHOLDER", batch_size=1)
QUEUE_BY_TEN = partial(app.on_sqs_message, queue_arn="PLACEHOLDER", batch_size=10)
EVERY_MINUTE = partial(app.schedule, Rate(1, unit=Rate.MINUTES))
EVERY_HOUR = partial(app.schedule, Rate(1, unit=Rate.HOURS))
WORKFLOW = app.lambda_function


class Entry(NamedTuple):
    """One Lambda function."""

    name: str
    work: str
    trigger: Callable[..., Any]


# fmt: off
ENTRIES = (
    Entry("relay",             "stream_router.handle",            STREAM),        # changed rows: wake-up messages
    Entry("sender",            "sender.handle",                   QUEUE),         # send what waits in a conversation
    Entry("uploader",          "uploader.handle",                 QUEUE),         # the same for messages with files
    Entry("dater",             "expiry_stamper.handle",           QUEUE),         # stamp rows of closed tickets
    Entry("indexer",           "indexer.handle",                  QUEUE_BY_TEN),  # make contacts findable
    Entry("sweeper",           "retention_sweeper.handle",        EVERY_MINUTE),  # retry, close idle, delete expired
    Entry("privacy",           "privacy.handle",                  QUEUE),         # what people ask about their data
    Entry("fetcher",           "fetcher.handle",                  QUEUE),         # fetch files that customers sent
    Entry("mail",              "mail.handle",                     QUEUE),         # store mails that SES has received
    Entry("templates",         "templates.handle",                EVERY_HOUR),    # fetch templates from providers

    # The erasure workflow, in its order (infra/erasure.asl.json).
    Entry("soft_suppress",     "workflow.pause_outreach",         WORKFLOW),      # pause outreach, make reply mailbox
    Entry("verify_identity",   "workflow.verify_identity",        WORKFLOW),      # ask the person to confirm
    Entry("decide",            "workflow.decide",                 WORKFLOW),      # else wait for a staff decision
    Entry("tell",              "workflow.tell",                   WORKFLOW),      # announce it, wait for proof
    Entry("grace",             "workflow.cooling_off",            WORKFLOW),      # wait: the person may still cancel
    Entry("hard_suppress",     "workflow.block_writes",           WORKFLOW),      # write barrier, suppression list
    Entry("freeze_inventory",  "workflow.build_inventory",        WORKFLOW),      # list and count what exists
    Entry("keep_part",         "workflow.keep_part",              WORKFLOW),      # seal anew what the desk keeps
    Entry("destroy_key",       "workflow.destroy_key",            WORKFLOW),      # the point of no return
    Entry("erase_stores",      "workflow.erase_stores",           WORKFLOW),      # delete every row, in two passes
    Entry("settle",            "workflow.drain_writers",          WORKFLOW),      # between them: late writers end
    Entry("verify_absence",    "workflow.verify_absence",         WORKFLOW),      # prove that nothing is left
    Entry("certificate",       "workflow.issue_certificate",      WORKFLOW),      # sign, append to the ledger
    Entry("notify",            "workflow.notify",                 WORKFLOW),      # tell the person it is done
    Entry("await_delivery",    "workflow.await_delivery",         WORKFLOW),      # wait until that has arrived
    Entry("close_box",         "workflow.destroy_mailbox",        WORKFLOW),      # destroy mailbox and its key
    Entry("wait_backups",      "workflow.wait_backups",           WORKFLOW),      # until no backup holds the data
    Entry("final_certificate", "workflow.completion_certificate", WORKFLOW),      # append that it is complete
    Entry("finish",            "workflow.close_without_erasure",  WORKFLOW),      # cancelled or refused instead
    Entry("escalate",          "workflow.escalate",               WORKFLOW),      # a task failed for good
)
# fmt: on


def _handler(entry: Entry) -> Callable[..., Any]:
    """Return the function that AWS calls. It imports its module on the first event, so that the cold start of one
    function does not load the parts of another."""
    module, function = entry.work.split(".")

    def handle(event: Any, context: Any = None) -> Any:
        work = getattr(import_module(f"chalicelib.entrypoints.{module}"), function)
        return work(event if entry.trigger is WORKFLOW else event.to_dict())

    handle.__name__ = entry.name
    return handle


for _entry in ENTRIES:
    globals()[_entry.name] = _entry.trigger(name=_entry.name)(_handler(_entry))
