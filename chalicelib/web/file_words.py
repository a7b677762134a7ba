"""What files a channel carries, in the reader's words."""

from collections.abc import Callable

from chalicelib.attachments.uploads import MOST_FILES
from chalicelib.channels import registry
from chalicelib.core.texts import desk_msg

_SHORT = {
    "image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "video/mp4": "MP4", "video/3gpp": "3GP",
    "audio/aac": "AAC", "audio/amr": "AMR", "audio/mpeg": "MP3", "audio/mp4": "M4A", "audio/ogg": "OGG",
    "application/pdf": "PDF", "text/plain": "TXT", "application/msword": "DOC", "application/vnd.ms-excel": "XLS",
    "application/vnd.ms-powerpoint": "PPT",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PPTX",
}  # fmt: skip
"""Types of files as people call them."""
_UP_TO = desk_msg("{types} up to {size} MB")
_ANY = desk_msg("any other file")
_MOST = desk_msg("{number} files at most")


def limits(channel: str, say: Callable[[str], str]) -> str:
    """Return which files the channel carries and how large they may be, "" for one that carries none."""
    declared = registry.channel(channel)
    if "file" not in declared.sends:
        return ""
    found = [
        say(_UP_TO).format(
            types=", ".join(say(_ANY) if one == "*/*" else _SHORT.get(one, one) for one in limit.types),
            size=limit.size // 2**20,
        )
        for limit in declared.files
    ]
    return "; ".join([*found, say(_MOST).format(number=MOST_FILES)])


def accepted(channel: str) -> str:
    """Return the types that a browser offers to choose from, as the attribute `accept` names them; "" for all."""
    types = [one for limit in registry.channel(channel).files for one in limit.types]
    return "" if "*/*" in types else ",".join(types)
