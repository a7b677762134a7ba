"""Item classes of staff, and of the desk's own operation."""

from chalicelib.dynamo.schema.item_class import Expiry, ItemClass, fields

STAFF = ItemClass(
    "staff",
    "desk",
    pk="staff",
    sk="{sub}",
    owner="staff",
    categories=("staff_account",),
    purpose="access",
    retention="staff",
    expiry=Expiry("date", "on a date that is set when the access is revoked", found="own"),
    section="staff",
    fields=fields(
        text="sub email name team language mac undertaking_version undertaking_language undertaking_hash"
        " undertaking_mac",
        texts="roles",
        ms="undertaking_at",
        seconds="expires_at gone_at",
        flag="disabled",
        number="generation",
    ),
)
"""An account. It has a date while its access is revoked; the account of the user pool goes with it. `mac`
authenticates the row (`staff_mac` in staff/model.py), `undertaking_mac` which text of the undertaking was signed."""
SESSION = ItemClass(
    "session",
    "index",
    pk="session#{hash}",
    sk="session",
    owner="staff",
    categories=("staff_account",),
    purpose="access",
    retention="staff",
    expiry=Expiry("date", "at its end", found="ttl"),
    section="staff",
    fields=fields(text="sub csrf kind", number="generation", ms="created_at", seconds="expires_at"),
)
LOGIN = ItemClass(
    "login",
    "index",
    pk="login#{hash}",
    sk="login",
    expiry=Expiry("date", "15 minutes after the last attempt", found="ttl"),
    fields=fields(number="attempts", seconds="expires_at"),
)
"""The number of recent failed sign-ins of an account or source, or the mark that a code was used."""
CHANNEL = ItemClass(
    "channel",
    "desk",
    pk="channel#{account}",
    sk="channel",
    expiry=Expiry("never", "none"),
    fields=fields(text="account channel code business_account templates_code", ms="stopped_at probed_at templates_at"),
)
"""Whether a number or bot of ours is stopped, and since when; the business account whose templates it may send, when
these were last fetched, and the provider's code when that failed."""
TEMPLATE = ItemClass(
    "template",
    "index",
    pk="template#{business_account}",
    sk="{name}#{language}",
    expiry=Expiry("event", "when the provider has it no more"),
    fields=fields(
        text="name language status category correct_category quality components",
        seconds="correct_since synced_at status_at category_at quality_at",
    ),
)
"""A text that the provider has approved, as it describes it: `components` is its JSON. `synced_at` is when it was last
fetched, the other times when the provider last told of a change."""
SWEEP = ItemClass(
    "sweep",
    "desk",
    pk="sweep#{table}",
    sk="cursor",
    expiry=Expiry("never", "none"),
    fields=fields(text="cursor", number="missed rule", ms="since began_at ended_at ready_at swept_at"),
)
"""Where a part of the sweeper goes on that takes longer than one sweep. The row `sweep#lists` is of the full pass over
both tables: the release whose rows stand in the index `lists` runs `since` then, a pass `began_at` and the last one
`ended_at` then, and from `ready_at` on the index is complete, while a sweeper notes every five minutes that it was here
(`swept_at`); `missed` counts what the pass that runs has found beside it, and `rule` is that of the search words which
it looks for."""
ENDED = ItemClass(
    "ended",
    "desk",
    pk="ended#{contact_id}",
    sk="ended",
    expiry=Expiry("event", "within minutes, after the search words of its contact", found="own"),
    fields=fields(text="contact_id"),
)
"""A contact that has ended and whose search words are still to be deleted."""
STATISTIC = ItemClass(
    "statistic",
    "desk",
    pk="statistics",
    sk="count#{month}#{cell}",
    expiry=Expiry("event", "when its month is published"),
    fields=fields(number="people"),
)
"""How many people have a ticket of a month in common by channel, language, duration and tags, which the key names. It
leads to nobody (retention/statistics.py)."""
STATISTICS = ItemClass(
    "statistics",
    "desk",
    pk="statistics",
    sk="month#{month}",
    expiry=Expiry("never", "none: no number of it is of fewer than five people, and it leads to nobody"),
    fields=fields(map="published", ms="closed_at"),
)
"""What is published of a month: from `closed_at` on nothing is counted in it."""
MARKER = ItemClass(
    "marker",
    "index",
    pk="marker#{name}",
    sk="marker",
    expiry=Expiry("never", "none: one row"),
    fields=fields(text="tickets staff requests", texts="conversations"),
)
"""What has changed, a mark for each kind of change: see tickets/marker.py."""
