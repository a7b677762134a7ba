"""The tables for pynamodb. One model per table: an item class is told by its keys (see rows.py).

Queries run on these base models with a key prefix; a discriminated child class would filter after reading.
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


class _Meta:
    """Short time-outs and few tries: a person or a queue waits behind every call."""

    table_name = ""
    connect_timeout_seconds = 1
    read_timeout_seconds = 4
    max_retry_attempts = 2


class QueueIndex(GlobalSecondaryIndex["DeskRow"]):
    """Tickets of one state, by their last activity."""

    class Meta:
        index_name = "queue"
        projection = AllProjection()

    queue = UnicodeAttribute(hash_key=True)
    activity = NumberAttribute(range_key=True)


class UnsentIndex(GlobalSecondaryIndex["DeskRow"]):
    """The outbox of all conversations, by the time at which each is due."""

    class Meta:
        index_name = "unsent"
        projection = AllProjection()

    due = UnicodeAttribute(hash_key=True)
    due_at = NumberAttribute(range_key=True)


class DeskRow(Model):
    """Any item of the table `desk`. Times are epoch milliseconds; `expires_at` is epoch seconds."""

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
    user = BinaryAttribute(null=True, legacy_encoding=False)
    phone = BinaryAttribute(null=True, legacy_encoding=False)
    chat = BinaryAttribute(null=True, legacy_encoding=False)
    suppressed_at = NumberAttribute(null=True)
    opted_out_at = NumberAttribute(null=True)
    """Since when the person gets no news, offers and surveys."""
    opted_out_by = UnicodeAttribute(null=True)
    """Id of the request that said so."""
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
    """Blind names of the provider's ids, one per piece: the message's links."""
    linked_until = NumberAttribute(null=True)
    """The date of those links (seconds)."""
    order = NumberAttribute(null=True)
    client_hash = UnicodeAttribute(null=True)
    """The name of the client id that a draft will be sent under."""
    arrived_at = NumberAttribute(null=True)
    status = UnicodeAttribute(null=True)
    rank = NumberAttribute(null=True)
    failure: MapAttribute[str, object] = MapAttribute(null=True)
    piece_count = NumberAttribute(null=True)
    piece_states: MapAttribute[str, object] = MapAttribute(null=True)
    """What became of the pieces of a long text, by number: see tickets/pieces.py."""
    resent_as = UnicodeAttribute(null=True)
    """Sort key, without its prefix, of the message by which a failed one was sent again."""
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
    """The customer took this message back; its content is gone."""
    quote_gone = BooleanAttribute(null=True)
    """The customer took back what this message quotes."""
    flagged = BooleanAttribute(null=True)
    """The ticket says that this message was not delivered."""
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
    answers = NumberAttribute(null=True)
    """When the question came that a reply answers: on its place in the outbox and on the message."""

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
    """The date that the ticket's rows have."""
    gone_at = NumberAttribute(null=True)
    """DynamoDB's TTL attribute (seconds): see retention/model.gone_at."""
    rung_at = NumberAttribute(null=True)
    """When its dating was asked for again."""
    undelivered = UnicodeAttribute(null=True)
    """Sort key of the newest message that did not go out, without its prefix."""

    question_at = NumberAttribute(null=True)
    """When the customer's question came that has no answer yet, 0 when all are answered; none in rows of the release
    before: see desk_rows.question_at."""
    late_in = NumberSetAttribute(null=True)
    """Spans of time in which messages of this ticket were sent that arrived very late: tickets.LATE_SPAN."""

    # staff and channels
    sub = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    roles: ListAttribute[str] = ListAttribute(null=True)
    undertaking_at = NumberAttribute(null=True)
    disabled = BooleanAttribute(null=True)
    generation = NumberAttribute(null=True)
    mac = UnicodeAttribute(null=True)
    """The proof of a colleague's row: proof.staff_mac."""
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
    """Any item of the table `index`: aliases, links, parked statuses, sessions, words."""

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
    message_ref = UnicodeAttribute(null=True)
    piece = NumberAttribute(null=True)
    status = UnicodeAttribute(null=True)
    rank = NumberAttribute(null=True)
    at = NumberAttribute(null=True)
    code = UnicodeAttribute(null=True)
    said = UnicodeAttribute(null=True)
    """The provider's own words, scrubbed."""
    sub = UnicodeAttribute(null=True)
    generation = NumberAttribute(null=True)
    created_at = NumberAttribute(null=True)
    csrf = UnicodeAttribute(null=True)
    kind = UnicodeAttribute(null=True)
    words: ListAttribute[str] = ListAttribute(null=True)
    version = UnicodeAttribute(null=True)
    rule = NumberAttribute(null=True)
    """By which rule these words were made: search_words.RULE."""
    ended_at = NumberAttribute(null=True)
    """When the contact of these words ended: they go with the next sweep."""


def bind(tables: Mapping[str, str]) -> None:
    """Name the tables of this deployment. Called once by the composition root, and by tests."""
    for model, table in ((DeskRow, "desk"), (KeyRow, "keys"), (IndexRow, "index")):
        model.Meta.table_name = tables[table]
        model._connection = None


def alive(row: DeskRow | IndexRow, now: int) -> bool:
    """Whether a row may be shown: TTL deletes days later than it promises, so every read asks here (now in ms)."""
    until: float | None = row.expires_at
    return until is None or int(until) * 1000 > now
