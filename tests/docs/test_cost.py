"""What the documents say of cost is what was measured."""

import json
import re
from datetime import date

from bench.cost import PRICES
from bench.page import PAGE, README, rendered
from tests.support.project import PROJECT


def test_the_page_on_cost_and_the_readme_say_what_was_measured() -> None:
    recorded = json.loads((PROJECT / "bench" / "results.json").read_text(encoding="utf-8"))["figures"]
    for path, text in rendered(recorded).items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is not what bench/results.json says: make bench"
    for path in (PAGE, README):
        (block,) = re.findall(r"<!-- measured by make bench -->(.*?)<!-- end -->", path.read_text("utf-8"), re.DOTALL)
        assert "$" in block


def test_every_price_has_a_source_and_all_have_a_date() -> None:
    assert date.fromisoformat(PRICES["dated"])
    for name, one in PRICES["prices"].items():
        assert one["price"] > 0 and one["per"], name
        assert one["source"].startswith("https://"), name
        assert one["confirmed"] == "" or one["confirmed"].startswith("https://"), name
    assert PRICES["free_each_month"].keys() - PRICES["prices"].keys() == {"note", "source"}
