"""`make package`: build/template.json and build/deployment.zip, both checked.

python -m infra.package                 template, zip and every check
python -m infra.package --template PATH the template alone, for the local run
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from chalicelib.profile import build
from chalicelib.profile.load import load_profile
from chalicelib.profile.policy import serving_profiles
from infra import archive, checks, openapi, residency, trim
from infra.definitions import Json
from infra.generate import generate
from infra.merge import CannotMerge, check_config, merge, read_config

PROJECT = Path(__file__).resolve().parent.parent
BUILD = PROJECT / "build"


def build_template(project: Path = PROJECT) -> Json:
    """Return the service's template. Raises CannotMerge."""
    check_config(read_config(project))
    template = merge(generate(project))
    template["Rules"] = residency.rules([load_profile(name) for name in serving_profiles()])
    return template


def write(template: Json, path: Path) -> None:
    """Write a template as JSON, the same bytes for the same template."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(template, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Run the command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m infra.package", description=__doc__)
    parser.add_argument("--template", type=Path, metavar="PATH", help="write the template there and stop")
    chosen = parser.parse_args(arguments)
    target: Path = chosen.template or BUILD / "template.json"
    try:
        write(build_template(), target)
    except CannotMerge as error:
        print(f"infra/merge.py: {error}", file=sys.stderr)
        return 1
    if chosen.template:
        return 0
    if stale := out_of_date():
        print(f"not what the sources say: {', '.join(stale)}; run make generate, look and commit", file=sys.stderr)
        return 1
    print(f"template: {target.relative_to(PROJECT)}")
    try:
        _build_zip()
        checks.handlers(BUILD / "deployment.zip", json.loads(target.read_text(encoding="utf-8")))
        print("handlers: every one imports from the package alone")
        checks.cfn_lint(target)
        checks.checkov(target, PROJECT)
    except (checks.CheckFailed, trim.CannotTrim) as error:
        print(error, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(
            f"a step of make package failed: {Path(error.cmd[0]).name} exited {error.returncode}",
            file=sys.stderr,
        )
        return 1
    return 0


def out_of_date() -> list[str]:
    """Return the generated files that are not what their sources say today: profiles and OpenAPI description."""
    described = json.loads(openapi.TARGET.read_text(encoding="utf-8")) == openapi.description()
    return [*(path.name for path in build.stale()), *(() if described else (openapi.TARGET.name,))]


def _build_zip() -> None:
    target = BUILD / "deployment.zip"
    archive.install_dependencies(PROJECT / "requirements.txt", BUILD / "dependencies")
    archive.prune(BUILD / "dependencies", PROJECT / "requirements.in")
    trim.trim(BUILD / "dependencies")
    sizes = archive.write_zip(target, PROJECT, BUILD / "dependencies")
    total = sum(sizes.values())
    packed = target.stat().st_size / 1e6
    print(f"zip: {target.relative_to(PROJECT)}, {packed:.1f} MB, unzipped {total / 1e6:.1f} MB")
    for name, size in sorted(sizes.items(), key=lambda one: -one[1])[:5]:
        print(f"  {name:<22} {size / 1e6:6.1f} MB")
    if archive.BYTE_CODE not in sizes:
        print(f"  no byte code: Python {archive.PYTHON} alone can make it; cold starts compile what they import")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
