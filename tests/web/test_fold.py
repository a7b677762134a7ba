"""Folding is the same whatever order edits and reactions arrived in."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.desk import Message
from chalicelib.domain.fold import fold


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
    shown = fold(arrived)
    assert [(one.id, one.text, one.reactions) for one in shown] == [
        ("m1", "one, best", ("🔥",)), ("m2", "two", ()), ("m8", "", ()),
    ]  # fmt: skip
    assert shown[0].history == ("one", "one, better") and shown[0].edited_at == 5000
    assert shown[2].direction == "event" and shown[2].kind == "revoke_unknown"


def test_an_edit_of_an_unknown_message_keeps_its_text() -> None:
    (shown,) = fold([_in(1, "edit", text="new", about="elsewhere")])
    assert shown.direction == "in" and shown.text == "new" and shown.edited_at
