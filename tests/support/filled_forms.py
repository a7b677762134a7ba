"""What a browser without scripts sends of a form, and what it reads of a page."""

import re
import secrets
from collections.abc import Mapping, Sequence
from html import unescape

TEXT = "Сәлеметсіз бе! Терминал чек шығармайды."
FILLED = {"full_name": "Гүлнұр Әбдірахманқызы", "email": "gulnur@example.kz", "phone": "+7 701 555 44 33", "text": TEXT}
PDF = ("files", "чек.pdf", "application/pdf", b"%PDF-1.4 receipt")
File = tuple[str, str, str, bytes]


def multipart(fields: Mapping[str, str], files: Sequence[File] = ()) -> tuple[dict[str, str], bytes]:
    """Headers and body of a form with files."""
    boundary = f"----{secrets.token_hex(12)}"
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    for name, filename, kind, data in files:
        head = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"\r\nContent-Type: {kind}\r\n\r\n'
        parts.append(head.encode() + data)
    body = b"".join(f"--{boundary}\r\n".encode() + one + b"\r\n" for one in parts) + f"--{boundary}--\r\n".encode()
    return {"Content-Type": f"multipart/form-data; boundary={boundary}"}, body


def hidden(page: str, name: str = "page") -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return unescape(found[1])


def buttons(page: str) -> dict[str, str]:
    """Ids of the buttons on a page behind a private link, by their titles."""
    found = re.findall(r'name="press" value="([^"]*)"><input type="hidden" name="title" value="([^"]*)"', page)
    return {unescape(title): unescape(press) for press, title in found}
