"""The kinds of request that are handled here: the only list."""

from typing import Literal, get_args

from chalicelib.core.errors import DeskError
from chalicelib.privacy.kinds.contract import Kind
from chalicelib.privacy.kinds.deletion import DELETION
from chalicelib.privacy.kinds.opt_out import OPT_OUT
from chalicelib.privacy.kinds.stop_processing import STOP_PROCESSING
from chalicelib.privacy.kinds.withdrawal import WITHDRAWAL

KINDS: tuple[Kind, ...] = (WITHDRAWAL, DELETION, STOP_PROCESSING, OPT_OUT)
"""In the order of menus. When a message may mean several, the earlier ones are asked about first."""
UNNAMED = WITHDRAWAL
"""What an ask that names no kind wants: the first release knew this kind alone."""
Law = Literal[
    "access", "correction", "blocking", "unblocking", "opt_out",
    "withdrawal", "deletion", "stop_processing", "objection", "authority",
]  # fmt: skip
"""What the API calls the kinds that the law knows, handled or not. A kind that comes takes its word from here."""


class UnknownKind(DeskError):
    """A row holds a kind that this release does not handle: a newer release wrote it."""

    code = "unknown_kind"


def kind_of(kind_id: str) -> Kind:
    """Return the kind with this id. Raises UnknownKind."""
    for kind in KINDS:
        if kind.id == kind_id:
            return kind
    raise UnknownKind("This release handles no requests of this kind.")


def is_handled(kind_id: str) -> bool:
    """Whether requests of this kind are handled here."""
    return any(kind.id == kind_id for kind in KINDS)


def handled() -> tuple[str, ...]:
    """Return the ids of all kinds that are handled here, in the order of menus."""
    return tuple(kind.id for kind in KINDS)


def known() -> tuple[str, ...]:
    """Return the ids of all kinds that the API knows, handled or not."""
    return tuple(dict.fromkeys((*get_args(Law), *handled())))
