"""Takes off a subject what mail programs put before it."""

import re

_BEFORE = re.compile(
    r"\s*(?:(?:re|fwd?|fw|aw|wg|sv|vs|rv|tr|на|нa|отв|ответ|пересл|переслано|ha|жауап|жолд|қайта)\s*(?:[\[(]\d{1,4}[\])]|\^\d{1,4})?\s*[:：])",
    re.IGNORECASE,
)
"""Re:, RE[2]:, Fwd:, FW:, Отв:, НА: (Outlook in Russian), Пересл:, Жауап: …"""
_FORWARD = re.compile(r"\s*(?:fwd?|fw|wg|rv|tr|пересл|переслано|жолд)\s*[:：]", re.IGNORECASE)
_MOST = 20


def bare_subject(subject: str) -> str:
    """Return a subject without "Re:", "Fwd:" and their like, in whichever order and number."""
    at = 0
    for _ in range(_MOST):
        found = _BEFORE.match(subject, at)
        if not found:
            break
        at = found.end()
    return subject[at:].strip()


def says_forward(subject: str) -> bool:
    """Whether a subject begins as programs write it when a mail is passed on."""
    return bool(_FORWARD.match(subject))
