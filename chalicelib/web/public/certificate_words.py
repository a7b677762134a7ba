"""Presents a certificate in the reader's language, for the current format of ledger entries and the first one."""

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from chalicelib.certificates.model import Certificate
from chalicelib.core.ids import grouped
from chalicelib.core.texts import KAZAKHSTAN, LANGUAGE_NAMES, catalogue, desk_msg, desk_text, show_date
from chalicelib.privacy.kinds.contract import Kind
from chalicelib.privacy.kinds.registry import is_handled, kind_of
from chalicelib.profile.policy_words import CATEGORIES
from chalicelib.web.labels import (
    CHANNELS,
    MAILING_ANSWERS,
    ON_WITHDRAWAL,
    RETAINED_ON,
    TRANSFER_ANSWERS,
    clause_words,
    label,
)

STORE_NAMES: Mapping[str, str] = {
    "desk.contact": desk_msg("Identity and consents"),
    "desk.conversation": desk_msg("Messages, comments and activity"),
    "desk.tickets": desk_msg("Tickets and their numbers"),
    "index.aliases": desk_msg("Look-up by address"),
    "index.links": desk_msg("Look-up of delivery marks"),
    "index.words": desk_msg("Look-up by name"),
    "keys": desk_msg("Key of the content"),
    "files": desk_msg("Files that were sent"),
}
IDENTITIES: Mapping[str, str] = {
    "second_press": desk_msg("confirmed by a second press or word in the bound chat"),
    "staff": desk_msg("checked by the privacy officer"),
}
APPROVED: Mapping[str, str] = {
    "person": desk_msg("the person who asked, by confirming it"),
    "privacy_officer": desk_msg("the privacy officer"),
    "two_officers": desk_msg("two privacy officers"),
}
TIMES: Mapping[str, tuple[str, str]] = {
    "received": (desk_msg("Received"), desk_msg("the request arrived")),
    "suppressed": (desk_msg("Sending stopped"), desk_msg("from here on nothing went out that was not asked for")),
    "verified": (desk_msg("Identity"), desk_msg("from here on it was sure who asked")),
    "barrier": (desk_msg("Access closed"), desk_msg("from here on nothing of the person was stored, sent or shown")),
    "destroyed": (desk_msg("Destroyed"), desk_msg("the key of the content is gone, nothing opens any more")),
    "absent": (desk_msg("Proved absent"), desk_msg("a separate program found nothing left")),
}
LEFT: Mapping[str, str] = {
    "fence": desk_msg("Mark against late copies"),
    "log": desk_msg("Lines of the log"),
    "request": desk_msg("The request"),
    "consents": desk_msg("Proof of consent"),
    "tombstone": desk_msg("Mark for restored backups"),
    "certificate": desk_msg("This certificate"),
}
HOLDS: Mapping[str, str] = {
    "address_mark": desk_msg(
        "a mark made of a secret key and the address, and a time; it refuses late copies of old messages"
    ),
    "contact_id": desk_msg("a random number that stood for the person, and times"),
    "ids_and_times": desk_msg("random numbers, channel, language, times, and who dealt with it"),
    "consent_proof": desk_msg("version and hash of the policy, language, channel, times; no address"),
    "this_text": desk_msg("what stands on this page"),
}
PARTIAL = desk_msg(
    "The company {company} confirms: the personal data of the person who made the request below was destroyed in all"
    " its systems, but for the part that is named below, and a separate program found nothing else left."
)
Say = Callable[[str], str]


def present_certificate(found: Certificate, language: str) -> dict[str, Any]:
    """Return the values that the page shows of a certificate."""
    say = desk_text(language).gettext
    said = found.issued.body
    if "stores" not in said:
        return _answered(found, language)
    final = found.final.body if found.final else {}
    ended = found.part_ended.body if found.part_ended else {}
    return {
        **_heading(found, say),
        "identity": label(say, IDENTITIES, said["identity"]),
        "approved": label(say, APPROVED, said["approved_by"]),
        "times": list(_times(say, language, said)),
        "stores": [
            (label(say, STORE_NAMES, store), counts["found"], counts["destroyed"], counts["retained"])
            for store, counts in said["stores"].items()
        ],
        "left": [
            (
                label(say, LEFT, one["what"]),
                label(say, HOLDS, one.get("holds", "address_mark")),
                moment(language, one["until"])[0] if one["until"] else say("no end"),
            )
            for one in said["left"]
        ],
        "retained": [_retained(say, language, one) for one in said.get("retained", ()) if "where" not in one],
        "kept_here": [_retained(say, language, one) for one in said.get("retained", ()) if "where" in one],
        "part_ended": moment(language, ended["times"]["destroyed"]) if ended else None,
        "part_rows": sum(one["destroyed"] for one in ended.get("stores", {}).values()),
        "older": said["format"] == 1,
        "not_covered": _not_covered(say, said),
        "asked": [_asked(say, language, one) for one in said.get("not_covered", ()) if one.get("asked")],
        "consents": [_consent(say, language, one) for one in said.get("consents", ())],
        "consents_before": said.get("consents_total", 0) - len(said.get("consents", ())),
        "final": moment(language, final["times"]["final"]) if final else None,
        "restorable": [
            (table, *moment(language, at)) for table, at in sorted(final.get("earliest_restorable", {}).items())
        ],
        "key": said["key_fingerprint"],
        "inventory": said["inventory_hash"],
        "verifier": said["verifier"],
    }


def _answered(found: Certificate, language: str) -> dict[str, Any]:
    """Return the values of a certificate of a request that destroyed nothing: no second certificate follows."""
    say, said = desk_text(language).gettext, found.issued.body
    kind = _kind(said)
    done = kind.effect[0] if kind else "done"
    titles = {"received": desk_msg("Received"), "done": done, "issued": desk_msg("Issued")}
    times = [(title, said["times"][name]) for name, title in titles.items() if name in said["times"]]
    shown = [(say(title), *moment(language, at)) for title, at in times]
    return {**_heading(found, say), "answered": True, "times": shown}


def _heading(found: Certificate, say: Say) -> dict[str, Any]:
    """Return what every certificate shows: what it is of, which request, of which company, on which ground; its place
    in the chain, and its signature."""
    said = found.issued.body
    kind = _kind(said)
    shown = kind.certificate if kind else None
    return {
        "title": say(shown.title) if shown else said["kind"],
        "says": say(PARTIAL if said.get("partial") else shown.says).format(company=said["operator"]["company"])
        if shown
        else "",
        "signed": found.signed,
        "number": in_groups(said["certificate_id"]),
        "request": in_groups(said["request_id"]),
        "bin": said["operator"]["bin"],
        "ground": _ground(say, said),
        "policy": said["policy"],
        "chain": f"{said['number']}: {said['previous_hash'] or '–'}",
        "signature": base64.b64encode(found.issued.signature).decode(),
    }


def in_groups(text: str) -> str:
    """Return an id in groups of five, as people read it aloud."""
    return grouped(plain(text), 5, "-")


def plain(typed: str) -> str:
    """Return an id as it is stored, from what a person typed."""
    return re.sub("[^0-9a-z]", "", typed.lower())


def _ground(say: Say, said: Mapping[str, Any]) -> str:
    """Return kind and article of the request, as they were signed."""
    kind = _kind(said)
    return f"{say(kind.certified_as) if kind else said['kind']}, {clause_words(str(said['basis']), say)}"


def _kind(said: Mapping[str, Any]) -> Kind | None:
    """Return the kind of the request; None for one that this release does not handle, which is shown by the word that
    was signed."""
    return kind_of(said["kind"]) if is_handled(said["kind"]) else None


def _times(say: Say, language: str, said: Mapping[str, Any]) -> Iterable[tuple[str, str, str, str]]:
    """Yield for each signed time: label, meaning, day, time of day.

    An entry of format 1 has the start of the write barrier under the name `suppressed`, and no time at which sending
    stopped.
    """
    times = dict(said["times"])
    if said["format"] == 1:
        times["barrier"] = times.pop("suppressed")
    for name, (title, meaning) in TIMES.items():
        if name in times:
            yield say(title), say(meaning), *moment(language, times[name])


def _not_covered(say: Say, said: Mapping[str, Any]) -> str:
    names = [one["name"] for one in said.get("not_covered", ()) if one["what"] == "recipient"]
    if "not_covered" not in said:
        return ""
    if not names:
        return say(
            "Copies on the person's own phone or computer are not covered: the company cannot destroy them and claims"
            " nothing about them."
        )
    return say(
        "Copies at {names} and on the person's own phone or computer are not covered: the company cannot destroy them"
        " and claims nothing about them."
    ).format(names=", ".join(names))


def _asked(say: Say, language: str, one: Mapping[str, Any]) -> str:
    """Return what the company has asked of a recipient, and when, or that it has not yet."""
    what = label(say, ON_WITHDRAWAL, one["asked"])
    if not one["told"]:
        return say("{name}: the company still has to ask it {what}.").format(name=one["name"], what=what)
    day, _ = moment(language, one["told"])
    return say("{name}: the company asked it {what}, {date}.").format(name=one["name"], what=what, date=day)


def _retained(say: Say, language: str, one: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return what is kept, on which ground, and until which day."""
    name = catalogue("policy", language).gettext
    what = ", ".join(name(CATEGORIES.get(category, category)) for category in one["categories"])
    ground = f"{label(say, RETAINED_ON, one['ground'])}, {clause_words(one['clause'], say)}"
    return what, ground, show_date(language, date.fromisoformat(one["until"]))


def _consent(say: Say, language: str, one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "version": one["version"],
        "hash": one["hash"],
        "language": LANGUAGE_NAMES.get(one["language"], one["language"]),
        "channel": label(say, CHANNELS, one["channel"]),
        "given": moment(language, one["given"]),
        "ended": moment(language, one["ended"]),
        "abroad": label(say, TRANSFER_ANSWERS, one["abroad"]) if one.get("abroad") else "",
        "mailing": label(say, MAILING_ANSWERS, one["mailing"]) if one.get("mailing") else "",
    }


def moment(language: str, written: str) -> tuple[str, str]:
    """Return day and time of day in Kazakhstan; "–" and "" for an empty time."""
    if not written:
        return "–", ""
    at = datetime.fromisoformat(written).astimezone(KAZAKHSTAN)
    return show_date(language, at.date()), f"{at:%H:%M}"
