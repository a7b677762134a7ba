"""The form of each operator: what it asks for, and that its tick is the consent, also where the operator asks first."""

from collections.abc import Mapping

import pytest

from chalicelib.channels import registry
from chalicelib.dynamo.models import DeskRow
from chalicelib.messages.consent_notices import ticked
from chalicelib.profile.build import parse_profile
from chalicelib.profile.form_fields import fields_of
from chalicelib.profile.load import load_profile
from tests.support.filled_forms import TEXT
from tests.support.forgetting import forget_wiring
from tests.support.operators import SOURCES
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


def test_where_an_agreement_is_the_consent_the_box_names_it() -> None:
    text = (SOURCES / "smartaqkol.toml").read_text(encoding="utf-8")
    known = text.replace('agreement_url = ""', 'agreement_url = "https://smartaqkol.chat/agreement"')
    assert "https://smartaqkol.chat/agreement" in ticked(parse_profile(known), "kk", FORM.id)
    assert "agreement" not in ticked(parse_profile(text), "en", FORM.id)
