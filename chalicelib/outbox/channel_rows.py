"""The row of a number or bot of ours: whether its channel is stopped."""

from chalicelib.dynamo.builder import Builder, Write
from chalicelib.dynamo.schema import CHANNEL


def stopped(builder: Builder, channel: str, account: str, code: str, now: int) -> Write:
    """Return the write that stops a channel until staff has acted. A stopped channel keeps the time since when it
    is."""
    return builder.update(
        "channel",
        CHANNEL.key(account),
        "SET #account = :account, #channel = :channel, #code = :code, #probed_at = :now,"
        " #stopped_at = if_not_exists(#stopped_at, :now)",
        "attribute_not_exists(pk) OR #account = :account",
        {"account": account, "channel": channel, "code": code, "now": now},
    )
