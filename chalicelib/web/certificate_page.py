"""The public page on which a certificate, of a destruction or of an opt-out, is checked. It asks for no name and stores
nothing."""

import base64
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from chalice.app import Response

from chalicelib.domain.certificates import Certificate, Entry
from chalicelib.domain.ids import grouped
from chalicelib.domain.labels import desk_msg
from chalicelib.domain.privacy import OPT_OUT
from chalicelib.domain.profile import LANGUAGES, Profile, load_profile
from chalicelib.domain.texts import KAZAKHSTAN, LANGUAGE_NAMES, desk_text, show_date
from chalicelib.errors import BadInput, NotFound
from chalicelib.settings import settings
from chalicelib.usecases.check_certificate import CheckCertificate
from chalicelib.web.answers import SECURITY_HEADERS, html_answer
from chalicelib.web.policy_page import environment, reader_language

MOST = 4_096
"""Bytes of a posted form: two short fields."""
_ID = re.compile("[0-9a-z]{20}")
_FIELDS = {"id", "secret", "as"}
STORES: Mapping[str, str] = {
    "desk.contact": desk_msg("Identity and consents"),
    "desk.conversation": desk_msg("Messages, comments and activity"),
    "desk.tickets": desk_msg("Tickets and their numbers"),
    "index.aliases": desk_msg("Look-up by address"),
    "index.links": desk_msg("Look-up of delivery marks"),
    "index.words": desk_msg("Look-up by name"),
    "keys": desk_msg("Key of the content"),
}
KINDS: Mapping[str, str] = {
    "withdrawal": desk_msg("Withdrawal of consent, Law 94-V, article 8"),
    "deletion": desk_msg("Request for deletion, Law 94-V, article 24"),
    "stop_processing": desk_msg("Demand to stop processing, Law 94-V, article 24"),
    "opt_out": desk_msg("Opt-out of news and offers, Law 94-V, article 24"),
}
IDENTITIES: Mapping[str, str] = {
    "second_press": desk_msg("confirmed by a second press or word in the bound chat"),
    "staff": desk_msg("checked by the privacy officer"),
}
TIMES: Mapping[str, str] = {
    "received": desk_msg("Received"),
    "verified": desk_msg("Identity"),
    "suppressed": desk_msg("Stopped"),
    "destroyed": desk_msg("Destroyed"),
    "absent": desk_msg("Proved absent"),
}


OPT_OUT_TIMES: Mapping[str, str] = {
    "received": desk_msg("Received"),
    "done": desk_msg("News and offers ended"),
    "issued": desk_msg("Issued"),
}


def show_form(query: Mapping[str, str], accept_language: str) -> Response:
    """Answer GET /certificates: the form, with the number of the address when there is one."""
    profile = load_profile(settings().operator)
    language = reader_language(profile, query.get("lang", ""), accept_language)
    number = query.get("id", "")
    return _page(profile, language, number if _ID.fullmatch(_plain(number)) else "")


def check(body: bytes, query: Mapping[str, str], accept_language: str, checker: CheckCertificate) -> Response:
    """Answer POST /certificates: what the certificate says, as a page or as JSON to keep. Raises BadInput."""
    form = _form(body)
    profile = load_profile(settings().operator)
    language = reader_language(profile, query.get("lang", ""), accept_language)
    number, secret = _plain(form.get("id", "")), form.get("secret", "")
    try:
        if not _ID.fullmatch(number) or not secret.strip():
            raise NotFound("There is no certificate with this number and secret. Check both.")
        found = checker(number, secret)
    except NotFound:
        return _page(profile, language, form.get("id", ""), wrong=True, status=404)
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


def _plain(number: str) -> str:
    return re.sub("[^0-9a-z]", "", number.lower())


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
            brand=profile.operator.brand,
            root="",
            language=language,
            languages=[(code, LANGUAGE_NAMES[code]) for code in LANGUAGES],
            number=_grouped(number),
            secret=secret,
            wrong=wrong,
            found=_shown(found, language) if found else None,
        )
    )
    return html_answer(html, status)


def _shown(found: Certificate, language: str) -> dict[str, Any]:
    say = desk_text(language).gettext
    said = found.issued.body
    if said["kind"] == OPT_OUT:
        return _opted_out(found, language)
    ground = KINDS[said["kind"]]
    return {
        "signed": found.signed,
        "number": _grouped(said["certificate_id"]),
        "request": _grouped(said["request_id"]),
        "company": said["operator"]["company"],
        "bin": said["operator"]["bin"],
        "ground": say(ground),
        "policy": said["policy"],
        "identity": say(IDENTITIES.get(said["identity"], "")),
        "times": [(say(label), *_moment(language, said["times"][name])) for name, label in TIMES.items()],
        "stores": [
            (say(STORES.get(store, store)), counts["found"], counts["destroyed"], counts["retained"])
            for store, counts in said["stores"].items()
        ],
        "fence": _moment(language, said["left"][0]["until"])[0],
        "final": _moment(language, found.final.body["times"]["final"]) if found.final else None,
        "key": said["key_fingerprint"],
        "inventory": said["inventory_hash"],
        "verifier": said["verifier"],
        "chain": f"{said['number']}: {said['previous_hash'] or '–'}",
        "signature": base64.b64encode(found.issued.signature).decode(),
    }


def _opted_out(found: Certificate, language: str) -> dict[str, Any]:
    """What the certificate of an opt-out says: nothing was destroyed, and nothing more follows."""
    say, said = desk_text(language).gettext, found.issued.body
    return {
        "opt_out": True,
        "signed": found.signed,
        "number": _grouped(said["certificate_id"]),
        "request": _grouped(said["request_id"]),
        "company": said["operator"]["company"],
        "bin": said["operator"]["bin"],
        "ground": say(KINDS[OPT_OUT]),
        "policy": said["policy"],
        "times": [(say(label), *_moment(language, said["times"][name])) for name, label in OPT_OUT_TIMES.items()],
        "chain": f"{said['number']}: {said['previous_hash'] or '–'}",
        "signature": base64.b64encode(found.issued.signature).decode(),
    }


def _grouped(text: str) -> str:
    """An id as people read it aloud: in groups of five."""
    return grouped(_plain(text), 5, "-")


def _moment(language: str, written: str) -> tuple[str, str]:
    """Day and time in Kazakhstan."""
    if not written:
        return "–", ""
    at = datetime.fromisoformat(written).astimezone(KAZAKHSTAN)
    return show_date(language, at.date()), f"{at:%H:%M}"


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
    """An entry so that anybody can check it: the text that was signed, to the letter."""
    signature = base64.b64encode(entry.signature).decode()
    return {"number": entry.number, "text": entry.text, "signature": signature, "hash": entry.hash}
