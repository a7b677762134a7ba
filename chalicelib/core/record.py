"""The base of records that intake makes on a cold start."""

from typing import dataclass_transform


@dataclass_transform(eq_default=False, frozen_default=True, kw_only_default=True)
class Record:
    """To the type checker a subclass is a frozen keyword-only dataclass, whose fields are its annotations.

    It is no real dataclass because intake loads records in its first request, and creating a dozen dataclasses would
    cost 8 ms of processor time there.
    """

    def __init__(self, **fields: object) -> None:
        self.__dict__.update(fields)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.__dict__})"
