"""The template of the local run, which several processes build and read at once."""

import subprocess
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from local.aws import template


def test_a_template_is_whole_when_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(command: list[str], **_: Any) -> CompletedProcess[str]:
        made = Path(command[-1])
        made.write_text('{"Resources"', encoding="utf-8")
        assert not list(tmp_path.glob("template-*.json")), "another process would read half of it"
        made.write_text('{"Resources": {}}', encoding="utf-8")
        return CompletedProcess(command, 0)

    monkeypatch.setattr(template, "CACHE", tmp_path)
    monkeypatch.setattr(subprocess, "run", build)
    assert template.built_template() == {"Resources": {}}
    assert [one.suffix for one in tmp_path.iterdir()] == [".json"]
