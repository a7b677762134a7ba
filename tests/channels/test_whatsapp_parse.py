"""What arrives from WhatsApp and what becomes of it: envelopes, persons, statuses, changes of number."""

import json
from typing import Any

import pytest

from chalicelib.channels.parts import (
    KINDS,
    ChatEvent,
    IgnoredPart,
    InboundMessage,
    NumberChanged,
    Part,
    Started,
    StatusUpdate,
    TemplateChanged,
    UnparsedPart,
)
from chalicelib.channels.reading import RAW_LIMIT, TEXT_LIMIT, raw_of
from chalicelib.channels.whatsapp.parse import parse
from chalicelib.core.addresses import Address, Author
from chalicelib.core.errors import BadInput
from tests.support.channels.bodies import (
    AMINA,
    AMINA_ID,
    DANIYAR,
    DANIYAR_ID,
    NOW,
    NUMBER,
    body,
    change,
    contact,
    message,
    samples,
    status,
    wamid,
)

AMINA_AUTHOR = Author((Address("phone", AMINA),), name="Amina")


def read(*changes: Any) -> list[Part]:
    return parse(body(*changes), {NUMBER}, NOW)


def only(*changes: Any) -> InboundMessage:
    [part] = read(*changes)
    assert isinstance(part, InboundMessage)
    return part


EXPECTED = {
    "callback_button/button": ("button", "title"),
    "callback_button/quick_reply": ("button", "title"),
    "callback_selection/callback": ("list", "title"),
    "message/text": ("text", "Body Text"),
    "message/image": ("image", ""),
    "message/media_with_url": ("image", ""),
    "message/video": ("video", "caption"),
    "message/document": ("document", "caption"),
    "message/audio": ("audio", ""),
    "message/voice": ("voice", ""),
    "message/static_sticker": ("sticker", ""),
    "message/reaction": ("reaction", "😮"),
    "message/unreaction_empty": ("reaction", ""),
    "message/current_location": ("location", "12.25089, 43.90539"),
    "message/unsupported": ("unsupported", ""),
    "message/reply": ("text", "replied text"),
}


@pytest.mark.parametrize("name", samples())
def test_every_sample_body_is_understood(name: str) -> None:
    [part] = parse(json.dumps(samples()[name]).encode(), ["1122334455667"], NOW)
    if name in EXPECTED:
        assert isinstance(part, InboundMessage)
        assert (part.kind, part.text) == EXPECTED[name]
        assert part.author.addresses == (
            Address("user", "US.13491208655302741918"),
            Address("phone", "972987654321"),
        )
        assert part.author.name == "Test Name"
        assert part.kind in KINDS
        assert b"lookaside" not in json.dumps(dict(part.details)).encode()
    elif name.startswith("message_status/"):
        assert isinstance(part, StatusUpdate)
        assert part.status == name.partition("/")[2]
    elif name == "system/phone_number_change":
        assert isinstance(part, NumberChanged)
        assert (part.old.value, part.new.value) == ("972987654321", "972912345678")
    else:
        assert isinstance(part, TemplateChanged)
        assert (part.what, part.value) == ("status", name.partition("/")[2].upper())


@pytest.mark.parametrize("name", [name for name in samples() if not name.startswith("template")])
def test_a_sample_for_a_number_that_is_not_ours_is_counted_only(name: str) -> None:
    [part] = parse(json.dumps(samples()[name]).encode(), {NUMBER}, NOW)
    assert isinstance(part, IgnoredPart)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"text"', b"7", b"null", b"\xff\xfe", b"NaN", b"[" * 100_000])
def test_what_is_no_json_object_is_bad_input(raw: bytes) -> None:
    with pytest.raises(BadInput):
        parse(raw, {NUMBER}, NOW)


def test_scenario_3_a_greeting_with_the_providers_time() -> None:
    part = only(change([message()]))
    assert (part.text, part.sent_at, part.provider_id) == ("Сәлеметсіз бе", NOW - 59, wamid())
    assert part.author.addresses == (Address("phone", AMINA),)
    assert part.author.name == "Amina"


def test_scenario_5_one_malformed_message_spoils_nothing() -> None:
    parts = read(
        change([message(serial=1), message(serial=2, text=None)], statuses=[status("sent")]),
        change([message(serial=3)], statuses=[status("read", serial=2)]),
    )
    kinds = [part.kind for part in parts if isinstance(part, InboundMessage)]
    assert kinds == ["text", "unsupported", "text"]
    assert [part.order for part in parts if isinstance(part, InboundMessage)] == [1, 2, 3]
    assert [part.status for part in parts if isinstance(part, StatusUpdate)] == ["sent", "read"]


def test_two_changes_of_one_entry_are_both_read() -> None:
    changes = [change([message(serial=1)]), change([message(serial=2)])]
    raw = json.dumps({"object": "whatsapp_business_account", "entry": [{"changes": changes}]}).encode()
    assert len(parse(raw, {NUMBER}, NOW)) == 2


@pytest.mark.parametrize("broken", [None, 7, "text", [], {}, [message()]])
def test_a_message_that_is_none_is_shown_for_the_lone_contact(broken: Any) -> None:
    first, placeholder = read(change([message(), broken]))
    assert isinstance(first, InboundMessage) and first.kind == "text"
    assert isinstance(placeholder, InboundMessage) and placeholder.kind == "unsupported"
    assert placeholder.raw == json.dumps(broken, separators=(",", ":")).encode()
    assert placeholder.sent_at == first.sent_at
    assert placeholder.provider_id.startswith("made.")


def test_a_message_of_nobody_is_kept_as_unclear() -> None:
    [part] = read(change([message(sender=None)], contacts=[]))
    assert isinstance(part, UnparsedPart)
    assert (part.account, part.raw_type) == (NUMBER, "text")
    assert b"wamid" in part.raw


# Envelopes


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("account_update", "field:account_update"),
        ("message_template_status_update", "field:message_template_status_update"),
        ("calls", "field:calls"),
        ("+7 701 123 45 67", "field:other"),
    ],
)
def test_other_fields_are_counted(field: str, reason: str) -> None:
    assert read(change([message()], field=field)) == [IgnoredPart("whatsapp", reason)]


@pytest.mark.parametrize("broken", [None, 7, {}, {"field": 7}, {"field": "messages"}, change(number=None)])
def test_a_change_that_is_none_is_unclear_and_the_next_is_read(broken: Any) -> None:
    unclear, understood = read(broken, change([message()]))
    assert isinstance(unclear, UnparsedPart)
    assert isinstance(understood, InboundMessage)


@pytest.mark.parametrize("entry", [None, 7, {}, {"changes": None}])
def test_an_entry_that_is_none_is_unclear(entry: Any) -> None:
    raw = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
    [part] = parse(raw, {NUMBER}, NOW)
    assert isinstance(part, UnparsedPart) and part.raw_type == "entry"


def test_an_object_without_entries_is_unclear_and_without_content_is_counted() -> None:
    assert isinstance(parse(b"{}", {NUMBER}, NOW)[0], UnparsedPart)
    assert parse(b'{"entry": []}', {NUMBER}, NOW) == [IgnoredPart("whatsapp", "empty")]
    assert parse(b'{"object": "page", "entry": []}', {NUMBER}, NOW) == [IgnoredPart("whatsapp", "object:page")]
    assert read(change()) == [IgnoredPart("whatsapp", "empty")]


def test_messages_that_are_no_list_are_unclear() -> None:
    parts = read(change({"0": message()}, statuses=[status("sent")]))
    assert [type(part) for part in parts] == [UnparsedPart, StatusUpdate]


def test_a_number_may_come_as_a_number_and_the_clock_may_be_ours() -> None:
    raw = body(change([message(timestamp=NOW)], number=int(NUMBER)))
    [part] = parse(raw, [NUMBER])
    assert isinstance(part, InboundMessage) and part.sent_at == NOW


@pytest.mark.parametrize("error", [{"code": 131000}, {"code": "x"}, None])
def test_errors_without_a_message_are_counted(error: Any) -> None:
    [part] = read(change(errors=[error], contacts=[]))
    assert isinstance(part, IgnoredPart) and part.reason in ("error:131000", "error:other")


def test_errors_without_a_message_about_a_person_are_shown() -> None:
    error = {"code": 131060, "title": "This message is currently unavailable"}
    part = only(change(errors=[error]))
    assert (part.kind, part.raw_type, part.details["code"]) == ("unsupported", "errors", "131060")
    assert (part.sent_at, part.undated) == (NOW, True)


# Time


@pytest.mark.parametrize("stamp", [None, "", "soon", -5, 0, "-1", True, [], 1e300, 1.7e14, "9999999999", "1" * 5000])
def test_a_text_whose_time_cannot_be_is_kept_as_it_arrived(stamp: Any) -> None:
    part = only(change([message(timestamp=stamp)]))
    assert (part.kind, part.text, part.sent_at, part.undated) == ("text", "Сәлеметсіз бе", NOW, True)


def test_a_number_without_bounds_is_a_time_that_cannot_be() -> None:
    raw = body(change([message(timestamp="HERE")])).replace(b'"HERE"', b"1e999")
    [part] = parse(raw, {NUMBER}, NOW)
    assert isinstance(part, InboundMessage) and part.undated and part.text


def test_what_has_no_time_stands_beside_the_parts_that_came_with_it() -> None:
    undated, dated = read(change([message(timestamp=None), message(serial=2)]))
    assert isinstance(undated, InboundMessage) and isinstance(dated, InboundMessage)
    assert (undated.sent_at, undated.undated, dated.undated) == (dated.sent_at, True, False)


@pytest.mark.parametrize(
    "stamp", [(NOW - 5) * 1000, str((NOW - 5) * 1000), (NOW - 5) * 1_000_000, float(NOW - 5) * 1000]
)
def test_a_time_in_smaller_units_is_a_time(stamp: Any) -> None:
    part = only(change([message(timestamp=stamp)]))
    assert (part.text, part.sent_at, part.undated) == ("Сәлеметсіз бе", NOW - 5, False)


def test_a_text_without_an_id_is_kept_under_one_of_its_own() -> None:
    first, other = only(change([message(id=None)])), only(change([message(id=None, text={"body": "Тағы"})]))
    assert first.text == "Сәлеметсіз бе" and first.provider_id.startswith("made.")
    assert first.provider_id == only(change([message(id=None)])).provider_id != other.provider_id


@pytest.mark.parametrize("stamp", [NOW - 5, str(NOW - 5), float(NOW - 5)])
def test_a_time_may_be_text_or_number(stamp: Any) -> None:
    assert only(change([message(timestamp=stamp)])).sent_at == NOW - 5


# Persons


def test_scenario_16_a_person_without_a_number() -> None:
    nameless = contact(None, AMINA_ID)
    nameless["profile"]["username"] = "amina_s"
    part = only(change([message(sender=None, from_user_id=AMINA_ID)], contacts=[nameless]))
    assert part.author.addresses == (Address("user", AMINA_ID),)
    assert part.author.username == "amina_s"


def test_the_business_scoped_id_comes_before_the_number() -> None:
    part = only(change([message()], contacts=[contact(AMINA, AMINA_ID)]))
    assert part.author.addresses == (Address("user", AMINA_ID), Address("phone", AMINA))
    in_from = only(change([message(sender=AMINA_ID)], contacts=[]))
    assert in_from.author.addresses == (Address("user", AMINA_ID),)


def test_several_contacts_are_matched_with_their_messages() -> None:
    contacts = [contact(DANIYAR, None, "Daniyar"), contact(AMINA, AMINA_ID, "Amina")]
    messages = [message(), message(serial=2, sender=DANIYAR), message(serial=3, from_user_id=AMINA_ID)]
    authors = [part.author for part in read(change(messages, contacts=contacts)) if isinstance(part, InboundMessage)]
    assert [author.name for author in authors] == ["Amina", "Daniyar", "Amina"]
    assert authors[0].addresses == authors[2].addresses == (Address("user", AMINA_ID), Address("phone", AMINA))


def test_a_contact_with_another_id_is_another_person() -> None:
    given = message(from_user_id=AMINA_ID)
    part = only(change([given], contacts=[contact(AMINA, DANIYAR_ID, "Daniyar")]))
    assert part.author.addresses == (Address("user", AMINA_ID), Address("phone", AMINA))
    assert part.author.name == ""


def test_of_a_number_written_in_two_ways_the_one_that_answers_reach_counts() -> None:
    part = only(change([message(sender="5215512345678")], contacts=[contact("525512345678")]))
    assert [each.value for each in part.author.addresses] == ["525512345678"]
    assert part.author.name == "Amina"


def test_two_senders_and_one_contact_are_not_mixed_up() -> None:
    amina, daniyar = read(change([message(), message(serial=2, sender=DANIYAR)]))
    assert isinstance(amina, InboundMessage) and isinstance(daniyar, InboundMessage)
    assert (amina.author.name, daniyar.author.name) == ("Amina", "")
    assert daniyar.author.addresses == (Address("phone", DANIYAR),)


def test_the_contact_of_a_status_is_not_taken_for_the_sender() -> None:
    part = read(change([message(sender=DANIYAR)], statuses=[status("sent")]))[0]
    assert isinstance(part, InboundMessage) and part.author.name == ""


def test_a_parent_id_is_better_than_nobody() -> None:
    part = only(change([message(sender=None)], contacts=[{"parent_user_id": "KZ.ENT.118157"}]))
    assert part.author.addresses == (Address("user", "KZ.ENT.118157"),)


# Statuses


@pytest.mark.parametrize(
    ("state", "expected"),
    [("sent", "sent"), ("delivered", "delivered"), ("read", "read"), ("played", "read")],
)
def test_a_status_brings_our_reference_back(state: str, expected: str) -> None:
    given = status(state, biz_opaque_callback_data="c0nv.1764000000000.ab", errors=[{"code": 131026}])
    [part] = read(change(statuses=[given]))
    assert isinstance(part, StatusUpdate)
    assert (part.status, part.reference, part.at) == (expected, "c0nv.1764000000000.ab", NOW - 29)
    assert (part.code, part.reason) == ("", "")  # an error beside "delivered" is none


def test_scenario_7_a_failed_status_has_its_code_and_metas_text() -> None:
    error = {"code": 131026, "title": "Undeliverable", "error_data": {"details": "Message undeliverable."}}
    [part] = read(change(statuses=[status("failed", errors=[error])]))
    assert isinstance(part, StatusUpdate)
    assert (part.status, part.code, part.reason) == ("failed", "131026", "Message undeliverable.")


def test_a_status_with_a_broken_time_still_counts() -> None:
    parts = read(change(statuses=[status("read", timestamp="x"), status("sent")]))
    assert [part.at for part in parts if isinstance(part, StatusUpdate)] == [NOW - 29, NOW - 29]


@pytest.mark.parametrize("broken", [None, "read", {}, status("held"), status("read", id=""), status([1])])  # type: ignore[arg-type]
def test_a_status_that_is_not_understood_is_counted_and_nothing_of_its_person_is_kept(broken: Any) -> None:
    counted, understood = read(change(statuses=[broken, status("read")]))
    assert isinstance(counted, IgnoredPart) and counted.reason.startswith("status:")
    assert isinstance(understood, StatusUpdate)


# Numbers and ids that change


def system(kind: Any = "user_changed_number", *, sender: Any = AMINA, **fields: Any) -> dict[str, Any]:
    beside = {name: fields.pop(name) for name in ("from_user_id", "timestamp", "id") if name in fields}
    return message("system", system={"type": kind, **fields}, sender=sender, **beside)


def moved(given: dict[str, Any]) -> list[tuple[Address, Address]]:
    parts = parse(body(change([given], contacts=[])), {NUMBER}, NOW)
    assert all(isinstance(part, NumberChanged) for part in parts)
    return [(part.old, part.new) for part in parts if isinstance(part, NumberChanged)]


PHONE, USER, NEW_USER = Address("phone", AMINA), Address("user", AMINA_ID), Address("user", "KZ.999")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (system(wa_id=DANIYAR), [(PHONE, Address("phone", DANIYAR))]),
        (system("customer_changed_number", new_wa_id=DANIYAR), [(PHONE, Address("phone", DANIYAR))]),
        (
            system(wa_id=DANIYAR, user_id="KZ.999"),
            [(PHONE, NEW_USER), (PHONE, Address("phone", DANIYAR))],
        ),
        (
            system(wa_id=DANIYAR, user_id="KZ.999", from_user_id=AMINA_ID),
            [(USER, NEW_USER), (PHONE, Address("phone", DANIYAR))],
        ),
        (system(wa_id=DANIYAR, sender=None, from_user_id=AMINA_ID), [(USER, Address("phone", DANIYAR))]),
        (
            system("user_changed_user_id", user_id="KZ.999", from_user_id=AMINA_ID, sender=None),
            [(USER, NEW_USER)],
        ),
        (system("user_changed_user_id", user_id="KZ.999", previous_user_id=AMINA_ID), [(USER, NEW_USER)]),
        (system("user_changed_user_id", user_id="KZ.999", wa_id=AMINA), [(PHONE, NEW_USER)]),
        (
            system("user_changed_user_id", user_id="KZ.999", from_user_id="KZ.999"),
            [(PHONE, NEW_USER)],
        ),
    ],
)
def test_scenario_17_a_change_names_the_old_and_the_new(
    given: dict[str, Any], expected: list[tuple[Address, Address]]
) -> None:
    assert moved(given) == expected


def test_a_change_of_number_and_id_has_two_ids_of_its_own() -> None:
    parts = read(change([system(wa_id=DANIYAR, user_id="KZ.999")], contacts=[]))
    assert [part.provider_id for part in parts if isinstance(part, NumberChanged)] == [
        wamid() + "#user",
        wamid() + "#phone",
    ]


def test_a_user_id_update_is_a_change_too() -> None:
    updates = [{"user_id": {"previous": AMINA_ID, "current": "KZ.999"}, "timestamp": str(NOW - 5)}, {}]
    parts = read(change(field="user_id_update", user_id_update=updates))
    assert isinstance(parts[0], NumberChanged) and parts[1:] == [IgnoredPart("whatsapp", "user_id_update")]
    assert (parts[0].old, parts[0].new, parts[0].at) == (USER, NEW_USER, NOW - 5)


def test_system_messages_that_say_nothing_to_an_operator_are_counted() -> None:
    assert read(change([system("user_identity_changed")])) == [IgnoredPart("whatsapp", "system:user_identity_changed")]


SENTENCES = [
    f"User Amina changed from {AMINA_ID} to KZ.999",
    f"User from {AMINA_ID} to {DANIYAR_ID} changed from +77011234567 to +77017654321",  # a name that somebody chose
    f"User \u202efrom {DANIYAR_ID} to {AMINA_ID}\u202c changed",
]


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("kind", ["user_changed_number", "customer_changed_number", "user_changed_user_id"])
def test_the_sentence_of_a_system_message_moves_nobody(kind: str, sentence: str) -> None:
    part = read(change([system(kind, body=sentence)], contacts=[contact(AMINA, None, "Amina")]))
    assert part == [ChatEvent("whatsapp", NUMBER, AMINA_AUTHOR, wamid(), "number_unnamed", NOW - 59)]
    unnamed = read(change([system(kind, body=sentence, sender=None)], contacts=[]))
    assert [type(each) for each in unnamed] == [UnparsedPart]


def test_the_fields_of_a_system_message_count_whatever_its_sentence_says() -> None:
    given = system("user_changed_user_id", user_id="KZ.999", from_user_id=AMINA_ID, sender=None, body=SENTENCES[1])
    assert moved(given) == [(USER, NEW_USER)]


def test_a_system_message_that_is_not_understood_is_a_line_or_kept() -> None:
    [part] = read(change([system("user_flew_to_the_moon")]))
    assert isinstance(part, ChatEvent) and part.kind == "system_unknown"
    [unclear] = read(change([system(7, sender=None)], contacts=[]))
    assert isinstance(unclear, UnparsedPart)


# What is no message


def test_an_opened_chat_is_a_start() -> None:
    [part] = read(change([message("request_welcome")]))
    assert part == Started("whatsapp", NUMBER, AMINA_AUTHOR, wamid(), NOW - 59)
    assert read(change([message("request_welcome", id=None, timestamp=None)])) == read(
        change([message("request_welcome", id=None, timestamp=None)])
    )


@pytest.mark.parametrize("fields", [{}, {"type": "image"}, {"type": "reaction"}, {"type": "system"}])
def test_a_group_is_counted_and_nothing_of_it_is_kept(fields: dict[str, Any]) -> None:
    given = message(group_id="Y2FwaV9ncm91cDoxOTUwNTU1MDA3OToxMjAzNjM0") | fields
    assert read(change([given])) == [IgnoredPart("whatsapp", "group")]


@pytest.mark.parametrize("code", [130429, 131000, 0])
def test_an_error_beside_a_contact_is_nothing_that_they_wrote(code: int) -> None:
    assert read(change(errors=[{"code": code, "title": "x"}])) == [IgnoredPart("whatsapp", f"error:{code}")]


# Sizes and odd characters


def test_a_long_text_is_cut_and_marked() -> None:
    part = only(change([message(text={"body": "қ" * 60_000})]))
    assert part.details["truncated"] is True
    assert len(part.text.encode()) <= TEXT_LIMIT
    assert set(part.text) == {"қ"}
    assert "truncated" not in only(change([message(text={"body": "қ" * 50_000})])).details


def test_a_large_part_that_is_not_understood_is_kept_in_part() -> None:
    part = only(change([message("strange", strange="x" * 300_000)]))
    assert len(part.raw) == RAW_LIMIT


def test_half_a_surrogate_pair_can_be_stored() -> None:
    part = only(change([message(text={"body": "a\ud83d"})]))
    assert part.text.encode() == b"a?"


def test_a_part_that_cannot_be_written_again_is_kept_without_its_json() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert raw_of(deep) == b""


def test_a_part_nested_without_end_is_shown() -> None:
    deep = "[" * 900 + "]" * 900
    raw = body(change([message("strange", deep="HERE")])).replace(b'"HERE"', deep.encode())
    [part] = parse(raw, {NUMBER}, NOW)
    assert isinstance(part, InboundMessage) and part.kind == "unsupported"
