"""Finds numbers of identity documents in what staff write: the law forbids copies of them (94-V art. 7(10)). Pure."""

import re

from chalicelib.core.errors import BadInput

_NUMBER = re.compile(
    r"(?<!\d)(?:\d[\s\-‐-―]{0,3}){11}\d(?!\d)"  # an IIN, with or without separators
    r"|(?<!\w)[A-ZА-Я]{1,2}[ .]?№?[ .]?\d{6,9}(?!\d)"  # a passport's, with its letters
    r"|(?<!\w)n ?\d{8}(?!\d)"  # the same in a small letter
    r"|(?<!\d)\d{9}(?!\d)"  # an identity card's
    r"|(?:[Пп]аспорт|[Уу]достоверени|[Кк]уәл|[Тт]өлқұжат|[Pp]assport|\bID\b)\D{0,15}\d{5}"  # a named one's
)

_NAMED = re.compile(
    r"паспорт|удостоверени|уд\. ?личност|куәл|төлқұжат|passport|\bidentity|\bID\b|\b(?:ИИН|ЖСН|IIN)\b", re.IGNORECASE
)
_LONG = re.compile(r"\d(?:[\s\-‐-―./]?\d){6}")
"""Seven digits however they are parted: beside a document's name they are its number. A ticket's has six."""
_NO_NUMBER = re.compile(
    r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}\.\d{1,2}\.\d{2,4}\b"  # dates
    r"|(?:\+|\b)[78][\s\-(]{0,2}\d{3}[\s\-)]{0,2}\d{3}[\s\-]?\d{2}[\s\-]?\d{2}\b"  # phones
)


def names_document(text: str) -> bool:
    """Whether a text holds what looks like the number of a document. Dates and phone numbers do not count."""
    if _NUMBER.search(text):
        return True
    return _NAMED.search(text) is not None and _LONG.search(_NO_NUMBER.sub("|", text)) is not None


def refuse_documents(text: str) -> None:
    """Raise BadInput with the code `document` for a text that holds the number of a document."""
    if names_document(text):
        raise BadInput(
            "Do not write down numbers of documents: copies are forbidden (94-V art. 7(10)). Say what you saw.",
            code="document",
        )
