"""The form of each operator: what it asks for, and that its tick is the consent, also where the operator asks first."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from chalicelib.channels import registry
from chalicelib.dynamo.models import DeskRow, IndexRow
from chalicelib.messages.consent_notices import ticked
from chalicelib.profile import load
from chalicelib.profile.build import compiled, parse_profile
from chalicelib.profile.form_fields import fields_of
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile, ProfileError
from tests.support.filled_forms import TEXT
from tests.support.forgetting import forget_wiring
from tests.support.operators import SOURCES, agreed_smartaqkol
from tests.support.web.contact import Visitor
from tests.support.web.desk import Web

FORM = next(one for one in registry.SERVED if one.page)
LINES: Mapping[str, tuple[str, ...]] = {
    "spoint": ("full_name", "email", "phone"),
    "spark": ("full_name", "organisation", "email", "phone"),
    "wadjet": ("full_name", "email", "phone"),
    "rsoftware": ("full_name", "email", "phone"),
    "smartaqkol": ("email", "phone"),
}
"""What the documents name: A3, B3, C6, D2.2; E names nothing, and its profile adds these."""
ASLEEP = {"smartaqkol"}


@pytest.fixture
def of_operator(web: Web, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    monkeypatch.setenv("OPERATOR", name)
    forget_wiring()
    return name


@pytest.mark.parametrize("name", LINES)
def test_it_asks_for_what_the_document_names(name: str) -> None:
    assert fields_of(load_profile(name), FORM.id).lines == LINES[name]
    assert (FORM.id in load_profile(name).served) == (name not in ASLEEP)


@pytest.mark.parametrize("of_operator", LINES, indirect=True)
def test_its_tick_is_the_consent_and_nothing_is_held(web: Web, of_operator: str) -> None:
    visitor = Visitor(web, "ru")
    page = visitor.open()
    if of_operator in ASLEEP:
        assert page.status == 404 and web.http("POST", "/contact", body=b"").status == 404
        return
    profile = load_profile(of_operator)
    company = profile.operator.company["ru"]
    assert company in page.text.replace("&#34;", '"')
    others = {one for lines in LINES.values() for one in lines} - {*LINES[of_operator]}
    assert not [one for one in others if f'name="{one}"' in page.text]
    asked = {name: value for name, value in visitor.filled().items() if name not in others}
    assert visitor.post(asked).status == 303
    rows = list(DeskRow.scan())
    assert not [row for row in rows if row.sk.startswith(("held", "question"))]
    assert not [row for row in rows if row.pending]
    (consent,) = [row for row in rows if row.sk.startswith("consent#")]
    assert (consent.answered_by, consent.asked) == ("tick", ticked(profile, "ru", FORM.id))
    (ticket,) = web.tickets()
    assert TEXT in visitor.follow().text
    web.advance(60)
    for number in range(2):  # nobody abroad carries it: a further reply is no transfer
        reply = {"text": f"Ответ {number}", "client_id": str(number)}
        assert web.call("POST", f"/api/v1/tickets/{ticket['id']}/replies", reply).status == 201
    assert "Ответ 1" in visitor.follow().text


def test_a_category_that_no_purpose_of_the_form_names_is_no_field() -> None:
    text = (SOURCES / "spoint.toml").read_text(encoding="utf-8")
    row = 'id = "phone"\npurposes = ["support", "status", "rights"]\ngrounds = ["message_consent", "form_consent"]'
    assert row in text
    for change in (row.replace(', "form_consent"', ""), row.replace('["support", "status", "rights"]', '["news"]')):
        assert "phone" not in fields_of(parse_profile(text.replace(row, change)), FORM.id).lines


@pytest.fixture
def agreed(web: Web, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Profile]:
    """The desk serves SmartAqkol, whose agreement has an address."""
    profile = parse_profile(agreed_smartaqkol())
    (tmp_path / "compiled").mkdir()
    (tmp_path / "compiled" / "smartaqkol.json").write_text(compiled(profile), encoding="utf-8")
    monkeypatch.setattr(load, "DIRECTORY", str(tmp_path))
    monkeypatch.setenv("OPERATOR", "smartaqkol")
    load_profile.cache_clear()
    forget_wiring()
    yield profile
    load_profile.cache_clear()


def test_where_an_agreement_is_the_consent_the_box_leads_to_it(web: Web, agreed: Profile) -> None:
    visitor = Visitor(web, "kk")
    page = visitor.open().text
    assert 'href="https://smartaqkol.chat/agreement"' in page and "checked" not in page
    asked = {name: value for name, value in visitor.filled().items() if name != "full_name"}
    assert visitor.post({**asked, "consent": ""}).status == 400 and not list(IndexRow.scan())
    assert visitor.post(asked).status == 303
    (consent,) = [row for row in DeskRow.scan() if row.sk.startswith("consent#")]
    assert consent.asked.startswith("Осы саясат") and "https://smartaqkol.chat/agreement" in consent.asked
    assert (consent.answered_by, consent.subject) == ("tick", "no_name")
    assert TEXT in visitor.follow().text


def test_an_agreement_without_an_address_is_not_served() -> None:
    text = agreed_smartaqkol().replace('agreement_url = "https://smartaqkol.chat/agreement"', 'agreement_url = ""')
    with pytest.raises(ProfileError, match="operator.agreement_url: the form must lead to the agreement"):
        parse_profile(text)
