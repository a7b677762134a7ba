"""Loads and validates an operator profile, once per process."""

import functools
import os
import re

from chalicelib.profile.model import Profile, ProfileError

DIRECTORY = os.path.join(os.path.dirname(__file__), "operators")


@functools.cache
def load_profile(name: str) -> Profile:
    """Return the validated profile of this name. Raises ProfileError, which names the file, the field and the
    remedy."""
    if not re.fullmatch("[a-z][a-z0-9]*", name):
        raise ProfileError(f"The profile name {name!r} is not small letters and digits; see OPERATOR.")
    try:
        with open(os.path.join(DIRECTORY, f"{name}.toml"), encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError:
        raise ProfileError(f"There is no profile operators/{name}.toml; set OPERATOR to one.") from None
    profile = parse_profile(text, source=f"{name}.toml")
    if profile.name != name:
        raise ProfileError(f"{name}.toml: name: {profile.name!r} is not the file's name; write {name!r}.")
    return profile


def parse_profile(text: str, source: str = "profile") -> Profile:
    """Return the profile written in this TOML text. Raises ProfileError when a field does not fit."""
    from chalicelib.profile.rows import read_profile  # only functions that load a profile pay for tomllib

    try:
        return read_profile(text)
    except ProfileError as error:
        raise ProfileError(f"{source}: {error.message}") from None
