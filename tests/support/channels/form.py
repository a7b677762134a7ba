"""What Gulnur sends by the form, with a file."""

from chalicelib.channels.form.private_link import address_of
from chalicelib.channels.form.read_filled import read_filled
from chalicelib.channels.pages import Filled, SentFromPage
from chalicelib.channels.parts import InboundMessage

LINK = "құпия-сілтеме".ljust(43, "x")
ANSWER = "нысанға жауап Гүлнұр"
GIVEN = {
    "full_name": "Гүлнұр Нысан",
    "organisation": "ЖШС Құпия",
    "email": "gulnur@secret.kz",
    "phone": "+77770005544",
}
CANARIES = [*GIVEN.values(), LINK, address_of(LINK).value, ANSWER, "нысандағы құпия", "құпия-чек"]
"""What nobody may find of her."""


def parts(now: int) -> tuple[InboundMessage, InboundMessage]:
    """Return her text, to which she has consented, and her file, at this time (s)."""
    files = [SentFromPage("құпия-чек.pdf", "application/pdf", b"%PDF")]
    filled = Filled("1" * 32, LINK, "нысандағы құпия сұрақ", "kk", GIVEN, files, agreed="Келісемін")
    said, file = read_filled(filled, "mail/files/1", now).parts
    assert isinstance(said, InboundMessage) and isinstance(file, InboundMessage)
    return said, file
