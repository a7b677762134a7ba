"""The row of a number or bot of ours: whether its channel is stopped."""

from chalicelib.dynamo import keys
from chalicelib.dynamo.writes import Write, Writes


def stopped(writes: Writes, channel: str, account: str, code: str, now: int) -> Write:
    """Return the write that stops a channel until staff has acted. A stopped channel keeps the time since when it
    is."""
    return writes.update(
        "channel",
        "desk",
        keys.channel_pk(account),
        "channel",
        "SET #account = :account, #channel = :channel, #code = :code, #probed_at = :now,"
        " #stopped_at = if_not_exists(#stopped_at, :now)",
        "attribute_not_exists(pk) OR #account = :account",
        {"account": account, "channel": channel, "code": code, "now": now},
    )
