"""Every kind of request, one after the other: those that are handled here, and one that only these tests know."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.core.texts import catalogue
from chalicelib.privacy.kinds import registry
from chalicelib.privacy.kinds.contract import Kind
from chalicelib.profile import load
from chalicelib.profile.build import compiled, parse_profile
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile
from infra import openapi
from tests.privacy.kinds.made_up import UNCERTIFIED, described_as, translated
from tests.privacy.kinds.quiet_hours import PROFILE, QUIET_HOURS, TRANSLATED
from tests.support.erasure.desk import desk
from tests.support.erasure.living import daniyar, living
from tests.support.web import described
from tests.support.web.accounts import accounts, keys
from tests.support.web.desk import web

__all__ = ["accounts", "daniyar", "desk", "keys", "living", "web"]


@pytest.fixture
def made_up(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Kind]:
    """Register a kind that does not exist: its line in the registry, its texts, a profile that knows it."""
    openapi.models()  # they say the kinds that there are when they are loaded
    wanted = request.node.callspec.params.get("kind") if hasattr(request.node, "callspec") else None
    kind: Kind = wanted or QUIET_HOURS
    monkeypatch.setattr(registry, "KINDS", (*registry.KINDS, kind))
    text = (Path(load.DIRECTORY) / "spoint.toml").read_text(encoding="utf-8")
    for before, after in PROFILE.items():
        assert before in text
        text = text.replace(before, after)
    (tmp_path / "compiled").mkdir()
    (tmp_path / "compiled" / "spoint.json").write_text(compiled(parse_profile(text)), encoding="utf-8")
    monkeypatch.setattr(load, "DIRECTORY", str(tmp_path))
    load_profile.cache_clear()
    for module in ("tests.support.intake.desk", "tests.support.erasure.parts", "tests.support.erasure.boxes"):
        monkeypatch.setattr(f"{module}.PROFILE", load_profile("spoint"))
    for domain in ("bot", "desk"):
        for language, texts in TRANSLATED.items():
            translated(catalogue(domain, language), texts, monkeypatch)
    described_as(kind, monkeypatch)
    yield kind
    load_profile.cache_clear()
    described.forget()


@pytest.fixture(
    params=[*registry.KINDS, QUIET_HOURS, UNCERTIFIED],
    ids=[*registry.handled(), QUIET_HOURS.id, f"{UNCERTIFIED.id}, uncertified"],
)
def kind(request: pytest.FixtureRequest) -> Kind:
    """A kind that is handled, while its test runs."""
    found: Kind = request.param
    return request.getfixturevalue("made_up") if found not in registry.KINDS else found


@pytest.fixture
def profile(kind: Kind) -> Profile:
    return load_profile("spoint")
