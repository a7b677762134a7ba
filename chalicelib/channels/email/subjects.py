"""Takes off a subject what mail programs put before it."""

import re

_BEFORE = re.compile(
    r"\A\s{0,9}(?:re|fwd?|aw|wg|sv|vs|rv|tr|на|ha|отв|ответ|пересл|переслано|жауап|жолд|қайта)"
    r"\s{0,3}(?:[\[(]\d{1,4}[\])]|\^\d{1,4})?\s{0,3}[:：]",
    re.IGNORECASE,
)
"""Re:, RE[2]:, Fwd:, FW:, Отв:, НА: (Outlook in Russian), Пересл:, Жауап: …"""
_FORWARD = re.compile(r"\A\s{0,9}(?:fwd?|wg|rv|tr|пересл|переслано|жолд)\s{0,3}[:：]", re.IGNORECASE)
_MOST = 20


def bare_subject(subject: str) -> str:
    """Return a subject without "Re:", "Fwd:" and their like, in whichever order and number."""
    for _ in range(_MOST):
        found = _BEFORE.match(subject)
        if not found:
            break
        subject = subject[found.end() :]
    return subject.strip()


def says_forward(subject: str) -> bool:
    """Whether a subject begins as programs write it when a mail is passed on."""
    return bool(_FORWARD.match(subject))
