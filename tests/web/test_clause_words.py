"""Where a rule comes from, in the reader's language: no letter of a document, no English between Kazakh or Russian."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chalicelib.profile.operators
from chalicelib.core.languages import LANGUAGES
from chalicelib.core.texts import desk_text
from chalicelib.profile.load import load_profile
from chalicelib.web.labels import clause_words


@pytest.mark.parametrize(
    ("language", "clause", "said"),
    [
        ("ru", "94-V art. 8(7)", "п. 7 ст. 8 Закона № 94-V"),
        ("ru", "94-V art. 25(2)(8)", "подп. 8) п. 2 ст. 25 Закона № 94-V"),
        ("kk", "94-V art. 19-1(3)", "№ 94-V Заңның 19-1-бабының 3-тармағы"),
        ("kk", "94-V art. 12", "№ 94-V Заңның 12-бабы"),
        ("kk", "94-V art. 25(2)(8)", "№ 94-V Заңның 25-бабы 2-тармағының 8) тармақшасы"),
        ("en", "A6.6, 94-V art. 12", "policy, clause 6.6; Law No. 94-V, art. 12"),
        ("en", "94-V art. 25(2)(8)", "Law No. 94-V, art. 25(2)(8)"),
        ("ru", "C3.1(b)", "политика, п. 3.1(b)"),
        ("ru", "Rules 395", "Правила № 395"),
        ("en", "own rule", "our own rule"),
        ("en", "94-V", "94-V"),
    ],
)
def test_a_clause_is_said_as_the_language_names_it(language: str, clause: str, said: str) -> None:
    assert clause_words(clause, desk_text(language).gettext).replace("\xa0", " ") == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_clause_of_every_profile_has_words(language: str) -> None:
    found = list(Path(chalicelib.profile.operators.__path__[0]).glob("compiled/*.json"))
    for path in found:
        profile = load_profile(path.stem)
        clauses = [row.clause for row in (*profile.retention.values(), *profile.refusals.values())]
        for clause in (*clauses, *(term.source for term in profile.deadlines.values())):
            said = clause_words(clause, desk_text(language).gettext)
            assert said and not re.search(r"94-V art|\b[A-E]\d", said), clause
    assert found


numbers = st.integers(1, 99).map(str)


@given(st.lists(numbers, min_size=1, max_size=3), st.sampled_from(LANGUAGES))
def test_every_number_of_an_article_is_said_in_the_order_of_the_language(parts: list[str], language: str) -> None:
    clause = f"94-V art. {parts[0]}" + "".join(f"({one})" for one in parts[1:])
    said = clause_words(clause, desk_text(language).gettext).replace("94-V", "")
    assert re.findall(r"\d+", said) == (parts[::-1] if language == "ru" else parts)
