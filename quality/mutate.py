"""`make mutate`: break one file or one room in small ways, and list the breaks that no test notices.

FILES names files or folders below chalicelib; without it every pure model and the erasure are broken, which takes
hours: about two seconds a break. TESTS names the tests to judge by, where those of the table below are not right.
mutmut copies, breaks and tests in build/mutation, never in the tree. It skips properties, decorated functions and
constants. Survivors are to be read: some change nothing that anybody could notice.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
WORK = ROOT / "build" / "mutation"
COPIED = ("app.py", "chalicelib", "infra", "local", "tests", "docs", ".chalice", ".ci", "Makefile", "requirements.txt")
JUDGES = {
    "certificates": ("tests/erasure/test_certificates.py", "tests/erasure/test_what_certificates_say.py"),
    "contacts": ("tests/intake", "tests/web/test_found.py"),
    "erasure": ("tests/erasure",),
    "messages": ("tests/intake", "tests/channels"),
    "outbox": ("tests/delivery",),
    "privacy": ("tests/erasure/requests", "tests/web/privacy"),
    "profile": ("tests/domain/test_profile.py", "tests/domain/test_policy.py"),
    "retention": ("tests/retention",),
    "staff": ("tests/web",),
    "suppression": ("tests/intake", "tests/retention"),
    "tickets": ("tests/web/test_tickets.py", "tests/web/test_apply_edits.py", "tests/retention"),
    "vault": ("tests/storage/test_vault.py", "tests/storage/test_rotation.py"),
}
"""The tests that reach a room's rules in this process. mutmut runs of them those that reach the broken function."""
SLOW = "not browser and not chaos and not slow"


def files_of(named: list[str]) -> list[Path]:
    """Return the files to break, relative to the root. Raises SystemExit for a name that does not exist."""
    package = ROOT / "chalicelib"
    if not named:
        found = [*package.glob("*/model.py"), *package.glob("*/records.py"), *(package / "erasure").rglob("*.py")]
        return sorted(file.relative_to(ROOT) for file in found if file.name != "__init__.py")
    found = []
    for name in named:
        path = (ROOT / name).resolve()
        if not path.exists() or package not in path.parents:
            raise SystemExit(f"{name} is not a file or folder below chalicelib")
        found += [path] if path.is_file() else sorted(path.rglob("*.py"))
    return [file.relative_to(ROOT) for file in found if file.name != "__init__.py"]


def judges_of(files: list[Path]) -> list[str]:
    """Return the tests that judge these files. Raises SystemExit for a room without any."""
    rooms = sorted({file.parts[1] for file in files})
    if missing := [room for room in rooms if room not in JUDGES]:
        raise SystemExit(f"Name the tests: make mutate FILES=… TESTS=…; none are known for {', '.join(missing)}")
    return list(dict.fromkeys(test for room in rooms for test in JUDGES[room]))


def prepare(files: list[Path], tests: list[str]) -> None:
    """Copy the tree to build/mutation and write mutmut's settings there."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, WORK / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, WORK / name)
    settings = {
        "source_paths": ["chalicelib"],
        "only_mutate": [str(file) for file in files],
        "also_copy": [name for name in COPIED if name not in ("chalicelib", "tests")],
        "pytest_add_cli_args": ["-m", SLOW, "-p", "no:cacheprovider"],
        "pytest_add_cli_args_test_selection": tests,
        "use_git_change_detection": False,
    }
    lines = [f"{name} = {str(value).lower() if value is False else value}" for name, value in settings.items()]
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (WORK / "pyproject.toml").write_text(project + "\n[tool.mutmut]\n" + "\n".join(lines) + "\n", encoding="utf-8")


def mutmut(*arguments: str) -> str:
    """Run mutmut in build/mutation and return what it printed. Raises SystemExit with the end of that if it fails."""
    command = [sys.executable, "-m", "mutmut", *arguments]
    run = subprocess.run(command, cwd=WORK, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode:
        # Its spinner writes one line over and over.
        said = [line.rpartition("\r")[2] for line in run.stdout.split("\n")]
        raise SystemExit("\n".join([*said[-60:], f"mutmut {arguments[0]} ended with {run.returncode}"]))
    return run.stdout


def tried() -> int:
    """Return how many breaks were tested."""
    return sum(len(json.loads(file.read_text())["exit_code_by_key"]) for file in (WORK / "mutants").rglob("*.meta"))


def main(named: list[str], tests: list[str]) -> None:
    """Break, test, and print each survivor as a difference."""
    files = files_of(named)
    prepare(files, tests or judges_of(files))
    print(f"Breaking {', '.join(map(str, files))}; nothing is printed until the end", flush=True)
    mutmut("run", "--max-children", "2")
    left = [line.strip() for line in mutmut("results").splitlines() if line.strip()]
    for line in left:
        name, _, what = line.partition(": ")
        print(f"\n{what}: {name}")
        if what == "survived":
            print(mutmut("show", name))
    print(f"\n{tried()} breaks, of which {len(left)} were not noticed")


if __name__ == "__main__":
    main(os.environ.get("FILES", "").split(), os.environ.get("TESTS", "").split())
