"""Collects the texts of the program into the catalogues and compiles them.

`python -m chalicelib.locale.build` does it; chalicelib/locale/README.md explains the workflow.
Needs Babel, which is a tool of developers: no function imports this module.
"""

import io
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

LANGUAGES = ("kk", "ru", "en")
KEYWORDS = {
    "bot": ("bot_msg", "law_msg"),
    "desk": ("_", "say", "gettext", "desk_msg", "law_msg"),
    "policy": ("policy_msg", "tell", "law_msg"),
}
"""Which calls mark a text for which catalogue."""
PACKAGE = Path(__file__).parent.parent
METHODS = [
    ("locale/**", "ignore"),
    ("**.py", "python"),
    ("web/templates/**.html", "jinja2"),
    ("web/templates/**.txt", "jinja2"),
]


class Lean(Catalog):
    """A catalogue whose header holds nothing that changes with time or tool, so that files compare."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [("Content-Type", "text/plain; charset=utf-8")]


@cache  # reading the whole program takes a second, and each step of the command asks again
def sources(domain: str, package: Path = PACKAGE) -> dict[str, list[tuple[str, int]]]:
    """Return every text that the program marks for this catalogue, with the places where it stands."""
    found: dict[str, list[tuple[str, int]]] = {}
    keywords = dict.fromkeys(KEYWORDS[domain])
    rows = extract_from_dir(os.fspath(package), METHODS, keywords=keywords, strip_comment_tags=True)
    for filename, line, message, _comments, _context in rows:
        if isinstance(message, str) and message:
            found.setdefault(message, []).append((filename, line))
    return found


def load(domain: str, language: str, directory: Path) -> Catalog:
    """Return a catalogue as it lies in the directory; an absent one is empty."""
    path = directory / language / "LC_MESSAGES" / f"{domain}.po"
    if not path.exists():
        return Catalog(locale=language, domain=domain)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=domain)


def texts_of(catalogue: Catalog) -> list[str]:
    """Return the message ids of a catalogue; each is one text, since plural forms are not used."""
    return [message.id for message in catalogue if isinstance(message.id, str) and message.id]


def compiled(domain: str, language: str, directory: Path) -> bytes:
    """Return what the .mo file must hold for the .po file that is there."""
    lean = Lean(locale=language, domain=domain, fuzzy=False)
    for message in load(domain, language, directory):
        if message.id and not message.fuzzy:
            lean.add(message.id, message.string)
    buffer = io.BytesIO()
    write_mo(buffer, lean)
    return buffer.getvalue()


def update(directory: Path, package: Path = PACKAGE, *, prune: bool = False) -> None:
    """Add new texts to every .po file and compile. Texts that no source marks stay unless `prune`."""
    for domain in KEYWORDS:
        marked = sources(domain, package)
        for language in LANGUAGES:
            old, new = load(domain, language, directory), Catalog(locale=language, domain=domain, fuzzy=False)
            kept = () if prune else texts_of(old)
            for text in sorted({*marked, *kept}):
                before = old.get(text)
                string = before.string if before else ""
                places = [(name, 0) for name in sorted({name for name, _line in marked.get(text, [])})]
                new.add(text, text if language == "en" else string, locations=places)
            path = directory / language / "LC_MESSAGES" / f"{domain}.po"
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                write_po(file, new, width=110, omit_header=True, include_lineno=False)
            path.with_suffix(".mo").write_bytes(compiled(domain, language, directory))


def problems(directory: Path, package: Path = PACKAGE) -> Iterator[str]:
    """Say what is missing: marked texts without a catalogue row, untranslated rows, stale .mo files."""
    for domain in KEYWORDS:
        marked = sources(domain, package)
        for language in LANGUAGES:
            name = f"{language}/{domain}"
            catalogue = load(domain, language, directory)
            for text in sorted({*marked, *texts_of(catalogue)}):
                row = catalogue.get(text)
                if row is None or not row.string or row.fuzzy:
                    yield f"{name}: {text!r} has no translation; add msgstr and run make texts"
            mo = directory / language / "LC_MESSAGES" / f"{domain}.mo"
            if not mo.exists() or mo.read_bytes() != compiled(domain, language, directory):
                yield f"{name}: the .mo file is stale; run make texts"


def unused(directory: Path, package: Path = PACKAGE) -> Iterator[str]:
    """Name the texts that no source marks; `--prune` takes them out."""
    for domain in KEYWORDS:
        marked = sources(domain, package)
        yield from (f"{domain}: {text!r}" for text in texts_of(load(domain, "en", directory)) if text not in marked)


def main(arguments: list[str]) -> int:
    """Update and compile; with `check` only look; with `--prune` drop texts that no source marks."""
    directory = Path(__file__).parent
    if arguments not in ([], ["check"], ["--prune"]):
        print("Usage: python -m chalicelib.locale.build [check | --prune]")
        return 2
    if arguments != ["check"]:
        update(directory, prune=arguments == ["--prune"])
    found = list(problems(directory))
    print("\n".join(found) or f"All texts are there in {', '.join(LANGUAGES)}.")
    if rest := list(unused(directory)):
        print(f"Marked nowhere yet: {len(rest)}. Run with --prune to drop them.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
