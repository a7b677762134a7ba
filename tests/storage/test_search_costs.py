"""A search costs the same among many contacts as among few, and finds everybody."""

from collections.abc import Mapping

import pytest

from bench.search import measure_at
from local.aws import ministack as embedded


@pytest.mark.parametrize("size", [50, 500])
def test_a_search_finds_everybody_and_reads_few_rows(
    tables: Mapping[str, str], dynamodb_endpoint: str, size: int
) -> None:
    client = embedded.client("dynamodb", dynamodb_endpoint)
    figures = {one["id"].removesuffix(f"_{size}"): one for one in measure_at(client, tables, size, sample=8)}
    for name in ("search_name", "search_half_name", "search_phone", "search_name_and_digits"):
        assert figures[name]["found_at_once"] == 1
        assert figures[name]["most"] <= 20
        assert figures[name]["index"] <= 4
    assert figures["search_word"]["index"] <= 2
