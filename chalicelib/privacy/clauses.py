"""Where a rule of the profile comes from, taken apart: an article of the law, or a clause of the policy."""

import re
from collections.abc import Callable, Sequence

_LAW = re.compile(r"94-V art\. (?P<article>[\d-]+)(?:\((?P<part>\d+)\))?(?:\((?P<point>\d+)\))?")


def law_text(clause: str, forms: Sequence[str], say: Callable[[str], str]) -> str:
    """Say an article of Law 94-V in a language's own way: `8(7)` is `ст. 8 п. 7`, `25(2)(8)` has a point, too. `forms`
    are the texts for an article, for a part and for a point of it, with the places {article}, {part}, {point}; "" when
    the clause is no such article."""
    found = _LAW.fullmatch(clause)
    if not found:
        return ""
    places = {name: value for name, value in found.groupdict().items() if value}
    return say(forms[len(places) - 1]).format(**places)
