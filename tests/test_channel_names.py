"""No channel is named outside its own folder: the rest of the desk asks the registry, and a capability."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.channels import registry

ROOT = Path(__file__).parent.parent
HOMES = (ROOT / "chalicelib" / "channels", ROOT / "chalicelib" / "profile" / "operators")
FILES = sorted(
    file
    for top in ("app.py", "chalicelib", "infra")
    for file in ([ROOT / top] if top.endswith(".py") else (ROOT / top).rglob("*.py"))
    if not any(home in file.parents for home in HOMES)
)
COMMON = {"email", "form"}
"""Ids that are everyday words as well: only a text that is exactly one of them counts, not a name in the code."""
OTHER_MEANINGS = {
    "chalicelib/ops/__main__.py": {"email": "field of a member of staff"},
    "chalicelib/profile/form_fields.py": {"email": "a category of data"},
    "chalicelib/profile/policy_words.py": {"form": "a word of the policy"},
    "chalicelib/web/dashboard/presenter.py": {"form": "a kind of message, and a symbol"},
    "chalicelib/web/dashboard/access/session.py": {"email": "field of signing in"},
    "chalicelib/web/labels.py": {"form": "a kind of message"},
    "chalicelib/web/public/form_model.py": {"email": "a category of data, and a word of HTML"},
}
"""Where such a text means something else, and what."""
_WORD = re.compile(r"[a-z0-9]+")


def words(text: str) -> set[str]:
    """Return the small words of an identifier, a path or a constant; those of a sentence are no ids."""
    return set(_WORD.findall(text)) if re.fullmatch(r"[\w/.:#*{}-]+", text) or "Literal[" in text else set()


def named(node: ast.AST) -> Iterator[str]:
    """Yield what a node of the tree spells: texts, names, attributes, arguments, keywords, imports."""
    for field in ("id", "attr", "arg", "name", "asname", "module", "rest"):
        spelled = getattr(node, field, None)
        if isinstance(spelled, str):
            yield spelled
    for spelled in getattr(node, "kwd_attrs", ()) or getattr(node, "names", ()):
        if isinstance(spelled, str):
            yield spelled
    if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
        yield node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value


def names(node: ast.AST, spelled: str, one: str) -> bool:
    """Whether what a node spells is, or holds as a word, the id of a channel."""
    if one in COMMON:
        return isinstance(node, ast.Constant | ast.MatchValue) and spelled == one
    return one in words(spelled.lower() if spelled.isidentifier() else spelled)


def docstrings(tree: ast.AST) -> set[int]:
    """Return the ids of nodes that are prose: texts that stand as statements."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def found_in(source: str, place: str, ids: tuple[str, ...] = registry.IDS) -> list[str]:
    """Return a sentence for each place in a source that names a channel."""
    tree = ast.parse(source)
    prose = docstrings(tree)
    meant = OTHER_MEANINGS.get(place, {})
    return [
        f"{place}:{getattr(node, 'lineno', 0)} names the channel {one!r} in {spelled!r}:"
        " ask a capability of registry.channel(…) (chalicelib/channels/contract.py), or loop over registry.CHANNELS"
        for node in ast.walk(tree)
        if id(node) not in prose
        for spelled in named(node)
        for one in ids
        if names(node, spelled, one) and one not in meant
    ]


def test_no_channel_is_named_outside_its_folder() -> None:
    found = [line for file in FILES for line in found_in(file.read_text("utf-8"), str(file.relative_to(ROOT)))]
    assert not found, "\n" + "\n".join(found)


def test_no_page_names_one() -> None:
    quoted = re.compile("[\"'](" + "|".join(set(registry.IDS) - COMMON) + ")[\"']")
    pages = [*(ROOT / "chalicelib/web/templates").rglob("*.html"), *(ROOT / "chalicelib/web/static").glob("*.js")]
    assert [f"{file.name}: {one}" for file in pages for one in quoted.findall(file.read_text("utf-8"))] == []


def test_every_other_meaning_is_still_needed() -> None:
    for place, meant in OTHER_MEANINGS.items():
        tree = ast.parse((ROOT / place).read_text("utf-8"))
        texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
        assert meant.keys() <= texts, place


@pytest.mark.parametrize(
    "source",
    [
        'if channel == "telegram": pass',
        'x = {"telegram": 1}',
        'x = {"a", "telegram"}',
        'x = f"telegram:{a}"',
        'x = f"{a}/telegram"',
        'match channel:\n    case "telegram": pass',
        'match channel:\n    case {"telegram": x}: pass',
        'x: Literal["telegram"] = a',
        "def f(x: \"Literal['telegram']\"): pass",
        "x = Channel.TELEGRAM",
        "x = secrets.telegram",
        "telegram_api = 1",
        "def f(telegram): pass",
        "f(telegram=1)",
        "from chalicelib.channels.telegram import parse",
        'x = b"telegram"',
        'x = "/webhooks/telegram"',
        'x = "TELEGRAM_API"',
        "match a:\n    case A(telegram=1): pass",
        "global telegram",
        "class Telegram: pass",
        'x = ("tele" "gram")',
    ],
)
def test_every_way_to_name_one_is_seen(source: str) -> None:
    (line, *_) = found_in(source, "somewhere.py", ("telegram",))
    assert line.startswith("somewhere.py:1 ") or line.startswith("somewhere.py:2 ")
    assert "registry" in line


@pytest.mark.parametrize("source", ['"""Telegram says."""', 'x = _("Send on Telegram")', "information = transform()"])
def test_prose_and_longer_words_are_no_names(source: str) -> None:
    assert not found_in(source, "somewhere.py", ("telegram", "form"))
