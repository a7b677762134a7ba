"""The API's models take what the description allows and refuse the rest, in words that repeat nothing of it."""

import re
from typing import Any

import pytest
from msgspec import UNSET

from chalicelib.core.errors import DeskError
from chalicelib.web.api.account_models import (
    FirstCode,
    NewTeam,
    OwnPassword,
    OwnPasswordAndCode,
    SignText,
    WithCode,
    WithNewPassword,
    WithPassword,
)
from chalicelib.web.api.changes import NewReaction, NewText
from chalicelib.web.api.fields import IdPath, Model, members, read
from chalicelib.web.api.openings import NewOpening
from chalicelib.web.api.request_models import (
    NewPrivacyRequest,
    PrivacyDecision,
    RecognisedMessage,
    RequestQuery,
    SetPrivacyHold,
    ToldRecipient,
    TransferOnPaper,
)
from chalicelib.web.api.reviews import ReviewedClass
from chalicelib.web.api.session import description
from chalicelib.web.api.ticket_models import (
    Change,
    ContactChange,
    NewAttachment,
    NewComment,
    NewReply,
    ReplyPath,
    TicketQuery,
)
from chalicelib.web.api.withheld import NewDecision
from chalicelib.web.http.routes_and_roles import API
from infra.openapi import operation_of

jsonschema = pytest.importorskip("jsonschema")

ID, PHONE = "0" * 20, "+77015550101"
BODIES: dict[type[Model], dict[str, Any]] = {
    WithPassword: {"email": "a@b.kz", "password": "x"},
    WithCode: {"challenge": "c", "code": "123 456"},
    WithNewPassword: {"challenge": "c", "new_password": "x"},
    OwnPassword: {"password": "x"},
    FirstCode: {"challenge": "c", "code": "123456"},
    OwnPasswordAndCode: {"password": "x", "code": "123456"},
    SignText: {"version": "1", "language": "kk"},
    Change: {"state": "open", "assignee": "me", "priority": "low", "tags": ["a"], "seen_assignee": None},
    ContactChange: {"language": "kk", "corrected": True},
    NewReply: {
        **{"text": "a\nb", "client_id": "a", "attachments": [ID], "choices": ["a", "b"]},
        **{"quote": f"{ID}.1795000000000.{'a' * 32}"},
    },
    NewAttachment: {"ticket_id": ID, "name": "a.png", "type": "image/png", "size": 1},
    NewReaction: {"emoji": "👍"},
    NewText: {"text": "a\nb"},
    NewComment: {"text": "a\nb", "client_id": "a"},
    NewOpening: {"reason": "The customer asks for it"},
    NewTeam: {"team": "first_line"},
    NewPrivacyRequest: {
        **{"kind": "deletion", "contact_id": ID, "received_on": "2026-11-20"},
        **{"source": "staff", "evidence": "By mail."},
    },
    TransferOnPaper: {"answer": "no", "received_on": "2026-11-20"},
    RecognisedMessage: {"message_id": f"{ID}.1795000000000.{'a' * 32}", "kind": "deletion"},
    PrivacyDecision: {"decision": "erase", "check": "notary", "reason": "Seen.", "ground": None, "proposed": "x"},
    ToldRecipient: {"recipient": "meta"},
    SetPrivacyHold: {"held": True},
    NewDecision: {"decision": "approve"},
    ReviewedClass: {"name": "mailing"},
}
"""One body of each kind that is taken."""
VALUES: tuple[Any, ...] = (
    *(None, True, 1, 1.5, "", " ", "a", "a\n", "x" * 31, "x" * 301, "x" * 20_000, PHONE, "open\n", "deletion\n"),
    *([], {}, [1], ["a"] * 21, ["a" * 31], ["x", None], [PHONE], f"{ID}\n", "me", "go_on", "access", "2026-11-20\n"),
    "\ud800",
)
OF_THE_USE_CASE = {
    *((one, "received_on") for one in ("NewPrivacyRequest", "TransferOnPaper")),
    ("RecognisedMessage", "message_id"),
    *(("PrivacyDecision", name) for name in ("check", "reason")),
    ("NewOpening", "reason"),
}
"""Fields whose form the use case checks, because it knows a better answer."""
BEYOND_A_SCHEMA = ("nothing to see", "is one line", "cannot be sent", "wanted as a text", "A tag has")
"""Of rules that JSON Schema has no word for."""


def _pattern(_check: Any, pattern: str, value: Any, _schema: Any) -> Any:
    """Match as JSON Schema's dialect does: to Python, `$` also fits before a final newline."""
    if isinstance(value, str) and not re.search(pattern.replace("$", r"\Z"), value):
        yield jsonschema.ValidationError("does not match")


_Check = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": _pattern})


def allowed(schema: dict[str, Any], value: Any) -> bool:
    return bool(_Check({**schema, "components": description()["components"]}).is_valid(value))


def refusal(model: Any, given: dict[str, Any], what: str = "field") -> DeskError | None:
    try:
        read(model, given, what)
    except DeskError as error:
        return error
    return None


def test_every_body_is_tried_here() -> None:
    bodies = {each for route in API for each in members(operation_of(route).takes.get("body", IdPath))}
    assert bodies - {IdPath} == set(BODIES)


@pytest.mark.parametrize("model", BODIES, ids=lambda model: str(model.__name__))
def test_a_body_is_taken_exactly_if_the_description_allows_it(model: type[Model]) -> None:
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    good = BODIES[model]
    assert allowed(schema, good) and refusal(model, good) is None
    for name in good:
        without = {key: value for key, value in good.items() if key != name}
        bodies = [without, *({**good, name: value} for value in VALUES)]
        for body in bodies:
            refused = refusal(model, body)
            if allowed(schema, body):
                assert refused is None or any(why in refused.message for why in BEYOND_A_SCHEMA), body
            elif (model.__name__, name) not in OF_THE_USE_CASE:
                assert refused is not None, body
    assert not allowed(schema, {**good, "more": 1}) and refusal(model, {**good, "more": 1})


@pytest.mark.parametrize(("model", "path"), [(TicketQuery, "/tickets"), (RequestQuery, "/privacy-requests")])
def test_a_parameter_is_taken_exactly_if_the_description_allows_it(model: type[Model], path: str) -> None:
    described = description()["paths"][f"/api/v1{path}"]["get"]["parameters"]
    assert [one["name"] for one in described] == list(model.__struct_fields__)
    texts = [value for value in VALUES if isinstance(value, str)]
    for one in described:
        for value in (*texts, "0", "1", "100", "101", "-1", "+5", " 5", "1e1", "5.0", "٥", "deletion", "x" * 65):
            number = one["schema"]["type"] == "integer" and re.fullmatch("-?[0-9]+", value)
            refused = refusal(model, {one["name"]: value}, "parameter")
            if allowed(one["schema"], int(value) if number else value):
                assert refused is None or any(why in refused.message for why in BEYOND_A_SCHEMA), (one, value)
            else:
                assert refused is not None, (one["name"], value)


@pytest.mark.parametrize("value", ["", "x", f"{ID}\n", ID.upper() + "Ä", f"{ID}0", PHONE])
def test_an_id_in_a_path_of_another_form_is_not_there(value: str) -> None:
    refused = refusal(IdPath, {"id": value})
    assert refused is not None and refused.status == 404
    refused = refusal(ReplyPath, {"id": ID, "client_id": "a\n"})
    assert refused is not None and refused.status == 400


@pytest.mark.parametrize("model", [*BODIES, TicketQuery, RequestQuery], ids=lambda model: str(model.__name__))
def test_a_refusal_repeats_nothing_that_was_sent(model: type[Model]) -> None:
    for name in model.__struct_fields__:
        for value in (PHONE, [PHONE], {PHONE: PHONE}, PHONE * 3000, f"{PHONE}\0"):
            if model not in BODIES and not isinstance(value, str):
                continue
            refused = refusal(model, {**BODIES.get(model, {}), name: value})
            assert refused is None or PHONE not in str(refused)
            assert refused is None or refused.__cause__ is None
    unknown = refusal(model, {**BODIES.get(model, {}), PHONE: 1})
    assert unknown is not None and "There is an unknown field. Known: " in str(unknown) and PHONE not in str(unknown)


def test_refusals_say_what_a_field_wants() -> None:
    for model, body, said in (
        (SetPrivacyHold, {"held": "x"}, "The field held is true or false."),
        (NewReply, {"client_id": "a"}, "The field text is wanted as a text, or attachments, or template."),
        (NewReply, {"text": "a"}, "The field client_id is wanted: 1 to 100 letters, digits, or _ . : -"),
        (Change, {"state": "on"}, "The field state is one of: closed, open, pending, snoozed, solved."),
        (Change, {"assignee": ""}, "The field assignee is a colleague's id or e-mail, me, or null for nobody."),
        (
            Change,
            {"seen_assignee": 1},
            "The field seen_assignee is a colleague's id or e-mail, me, or null for nobody.",
        ),
        (Change, {"seen_assignee": "me"}, "Nothing to change. Give state, assignee, priority, tags or team."),
        (TicketQuery, {"limit": "0"}, "The parameter limit is a whole number from 1 to 100."),
        (TicketQuery, {"cursor": ""}, "The cursor is empty. Leave it out for the first page."),
        (TicketQuery, {"assignee": ""}, "The parameter assignee is a colleague's id, me, or none."),
    ):
        refused = refusal(model, body)
        assert refused is not None and refused.message == said


def test_what_is_left_out_is_told_from_null() -> None:
    changed = read(Change, {"priority": "low", "assignee": None})
    assert changed.assignee is None and changed.seen_assignee is UNSET and changed.tags is UNSET


@pytest.mark.parametrize(
    ("body", "model"),
    [
        ({}, WithPassword),
        ({"email": "a"}, WithPassword),
        ({"challenge": "a"}, WithCode),
        ({"code": "a"}, WithCode),
        ({"challenge": "a", "new_password": "a"}, WithNewPassword),
        ({"new_password": "a"}, WithNewPassword),
    ],
)
def test_of_several_bodies_the_one_is_meant_whose_fields_are_there(body: dict[str, str], model: type[Model]) -> None:
    refused = refusal(WithPassword | WithCode | WithNewPassword, body)
    alone = refusal(model, body)
    assert (refused and refused.message) == (alone and alone.message)
