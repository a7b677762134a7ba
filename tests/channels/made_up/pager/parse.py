"""Parses what a pager sends: a text, a file or a pressed button."""

from chalicelib.channels.details import File, Press, as_stored
from chalicelib.channels.parts import InboundMessage, Part, UnparsedPart
from chalicelib.channels.reading import as_dict, ident, load_object, made_id, moment, raw_of, text
from chalicelib.core.addresses import Address, Author


def parse(body: bytes, account: str, now: int) -> Part:
    """Return the part of an authentic body. Raises BadInput when it is no JSON object."""
    given = load_object(body)
    number, sent_at = ident(given.get("from")), moment(given.get("at"), now)
    if not number:
        return UnparsedPart("pager", account, "nobody", raw_of(given))
    file, press = as_dict(given.get("file")), as_dict(given.get("press"))
    kind = "document" if file else "button" if press else "text" if given.get("text") else "unsupported"
    sent = File(ident(file.get("id")), filename=text(file.get("name")))
    return InboundMessage(
        channel="pager",
        account=account,
        author=Author((Address("capcode", number),), name=text(given.get("name"))),
        provider_id=ident(given.get("id")) or made_id(given, number),
        sent_at=sent_at or now,
        kind=kind,
        text=text(given.get("text") or press.get("title"), 5000),
        details=as_stored(sent, Press(text(press.get("id")))),
        raw=raw_of(given) if kind == "unsupported" else b"",
        raw_type="none" if kind == "unsupported" else "",
        undated=sent_at is None,
    )
