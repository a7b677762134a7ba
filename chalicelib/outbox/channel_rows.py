"""What a provider's refusal closes: the channel of a number or bot of ours, the reply window of a conversation."""

from chalicelib.dynamo.builder import Builder, Write
from chalicelib.dynamo.schema import CHANNEL, HEAD


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


def window_shut(builder: Builder, conversation_id: str, sent_at: int) -> Write:
    """Return the write that closes the reply window until the customer writes after `sent_at` (ms), the time of the
    message that was refused. It changes nothing when a later one was refused already."""
    condition = "attribute_exists(pk) AND (attribute_not_exists(#window_shut_at) OR #window_shut_at < :at)"
    return builder.update("shut", HEAD.key(conversation_id), "SET #window_shut_at = :at", condition, {"at": sent_at})
