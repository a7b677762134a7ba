"""Writes the source of a rule in the profile, an article of Law 94-V, in the way of each language."""

import re
from collections.abc import Callable, Sequence

_LAW = re.compile(r"94-V art\. (?P<article>[\d-]+)(?:\((?P<part>\d+)\))?(?:\((?P<point>\d+)\))?")


def law_text(clause: str, forms: Sequence[str], say: Callable[[str], str]) -> str:
    """Return an article of Law 94-V as a language writes it: `8(7)` is `ст. 8 п. 7`, and `25(2)(8)` has a point, too.

    `forms` are the texts for an article, for its part and for its point, with the placeholders {article}, {part} and
    {point}. Return "" when the clause is no such article.
    """
    found = _LAW.fullmatch(clause)
    if not found:
        return ""
    places = {name: value for name, value in found.groupdict().items() if value}
    return say(forms[len(places) - 1]).format(**places)
