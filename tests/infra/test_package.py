"""What goes into the deployment package."""

import os
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from infra import archive, checks
from local.stack import code_zip
from local.template import PROJECT, built_template


def test_our_part_is_app_and_chalicelib_alone() -> None:
    with zipfile.ZipFile(BytesIO(code_zip(PROJECT))) as package:
        names = package.namelist()
    assert {name.split("/")[0] for name in names} == {"app.py", "chalicelib"}
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".po"))]


def test_the_same_code_makes_the_same_bytes() -> None:
    assert code_zip(PROJECT) == code_zip(PROJECT)


@pytest.mark.parametrize("handler", sorted(checks.handler_names(built_template())))
def test_every_handler_imports_in_a_fresh_process(handler: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(BytesIO(code_zip(PROJECT))) as package:
        package.extractall(tmp_path)
    module, attribute = handler.rsplit(".", 1)
    code = f"import {module} as m; assert callable(m.{attribute})"
    env = os.environ | {"AWS_DEFAULT_REGION": checks.REGION}
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_a_handler_that_needs_what_is_not_packaged_is_found(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import requests\ndef app(): ...\n", encoding="utf-8")
    with pytest.raises(checks.CheckFailed, match="requests"):
        checks.import_alone(tmp_path, "app.app")
    (tmp_path / "app.py").write_text("import json\ndef app(): ...\n", encoding="utf-8")
    checks.import_alone(tmp_path, "app.app")


def test_pruning_keeps_what_is_wanted_and_what_that_needs(tmp_path: Path) -> None:
    def install(name: str, *needs: str) -> None:
        package, info = tmp_path / name, tmp_path / f"{name}-1.0.dist-info"
        for folder in (package, info):
            folder.mkdir()
        (package / "__init__.py").write_text("")
        (package / "module.pyi").write_text("")
        lines = [
            f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0",
            *(f"Requires-Dist: {one}" for one in needs),
        ]
        (info / "METADATA").write_text("\n".join(lines) + "\n")
        files = [f"{name}/__init__.py", f"{name}/module.pyi", f"{name}-1.0.dist-info/METADATA"]
        (info / "RECORD").write_text("".join(f"{file},,\n" for file in files))

    install("wanted", "needed>=1")
    install("needed")
    install("chalice", "commandline")
    install("commandline")
    (tmp_path / "chalice" / "app.py").write_text("")
    (tmp_path / "chalice" / "cli").mkdir()
    (tmp_path / "chalice" / "cli" / "__init__.py").write_text("")
    (tmp_path / "chalice" / "deploy.py").write_text("")
    wanted = tmp_path / "requirements.in"
    wanted.write_text("# why\nwanted<2\nchalice\n")

    archive.prune(tmp_path, wanted)

    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.py*")}
    assert left == {"wanted/__init__.py", "needed/__init__.py", "chalice/__init__.py", "chalice/app.py"}
