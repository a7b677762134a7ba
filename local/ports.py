"""Settings of the local run, from the environment: ports, profile, whether data is kept. All have a default."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chalicelib.profile.policy import serving_profiles, why_not_serving
from local.aws.ministack import CannotStart, is_taken

KEPT = Path(__file__).resolve().parent.parent / ".local" / "kept"
"""The folder for data that outlives a run, unless PERSIST names another one."""


@dataclass(frozen=True)
class RunSettings:
    """The settings of one run."""

    port: int = 8000
    aws_port: int = 4566
    phones_port: int = 8001
    smtp_port: int = 2525
    operator: str = "spoint"
    kept: Path | None = None
    """The folder in which data is kept; None drops the data at the end of the run."""
    log_level: str = "INFO"
    package: Path | None = None
    """The deployment package from which alone Lambda processes import; None: they take the virtual environment."""

    scan: bool = False
    """Files are scanned for malware, as with the parameter ScanFiles."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "RunSettings":
        """Read PORT, AWS_PORT, PHONES_PORT, SMTP_PORT, OPERATOR, PERSIST, LOG_LEVEL, SCAN and PACKAGE.

        Raises CannotStart.
        """
        operator = environment.get("OPERATOR") or "spoint"
        if reason := why_not_serving(operator):
            able = ", ".join(serving_profiles())
            raise CannotStart(f"OPERATOR={operator} cannot be served. {reason} Choose one of: {able}.")
        return cls(
            scan=environment.get("SCAN", "") == "1",
            port=_port(environment, "PORT", 8000),
            aws_port=_port(environment, "AWS_PORT", 4566),
            phones_port=_port(environment, "PHONES_PORT", 8001),
            smtp_port=_port(environment, "SMTP_PORT", 2525),
            operator=operator,
            kept=_kept(environment.get("PERSIST", "")),
            log_level=environment.get("LOG_LEVEL") or "INFO",
            package=_package(environment.get("PACKAGE", "")),
        )

    @property
    def url(self) -> str:
        """Address of the desk."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def phones_url(self) -> str:
        """Address of the phones."""
        return f"http://127.0.0.1:{self.phones_port}"

    def check_ports(self) -> None:
        """Raise CannotStart for the first port that something listens on."""
        for name, port in (
            ("PORT", self.port),
            ("AWS_PORT", self.aws_port),
            ("PHONES_PORT", self.phones_port),
            ("SMTP_PORT", self.smtp_port),
        ):
            if is_taken(port):
                raise CannotStart(f"Port {port} is in use. Stop what listens there or choose another with {name}=…")


def _kept(given: str) -> Path | None:
    """Return the folder that PERSIST names: None for "" and 0, the folder of a path, KEPT for any other value."""
    if given in ("", "0"):
        return None
    return Path(given) if "/" in given else KEPT


def _package(given: str) -> Path | None:
    if given and not Path(given).is_file():
        raise CannotStart(f"PACKAGE={given} is no file. Run make package, and name build/deployment.zip.")
    return Path(given).resolve() if given else None


def _port(environment: Mapping[str, str], name: str, usual: int) -> int:
    given = environment.get(name) or str(usual)
    if not given.isdecimal() or not 1 <= int(given) <= 65535:
        raise CannotStart(f"{name}={given} is no port. Give a number from 1 to 65535.")
    return int(given)


def settings() -> RunSettings:
    """Return the settings of this run. Raises CannotStart."""
    return RunSettings.of(os.environ)
