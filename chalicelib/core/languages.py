"""The languages of the desk. Pure."""

from typing import Literal

Language = Literal["kk", "ru", "en"]


LANGUAGES: tuple[Language, ...] = ("kk", "ru", "en")
