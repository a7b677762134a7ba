"""Loads a compiled operator profile, once per process. build.py has checked and compiled it."""

import datetime
import functools
import json
import os
import re
from typing import Any

from chalicelib.profile.model import Profile, ProfileError, Row

DIRECTORY = os.path.join(os.path.dirname(__file__), "operators")


@functools.cache
def load_profile(name: str) -> Profile:
    """Return the profile of this name. Raises ProfileError when there is none."""
    if not re.fullmatch("[a-z][a-z0-9]*", name):
        raise ProfileError(f"The profile name {name!r} is not small letters and digits; see OPERATOR.")
    try:
        with open(os.path.join(DIRECTORY, "compiled", f"{name}.json"), encoding="utf-8") as file:
            profile: Profile = json.load(file, object_hook=_made)
    except FileNotFoundError:
        raise ProfileError(
            f"There is no compiled profile of operators/{name}.toml; set OPERATOR to one that there is, or run"
            " python -m chalicelib.profile.build."
        ) from None
    return profile


def _made(found: dict[str, Any]) -> Any:
    """Make rows, dates and mappings of the JSON objects that build.py writes."""
    kind = found.pop("row", "")
    if kind == "date":
        return datetime.date.fromisoformat(found["value"])
    values = {name: tuple(value) if type(value) is list else value for name, value in found.items()}
    return _KINDS[kind](**values) if kind else values


_KINDS = {kind.__name__: kind for kind in Row.__subclasses__()}
