"""What was measured, for the summary at the end of `make ways`."""

from tests.ways.crossing import Way

MEASURED: list[tuple[str, Way]] = []


def lines(*, files: bool) -> list[str]:
    """Return a line for each way, and with `files` the files that it crosses."""
    found = []
    for name, way in MEASURED:
        rooms = " ".join(sorted(way.rooms))
        found.append(
            f"{name:34}{len(way.files):4} files{len(way.functions):5} functions{len(way.rooms):4} rooms: {rooms}"
        )
        found += [f"    {file}" for file in sorted(way.files)] if files else []
    return found
