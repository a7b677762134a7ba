"""Any bytes, any JSON: the parsers raise nothing but BadInput, and what they give can be stored."""

import contextlib
import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.channels.parts import KINDS, InboundMessage, NumberChanged, Part, StatusUpdate, UnparsedPart
from chalicelib.channels.reading import RAW_LIMIT, TEXT_LIMIT
from chalicelib.channels.telegram.parse import parse as parse_telegram
from chalicelib.channels.whatsapp.parse import parse as parse_whatsapp
from chalicelib.core.errors import BadInput
from tests.support.channels.bodies import BOT, NOW, NUMBER, body, change, message, private, samples, status, update
from tests.support.channels.telegram import UNDERSTOOD as TELEGRAM_KINDS
from tests.support.channels.telegram import member, pressed, reacted
from tests.support.channels.whatsapp import UNDERSTOOD as WHATSAPP_KINDS

WHATSAPP = [
    *samples().values(),
    *(json.loads(body(change([message(kind, **fields)]))) for kind, fields, *_ in WHATSAPP_KINDS),
    json.loads(body(change([message()], statuses=[status("sent")]), change([message(serial=2)]))),
    json.loads(
        body(change(field="user_id_update", user_id_update=[{"user_id": {"previous": "KZ.1", "current": "KZ.2"}}]))
    ),
]
TELEGRAM = [
    *(json.loads(update(**private(**fields))) for fields, *_ in TELEGRAM_KINDS),
    json.loads(update("edited_message", **private(text="one", edit_date=NOW))),
    json.loads(update("callback_query", **pressed())),
    json.loads(update("message_reaction", **reacted({"type": "emoji", "emoji": "👍"}))),
    json.loads(update("my_chat_member", **member("kicked"))),
]


def keys_of(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for each in value.values() for key in keys_of(each)}
    return {key for each in value for key in keys_of(each)} if isinstance(value, list) else set()


KEYS = st.sampled_from(sorted(keys_of(WHATSAPP) | keys_of(TELEGRAM)))
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        10**40,
        1e308,
        "",
        "\ud83d",
        "\x00",
        "1" * 300,
        "қ" * 40_000,
        [],
        {},
        [None],
        [[]],
        "text",
    ]
)
ANY = st.recursive(
    st.one_of(ODD, st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=20,
)
FUZZ = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
Parse = Callable[[bytes], list[Part]]


def whatsapp(raw: bytes) -> list[Part]:
    return parse_whatsapp(raw, {NUMBER, "1122334455667"}, NOW)


def telegram(raw: bytes) -> list[Part]:
    return parse_telegram(raw, BOT, NOW)


def _plain(value: bytes | Mapping[str, object]) -> object:
    return value.hex() if isinstance(value, bytes) else dict(value)


def check(parts: list[Part]) -> None:
    assert parts
    for part in parts:
        # Sealing writes everything as UTF-8, where half a surrogate pair would fail.
        json.dumps(part, ensure_ascii=False, default=_plain).encode()
        if isinstance(part, InboundMessage):
            assert part.kind in KINDS
            assert part.author.addresses and all(each.value for each in part.author.addresses)
            assert 0 < len(part.provider_id) < 600
            assert 0 < part.sent_at < 2**33
            assert len(part.text.encode()) <= TEXT_LIMIT and len(part.raw) <= RAW_LIMIT
            assert len(json.dumps(dict(part.details))) < 200_000
            assert bool(part.raw_type) == (part.kind == "unsupported")
        elif isinstance(part, StatusUpdate | NumberChanged):
            assert part.provider_id and 0 < part.at < 2**33
        elif isinstance(part, UnparsedPart):
            assert len(part.raw) <= RAW_LIMIT


@st.composite
def mutated(draw: st.DrawFn, originals: list[dict[str, Any]]) -> bytes:
    """A real body with one to four of its places replaced, removed, renamed or doubled."""
    root = copy.deepcopy(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(1, 4))):
        places: list[tuple[Any, Any]] = []
        collect(root, places)
        if not places:
            break
        holder, place = draw(st.sampled_from(places))
        action = draw(st.sampled_from(["replace", "replace", "remove", "add", "double"]))
        if action == "replace":
            holder[place] = copy.deepcopy(draw(st.one_of(ODD, ANY)))
        elif action == "remove":
            del holder[place]
        elif action == "add" and isinstance(holder, dict):
            holder[draw(KEYS)] = copy.deepcopy(draw(ANY))
        elif isinstance(holder, list):
            holder.append(copy.deepcopy(holder[place]))
    return json.dumps(root, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")


def collect(value: Any, places: list[tuple[Any, Any]]) -> None:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for place, inner in pairs:
        places.append((value, place))
        collect(inner, places)


@FUZZ
@given(mutated(WHATSAPP))
def test_any_change_of_a_real_whatsapp_body(raw: bytes) -> None:
    check(whatsapp(raw))
    assert whatsapp(raw) == whatsapp(raw)


@FUZZ
@given(mutated(TELEGRAM))
def test_any_change_of_a_real_telegram_body(raw: bytes) -> None:
    check(telegram(raw))
    assert telegram(raw) == telegram(raw)


@pytest.mark.parametrize("parse", [whatsapp, telegram])
@FUZZ
@given(ANY)
def test_any_json(parse: Parse, value: Any) -> None:
    raw = json.dumps(value).encode()
    if isinstance(value, dict):
        check(parse(raw))
    else:
        with pytest.raises(BadInput):
            parse(raw)


@pytest.mark.parametrize("parse", [whatsapp, telegram])
@FUZZ
@given(st.binary(max_size=200))
def test_any_bytes(parse: Parse, raw: bytes) -> None:
    with contextlib.suppress(BadInput):
        check(parse(raw))


@FUZZ
@given(ANY, st.sampled_from(["messages", "statuses", "contacts", "errors"]))
def test_any_json_in_a_place_of_a_whatsapp_value(value: Any, place: str) -> None:
    whole = change([message()], statuses=[status("sent")])
    whole["value"][place] = value
    check(whatsapp(body(whole)))


@FUZZ
@given(ANY, st.sampled_from([name for name, *_ in WHATSAPP_KINDS] + ["system"]))
def test_any_json_as_the_content_of_a_whatsapp_message(value: Any, kind: str) -> None:
    check(whatsapp(body(change([message(kind, **{kind: value}), message(serial=2)]))))


@FUZZ
@given(ANY, KEYS)
def test_any_json_as_the_content_of_a_telegram_message(value: Any, kind: str) -> None:
    check(telegram(json.dumps({"update_id": 1, "message": private(**{kind: value})}).encode()))
