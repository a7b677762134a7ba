"""Folding is the same whatever order edits and reactions arrived in."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.tickets.apply_edits import apply_edits
from chalicelib.tickets.records import Message


def _in(number: int, kind: str = "text", *, text: str = "", about: str = "", arrived: int = 0) -> Message:
    return Message(
        f"m{number}",
        "in",
        kind,
        number * 1000,
        text=text,
        arrived_at=arrived,
        provider_hash=f"h{number}",
        target_hash=about,
    )


CHANGES = [
    _in(1, text="one"),
    _in(2, text="two"),
    _in(3, "edit", text="one, better", about="h1"),
    _in(4, "reaction", text="👍", about="h2"),
    _in(5, "edit", text="one, best", about="h1"),
    _in(6, "reaction", text="", about="h2"),
    _in(7, "reaction", text="🔥", about="h1"),
    _in(8, "revoke", about="h9"),
]


@given(st.permutations(CHANGES))
def test_the_order_of_arrival_does_not_matter(arrived: list[Message]) -> None:
    shown = apply_edits(arrived)
    assert [(one.id, one.text, one.reactions) for one in shown] == [
        ("m1", "one, best", ("🔥",)), ("m2", "two", ()), ("m8", "", ()),
    ]  # fmt: skip
    assert shown[0].history == ("one", "one, better") and shown[0].edited_at == 5000
    assert shown[2].direction == "event" and shown[2].kind == "revoke_unknown"


BESIDE = [
    _in(1, text="secret"),
    _in(2, "edit", text="secret, too", about="h1"),
    replace(_in(3, text="answer"), quote_hash="h1", details={"quote_text": "secret"}),
    _in(4, "revoke", about="h1"),
    _in(5, text="other"),
    _in(6, "reaction", text="🔥", about="h5"),
]


@given(st.permutations(BESIDE), st.sets(st.integers(0, 5)))
def test_which_ticket_it_lies_on_and_when_it_arrived_does_not_matter(
    arrived: list[Message], elsewhere: set[int]
) -> None:
    """What belongs to the other tickets is neither shown nor missing, and a deleted text is nowhere."""
    other = {f"m{number + 1}" for number in elsewhere}
    own, beside = [[one for one in arrived if (one.id in other) is wanted] for wanted in (False, True)]
    shown = {one.id: one for one in apply_edits(own, beside)}
    assert "secret" not in str(shown) and not shown.keys() & other
    assert {"m1", "m3", "m5"} - other <= shown.keys()
    if "m1" in shown:
        assert shown["m1"].deleted
    if "m3" in shown:
        quote = shown["m3"].quote
        assert quote and quote.gone and quote.id == "m1"
    if "m5" in shown:
        assert shown["m5"].reactions == ("🔥",)
    lines = {name: one.kind for name, one in shown.items() if one.direction == "event"}
    changes = {"m2": ("m1", "edit_elsewhere"), "m4": ("m1", "revoke_elsewhere"), "m6": ("m5", "reaction_elsewhere")}
    assert lines == {name: kind for name, (of, kind) in changes.items() if name not in other and of in other}


def test_an_edit_of_an_unknown_message_keeps_its_text() -> None:
    (shown,) = apply_edits([_in(1, "edit", text="new", about="elsewhere")])
    assert shown.direction == "in" and shown.text == "new" and shown.edited_at


def test_of_a_text_that_was_edited_very_often_the_last_versions_stay() -> None:
    edits = [_in(n, "edit", text=f"v{n}", about="h1") for n in range(2, 60)]
    (shown,) = apply_edits([_in(1, text="v1"), *edits])
    assert shown.text == "v59" and shown.history == tuple(f"v{n}" for n in range(39, 59))


def test_an_edit_that_cannot_be_opened_is_not_an_empty_text() -> None:
    edit = replace(_in(2, "edit", about="h1"), unreadable=True)
    (shown,) = apply_edits([_in(1, text="before"), edit])
    assert shown.unreadable and shown.history == ("before",)
    (mended,) = apply_edits([_in(1, text="before"), edit, _in(3, "edit", text="after", about="h1")])
    assert not mended.unreadable and mended.text == "after"


def test_an_edit_that_edits_nothing_leaves_no_trace() -> None:
    same = [replace(_in(n, "edit", text="one", about="h1"), details={"new_kind": "text"}) for n in range(2, 7)]
    (shown,) = apply_edits([_in(1, text="one"), *same])
    assert (shown.text, shown.history, shown.edited_at) == ("one", (), 0)
    (shown,) = apply_edits([_in(1, text="one"), *same, _in(9, "edit", text="two", about="h1"), *same[:1]])
    assert (shown.text, shown.history) == ("two", ("one",))


def test_a_live_location_is_shown_where_it_is_and_was_edited_by_nobody() -> None:
    start = replace(_in(1, "location", text="43, 76"), details={"latitude": 43, "longitude": 76, "live": True})
    there = {"new_kind": "location", "latitude": 43.5, "longitude": 76.5}
    moved = replace(_in(2, "edit", text="43.5, 76.5", about="h1"), details={**there, "live": True})
    (shown,) = apply_edits([start, moved])
    assert (shown.kind, shown.text, shown.history, shown.edited_at) == ("location", "43.5, 76.5", (), 0)
    assert shown.details == {"latitude": 43.5, "longitude": 76.5, "live": True}
    (ended,) = apply_edits([start, replace(moved, details=there)])
    assert "live" not in ended.details and ended.details["latitude"] == 43.5


def test_a_quote_shows_what_the_provider_says_of_a_message_that_the_desk_does_not_hold() -> None:
    (other_chat,) = apply_edits([replace(_in(1, text="мынау"), details={"quote_text": "басқа чаттан"})])
    assert other_chat.quote and (other_chat.quote.id, other_chat.quote.text) == ("", "басқа чаттан")
    answer = replace(_in(2, text="иә"), quote_hash="nowhere", details={"quoted_text": "бұрынғы сөз"})
    (shown,) = apply_edits([answer])
    assert shown.quote and shown.quote.text == "бұрынғы сөз"
    (gone,) = apply_edits([replace(answer, quote_gone=True)])
    assert gone.quote and gone.quote.text == "" and "quoted_text" not in gone.details
