"""Makes parts of a page that was filled in: what the person wrote, or the button that they pressed, and their files."""

import hashlib
import json
import mimetypes

from chalicelib.channels.details import Beside, Detail, File, Press, as_stored
from chalicelib.channels.file_names import BYTES, safe_name
from chalicelib.channels.form.private_link import ACCOUNT, CHANNEL, address_of
from chalicelib.channels.letters import Letter
from chalicelib.channels.pages import Filled, SentFromPage
from chalicelib.channels.parts import InboundMessage, Part
from chalicelib.channels.shared import Reached
from chalicelib.core.addresses import Author


def read_filled(filled: Filled, place: str, now: int) -> Letter:
    """Return the parts and files of a page that was filled in at our time (s); `place` is where its files are laid."""
    return _Reading(filled, place, now).letter()


class _Reading:
    """One page. Its parts have the same ids when it is sent again unchanged, and others when something of it is
    another: then it is something new, and nothing of it is lost."""

    def __init__(self, filled: Filled, place: str, now: int) -> None:
        self._filled, self._now = filled, now
        self._author = Author(
            (address_of(filled.link),), name=filled.fields.get("full_name", ""), language_code=filled.language
        )
        said = [filled.text, filled.pressed, *sorted(filled.fields.items())]
        self._hashes = [hashlib.sha256(one.data).hexdigest() for one in filled.files]
        said += [(one.name, sha256) for one, sha256 in zip(filled.files, self._hashes, strict=True)]
        content = hashlib.sha256(json.dumps(said).encode()).hexdigest()
        self._id = hashlib.sha256(f"{filled.id}|{content}".encode()).hexdigest()
        self._place = f"{place}/{self._id}"

    def letter(self) -> Letter:
        filled, parts = self._filled, list[Part]()
        files = {f"{self._place}/{number}": one for number, one in enumerate(filled.files, 1)}
        if filled.pressed:
            parts.append(
                self._message("button", 0, (Press(payload=filled.pressed),), filled.text)._replace(pressed=True)
            )
        elif filled.text:
            parts.append(self._message("text", 0, (self._reached(),), filled.text))
        for number, (media_id, file) in enumerate(files.items(), 1):
            parts.append(self._file(number, media_id, file))
        return Letter(parts, {media_id: one.data for media_id, one in files.items()})

    def _reached(self) -> Reached:
        fields = self._filled.fields
        return Reached(
            organisation=fields.get("organisation", ""),
            given_mail=fields.get("email", ""),
            given_phone=fields.get("phone", ""),
        )

    def _file(self, number: int, media_id: str, file: SentFromPage) -> InboundMessage:
        declared = file.type if mimetypes.guess_extension(file.type) else BYTES
        known = File(
            media_id=media_id,
            mime=declared,
            sha256=self._hashes[number - 1],
            filename=safe_name(file.name, declared),
            size=len(file.data),
        )
        kind = "image" if declared.startswith("image/") else "document"
        album = (Beside(media_group_id=self._id),) if len(self._filled.files) > 1 else ()
        return self._message(kind, number, (known, *album))

    def _message(self, kind: str, order: int, details: tuple[Detail, ...], text: str = "") -> InboundMessage:
        """Return a part. Its time is ours, so a repetition is recognised by its id alone. A text has a subject that
        is empty: what a marking asks for then opens no ticket, as in a mail."""
        return InboundMessage(
            channel=CHANNEL,
            account=ACCOUNT,
            author=self._author,
            provider_id=f"{self._id}#{order}",
            sent_at=self._now,
            kind=kind,
            text=text,
            order=order,
            details=as_stored(*details),
            undated=True,
            topic="" if kind == "text" else None,
            agreed=self._filled.agreed,
            follows=self._filled.follows,
        )
