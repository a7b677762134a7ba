"""The releases of which something is kept: a folder here for each."""

from pathlib import Path

HERE = Path(__file__).parent
RELEASES = sorted(folder.name for folder in HERE.iterdir() if (folder / "state.json").exists())
