"""Files that the phones send by themselves. All are of our own making: drawn and played by a browser from a few lines
of script, the document written here."""

from pathlib import Path
from typing import NamedTuple

from local.phones.errors import Refused
from local.phones.store import Channel, Store, StoredFile

_FOLDER = Path(__file__).with_name("media")
ALBUM = "album"


class Kind(NamedTuple):
    """A kind of message with a file: its label, what each channel calls it ("" where it has none), and our own file."""

    label: str
    whatsapp: str
    telegram: str
    name: str
    type: str


KINDS = {
    "picture": Kind("Picture", "image", "photo", "receipt.png", "image/png"),
    ALBUM: Kind("Three pictures", "image", "photo", "", ""),
    "voice": Kind("Voice message", "audio", "voice", "voice.ogg", "audio/ogg; codecs=opus"),
    "video": Kind("Video", "video", "video", "lamp.mp4", "video/mp4"),
    "video_note": Kind("Video message", "", "video_note", "round.mp4", "video/mp4"),
    "animation": Kind("Animation", "video", "animation", "spin.mp4", "video/mp4"),
    "sticker": Kind("Sticker", "sticker", "sticker", "thanks.webp", "image/webp"),
    "document": Kind("Document", "document", "document", "sample.pdf", "application/pdf"),
    "audio": Kind("Music", "audio", "audio", "melody.m4a", "audio/mp4"),
}
_IN_ALBUM = ("box-front.jpg", "box-side.jpg", "box-label.jpg")


def kind_of(name: str, channel: Channel) -> str:
    """Return what the channel calls a kind, "" for no kind. Raises Refused."""
    called = {key: kind for key, one in KINDS.items() if (kind := getattr(one, channel))}
    if name and name not in called:
        raise Refused(f"kind must be one of {', '.join(called)}.")
    return str(called.get(name, ""))


def own_file(store: Store, name: str, until: float = float("inf")) -> StoredFile | None:
    """Return our own file of a kind, which the provider forgets at `until` (epoch seconds); None for no kind."""
    if not name:
        return None
    kind = KINDS[name]
    return store.add_file(kind.name, kind.type, content(name), until=until)


def own_album(store: Store, until: float = float("inf")) -> list[StoredFile]:
    """Return our own three pictures."""
    return [store.add_file(name, "image/jpeg", picture(name), until=until) for name in _IN_ALBUM]


def picture(name: str) -> bytes:
    """Return one of our own pictures by its file's name."""
    return (_FOLDER / name).read_bytes()


def content(name: str) -> bytes:
    """Return the bytes of our own file of a kind."""
    kind = KINDS[name]
    return pdf("A sample document of the local run") if name == "document" else (_FOLDER / kind.name).read_bytes()


def pdf(title: str) -> bytes:
    """Return a PDF of one page with a title of ASCII letters."""
    safe = "".join(sign if sign.isascii() and sign not in "()\\" else "?" for sign in title)
    text = f"BT /F1 18 Tf 60 760 Td ({safe}) Tj ET"
    parts = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    made, places = "%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{part}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 6\n0000000000 65535 f \n{table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{len(made)}\n%%EOF\n"
    return (made + end).encode("ascii")
