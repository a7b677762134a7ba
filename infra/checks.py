"""Checks of the built template and package."""

import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

from infra.definitions import Json

REGION = "eu-central-1"


class CheckFailed(Exception):
    """A check found something; the message holds its report."""


def handler_names(template: Json) -> set[str]:
    """Return the handler string of every function in a template."""
    return {
        one["Properties"]["Handler"]
        for one in template["Resources"].values()
        if one["Type"] == "AWS::Serverless::Function"
    }


def handlers(package: Path, template: Json) -> None:
    """Import every handler in a fresh interpreter from the unzipped package alone. Raises CheckFailed."""
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(package) as opened:
            opened.extractall(folder)
        for handler in sorted(handler_names(template)):
            import_alone(Path(folder), handler)


def import_alone(folder: Path, handler: str) -> None:
    """Import `module.attribute` with nothing but `folder` and Python's own library. Raises CheckFailed."""
    module, attribute = handler.rsplit(".", 1)
    find = f"import sys; sys.path.insert(0, {str(folder)!r})"
    code = f"{find}; import {module} as m; assert callable(m.{attribute})"
    # -I and -S: no site-packages, variables or current folder, so that only the package can be imported.
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        capture_output=True,
        text=True,
        env={"AWS_DEFAULT_REGION": REGION},
    )
    if run.returncode:
        raise CheckFailed(f"{handler} does not import from the package alone:\n{run.stderr}")


def cfn_lint(template: Path) -> None:
    """Run cfn-lint over the template. Raises CheckFailed."""
    command = [
        str(Path(sys.executable).parent / "cfn-lint"),
        "--regions",
        REGION,
        "--template",
        str(template),
    ]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        raise CheckFailed(f"cfn-lint:\n{run.stdout}{run.stderr}")
    print("cfn-lint: nothing found")


def checkov(template: Path, project: Path) -> None:
    """Run checkov from an environment of its own, because it needs other versions than we do. Raises CheckFailed."""
    home = project / ".venv-checkov"
    _make_environment(home, project / "requirements-checkov.txt")
    command = [
        *(
            str(home / "bin" / "python"),
            "-m",
            "checkov.main",
            "--file",
            str(template),
            "--framework",
            "cloudformation",
        ),
        *(
            "--compact",
            "--quiet",
            "--skip-download",
            "--config-file",
            str(project / "infra" / "checkov.yaml"),
        ),
    ]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        raise CheckFailed(f"checkov:\n{run.stdout}{run.stderr}")
    print("checkov: nothing found")


def _make_environment(home: Path, requirements: Path) -> None:
    stamp = home / "stamp"
    wanted = requirements.read_text(encoding="utf-8")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    venv.create(home, clear=True, with_pip=True)
    pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "--requirement", str(requirements)], check=True)
    stamp.write_text(wanted, encoding="utf-8")
