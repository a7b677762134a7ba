"""The map of the Lambda functions: every entry leads to a function that exists, under the name that AWS calls."""

from importlib import import_module

import pytest

import app
from infra.functions import FUNCTIONS

ROUTES = {"api_handler", "intake"}
"""Functions of routes; chalice and infra/merge.py make them."""


@pytest.mark.parametrize("entry", app.ENTRIES, ids=lambda entry: entry.name)
def test_an_entry_leads_to_its_work(entry: app.Entry) -> None:
    module, function = entry.work.split(".")
    assert callable(getattr(import_module(f"chalicelib.entrypoints.{module}"), function))
    assert callable(getattr(app, entry.name)), "AWS calls it by this name"


def test_the_map_and_the_rights_know_the_same_functions() -> None:
    assert {entry.name for entry in app.ENTRIES} == {one.name for one in FUNCTIONS} - ROUTES
