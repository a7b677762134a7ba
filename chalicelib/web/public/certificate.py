"""The public page on which anybody checks a certificate by its number and secret. It asks for no name and stores
nothing."""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from chalice.app import Response

from chalicelib.certificates.check import CheckCertificate
from chalicelib.certificates.model import Certificate, Entry
from chalicelib.core.errors import BadInput, NotFound
from chalicelib.core.languages import LANGUAGES
from chalicelib.core.settings import settings
from chalicelib.core.texts import LANGUAGE_NAMES, desk_text
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile
from chalicelib.web.http.responses import SECURITY_HEADERS, html_response
from chalicelib.web.public.certificate_words import in_groups, plain, present_certificate
from chalicelib.web.public.policy import environment, reader_language

MOST = 4_096
"""Largest posted form in bytes: it has short fields only."""
_ID = re.compile("[0-9a-z]{20}")
_FIELDS = {"id", "secret", "as"}


def form_page(query: Mapping[str, str], accept_language: str) -> Response:
    """Answer GET /certificates: the form, filled with the number that the address names, if any."""
    profile = load_profile(settings().operator)
    language = reader_language(profile, query.get("lang", ""), accept_language)
    number = query.get("id", "")
    return _page(profile, language, number if _ID.fullmatch(plain(number)) else "")


def check_page(body: bytes, query: Mapping[str, str], accept_language: str, checker: CheckCertificate) -> Response:
    """Answer POST /certificates: the certificate as a page, or as a JSON file to keep. Raises BadInput."""
    form = _form(body)
    profile = load_profile(settings().operator)
    language = reader_language(profile, query.get("lang", ""), accept_language)
    number, secret = plain(form.get("id", "")), form.get("secret", "")
    try:
        found = checker(number, secret) if _ID.fullmatch(number) and secret.strip() else None
    except NotFound:
        found = None
    if found is None:
        return _page(profile, language, form.get("id", ""), secret=secret, wrong=True, status=404)
    if form.get("as") == "json":
        return _file(number, found)
    return _page(profile, language, number, found, secret)


def _form(body: bytes) -> dict[str, str]:
    if len(body) > MOST:
        raise BadInput("The form is too long. Send the number and the secret.")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=len(_FIELDS))
    except ValueError:
        raise BadInput("The form cannot be read. Send it again from the page.") from None
    if {name for name, _ in pairs} - _FIELDS:
        raise BadInput("The form has an unknown field. Send it again from the page.")
    return dict(pairs)


def _page(
    profile: Profile,
    language: str,
    number: str,
    found: Certificate | None = None,
    secret: str = "",
    *,
    wrong: bool = False,
    status: int = 200,
) -> Response:
    say = desk_text(language).gettext
    html = (
        environment()
        .get_template("public/certificate.html")
        .render(
            _=say,
            brand=profile.operator.brand[language],
            root="",
            language=language,
            languages=[(code, LANGUAGE_NAMES[code]) for code in LANGUAGES],
            number=in_groups(number),
            secret=secret,
            wrong=wrong,
            found=present_certificate(found, language) if found else None,
        )
    )
    return html_response(html, status)


def _file(number: str, found: Certificate) -> Response:
    body = {
        "signed": found.signed,
        "issued": _written(found.issued),
        "final": _written(found.final) if found.final else None,
    }
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="certificate-{number}.json"',
    }
    return Response(json.dumps(body, ensure_ascii=False, indent=2), headers={**SECURITY_HEADERS, **headers})


def _written(entry: Entry) -> dict[str, Any]:
    """Return an entry of the ledger so that anybody can check it: with the exact text that was signed."""
    signature = base64.b64encode(entry.signature).decode()
    return {"number": entry.number, "text": entry.text, "signature": signature, "hash": entry.hash}
