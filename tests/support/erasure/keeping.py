"""A part that the desk keeps after a destruction: decided by two officers, kept by the task."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from chalicelib.erasure.inventory import Inventories
from chalicelib.erasure.kept_part import KeptParts
from chalicelib.erasure.read_part import ReadPart
from chalicelib.erasure.tasks.keep_part import KeepPart
from chalicelib.privacy.requests.model import Request
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile, Retain
from tests.support.attachments.no_files import NO_FILES
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.destroying import no_wait
from tests.support.erasure.living import DANA, ERLAN, Living
from tests.support.erasure.parts import PROFILE

CHOICE = ("phone", "whatsapp_name", "telegram_id", "telegram_name", "message_text", "message_metadata", "ticket_data")
HERE = Retain(
    **{
        **vars(load_profile("smartaqkol").retain["claims"]),
        "by": "desk",
        "categories": CHOICE,
        "clause": "94-V art. 8(2)",
    }
)
KEEPS_HERE = Profile(**{**vars(PROFILE), "retain": {"claims": HERE}})
"""sPoint's profile with a ground on which the desk keeps a part for three years at the longest."""


def decide(living: Living, request_id: str, until: str, categories: Sequence[str] = CHOICE) -> Request:
    """Two officers decide what is kept."""
    deciding = dataclasses.replace(living.deciding, profile=KEEPS_HERE)
    deciding.propose(request_id, "retain", DANA, ground="claims", until=until, categories=categories)
    deciding.agree(request_id, ERLAN)
    return living.read(request_id)


def decided(desk: ErasureDesk, request: Request, until: str, categories: Sequence[str] = CHOICE) -> Request:
    """As two officers have decided, on a request that is past deciding."""
    kept = {"ground": "claims", "clause": HERE.clause, "categories": list(categories), "until": until}
    entry = {**kept, "where": "desk", "by": [DANA, ERLAN]}
    desk.requests.run(desk.requests.change(request.id, {"retained": [entry]}))
    return desk.request(request)


def keep(desk: ErasureDesk, request: Request, dynamodb: Any = None, **more: Any) -> dict[str, bool]:
    """Run the task."""
    store, tables = desk.request_store(dynamodb), desk.gateway(dynamodb, no_wait)
    inventories, parts = Inventories(tables, store, NO_FILES), KeptParts(tables)
    task = KeepPart(store, inventories, parts, lambda: desk.vault, desk.vault_keys.public, lambda: desk.now, **more)
    return task(request.id)


def reading(desk: ErasureDesk) -> ReadPart:
    return ReadPart(KeptParts(desk.gateway()), desk.decryptor)


def rows(desk: ErasureDesk, request: Request) -> list[dict[str, Any]]:
    """The rows of the part."""
    return desk.of_pk(f"kept#{request.id}")
