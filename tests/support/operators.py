"""Profiles as they will be: of Wadjet once the authorised body is told (C10.1), because nothing abroad may be named
before; of SmartAqkol once the company has stated where its user agreement is (D1.3)."""

from pathlib import Path

import chalicelib.profile.operators

SOURCES = Path(chalicelib.profile.operators.__path__[0])


def named_carrier(text: str) -> str:
    """A profile with the company abroad that carries mail."""
    other = (SOURCES / "rsoftware.toml").read_text(encoding="utf-8")
    row = other[other.index("[[recipients]]") : other.index("[residency]")]
    return text.replace("[residency]\n", f"{row}[residency]\n".replace("E8.2, E10.2", "C8.2, C10.2"), 1)


def served_by_mail(text: str) -> str:
    """A profile whose policy is about mail, too."""
    return text.replace('scope = ["website", "form"]', 'scope = ["website", "email", "form"]', 1)


def notified_wadjet() -> str:
    """Wadjet's profile with the notice filled in."""
    text = named_carrier(served_by_mail((SOURCES / "wadjet.toml").read_text(encoding="utf-8")))
    return text.replace('sent = ""', 'sent = "2026-11-20"', 1).replace('number = ""', 'number = "17"', 1)


def agreed_smartaqkol() -> str:
    """SmartAqkol's profile with the address of the agreement, and a way to ask about data."""
    text = (SOURCES / "smartaqkol.toml").read_text(encoding="utf-8")
    stated = {
        'agreement_url = ""': 'agreement_url = "https://smartaqkol.chat/agreement"',
        'scope = ["application", "website"]': 'scope = ["application", "website", "form"]',
        'used_for = ["withdrawal"]': 'used_for = ["withdrawal", "contact"]',
    }
    for empty, said in stated.items():
        assert empty in text
        text = text.replace(empty, said, 1)
    return text
