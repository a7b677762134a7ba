"""What goes into the deployment package."""

import os
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from infra import archive, bytecode, checks, package
from local.aws.stack import code_zip
from local.aws.template import PROJECT, built_template


def test_our_part_is_app_and_chalicelib_alone() -> None:
    with zipfile.ZipFile(BytesIO(code_zip(PROJECT))) as package:
        names = package.namelist()
    assert {name.split("/")[0] for name in names} == {"app.py", "chalicelib"}
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".po"))]


def test_what_was_made_is_packed_and_what_makes_it_is_not() -> None:
    names = {name for name, _ in archive.code_files(PROJECT)}
    assert {"chalicelib/profile/operators/compiled/spoint.json", "chalicelib/web/api/openapi.json"} <= names
    assert not [name for name in names if name.endswith((".toml", "/build.py", "/forms.py"))]


def test_no_package_is_made_of_files_that_are_not_what_their_sources_say(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert package.out_of_date() == []
    description = tmp_path / "openapi.json"
    description.write_text("{}", encoding="utf-8")
    monkeypatch.setattr("infra.openapi.TARGET", description)
    monkeypatch.setattr(package, "build_template", lambda: {})
    monkeypatch.setattr(package, "BUILD", tmp_path)
    assert package.main([]) == 1
    assert "openapi.json; run make generate" in capsys.readouterr().err
    assert not (tmp_path / "deployment.zip").exists()


def test_the_same_code_makes_the_same_bytes() -> None:
    assert code_zip(PROJECT) == code_zip(PROJECT)


HANDLERS = sorted(checks.handler_names(built_template()))


@pytest.mark.parametrize("module", sorted({handler.rpartition(".")[0] for handler in HANDLERS}))
def test_every_handler_imports_in_a_fresh_process(module: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(BytesIO(code_zip(PROJECT))) as package:
        package.extractall(tmp_path)
    names = [name for inside, _, name in (handler.rpartition(".") for handler in HANDLERS) if inside == module]
    code = f"import {module} as m\nfor name in {names}: assert callable(getattr(m, name)), name"
    env = os.environ | {"AWS_DEFAULT_REGION": checks.REGION}
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


DEEP = """
def greet(name, *, places=frozenset({"b", "a", "c"})):
    return [f"{name} {one}" for one in places if one in {"a", "c"}]
"""


def packed(folder: Path, times: tuple[int, int] = (1, 2)) -> tuple[Path, dict[str, int]]:
    """The package of a small project with one dependency, and what write_zip said of it."""
    for at, (name, text) in zip((*times, times[0]), SMALL.items(), strict=True):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        os.utime(file, (at, at))
    target = folder / "deployment.zip"
    return target, archive.write_zip(target, folder, folder / "dependencies")


SMALL = {
    "app.py": "from chalicelib.deep import greet\nfrom needed import name\n\ndef handler(*_): return greet(name)\n",
    "chalicelib/deep.py": DEEP,
    "dependencies/needed/__init__.py": "name = 'x'\n",
}
COMPILED = {
    "__pycache__/app.cpython-311.pyc",
    "chalicelib/__pycache__/deep.cpython-311.pyc",
    "needed/__pycache__/__init__.cpython-311.pyc",
}
only_where_it_can = pytest.mark.skipif(not bytecode.can_compile_for(archive.PYTHON), reason="another Python builds")


@only_where_it_can
def test_the_package_holds_byte_code_that_is_taken_without_a_look_at_times(tmp_path: Path) -> None:
    target, sizes = packed(tmp_path / "project")
    with zipfile.ZipFile(target) as package:
        assert {name for name in package.namelist() if name.endswith(".pyc")} == COMPILED
        package.extractall(tmp_path / "task")
        assert sizes[archive.BYTE_CODE] == sum(package.getinfo(name).file_size for name in COMPILED)
    for name in COMPILED:
        flags = int.from_bytes((tmp_path / "task" / name).read_bytes()[4:8], "little")
        assert flags == 0b01, "a hash, and unchecked"
    # Python says at -v what it loads from where; a source that was compiled again is not "matches" any more.
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-v", "-c", f"import sys; sys.path.insert(0, {str(tmp_path / 'task')!r}); "
         "import app; print(app.handler.__code__.co_filename)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in COMPILED:
        assert f"code object from '{tmp_path / 'task' / name}'" in run.stderr
    assert run.stdout.strip() == str(tmp_path / "task" / "app.py"), "a trace names the place where the file lies"


@only_where_it_can
def test_the_same_sources_make_the_same_package_wherever_and_whenever_they_are_compiled(tmp_path: Path) -> None:
    first, _ = packed(tmp_path / "one")
    second, _ = packed(tmp_path / "another" / "place", times=(3, 4))
    assert first.read_bytes() == second.read_bytes()
    code = (
        "import pathlib, sys; from infra import archive; p = pathlib.Path(sys.argv[1]);"
        "archive.write_zip(p / 'again.zip', p, p / 'dependencies')"
    )
    for seed in ("1", "77"):
        env = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPYCACHEPREFIX": str(tmp_path / seed)}
        subprocess.run([sys.executable, "-c", code, str(tmp_path / "one")], cwd=PROJECT, env=env, check=True)
        assert (tmp_path / "one" / "again.zip").read_bytes() == first.read_bytes()


def test_another_python_than_the_functions_leaves_byte_code_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "PYTHON", "3.9")
    target, sizes = packed(tmp_path)
    assert archive.BYTE_CODE not in sizes
    with zipfile.ZipFile(target) as package:
        assert package.namelist() == ["app.py", "chalicelib/deep.py", "needed/__init__.py"]


def test_a_file_that_does_not_compile_is_packed_without_byte_code(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("a = 1\n", encoding="utf-8")
    (tmp_path / "bad.py").write_text("print 'for another Python'\n", encoding="utf-8")
    files = [("x/bad.py", tmp_path / "bad.py"), ("x/good.py", tmp_path / "good.py"), ("x/data.json", tmp_path)]
    assert [name for name, _ in bytecode.compiled(files, "3.11")] == ["x/__pycache__/good.cpython-311.pyc"]


def test_the_functions_run_the_python_for_which_the_package_is_made() -> None:
    functions = [one for one in built_template()["Resources"].values() if one["Type"] == "AWS::Serverless::Function"]
    assert {one["Properties"]["Runtime"] for one in functions} == {f"python{archive.PYTHON}"}


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
