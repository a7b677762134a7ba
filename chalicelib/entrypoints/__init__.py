"""The Lambda functions behind stream, queues, schedule and workflow: each parses its event and calls one use case."""
