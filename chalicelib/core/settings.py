"""Settings of the service. They are read from the environment once, and only here."""

import os
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

Clock = Callable[[], int]
"""Returns the desk's time in epoch milliseconds."""


class Settings(NamedTuple):
    """One field per environment variable of the same name in capitals. Channels declare theirs (`variable`).

    The template sets table names, queue URLs and secret ids, for each function only those that its role may use. The
    others are empty strings, and using one fails.
    """

    stage: str = "local"
    operator: str = "spoint"
    table_desk: str = ""
    table_keys: str = ""
    table_index: str = ""
    table_ledger: str = ""
    secret_inbound: str = ""
    secret_outbound: str = ""
    secret_text_key: str = ""
    secret_vault: str = ""
    vault_public_key: str = ""
    fetcher_public_key: str = ""
    secret_fetcher: str = ""
    files_bucket: str = ""
    files_scanned: str = ""
    mail_bucket: str = ""
    vault_key_arn: str = ""
    queue_doorbell: str = ""
    queue_retry: str = ""
    queue_dating: str = ""
    queue_indexing: str = ""
    queue_privacy: str = ""
    queue_fetching: str = ""
    queue_uploading: str = ""
    queue_mail: str = ""
    signals: str = "none"
    erasure_machine_arn: str = ""
    certificate_key_arn: str = ""
    user_pool_id: str = ""
    user_pool_client_id: str = ""
    public_url: str = ""
    clock_file: str = ""
    log_level: str = "INFO"

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the fields from `environment`; an absent or empty variable keeps its default."""
        given = {name: environment.get(name.upper(), "") for name in cls._fields}
        return cls(**{name: value for name, value in given.items() if value})


@cache
def settings() -> Settings:
    """Return the settings of this process."""
    return Settings.of(os.environ)


def variable(name: str, default: str) -> str:
    """Read one variable that a channel declares (channels/contract.Setting); an absent or empty one is `default`."""
    return os.environ.get(name) or default


def make_clock(config: Settings) -> Clock:
    """Return the clock: real time, shifted by the whole seconds written in `clock_file` where that is set (tests)."""
    if not config.clock_file:
        return lambda: time.time_ns() // 1_000_000
    path = Path(config.clock_file)

    def moved() -> int:
        offset = int(path.read_text() or 0) if path.exists() else 0
        return time.time_ns() // 1_000_000 + offset * 1000

    return moved
