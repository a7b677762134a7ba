"""What is known of a number or bot of ours: whether anything can go out through it."""

from chalicelib.dynamo import keys
from chalicelib.dynamo.writes import Write, Writes


def stopped(writes: Writes, channel: str, account: str, code: str, now: int) -> Write:
    """Stop a channel until a person has acted; one that is stopped stays so since then."""
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
