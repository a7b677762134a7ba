"""The undertaking of confidentiality: its text in three languages, its versions, and who sees who has signed which."""

import pytest

from chalicelib.core.languages import LANGUAGES
from chalicelib.dynamo.models import DeskRow
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile, Undertaking
from chalicelib.profile.policy import serving_profiles
from chalicelib.staff.model import Staff, staff_mac
from chalicelib.staff.undertaking import undertaking_text
from chalicelib.wiring import web as wiring_web
from tests.support.web.desk import START, TEXT, Web

SPOINT = load_profile("spoint")
SIGN = {"agree": "yes", "version": "1", "language": "ru"}


def with_undertaking(version: str, *liabilities: str) -> Profile:
    """The profile of sPoint with another undertaking."""
    return Profile(**{**vars(SPOINT), "undertaking": Undertaking(version=version, liabilities=liabilities)})


@pytest.fixture
def second(web: Web, monkeypatch: pytest.MonkeyPatch) -> Web:
    """The desk after a second version of the undertaking."""
    monkeypatch.setattr(wiring_web, "profile", lambda: with_undertaking("2", "criminal"))
    return web


# -- the text


FOUR = {
    "kk": ("тәртіптік", "әкімшілік", "азаматтық-құқықтық", "қылмыстық"),
    "ru": ("дисциплинарной", "административной", "гражданско-правовой", "уголовной"),
    "en": ("disciplinary", "administrative", "civil", "criminal"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_warns_of_the_liabilities_of_the_profile(language: str) -> None:
    text = undertaking_text(SPOINT, language)
    assert len(text.liabilities) == 4
    assert all(one.startswith(word) for one, word in zip(text.liabilities, FOUR[language], strict=True))
    assert "Joint" in text.given and "1" in text.given
    assert undertaking_text(with_undertaking("1"), language).lines == (text.opening, *text.promises, text.given)


@pytest.mark.parametrize("name", serving_profiles())
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_company_is_named_in_the_language_of_the_text(name: str, language: str) -> None:
    profile = load_profile(name)
    text = undertaking_text(profile, language)
    assert profile.operator.company[language] in text.given and "{" not in "".join(text.lines)


HASHES = {
    ("1", "kk"): "5fbf547434a87ad11b0723758601b9d2a1167d5c2104a7d86831b5bf299e3f6d",
    ("1", "ru"): "56b009499994d9799fa210406f03f87be4f3a4aa6482e0b80397b05202a895ff",
    ("1", "en"): "d242b9d3ea5f704a5635382a4e2045b425ee68071d9c45b0968a97d4dc3be2ec",
}
"""What people have signed under a version. When the text changes, raise `undertaking.version` in the profile and add a
row: a signature must be one of the text that was read."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_changed_text_is_a_new_version(language: str) -> None:
    assert undertaking_text(SPOINT, language).hash == HASHES[SPOINT.undertaking.version, language]


# -- signing


def test_what_is_signed_is_the_text_that_was_read(web: Web) -> None:
    browser = web.signed_in("newcomer")
    page = browser.get("/dashboard").text
    assert "Sign the undertaking" in page and "criminal liability" in page
    assert browser.post("/dashboard/undertaking", SIGN).status == 303
    found, text = wiring_web.staff().get(web.staff["newcomer"]), undertaking_text(SPOINT, "ru")
    assert found is not None and web.now - 60_000 < found.undertaking_at <= web.now
    assert (found.undertaking_version, found.undertaking_language, found.undertaking_hash) == ("1", "ru", text.hash)
    assert browser.post("/dashboard/undertaking", {**SIGN, "language": "kk"}).status == 303
    assert wiring_web.staff().get(web.staff["newcomer"]) == found, "a second signature changes nothing"


@pytest.mark.parametrize("wrong", [{"version": "0"}, {"version": ""}, {"language": "de"}, {"language": ""}])
def test_another_text_than_todays_cannot_be_signed(web: Web, wrong: dict[str, str]) -> None:
    answer = web.signed_in("newcomer").post("/dashboard/undertaking", SIGN | wrong)
    assert answer.status == 409 and "Sign the undertaking" in answer.text, "today's text is shown"
    assert web.call("GET", "/api/v1/tickets", by="newcomer").json["code"] == "undertaking"


def test_it_is_read_and_signed_over_the_api_too(web: Web) -> None:
    own = web.call("GET", "/api/v1/me/undertaking?language=kk", by="newcomer").json
    assert own["text"] == list(undertaking_text(SPOINT, "kk").lines) and not own["signed"]
    old = web.call("POST", "/api/v1/me/undertaking", {"version": "0", "language": "kk"}, by="newcomer")
    assert (old.status, old.json["code"]) == (409, "undertaking")
    signing = {"version": own["version"], "language": "kk"}
    assert web.call("POST", "/api/v1/me/undertaking", signing, by="newcomer").status == 200
    assert web.call("GET", "/api/v1/me/undertaking", by="newcomer").json["signed"]
    assert web.call("GET", "/api/v1/tickets", by="newcomer").status == 200


def test_a_new_version_asks_everybody_again_at_their_next_request(second: Web) -> None:
    for name in ("bolat", "dana", "aigul"):
        assert second.call("GET", "/api/v1/tickets", by=name).json["code"] == "undertaking"
    refused = second.signed_in("bolat").get("/dashboard")
    assert refused.status == 403 and "The text has changed since you signed it" in refused.text
    assert "disciplinary" not in refused.text and "criminal" in refused.text
    assert second.signed_in("bolat").post("/dashboard/undertaking", SIGN | {"version": "2"}).status == 303
    assert second.signed_in("bolat").get("/dashboard").status == 200
    assert second.call("GET", "/api/v1/tickets", by="dana").json["code"] == "undertaking"


def test_a_signature_of_a_release_without_versions_is_one_of_version_0(web: Web) -> None:
    store, key = wiring_web.staff(), web.staff["saule"]
    old = Staff(key, "saule@desk.local", "Сәуле", frozenset(["operator"]), 1, START, language="en")
    row = DeskRow.get("staff", key)
    for name in ("undertaking_version", "undertaking_language", "undertaking_hash", "undertaking_mac"):
        row.update([getattr(DeskRow, name).remove()])
    row.update([DeskRow.email.set(old.email), DeskRow.name.set(old.name), DeskRow.mac.set(staff_mac(store.key, old))])
    found = store.get(key)
    assert found is not None and (found.undertaking_at, found.undertaking_version) == (START, "0")
    assert web.call("GET", "/api/v1/tickets", by="saule").json["code"] == "undertaking"
    store.end_sessions(key)
    assert "undertaking_version" not in DeskRow.get("staff", key).attribute_values, "nothing else invents a version"
    store.sign_undertaking(key, TEXT, START + 1)
    again = store.get(key)
    assert again is not None and (again.undertaking_at, again.undertaking_version) == (START + 1, "1")


@pytest.mark.parametrize("name", ["undertaking_version", "undertaking_language", "undertaking_hash", "undertaking_mac"])
def test_a_signature_from_elsewhere_is_none(second: Web, name: str) -> None:
    DeskRow("staff", second.staff["bolat"]).update([getattr(DeskRow, name).set("2")])
    found = wiring_web.staff().get(second.staff["bolat"])
    assert found is not None and (found.undertaking_version, found.undertaking_hash) == ("0", "")
    assert second.call("GET", "/api/v1/tickets").json["code"] == "undertaking"


# -- who sees it


def test_officers_and_administrators_see_who_has_signed_which(web: Web) -> None:
    for name in ("dana", "aigul"):
        items = {one["name"]: one for one in web.call("GET", "/api/v1/staff", by=name).json["items"]}
        bolat, timur = items["Болат Ахметов"], items["Тимур Жақсыбеков"]
        assert timur["undertaking"] is None and not bolat["disabled"]
        assert bolat["undertaking"]["version"] == "1" and bolat["undertaking"]["hash"] == TEXT.hash
        assert bolat["undertaking"]["language"] == "en" and bolat["undertaking"]["current"]
        page = web.signed_in(name).get("/dashboard/staff").text
        assert "not signed" in page and TEXT.hash[:16] in page and "version 1, Eng" in page
        assert ("/revoke" in page) == (name == "aigul"), "only the administrator ends access"
    assert web.call("GET", "/api/v1/staff", by="bolat").status == 403
    assert web.signed_in("bolat").get("/dashboard/staff").status == 403


def test_who_must_sign_again_is_seen(second: Web) -> None:
    wiring_web.staff().sign_undertaking(second.staff["dana"], undertaking_text(wiring_web.profile(), "en"), START)
    page = second.signed_in("dana").get("/dashboard/staff").text
    assert page.count("must sign version 2") == 5
    items = second.call("GET", "/api/v1/staff", by="dana").json["items"]
    assert [one["name"] for one in items if (one["undertaking"] or {}).get("current")] == ["Дана Омарова"]
