"""A copy of the project to which the pagers were added, as a new channel is added."""

import filecmp
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[3]
HERE = Path(__file__).parent
COPIED = (
    "app.py",
    "chalicelib",
    "infra",
    "local",
    "tests",
    "quality",
    "docs",
    ".chalice",
    "pyproject.toml",
    "requirements.txt",
)
REGISTRY, PROFILE = "chalicelib/channels/registry.py", "chalicelib/profile/operators/pagerdesk.toml"
GENERATORS = ("chalicelib.profile.build", "quality.generate", "infra.openapi")
"""What `make generate` runs."""
_CATEGORY = """
[[categories]]
id = "pager_number"
purposes = ["support"]
grounds = ["message_consent"]
retention = "contact"
clause = "A1.1"
"""
_ADMITTED = {
    "[channels]\n": '[channels]\npager = { state = "on", clause = "A1.1" }\n',
    'scope = ["website", ': 'scope = ["website", "pager", ',
    '[[recipients]]\nid = "meta"': """[[recipients]]
id = "pagers"
name = "Pagers"
country = "KZ"
role = "delivery"
channels = ["pager"]
data = ["message_text"]
sees = "plain"
clause = "A1.1"

[[recipients]]
id = "meta\"""",
}
"""What else its profile says otherwise than the one of the company."""


def add_pagers(tree: Path) -> None:
    """Copy the project and add the channel: its folder, its line in the registry, its kit, and a profile that allows
    it, whose policy is published; then make what is generated."""
    for name in COPIED:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tree / name)
    shutil.copytree(HERE / "pager", tree / "chalicelib/channels/pager", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HERE / "kit.py", tree / "tests/channels/conformance/kits/pager.py")
    registry = tree / REGISTRY
    text = registry.read_text("utf-8")
    before = "from chalicelib.channels.telegram"
    text = text.replace(before, f"from chalicelib.channels.pager.channel import PAGER\n{before}", 1)
    text = text.replace("    EMAIL,\n", "    PAGER,\n    EMAIL,\n", 1)
    registry.write_text(text, "utf-8")
    profile = (PROJECT / "chalicelib/profile/operators/spoint.toml").read_text("utf-8")
    profile = profile.replace('name = "spoint"', 'name = "pagerdesk"', 1)
    profile = profile.replace('channels = ["whatsapp", "telegram",', 'channels = ["pager", "whatsapp", "telegram",')
    for before, after in _ADMITTED.items():
        assert before in profile
        profile = profile.replace(before, after, 1)
    (tree / PROFILE).write_text(profile + _CATEGORY, "utf-8")
    for module in GENERATORS:
        run(tree, module)
    run(tree, "chalicelib.profile.policy", "publish", "pagerdesk")


def run(tree: Path, module: str, *arguments: str) -> str:
    """Run a module of the copy; return what it prints. Fails with its output."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True)
    assert not done.returncode, done.stdout + done.stderr
    return done.stdout


def touched(tree: Path) -> list[str]:
    """Return the files of the copy that the project has not, or has otherwise."""
    files = (one for one in tree.rglob("*") if one.is_file() and "__pycache__" not in one.parts)
    names = (one.relative_to(tree) for one in files if ".local" not in one.parts)
    return sorted(
        str(name)
        for name in names
        if not (PROJECT / name).exists() or not filecmp.cmp(PROJECT / name, tree / name, shallow=False)
    )
