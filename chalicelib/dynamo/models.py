"""Models of pynamodb, one per table. The key prefix tells the item class, which schema.py declares.

Queries use these models with a key prefix. A model per item class would read all rows and filter afterwards.
"""

from collections.abc import Mapping

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    ListAttribute,
    MapAttribute,
    NumberAttribute,
    NumberSetAttribute,
    UnicodeAttribute,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.channels.registry import ADDRESS_KINDS


class _Meta:
    """Short time-outs and few attempts, because a person or a queue waits for every call."""

    table_name = ""
    connect_timeout_seconds = 1
    read_timeout_seconds = 4
    max_retry_attempts = 2


class QueueIndex(GlobalSecondaryIndex["DeskRow"]):
    """Index of tickets by state, in the order of their last activity."""

    class Meta:
        index_name = "queue"
        projection = AllProjection()

    queue = UnicodeAttribute(hash_key=True)
    activity = NumberAttribute(range_key=True)


class UnsentIndex(GlobalSecondaryIndex["DeskRow"]):
    """Sparse index of what is due: outbox entries of all conversations, asks and others, in the order of `due_at`."""

    class Meta:
        index_name = "unsent"
        projection = AllProjection()

    due = UnicodeAttribute(hash_key=True)
    due_at = NumberAttribute(range_key=True)


class DeskRow(Model):
    """Any item of the table `desk`. Times are epoch milliseconds; `expires_at` and `gone_at` are epoch seconds."""

    class Meta(_Meta):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    queue_index = QueueIndex()
    unsent_index = UnsentIndex()

    # identity
    contact_id = UnicodeAttribute(null=True)
    conversation_id = UnicodeAttribute(null=True)
    ticket_id = UnicodeAttribute(null=True)
    channel = UnicodeAttribute(null=True)
    account = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    state = UnicodeAttribute(null=True)
    epoch = NumberAttribute(null=True)
    public_key = BinaryAttribute(null=True, legacy_encoding=False)
    created_at = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)

    # contact
    profile = BinaryAttribute(null=True, legacy_encoding=False)
    for _kind in ADDRESS_KINDS:  # each sealed
        vars()[_kind] = BinaryAttribute(null=True, legacy_encoding=False)
    suppressed_at = NumberAttribute(null=True)
    opted_out_at = NumberAttribute(null=True)
    """Since when the person receives no news, offers and surveys."""
    opted_out_by = UnicodeAttribute(null=True)
    """Id of the request by which the person opted out."""
    policy_version = UnicodeAttribute(null=True)
    policy_hash = UnicodeAttribute(null=True)
    message_ref = UnicodeAttribute(null=True)
    at = NumberAttribute(null=True)
    request_id = UnicodeAttribute(null=True)

    # conversation
    last_inbound_at = NumberAttribute(null=True)
    last_at = NumberAttribute(null=True)
    aliases: ListAttribute[str] = ListAttribute(null=True)
    former: ListAttribute[str] = ListAttribute(null=True)
    blocked = BooleanAttribute(null=True)
    reach_at = NumberAttribute(null=True)

    # message
    direction = UnicodeAttribute(null=True)
    kind = UnicodeAttribute(null=True)
    content = BinaryAttribute(null=True, legacy_encoding=False)
    sent_at = NumberAttribute(null=True)
    provider_hash = UnicodeAttribute(null=True)
    links: ListAttribute[str] = ListAttribute(null=True)
    """Pseudonyms of the provider's ids, one per piece; each is the key of a `link` item."""
    linked_until = NumberAttribute(null=True)
    """Expiry of those link items (epoch seconds)."""
    order = NumberAttribute(null=True)
    client_hash = UnicodeAttribute(null=True)
    """Hash of the client id under which a draft will be sent."""
    arrived_at = NumberAttribute(null=True)
    status = UnicodeAttribute(null=True)
    rank = NumberAttribute(null=True)
    failure: MapAttribute[str, object] = MapAttribute(null=True)
    piece_count = NumberAttribute(null=True)
    piece_states: MapAttribute[str, object] = MapAttribute(null=True)
    """States of the pieces of a long text, by number: see tickets/pieces.py."""
    resent_as = UnicodeAttribute(null=True)
    """Sort key without prefix of the message by which this failed one was sent again."""
    author = UnicodeAttribute(null=True)
    purpose = UnicodeAttribute(null=True)
    policy = BooleanAttribute(null=True)
    raw = BinaryAttribute(null=True, legacy_encoding=False)
    raw_type = UnicodeAttribute(null=True)
    quote_hash = UnicodeAttribute(null=True)
    target_hash = UnicodeAttribute(null=True)
    uncertain = BooleanAttribute(null=True)
    params: MapAttribute[str, object] = MapAttribute(null=True)
    guard = BooleanAttribute(null=True)
    deleted = BooleanAttribute(null=True)
    """The customer deleted this message; its content is gone."""
    quote_gone = BooleanAttribute(null=True)
    """The customer deleted the message that this one quotes."""
    flagged = BooleanAttribute(null=True)
    """The ticket shows that this message was not delivered."""
    vault_id = UnicodeAttribute(null=True)

    # outbox
    action = UnicodeAttribute(null=True)
    due = UnicodeAttribute(null=True)
    due_at = NumberAttribute(null=True)
    queued_at = NumberAttribute(null=True)
    attempts = NumberAttribute(null=True)
    claim_until = NumberAttribute(null=True)
    attempt_id = UnicodeAttribute(null=True)
    pieces = NumberAttribute(null=True)
    doubtful = BooleanAttribute(null=True)
    """Unconfirmed: a request to the provider had no answer, so the message may have been accepted."""
    answers = NumberAttribute(null=True)
    """Arrival of the question that a reply answers (ms): on the outbox entry and on the message."""

    # ticket
    number = UnicodeAttribute(null=True)
    assignee = UnicodeAttribute(null=True)
    priority = UnicodeAttribute(null=True)
    tags: ListAttribute[str] = ListAttribute(null=True)
    last_message_at = NumberAttribute(null=True)
    activity = NumberAttribute(null=True)
    queue = UnicodeAttribute(null=True)
    unread = NumberAttribute(null=True)
    who = BinaryAttribute(null=True, legacy_encoding=False)
    last = BinaryAttribute(null=True, legacy_encoding=False)
    last_kind = UnicodeAttribute(null=True)
    last_direction = UnicodeAttribute(null=True)
    previous_ticket_id = UnicodeAttribute(null=True)
    solved_at = NumberAttribute(null=True)
    closed_at = NumberAttribute(null=True)
    dated = NumberAttribute(null=True)
    """Expiry date that was stamped on the ticket's rows."""
    gone_at = NumberAttribute(null=True)
    """DynamoDB's TTL attribute (seconds): see core/clock.gone_at."""
    rung_at = NumberAttribute(null=True)
    """When another wake-up message for stamping its expiry was sent."""
    undelivered = UnicodeAttribute(null=True)
    """Sort key without prefix of the newest message that was not sent or not delivered."""

    question_at = NumberAttribute(null=True)
    """Arrival of the newest question, while it is unanswered (ms), else 0. Rows of older releases lack it: see
    records_from_rows.question_at."""
    late_in = NumberSetAttribute(null=True)
    """Numbers of the time spans in which very late messages of this ticket were sent: see tickets/model.LATE_SPAN."""

    # staff and channels
    sub = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    roles: ListAttribute[str] = ListAttribute(null=True)
    undertaking_at = NumberAttribute(null=True)
    disabled = BooleanAttribute(null=True)
    generation = NumberAttribute(null=True)
    mac = UnicodeAttribute(null=True)
    """MAC over the row of a member of staff: see staff/row_mac.py."""
    stopped_at = NumberAttribute(null=True)
    probed_at = NumberAttribute(null=True)
    cursor = UnicodeAttribute(null=True)
    code = UnicodeAttribute(null=True)


class KeyRow(Model):
    """One contact's key: the public half, and the private half sealed to the vault."""

    class Meta(_Meta):
        pass

    pk = UnicodeAttribute(hash_key=True)
    public_key = BinaryAttribute(legacy_encoding=False)
    sealed_private = BinaryAttribute(legacy_encoding=False)
    vault_id = UnicodeAttribute()
    created_at = NumberAttribute()


class IndexRow(Model):
    """Any item of the table `index`: aliases, links, early statuses, sessions, words, suppression entries."""

    class Meta(_Meta):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    expires_at = NumberAttribute(null=True)
    contact_id = UnicodeAttribute(null=True)
    conversation_id = UnicodeAttribute(null=True)
    public_key = BinaryAttribute(null=True, legacy_encoding=False)
    epoch = NumberAttribute(null=True)
    ticket_id = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    aliases: ListAttribute[str] = ListAttribute(null=True)
    profile_hash = UnicodeAttribute(null=True)
    user_hash = UnicodeAttribute(null=True)
    phone_hash = UnicodeAttribute(null=True)
    known_at = NumberAttribute(null=True)
    born_at = NumberAttribute(null=True)
    former_at = NumberAttribute(null=True)
    fenced = BooleanAttribute(null=True)
    """The address is on the suppression list while its contact is being erased."""
    message_ref = UnicodeAttribute(null=True)
    piece = NumberAttribute(null=True)
    status = UnicodeAttribute(null=True)
    rank = NumberAttribute(null=True)
    at = NumberAttribute(null=True)
    code = UnicodeAttribute(null=True)
    said = UnicodeAttribute(null=True)
    """The provider's error text, scrubbed."""
    sub = UnicodeAttribute(null=True)
    generation = NumberAttribute(null=True)
    created_at = NumberAttribute(null=True)
    csrf = UnicodeAttribute(null=True)
    kind = UnicodeAttribute(null=True)
    words: ListAttribute[str] = ListAttribute(null=True)
    version = UnicodeAttribute(null=True)
    rule = NumberAttribute(null=True)
    """Version of the rule that made these words: see search_words.RULE."""
    ended_at = NumberAttribute(null=True)
    """When the contact's retention ended: the next sweep deletes the words."""


def bind(tables: Mapping[str, str]) -> None:
    """Set the real names of the tables. Called by wiring once per process, and by tests."""
    for model, table in ((DeskRow, "desk"), (KeyRow, "keys"), (IndexRow, "index")):
        model.Meta.table_name = tables[table]
        model._connection = None


def alive(row: DeskRow | IndexRow, now: int) -> bool:
    """Whether a row has not expired at `now` (ms). Every read checks this, because TTL deletes only days later."""
    until: float | None = row.expires_at
    return until is None or int(until) * 1000 > now
