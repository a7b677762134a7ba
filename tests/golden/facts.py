"""What no change may touch: what stored data, running workflows, signed papers and other people's programs hold.

`python -m tests.golden.facts` adds today's facts to frozen.json. That is done when something new is to be kept from
now on, never to make a failing test pass: what has been stored under an old name is not renamed by it.
"""

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from chalicelib.certificates.model import FORMAT, canonical, entry_hash
from chalicelib.channels import registry
from chalicelib.core.addresses import Address
from chalicelib.core.asks import pressed_request
from chalicelib.core.ids import MessageRef, comment_id_hash, pseudonym_of_notice, reply_id_hash, retry_id_hash
from chalicelib.core.settings import Settings
from chalicelib.dynamo.schema import CLASSES
from chalicelib.erasure.inventory import identities_context
from chalicelib.privacy.sealed_on_requests import secret_hash
from chalicelib.staff.model import Staff, staff_mac
from chalicelib.tickets.need_to_know import with_opening
from chalicelib.vault import encryption
from chalicelib.vault.encryption import contact_key_context
from chalicelib.vault.pseudonyms import AddressKey, TextKey, derive
from chalicelib.vault.secrets import VAULT_CONTEXT
from chalicelib.web.http.cookies import LANGUAGE_COOKIE, LOGIN_COOKIE, SESSION_COOKIE
from infra.definitions import load
from local.aws.template import PROJECT, built_template

FROZEN = Path(__file__).with_name("frozen.json")
_ID = "0123456789abcdefghjk"
_NAMES = ("FunctionName", "QueueName", "LogGroupName", "TableName", "Name", "StateMachineName", "UserPoolName")
_PURPOSES = ("session", "staff", "brake", "challenge", "search")

Facts = dict[str, list[str]]
"""Lines, by what they are about. Lines may come; none may go or change."""


def facts() -> Facts:
    """Return today's facts."""
    return {
        "items": sorted(_items()),
        "sealed places": sorted(_places()),
        "hashes": sorted(_hashes()),
        "words": sorted(_words()),
        "deployment": sorted(_deployment()),
        "workflow": sorted(_workflow()),
        "api": sorted(_api()),
        "settings": sorted([*Settings.__annotations__, *_settings_of_channels()]),
    }


def _settings_of_channels() -> Iterator[str]:
    for one in registry.CHANNELS:
        yield from (setting.name.lower() for setting in one.settings)


def _items() -> Iterator[str]:
    for one in CLASSES:
        # What stands in braces is stored nowhere; this file says `blind` for a pseudonym.
        yield f"{one.name}: table {one.table}, key {one.pk} / {one.sk.replace('{pseudonym}', '{blind}')}"
        yield from (f"{one.name}: {name} sealed" for name in one.sealed)
        yield from (f"{one.name}: {name}" for name in one.plain)


def _places() -> Iterator[str]:
    ref = MessageRef.parse(f"{_ID}.1700000000000.{'0' * 32}")
    assert ref is not None
    places = {
        "message": encryption.message_content(ref),
        "provider ids": encryption.provider_ids(ref),
        "draft": encryption.draft_content("tail"),
        "raw": encryption.raw_part(ref),
        "unclear": encryption.unparsed_part("id"),
        "contact": encryption.contact_attribute(_ID, "profile"),
        "ticket": encryption.ticket_attribute(_ID, "who"),
        "request": encryption.request_attribute(_ID, "secret"),
        "inventory": identities_context(_ID),
        "contact key": contact_key_context(_ID),
    }
    for what, place in places.items():
        yield f"{what}: {place.info().hex()}"
    yield f"vault: {json.dumps(VAULT_CONTEXT)}"


def _hashes() -> Iterator[str]:
    key, text_key = AddressKey(b"k" * 32), TextKey(b"t" * 32)
    colleague = Staff("sub", "a@b.kz", "Болат", frozenset({"operator", "supervisor"}), 3, 1_700_000_000_000)
    yield f"phone: {key.address('whatsapp', 'account', Address('phone', '77010000000'))}"
    yield f"chat: {key.address('telegram', 'account', Address('chat', '1'))}"
    yield f"message: {key.message('telegram', 'account', '1')}"
    yield f"profile: {key.profile('name', 'username')}"
    yield f"raw: {key.raw(b'raw')}"
    yield f"word: {text_key.word('word')}"
    yield from (f"derived {purpose}: {derive(b's' * 32, purpose).hex()}" for purpose in _PURPOSES)
    yield f"staff: {staff_mac(b's' * 32, colleague)}"
    yield f"staff of a team: {staff_mac(b's' * 32, replace(colleague, team='first_line'))}"
    yield f"openings: {with_opening(['gone 1', 'other 3'], 'sub', 4, 2)}"
    yield f"reply: {reply_id_hash('id')}"
    yield f"retry: {retry_id_hash('id')}"
    yield f"comment: {comment_id_hash('id')}"
    yield f"notice: {pseudonym_of_notice('kind', 'owner')}"
    yield f"certificate secret: {secret_hash(_ID, 'AbCd-1234')}"
    yield f"certificate entry: {entry_hash(canonical({'b': 'я', 'a': [1, None, True]}), b'signature')}"
    yield f"certificate format: {FORMAT}"
    for payload in (f"erase.confirm.{_ID}", f"erase.cancel.{_ID}", "ask.withdrawal.1700000000000", "ask.no"):
        yield f"button {payload}: {pressed_request({'payload': payload})}"
    yield from (f"cookie {name}" for name in (SESSION_COOKIE, LOGIN_COOKIE, LANGUAGE_COOKIE))


def _words() -> Iterator[str]:
    """The values of every enumeration, in whichever module it is defined and however it is called; and those that the
    registry of channels lists."""
    yield from (" ".join(sorted(ids)) for ids in (registry.IDS, registry.ADDRESS_KINDS))
    for file in sorted((PROJECT / "chalicelib").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and any(getattr(base, "id", "") == "StrEnum" for base in node.bases):
                values = [one.value.value for one in node.body if isinstance(one, ast.Assign | ast.AnnAssign)
                          and isinstance(one.value, ast.Constant)]  # fmt: skip
            elif isinstance(node, ast.Subscript) and getattr(node.value, "id", "") == "Literal":
                parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
                values = [part.value for part in parts if isinstance(part, ast.Constant)]
            else:
                continue
            if words := [str(value) for value in values]:
                yield " ".join(sorted(words))


def _deployment() -> Iterator[str]:
    for logical_id, resource in built_template()["Resources"].items():
        yield f"{logical_id}: {resource['Type']}"
        properties = resource.get("Properties", {})
        yield from (f"{logical_id}: {name} {json.dumps(properties[name])}" for name in _NAMES if name in properties)
        if resource["Type"] == "AWS::CloudWatch::Alarm" and "MetricName" in properties:
            yield f"metric {properties['Namespace']} {properties['MetricName']}"


def _workflow() -> Iterator[str]:
    machine = load("erasure.asl")
    yield f"starts at {machine['StartAt']}"
    for name, state in machine["States"].items():
        yield f"{name}: {state['Type']}"
        if "Parameters" in state:
            yield f"{name}: calls {json.dumps(state['Parameters'], sort_keys=True)}"
        for word in ("Next", "Default"):
            yield from [f"{name}: {word} {state[word]}"] if word in state else []
        for choice in state.get("Choices", ()):
            yield f"{name}: {json.dumps(choice, sort_keys=True)}"


def _api() -> Iterator[str]:
    description = json.loads((PROJECT / "chalicelib/web/api/openapi.json").read_text(encoding="utf-8"))
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                yield f"{method.upper()} {path}: {', '.join(sorted(operation['responses']))}"
    for name, schema in description["components"]["schemas"].items():
        yield from _fields(name, schema)


def _fields(path: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{path} may be {json.dumps(value, ensure_ascii=False)}" for value in schema.get("enum", ()))
    for name, inner in schema.get("properties", {}).items():
        yield f"{path}.{name}: {inner.get('type') or inner.get('$ref') or 'any of'}"
        yield from _fields(f"{path}.{name}", inner)
    if "items" in schema:
        yield from _fields(f"{path}[]", schema["items"])


if __name__ == "__main__":
    kept: Facts = json.loads(FROZEN.read_text(encoding="utf-8")) if FROZEN.exists() else {}
    merged = {about: sorted({*lines, *kept.get(about, ())}) for about, lines in facts().items()}
    FROZEN.write_text(json.dumps(merged, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
