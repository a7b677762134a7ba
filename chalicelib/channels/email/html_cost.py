"""Tells what it costs to parse HTML, and whether that is more than any real mail does.

A parser that obeys the HTML standard looks, for many a tag, through all elements that are open, and opens formatting
that was never closed again in each paragraph: a mail of one megabyte can cost minutes and gigabytes. Real mails stay
far below these limits.
"""

import re

MOST_BYTES = 4_000_000
"""Bytes of HTML that are read."""
MOST_TAGS = 200_000
"""Tags of all HTML of a mail."""
TOO_MANY = MOST_TAGS + 1
_MOST_LOOKS = 20_000_000
"""Open elements, added up over all tags."""
_MOST_REOPENED = 1_000_000
"""Open formatting, added up over all tags that may open it again."""
_MOST_ATTRIBUTES = 400
"""Attributes of one tag, whose names are compared with each other."""
_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9]{0,30})((?:"[^"]*"|'[^']*'|[^>"']++)*+)""")
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_CLOSED_BY_OTHERS = frozenset(
    "area base br col embed hr img input link meta source track wbr p li dd dt td th tr tbody thead tfoot option html"
    " head body".split()
)
"""Elements without an end, or whose end is seldom written and follows from what comes next."""
_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())


def tags_of(html: str) -> int:
    """Return how many tags HTML has, TOO_MANY when it must not be parsed."""
    if html.count("<") > MOST_TAGS:
        return TOO_MANY
    tags = looks = reopened = opened = styled = 0
    for tag in _TAG.finditer(html):
        name, tags = tag[2].lower(), tags + 1
        step = -1 if tag[1] else 1
        if name not in _CLOSED_BY_OTHERS:
            opened = max(0, opened + step)
            styled = max(0, styled + step * (name in _FORMATTING))
        looks += opened
        reopened += styled
        if looks > _MOST_LOOKS or reopened > _MOST_REOPENED:
            return TOO_MANY
        if len(tag[3]) > _MOST_ATTRIBUTES and len(re.split(r"[\s/]+", _QUOTED.sub("", tag[3]))) > _MOST_ATTRIBUTES:
            return TOO_MANY
    return tags
