"""The parts of a page that change while it is open, each with a version, so that a refresh brings what has changed.

A template writes `{% call part("side") %}…{% endcall %}` inside of the element that has `data-live="side"`. A part that
is a list writes CUT before each of its elements: each then has a version of its own, and what is new in a long list
travels alone.
"""

import re
import secrets
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from typing import Any

TOKEN = secrets.token_hex(16)
"""Stands for the token of forms while a page is rendered, because the token's mask changes with each answer."""
CUT = secrets.token_hex(16)
"""Stands before each element of a list while a page is rendered. Nobody can know it, so no text that people wrote has
it."""
SIZE = 5
"""Characters of a version. Two contents of one place have the same one once in 2^30 times."""
_VERSIONS = re.compile(r"[a-z-]{1,30}=(?:[\w-]{5}){0,3000}")


class Parts:
    """The parts of one page, as they are rendered."""

    def __init__(self) -> None:
        self._found: dict[str, list[tuple[str, str]]] = {}

    def part(self, name: str, version: str | None = None, *, items: bool = False, caller: Callable[[], str]) -> str:
        """Note what is rendered as a part, which Jinja has escaped; with `items` as a list of elements.

        `version` stands for its content where that is another one each time it is rendered.
        """
        html = caller()
        pieces = [piece.strip() for piece in html.split(CUT)[1:]] if items else [html]
        self._found[name] = [(_version(piece if version is None else version), piece) for piece in pieces]
        return html.replace(CUT, "")

    @property
    def versions(self) -> str:
        """The versions of all parts: `name=` and five characters for each element, separated by spaces."""
        return " ".join(f"{name}={self._of(name)}" for name in self._found)

    @property
    def padding(self) -> str:
        """Some letters, so that the size of a compressed page does not tell exactly what is in it."""
        return secrets.token_urlsafe(secrets.randbelow(64))

    def changed(self, known: str, csrf: str) -> dict[str, Any]:
        """Return the parts that differ from the versions that the open page has: of each its version, and the elements
        that are new, in their order."""
        had = dict(one.split("=") for one in known.split(" ") if _VERSIONS.fullmatch(one))
        parts: dict[str, list[str]] = {}
        for name, found in self._found.items():
            if self._of(name) == had.get(name):
                continue
            old = had.get(name, "")
            left = Counter(old[at : at + SIZE] for at in range(0, len(old), SIZE))
            new = []
            for version, piece in found:
                if left[version] > 0:
                    left[version] -= 1
                else:
                    new.append(piece.replace(TOKEN, csrf))
            parts[name] = [self._of(name), *new]
        return {"parts": parts, "padding": self.padding}

    def _of(self, name: str) -> str:
        return "".join(version for version, _ in self._found[name])


def _version(html: str) -> str:
    return urlsafe_b64encode(sha256(html.replace(TOKEN, "").encode()).digest()[:4]).decode()[:SIZE]
