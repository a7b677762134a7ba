"""Models of pynamodb, one per table, with the fields of all item classes that the dashboard reads.

Made from the schema by `python -m quality.generate`. Queries use these models with a key prefix: a model per item
class would read all rows and filter afterwards. rows.py reads single rows and tells the models their tables.
"""

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    ListAttribute,
    MapAttribute,
    NumberAttribute,
    NumberSetAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.dynamo.sparse_row import SparseRow


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


class ListsIndex(GlobalSecondaryIndex["DeskRow"]):
    """Index of keys: see chalicelib/dynamo/schema/lists.py."""

    class Meta:
        index_name = "lists"
        projection = KeysOnlyProjection()

    list = UnicodeAttribute(hash_key=True)
    place = NumberAttribute(range_key=True)


class DeskRow(SparseRow):
    """Any item of the table `desk` but those of requests."""

    class Meta(_Meta):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    queue_index = QueueIndex()
    unsent_index = UnsentIndex()
    lists_index = ListsIndex()
    # contact
    profile = BinaryAttribute(null=True, legacy_encoding=False)
    phone = BinaryAttribute(null=True, legacy_encoding=False)
    user = BinaryAttribute(null=True, legacy_encoding=False)
    chat = BinaryAttribute(null=True, legacy_encoding=False)
    mail = BinaryAttribute(null=True, legacy_encoding=False)
    form_link = BinaryAttribute(null=True, legacy_encoding=False)
    contact_id = UnicodeAttribute(null=True)
    channel = UnicodeAttribute(null=True)
    account = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    state = UnicodeAttribute(null=True)
    conversation_id = UnicodeAttribute(null=True)
    opted_out_by = UnicodeAttribute(null=True)
    public_key = BinaryAttribute(null=True, legacy_encoding=False)
    epoch = NumberAttribute(null=True)
    created_at = NumberAttribute(null=True)
    suppressed_at = NumberAttribute(null=True)
    opted_out_at = NumberAttribute(null=True)
    correct_at = NumberAttribute(null=True)
    pending = BooleanAttribute(null=True)
    # consent
    purpose = UnicodeAttribute(null=True)
    subject = UnicodeAttribute(null=True)
    policy_version = UnicodeAttribute(null=True)
    policy_hash = UnicodeAttribute(null=True)
    message_ref = UnicodeAttribute(null=True)
    asked = UnicodeAttribute(null=True)
    answered_by = UnicodeAttribute(null=True)
    abroad = UnicodeAttribute(null=True)
    booked_by = UnicodeAttribute(null=True)
    answer = UnicodeAttribute(null=True)
    at = NumberAttribute(null=True)
    received_at = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    gone_at = NumberAttribute(null=True)
    list = UnicodeAttribute(null=True)
    place = NumberAttribute(null=True)
    # head
    ticket_id = UnicodeAttribute(null=True)
    due = UnicodeAttribute(null=True)
    blocked_by = UnicodeAttribute(null=True)
    aliases: ListAttribute[str] = ListAttribute(null=True)
    former: ListAttribute[str] = ListAttribute(null=True)
    blocked = BooleanAttribute(null=True)
    notices_wait = BooleanAttribute(null=True)
    last_inbound_at = NumberAttribute(null=True)
    last_at = NumberAttribute(null=True)
    reach_at = NumberAttribute(null=True)
    welcomed_at = NumberAttribute(null=True)
    window_shut_at = NumberAttribute(null=True)
    agreement_ended_at = NumberAttribute(null=True)
    agreement_said_at = NumberAttribute(null=True)
    due_at = NumberAttribute(null=True)
    counted = UnicodeSetAttribute(null=True)
    # message
    content = BinaryAttribute(null=True, legacy_encoding=False)
    file = BinaryAttribute(null=True, legacy_encoding=False)
    provider_ids: ListAttribute[bytes] = ListAttribute(null=True)
    direction = UnicodeAttribute(null=True)
    kind = UnicodeAttribute(null=True)
    provider_hash = UnicodeAttribute(null=True)
    status = UnicodeAttribute(null=True)
    author = UnicodeAttribute(null=True)
    raw_type = UnicodeAttribute(null=True)
    quote_hash = UnicodeAttribute(null=True)
    target_hash = UnicodeAttribute(null=True)
    resent_as = UnicodeAttribute(null=True)
    request_id = UnicodeAttribute(null=True)
    file_state = UnicodeAttribute(null=True)
    file_object = UnicodeAttribute(null=True)
    deleted_by = UnicodeAttribute(null=True)
    decision = UnicodeAttribute(null=True)
    decided_by = UnicodeAttribute(null=True)
    mailing = UnicodeAttribute(null=True)
    counted_as = UnicodeAttribute(null=True)
    order = NumberAttribute(null=True)
    rank = NumberAttribute(null=True)
    piece_count = NumberAttribute(null=True)
    attempts = NumberAttribute(null=True)
    links: ListAttribute[str] = ListAttribute(null=True)
    file_objects: ListAttribute[str] = ListAttribute(null=True)
    failure: MapAttribute[str, object] = MapAttribute(null=True)
    piece_states: MapAttribute[str, object] = MapAttribute(null=True)
    params: MapAttribute[str, object] = MapAttribute(null=True)
    uncertain = BooleanAttribute(null=True)
    edited = BooleanAttribute(null=True)
    policy = BooleanAttribute(null=True)
    flagged = BooleanAttribute(null=True)
    deleted = BooleanAttribute(null=True)
    quote_gone = BooleanAttribute(null=True)
    unwanted = BooleanAttribute(null=True)
    sent_at = NumberAttribute(null=True)
    arrived_at = NumberAttribute(null=True)
    answers = NumberAttribute(null=True)
    linked_until = NumberAttribute(null=True)
    # fetch
    job = BinaryAttribute(null=True, legacy_encoding=False)
    held = BooleanAttribute(null=True)
    stored = BooleanAttribute(null=True)
    # raw
    raw = BinaryAttribute(null=True, legacy_encoding=False)
    # outbox
    action = UnicodeAttribute(null=True)
    attempt_id = UnicodeAttribute(null=True)
    template = UnicodeAttribute(null=True)
    withheld = UnicodeAttribute(null=True)
    pieces = NumberAttribute(null=True)
    doubtful = BooleanAttribute(null=True)
    files = BooleanAttribute(null=True)
    kept = BooleanAttribute(null=True)
    queued_at = NumberAttribute(null=True)
    claim_until = NumberAttribute(null=True)
    # draft
    client_hash = UnicodeAttribute(null=True)
    # upload
    removed = BooleanAttribute(null=True)
    # ticket
    who = BinaryAttribute(null=True, legacy_encoding=False)
    last = BinaryAttribute(null=True, legacy_encoding=False)
    number = UnicodeAttribute(null=True)
    assignee = UnicodeAttribute(null=True)
    priority = UnicodeAttribute(null=True)
    queue = UnicodeAttribute(null=True)
    last_kind = UnicodeAttribute(null=True)
    last_direction = UnicodeAttribute(null=True)
    previous_ticket_id = UnicodeAttribute(null=True)
    undelivered = UnicodeAttribute(null=True)
    opens_in = UnicodeAttribute(null=True)
    team = UnicodeAttribute(null=True)
    unread = NumberAttribute(null=True)
    tags: ListAttribute[str] = ListAttribute(null=True)
    openings: ListAttribute[str] = ListAttribute(null=True)
    late_in = NumberSetAttribute(null=True)
    unread_albums = NumberSetAttribute(null=True)
    last_message_at = NumberAttribute(null=True)
    activity = NumberAttribute(null=True)
    solved_at = NumberAttribute(null=True)
    closed_at = NumberAttribute(null=True)
    rung_at = NumberAttribute(null=True)
    question_at = NumberAttribute(null=True)
    person_at = NumberAttribute(null=True)
    dated = NumberAttribute(null=True)
    # staff
    sub = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    mac = UnicodeAttribute(null=True)
    undertaking_version = UnicodeAttribute(null=True)
    undertaking_language = UnicodeAttribute(null=True)
    undertaking_hash = UnicodeAttribute(null=True)
    undertaking_mac = UnicodeAttribute(null=True)
    roles: ListAttribute[str] = ListAttribute(null=True)
    undertaking_at = NumberAttribute(null=True)
    disabled = BooleanAttribute(null=True)
    generation = NumberAttribute(null=True)
    # channel
    code = UnicodeAttribute(null=True)
    business_account = UnicodeAttribute(null=True)
    templates_code = UnicodeAttribute(null=True)
    stopped_at = NumberAttribute(null=True)
    probed_at = NumberAttribute(null=True)
    templates_at = NumberAttribute(null=True)
    # sweep
    cursor = UnicodeAttribute(null=True)
    missed = NumberAttribute(null=True)
    rule = NumberAttribute(null=True)
    since = NumberAttribute(null=True)
    began_at = NumberAttribute(null=True)
    ended_at = NumberAttribute(null=True)
    ready_at = NumberAttribute(null=True)
    swept_at = NumberAttribute(null=True)
    # barrier
    contacts = UnicodeSetAttribute(null=True)
    seen_at = NumberAttribute(null=True)
    # unclear
    vault_id = UnicodeAttribute(null=True)
    # guard
    guard = BooleanAttribute(null=True)
    # question
    farewell = BinaryAttribute(null=True, legacy_encoding=False)
    farewell_id = UnicodeAttribute(null=True)
    parts = NumberAttribute(null=True)
    held_bytes = NumberAttribute(null=True)
    full_at = NumberAttribute(null=True)
    refused_at = NumberAttribute(null=True)
    asks_abroad = BooleanAttribute(null=True)
    # held
    fetch_object = UnicodeAttribute(null=True)
    album = NumberAttribute(null=True)
    says = BooleanAttribute(null=True)
    answer_wanted = BooleanAttribute(null=True)
    kinds: ListAttribute[str] = ListAttribute(null=True)
    # statistic
    people = NumberAttribute(null=True)
    # statistics
    published: MapAttribute[str, object] = MapAttribute(null=True)
    # subscription
    ended_by = UnicodeAttribute(null=True)
    # mailing
    released_by = UnicodeAttribute(null=True)
    stopped_by = UnicodeAttribute(null=True)
    texts: MapAttribute[str, object] = MapAttribute(null=True)
    version = NumberAttribute(null=True)
    changed_at = NumberAttribute(null=True)
    released_at = NumberAttribute(null=True)
    # mailing_count
    queued = NumberAttribute(null=True)
    sent = NumberAttribute(null=True)
    delivered = NumberAttribute(null=True)
    came_back = NumberAttribute(null=True)
    complained = NumberAttribute(null=True)
    ended = NumberAttribute(null=True)
    declined = NumberAttribute(null=True)
    paused = NumberAttribute(null=True)
    at_home = NumberAttribute(null=True)
    not_sent = NumberAttribute(null=True)


class KeyRow(Model):
    """One contact's key."""

    class Meta(_Meta):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sealed_private = BinaryAttribute(legacy_encoding=False)
    public_key = BinaryAttribute(legacy_encoding=False)
    vault_id = UnicodeAttribute()
    created_at = NumberAttribute()


class IndexRow(SparseRow):
    """Any item of the table `index`."""

    class Meta(_Meta):
        pass

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    # fetches
    attempts = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    # alias
    contact_id = UnicodeAttribute(null=True)
    conversation_id = UnicodeAttribute(null=True)
    ticket_id = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    profile_hash = UnicodeAttribute(null=True)
    user_hash = UnicodeAttribute(null=True)
    phone_hash = UnicodeAttribute(null=True)
    policy = UnicodeAttribute(null=True)
    told_policy = UnicodeAttribute(null=True)
    public_key = BinaryAttribute(null=True, legacy_encoding=False)
    epoch = NumberAttribute(null=True)
    aliases: ListAttribute[str] = ListAttribute(null=True)
    known_at = NumberAttribute(null=True)
    born_at = NumberAttribute(null=True)
    former_at = NumberAttribute(null=True)
    told_at = NumberAttribute(null=True)
    fenced = BooleanAttribute(null=True)
    pending = BooleanAttribute(null=True)
    held_until = NumberAttribute(null=True)
    # link
    message_ref = UnicodeAttribute(null=True)
    piece = NumberAttribute(null=True)
    # parked
    status = UnicodeAttribute(null=True)
    code = UnicodeAttribute(null=True)
    said = UnicodeAttribute(null=True)
    rank = NumberAttribute(null=True)
    at = NumberAttribute(null=True)
    # session
    sub = UnicodeAttribute(null=True)
    csrf = UnicodeAttribute(null=True)
    kind = UnicodeAttribute(null=True)
    generation = NumberAttribute(null=True)
    created_at = NumberAttribute(null=True)
    # template
    name = UnicodeAttribute(null=True)
    category = UnicodeAttribute(null=True)
    correct_category = UnicodeAttribute(null=True)
    quality = UnicodeAttribute(null=True)
    components = UnicodeAttribute(null=True)
    correct_since = NumberAttribute(null=True)
    synced_at = NumberAttribute(null=True)
    status_at = NumberAttribute(null=True)
    category_at = NumberAttribute(null=True)
    quality_at = NumberAttribute(null=True)
    # text
    digests = BinaryAttribute(null=True, legacy_encoding=False)
    # words
    version = UnicodeAttribute(null=True)
    words: ListAttribute[str] = ListAttribute(null=True)
    rule = NumberAttribute(null=True)
    ended_at = NumberAttribute(null=True)
    # same_text
    people: MapAttribute[str, object] = MapAttribute(null=True)
    approved_at = NumberAttribute(null=True)
