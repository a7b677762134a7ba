"""Says which tools are missing on this machine: `python -m local.tools chromium java mvn`."""

import re
import shutil
import subprocess
import sys

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
JAVA_AT_LEAST = 17


def chromium() -> str | None:
    """Return the path of Chromium, or None."""
    return next((path for name in CHROMIUM if (path := shutil.which(name))), None)


def missing(tool: str) -> str:
    """Return "" when the tool is installed, else one line that says what to do."""
    if tool == "chromium":
        return "" if chromium() else "Chromium is missing; on Debian: apt-get install chromium"
    if tool == "mvn":
        return "" if shutil.which("mvn") else "Maven is missing; on Debian: apt-get install maven"
    if tool == "java":
        return _java()
    return f"{tool} is not known here"


def _java() -> str:
    wanted = f"Java {JAVA_AT_LEAST} or newer is needed; on Debian: apt-get install openjdk-17-jre-headless"
    if not shutil.which("java"):
        return wanted
    said = subprocess.run(["java", "-version"], capture_output=True, text=True).stderr
    found = re.search(r'version "(\d+)', said)
    return "" if found and int(found.group(1)) >= JAVA_AT_LEAST else wanted


def main(tools: list[str]) -> int:
    """Print one line for each missing tool; returns 1 when there is any."""
    lines = [line for tool in tools if (line := missing(tool))]
    for line in lines:
        print(line, file=sys.stderr)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
