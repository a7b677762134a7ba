"""Sending over WhatsApp: what goes out, and what each answer means."""

import base64
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests

from chalicelib.channels import failure_meanings
from chalicelib.channels.base import ChoicePart, OutboundMessage, ReactionPart, SendError, SendResult, TextPart, scrub
from chalicelib.channels.http_session import new_session
from chalicelib.channels.parts import Button
from chalicelib.channels.render import Lacking, render
from chalicelib.channels.whatsapp.channel import WHATSAPP
from chalicelib.channels.whatsapp.send import WhatsAppSender
from chalicelib.core.addresses import Address
from tests.support.channels.bodies import AMINA, AMINA_ID, NOW, NUMBER, wamid
from tests.support.channels.provider import Call, Provider

TOKEN = "local-whatsapp-access-token"
TEXT = "Сәлеметсіз бе, Amina! Your order is on its way."
REFERENCE = "c0nversat10n00000000.1764000000000.0f"


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with new_session() as session:
        yield session


@pytest.fixture
def meta(provider: Provider) -> Provider:
    def accept(call: Call) -> Any:
        return {"messaging_product": "whatsapp", "messages": [{"id": wamid(AMINA, len(provider.calls))}]}

    provider.default = accept
    return provider


def outgoing(text: str = TEXT, buttons: tuple[Button, ...] = (), **fields: Any) -> OutboundMessage:
    given: dict[str, Any] = {"account": NUMBER, "address": Address("phone", AMINA), "reference": REFERENCE}
    parts = (TextPart(text), *([ChoicePart(buttons)] if buttons else []))
    return OutboundMessage(**({"parts": parts} | given | fields))


def send(
    api: str, session: requests.Session, message: OutboundMessage | None = None, field: str = "recipient", **more: Any
) -> SendResult:
    settings: dict[str, Any] = {"timeouts": (1.0, 1.0), "clock": lambda: NOW + 0.7} | more
    return WhatsAppSender(api, field, session=session, **settings).send(message or outgoing(), TOKEN)


def send_all(api: str, session: requests.Session, message: OutboundMessage) -> None:
    """Send a text of any length as the sender does: in the messages that the channel's rules make of it."""
    for parts in render(WHATSAPP, message.parts):
        send(api, session, replace(message, parts=parts))


def refused(api: str, session: requests.Session, **more: Any) -> SendError:
    """The error, after looking that nothing of the person or the token is in it."""
    with pytest.raises(SendError) as caught:
        send(api, session, **more)
    error = caught.value
    assert error.__cause__ is None and error.__context__ is None
    told = f"{error} {error!r} {error.message} {error.code} {error.args}"
    for secret in (TOKEN, TEXT, AMINA, AMINA_ID, base64.b64encode(AMINA.encode()).decode()[:12]):
        assert secret not in told
    return error


def meta_error(code: int, **more: Any) -> dict[str, Any]:
    return {
        "error": {"message": f"(#{code}) Refused", "type": "OAuthException", "code": code, "fbtrace_id": "A"} | more
    }


def test_a_text_goes_out_with_our_reference(meta: Provider, session: requests.Session) -> None:
    result = send(meta.address + "/v23.0/", session, outgoing(quote=wamid(serial=9)))
    assert result == SendResult(wamid(AMINA, 1), NOW)
    [call] = meta.calls
    assert call.path == f"/v23.0/{NUMBER}/messages"
    assert call.headers["Authorization"] == f"Bearer {TOKEN}"
    assert call.payload == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": AMINA,
        "type": "text",
        "text": {"preview_url": False, "body": TEXT},
        "biz_opaque_callback_data": REFERENCE,
        "context": {"message_id": wamid(serial=9)},
    }


@pytest.mark.parametrize("field", ["recipient", "to"])
def test_a_business_scoped_id_goes_into_the_field_of_the_setting(
    meta: Provider, session: requests.Session, field: str
) -> None:
    send(
        meta.address,
        session,
        outgoing(address=Address("user", AMINA_ID), reference=""),
        field=field,
    )
    [call] = meta.calls
    assert call.payload[field] == AMINA_ID
    assert ("to" in call.payload) == (field == "to")
    assert "biz_opaque_callback_data" not in call.payload


def test_a_long_text_goes_out_in_pieces(meta: Provider, session: requests.Session) -> None:
    text = "сөз " * 2500
    send_all(meta.address, session, outgoing(text))
    assert len(meta.calls) == 3
    assert "".join(call.payload["text"]["body"] for call in meta.calls) == text


def test_nothing_to_say_makes_no_call(meta: Provider, session: requests.Session) -> None:
    send_all(meta.address, session, outgoing(" \n"))
    assert not meta.calls


REFUSALS = [
    # HTTP status, Meta's code, permanent, stops the channel, seconds to wait
    (400, 131047, True, False, None),
    (400, 131026, True, False, None),
    (400, 132001, True, False, None),
    (400, 131056, False, False, 6.0),
    (429, 130429, False, False, 1.0),
    (400, 80007, False, False, None),
    (500, 131000, False, False, None),
    (400, 4, False, False, None),
    (401, 190, False, True, None),
    (403, 10, False, True, None),
    (403, 200, False, True, None),
    (403, 299, False, True, None),
    (400, 368, False, True, None),
    (403, 131031, False, True, None),
    (400, 131042, False, True, None),
    (400, 131048, False, True, None),
    (400, 100, True, False, None),
    (404, 300, True, False, None),
    (503, 2, False, False, None),
    (400, 130472, True, False, None),
    (400, 131053, True, False, None),
    (400, 131008, True, False, None),
    (500, 135000, True, False, None),
    (400, 131045, False, True, None),
    (400, 131037, False, True, None),
    (403, 0, False, True, None),
    (400, 131063, True, False, None),
]


@pytest.mark.parametrize(("http", "code", "permanent", "stops", "wait"), REFUSALS)
def test_what_metas_code_means(
    meta: Provider,
    session: requests.Session,
    http: int,
    code: int,
    permanent: bool,
    stops: bool,
    wait: float | None,
) -> None:
    meta.fail(http, meta_error(code))
    error = refused(meta.address, session)
    assert (error.code, error.permanent, error.stops_channel) == (str(code), permanent, stops)
    assert (error.retry_after, error.ambiguous) == (wait, False)
    assert failure_meanings.stops_channel("whatsapp", error.code) == stops


ANSWERS = [
    # HTTP status, body, headers, code, permanent, stops the channel, ambiguous, seconds to wait
    (500, b"<html>", {}, "http_500", False, False, False, None),
    (504, b"", {}, "http_504", False, False, True, None),
    (429, {}, {"Retry-After": "7"}, "http_429", False, False, False, 7.0),
    (429, {}, {"Retry-After": "Mon, 24 Nov 2025 16:00:00 GMT"}, "http_429", False, False, False, None),
    (401, {}, {}, "http_401", False, True, False, None),
    (400, {"error": "no"}, {}, "http_400", True, False, False, None),
    (400, {"error": {"code": "131056"}}, {}, "131056", False, False, False, 6.0),
    (400, {"error": {"code": True}}, {}, "http_400", True, False, False, None),
    (400, meta_error(1, is_transient=True), {}, "1", False, False, False, None),
    (302, {}, {"Location": "http://127.0.0.1:9/"}, "http_302", False, False, False, None),
    (200, {}, {}, "no_id", False, False, True, None),
    (200, b"<html>", {}, "no_id", False, False, True, None),
    (200, {"messages": [{}]}, {}, "no_id", False, False, True, None),
]


@pytest.mark.parametrize(("http", "body", "headers", "code", "permanent", "stops", "ambiguous", "wait"), ANSWERS)
def test_what_an_answer_without_a_known_code_means(
    meta: Provider,
    session: requests.Session,
    http: int,
    body: Any,
    headers: dict[str, str],
    code: str,
    permanent: bool,
    stops: bool,
    ambiguous: bool,
    wait: float | None,
) -> None:
    meta.fail(http, body, headers)
    error = refused(meta.address, session)
    assert (error.code, error.permanent, error.stops_channel) == (code, permanent, stops)
    assert (error.ambiguous, error.retry_after) == (ambiguous, wait)


def test_metas_words_are_kept_without_what_we_sent(meta: Provider, session: requests.Session) -> None:
    details = f"Recipient +{AMINA} ({AMINA_ID}) of {wamid()} with {TOKEN} cannot get: {TEXT}"
    meta.fail(400, meta_error(131026, error_data={"details": details}))
    error = refused(meta.address, session)
    assert "Recipient" in error.message and error.said.startswith("Recipient")


def test_a_time_out_after_acceptance_is_ambiguous(meta: Provider, session: requests.Session) -> None:
    meta.answers = [None]
    error = refused(meta.address, session, timeouts=(1.0, 0.2))
    assert (error.code, error.ambiguous, error.permanent) == ("timeout", True, False)
    assert len(meta.calls) == 1


def test_a_connection_lost_after_the_request_is_ambiguous(meta: Provider, session: requests.Session) -> None:
    meta.answers = ["drop"]
    error = refused(meta.address, session)
    assert (error.code, error.ambiguous, error.permanent) == ("network", True, False)
    assert len(meta.calls) == 1


def test_a_connection_that_is_refused_is_not_ambiguous(nobody: str, session: requests.Session) -> None:
    error = refused(nobody, session)
    assert (error.code, error.ambiguous, error.permanent) == ("network", False, False)


def test_a_connection_without_tls_is_not_ambiguous(meta: Provider, session: requests.Session) -> None:
    error = refused(meta.address.replace("http:", "https:"), session)
    assert (error.code, error.ambiguous) == ("network", False)
    assert not meta.calls


def test_nothing_of_the_person_is_logged(
    meta: Provider, session: requests.Session, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    meta.fail(500)
    refused(meta.address, session)
    send(meta.address, session)
    for secret in (TOKEN, TEXT, AMINA):
        assert secret not in caplog.text


def test_the_environment_does_not_change_a_call(session: requests.Session) -> None:
    assert session.trust_env is False


def test_scrub_leaves_no_number_and_is_short() -> None:
    assert scrub(f"to +{AMINA}, id {wamid()} or secret", ["secret", ""]) == "to …, id … or …"
    assert len(scrub("word " * 100)) <= 200


@pytest.mark.parametrize(
    "name",
    ["+7 701 555 01 01", "8 (701) 555-01-01", "+7-701-555‑01‑01", "KZ.ABCDEFGH12", "amina@example.kz",
     "@amina_s", "wamid.HBgLNzcwMTU1NTAxMDE=", "７７０１５５５"],
)  # fmt: skip
def test_scrub_takes_away_whatever_could_name_a_person_in_any_form(name: str) -> None:
    assert scrub(f"(#131026) Message to {name} was not delivered in 24 hours") == (
        "Message to … was not delivered in 24 hours"
    )


def test_a_send_error_can_be_told_apart() -> None:
    error = SendError("No.", code="190", stops_channel=True)
    assert (error.status, error.code, error.permanent) == (502, "190", False)
    assert SendError("No.").code == "send_failed"


BUTTONS = (Button("erase.confirm.r1", "Иә, жойыңыз"), Button("erase.cancel.r1", "Жоқ, қалсын"))


def test_buttons_make_an_interactive_message(meta: Provider, session: requests.Session) -> None:
    send(meta.address, session, outgoing(buttons=BUTTONS))

    [call] = meta.calls
    assert "text" not in call.payload
    assert (call.payload["type"], call.payload["biz_opaque_callback_data"]) == ("interactive", REFERENCE)
    assert call.payload["interactive"] == {
        "type": "button",
        "body": {"text": TEXT},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "erase.confirm.r1", "title": "Иә, жойыңыз"}},
                {"type": "reply", "reply": {"id": "erase.cancel.r1", "title": "Жоқ, қалсын"}},
            ]
        },
    }


@pytest.mark.parametrize("length", [1024, 1025, 4096, 4097, 9000])
def test_the_last_piece_of_a_long_text_carries_the_buttons(
    meta: Provider, session: requests.Session, length: int
) -> None:
    text = ("сөз " * length)[: length - 1] + "."

    send_all(meta.address, session, outgoing(text=text, buttons=BUTTONS))

    *first, last = [call.payload for call in meta.calls]
    bodies = [one["text"]["body"] for one in first] + [last["interactive"]["body"]["text"]]
    assert "".join(bodies) == text
    assert all(len(body) <= 4096 for body in bodies) and len(bodies[-1]) <= 1024
    assert (len(bodies) == 1) == (length <= 1024)


@pytest.mark.parametrize(
    "buttons",
    [
        (Button("a", "Title of 25 characters..."),),
        (Button("a" * 257, "Иә"),),
        (Button("", "Иә"),),
        (Button("a", ""),),
        (Button("a", "Иә"), Button("a", "Жоқ")),
        (Button("a", "Иә"), Button("b", "Иә")),
        tuple(Button(str(number), f"{number}") for number in range(11)),
    ],
)
def test_buttons_that_meta_would_refuse_are_not_sent(buttons: tuple[Button, ...]) -> None:
    with pytest.raises(Lacking, match="capability: buttons") as refused:
        render(WHATSAPP, outgoing(buttons=buttons).parts)
    assert (refused.value.code, refused.value.permanent) == ("buttons", True)


def test_more_or_longer_choices_than_buttons_make_a_list(meta: Provider, session: requests.Session) -> None:
    choices = tuple(Button(f"pick.{number}", f"Choice number {number}, long") for number in range(1, 3))
    parts = (TextPart("Қашан?"), ChoicePart(choices, "Таңдау", listed=True))
    send(meta.address, session, outgoing(parts=parts))
    assert meta.calls[0].payload["interactive"] == {
        "type": "list",
        "body": {"text": "Қашан?"},
        "action": {
            "button": "Таңдау",
            "sections": [{"rows": [{"id": one.id, "title": one.title} for one in choices]}],
        },
    }


def test_a_reaction_names_its_message_and_an_empty_one_takes_it_back(meta: Provider, session: requests.Session) -> None:
    for emoji in ("👍", ""):
        send(meta.address, session, outgoing(parts=(ReactionPart("wamid.A", emoji),)))
    assert [call.payload["reaction"] for call in meta.calls] == [
        {"message_id": "wamid.A", "emoji": "👍"},
        {"message_id": "wamid.A", "emoji": ""},
    ]
    assert {call.payload["type"] for call in meta.calls} == {"reaction"}
