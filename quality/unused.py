"""Dead code: what vulture finds unused in the program, less what is used in a way that it cannot see.

Views are named by the routes, attributes by the schema of the tables, fields by the API's models and the details of
messages, methods by the templates, and entries by chalice; those are read from there. KEPT names the few others, each
with its reason, and a name in it that no longer needs to be there is an error too. Tests do not count as use.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from vulture import Vulture

from chalicelib.channels import details, shared
from chalicelib.dynamo.schema import CLASSES
from chalicelib.web.http.routes_and_roles import API, PAGES
from infra import openapi

ROOT = Path(__file__).parent.parent
PROGRAM = ("app.py", "chalicelib", "infra", "local", "bench", "quality")
TEMPLATES = ("chalicelib/web/templates", "local/phones/templates")
ENTRIES = "app.py"
"""Its table names the functions that chalice registers."""
ROUTED = ["@*.route"]
"""Decorators of chalice that register a function."""
KEPT = {
    # Settings and hooks of libraries
    "trust_env": "requests reads it",
    "table_name": "pynamodb reads it",
    "connect_timeout_seconds": "pynamodb reads it",
    "read_timeout_seconds": "pynamodb reads it",
    "max_retry_attempts": "pynamodb reads it",
    "index_name": "pynamodb reads it",
    "projection": "pynamodb reads it",
    "_connection": "pynamodb's cache, emptied",
    "from_raw_data": "pynamodb calls it",
    "mime_headers": "Babel reads it",
    "external_attr": "zipfile reads it",
    "compress_type": "zipfile reads it",
    "handle_deploymentpackage": "chalice's packager calls it",
    "service_principal": "chalice's packager calls it",
    "dont_write_bytecode": "Python reads it",
    "loglevel": "hypercorn reads it",
    "graceful_timeout": "hypercorn reads it",
    "handle_RCPT": "aiosmtpd calls it",
    "handle_DATA": "aiosmtpd calls it",
    "line_length_limit": "aiosmtpd reads it",
    "handle_starttag": "html.parser calls it",
    "handle_endtag": "html.parser calls it",
    "handle_data": "html.parser calls it",
    "attrs": "html.parser passes it",
    "protocol_version": "http.server reads it",
    "wbufsize": "socketserver reads it",
    "do_POST": "http.server calls it",
    "log_message": "http.server calls it",
    "search_path_string": "the import system passes it",
    # Called by a name made of data
    "_mails": "play.py calls a step by its name",
    "_fills": "play.py calls a step by its name",
    "_edits": "play.py calls a step by its name",
    "_reacts": "play.py calls a step by its name",
    "_blocks": "play.py calls a step by its name",
    # Declared for tests that hold the program to it
    "OVERHEAD": "tests tell sealed attributes by their length",
    "formatting": "tests/channels/conformance holds every channel to it",
    "rates": "tests/channels/conformance holds every channel to it",
    "TOLD_BY_TEXT": "tests/web holds every detail of a message to one of three places",
    "TOLD_BY_KIND": "tests/web holds every detail of a message to one of three places",
    "NOT_FOR_READERS": "tests/web holds every detail of a message to one of three places",
    # What a mail is read into; the function that receives mails takes it from there
    # Asked by who reads the index `lists`
    # Read as a whole
    "HolidayBase": "named in an annotation that stands in quotes",
    "LABELS": "marks words of the letter for the catalogue",
    "DynamoDBLocal": "tests/conftest.py starts it",
}


def named() -> set[str]:
    """Return the names that routes, tables, the API and templates use."""
    names = {route.view.rpartition(":")[2] for route in (*API, *PAGES)}
    for declared in CLASSES:
        names.update(declared.plain, declared.sealed)
    for model in openapi.models():
        names.update(model.__struct_fields__)
    for record in (*vars(details).values(), *vars(shared).values()):
        names.update(getattr(record, "_fields", ()))
    names.update(re.findall(r'"\w+\.(\w+)"', (ROOT / ENTRIES).read_text(encoding="utf-8")))
    for folder in TEMPLATES:
        for file in (ROOT / folder).rglob("*.*"):
            for expression in re.findall(r"\{[{%].*?[%}]\}", file.read_text(encoding="utf-8"), re.DOTALL):
                names.update(re.findall(r"[A-Za-z_]\w*", expression))
    return names


def unused() -> Iterator[tuple[str, str]]:
    """Yield the name of everything that vulture finds unused, and a line that says where."""
    found = Vulture(ignore_decorators=ROUTED)
    found.scavenge([str(ROOT / name) for name in PROGRAM])
    for item in found.get_unused_code(min_confidence=60, sort_by_size=False):
        file = Path(item.filename).relative_to(ROOT)
        if not (str(file) == ENTRIES and item.typ == "function"):
            yield item.name, f"{file}:{item.first_lineno}: unused {item.typ} {item.name}"


def main() -> int:
    """Print what is unused, and what is kept for nothing. Return 1 if there is any."""
    elsewhere, found = named(), dict[str, str]()
    for name, line in unused():
        found.setdefault(name, line)
    wrong = [line for name, line in found.items() if name not in elsewhere and name not in KEPT]
    wrong += [f"quality/unused.py: {name} in KEPT is in use, or gone" for name in KEPT if name not in found]
    print("\n".join(wrong) or "vulture: nothing unused")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
