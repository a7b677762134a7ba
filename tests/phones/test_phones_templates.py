"""The stand-in of Meta lists templates by pages, refuses what Meta refuses, and tells of changes."""

from typing import Any

import pytest

from chalicelib.channels.base import SendError
from chalicelib.channels.whatsapp.templates import WhatsAppTemplates
from tests.support.phones.phones import SECRETS, Phones, until


def texts(*values: str) -> list[dict[str, Any]]:
    return [{"type": "body", "parameters": [{"type": "text", "text": one} for one in values]}]


def sent(phones: Phones, name: str, language: str, components: list[dict[str, Any]]) -> tuple[int, int]:
    template = {"name": name, "language": {"code": language}, "components": components}
    answer = phones.send(type="template", template=template)
    return answer.status_code, answer.json().get("error", {}).get("code", 0)


def test_all_templates_are_fetched_page_by_page(phones: Phones, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.channels.whatsapp.templates.PAGE", 4)
    source = WhatsAppTemplates(f"{phones.url}/v23.0")

    found = source.fetch(SECRETS.business_account, SECRETS.access_token)

    assert len(found) == 13
    assert [one["method"] for one in phones.sent("whatsapp")] == ["message_templates"] * 4
    news = next(one for one in found if one.name == "service_news")
    assert (news.language, news.status, news.category, news.correct_category) == (
        "kk", "APPROVED", "UTILITY", "MARKETING"
    )  # fmt: skip
    assert {one.correct_category for one in found if one.name != "service_news"} == {""}


@pytest.mark.parametrize(("business", "token", "code"), [("1", "", "100"), ("", "wrong", "190")])
def test_a_refusal_names_the_code_and_no_token(phones: Phones, business: str, token: str, code: str) -> None:
    source = WhatsAppTemplates(f"{phones.url}/v23.0")
    with pytest.raises(SendError) as error:
        source.fetch(business or SECRETS.business_account, token or SECRETS.access_token)
    assert error.value.code == code
    assert SECRETS.access_token not in f"{error.value} {error.value.message}"


@pytest.mark.parametrize(
    ("name", "language", "components", "code"),
    [
        ("answer_ready", "ru", texts("Виктория"), 132000),
        ("answer_ready", "de", texts("a", "b", "c"), 132001),
        ("visit_reminder", "ru", texts("завтра"), 132015),
        ("answer_ready", "ru", texts("a", "b\nc", "d"), 100),
        ("answer_ready", "ru", texts("a", "b", "c" * 1024), 132005),
        ("invoice_updated", "ru", texts("a", "b", "c"), 132000),
        ("receipt_photo", "ru", texts("a"), 132012),
        ("answer_ready", "ru", texts("Виктория", "479-340", "счёт"), 0),
    ],
)
def test_a_template_is_refused_as_meta_refuses_it(
    phones: Phones, name: str, language: str, components: list[dict[str, Any]], code: int
) -> None:
    assert sent(phones, name, language, components)[1] == code


def test_a_change_is_told_by_a_signed_webhook_of_the_business_account(phones: Phones) -> None:
    phones.post("/phones/whatsapp/templates", name="answer_ready", language="ru", status="PAUSED")

    entry = until(lambda: phones.desk.got)[0].json["entry"][0]
    assert entry["id"] == SECRETS.business_account
    assert entry["time"]
    assert entry["changes"][0]["field"] == "message_template_status_update"
    assert entry["changes"][0]["value"]["event"] == "PAUSED"
    assert sent(phones, "answer_ready", "ru", texts("a", "b", "c"))[1] == 132015
