"""Takes out of the package what no function and no command of ops reads: data of the libraries, never their code paths.

Everything left keeps its library's own format and place, so the libraries read it as ever: botocore its data loader's
files, holidays its catalogues. A service, a folder or a country that is needed one day is a line here.
"""

import gzip
import json
import re
import shutil
from pathlib import Path
from typing import Any

SERVICES = ("cognito-idp", "dynamodb", "kms", "s3", "secretsmanager", "ses", "sesv2", "sqs", "stepfunctions")
"""AWS services, by botocore's names, whose clients the code makes; a test reads the code for them."""
CREDENTIALS = ("signin", "sso", "sso-oidc", "sts")
"""Services that botocore itself asks for credentials, when somebody runs a command of ops with a profile or a role."""
ROOTS = ("Amazon Root CA ", "Starfield Services Root Certificate Authority - G2")
"""The roots of Amazon Trust Services, by the beginnings of their labels in botocore's bundle: all that AWS's endpoints
chain to (https://www.amazontrust.com/repository/). A client reads its bundle anew for each service: 15 ms for the whole
one. Calls of providers go by the package certifi, which stays whole."""
BUNDLE = "botocore/cacert.pem"
"""The file of these roots in the package; infra/functions.py points every function at it."""
COUNTRY = "KZ"
"""The country whose catalogues of `holidays` stay; chalicelib/core/working_days.py asks for no other."""

UNUSED = (
    # Where a number is from, its carrier and time zone. Parsing and comparing numbers read phonenumbers/data alone.
    *("phonenumbers/geodata", "phonenumbers/carrierdata", "phonenumbers/tzdata"),
    *("phonenumbers/geocoder.py", "phonenumbers/carrier.py", "phonenumbers/timezone.py"),
    # Of Powertools the logger stays, with what it imports.
    *("aws_lambda_powertools/event_handler", "aws_lambda_powertools/utilities/data_classes"),
    *(f"aws_lambda_powertools/utilities/{name}" for name in (
        "auth_alpha", "batch", "circuit_breaker", "data_masking", "feature_flags", "idempotency", "kafka", "parameters",
        "parser", "streaming", "validation",
    )),
    # Text for boto3's manual, and manual pages of commands.
    *("boto3/examples", "share"),
)  # fmt: skip
"""Folders and files that are deleted. One that is missing stops the build: the library has changed, so look again."""


class CannotTrim(Exception):
    """A library is not as this file knows it; the message says what to look at."""


def trim(dependencies: Path) -> None:
    """Delete and shorten in the folder of installed dependencies. Raises CannotTrim."""
    for name in UNUSED:
        path = dependencies / name
        if path.is_dir():
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()
        else:
            raise CannotTrim(f"infra/trim.py deletes {name}, which is not there any more")
    _trim_holidays(dependencies / "holidays" / "locale")
    _trim_services(dependencies / "botocore" / "data")
    _trim_resources(dependencies / "boto3" / "data")
    _trim_roots(dependencies / BUNDLE)


def _trim_holidays(locale: Path) -> None:
    if not list(locale.rglob(f"{COUNTRY}.mo")):
        raise CannotTrim(f"holidays has no catalogue of {COUNTRY} any more")
    for path in sorted(locale.rglob("*"), reverse=True):
        if path.is_file() and path.stem != COUNTRY:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def _trim_services(data: Path) -> None:
    """Keep the newest model of each service, without its prose, and these services in the list of endpoints."""
    kept = {*SERVICES, *CREDENTIALS}
    if missing := kept - {path.name for path in data.iterdir()}:
        raise CannotTrim(f"botocore has no data of {', '.join(sorted(missing))}")
    for folder in [path for path in data.iterdir() if path.is_dir()]:
        if folder.name not in kept:
            shutil.rmtree(folder)
    prefixes = set()
    for service in kept:
        versions = sorted((data / service).iterdir())
        for former in versions[:-1]:
            shutil.rmtree(former)
        for examples in versions[-1].glob("examples-1.json*"):
            examples.unlink()
        prefixes.add(_without_prose(versions[-1])["metadata"]["endpointPrefix"])
    file = data / "endpoints.json"
    endpoints = json.loads(file.read_text(encoding="utf-8"))
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: one for name, one in services.items() if name in prefixes}
    file.write_text(_compact(endpoints), encoding="utf-8")


def _without_prose(version: Path) -> dict[str, Any]:
    """Write a service's model without documentation and return it.

    It is the file's other form that botocore's loader knows, not compressed; the package is, anyway.
    """
    packed = version / "service-2.json.gz"
    if not packed.exists():
        raise CannotTrim(f"botocore keeps the model of {version.parent.name} in another form")
    model: dict[str, Any] = json.loads(gzip.decompress(packed.read_bytes()))
    for part in ("operations", "shapes"):  # botocore reads it elsewhere, of clientContextParams
        model[part] = _shortened(model[part])
    packed.unlink()
    (version / "service-2.json").write_text(_compact(model), encoding="utf-8")
    return model


def _shortened(part: Any) -> Any:
    if isinstance(part, dict):
        # A member of a shape may have this name, too; then its value is no text.
        return {key: _shortened(one) for key, one in part.items() if not (key in _PROSE and isinstance(one, str))}
    return [_shortened(one) for one in part] if isinstance(part, list) else part


_PROSE = ("documentation", "documentationUrl")


def _trim_resources(data: Path) -> None:
    for folder in [path for path in data.iterdir() if path.is_dir() and path.name not in SERVICES]:
        shutil.rmtree(folder)


def _trim_roots(bundle: Path) -> None:
    kept = [one for one in _CERTIFICATE.finditer(bundle.read_text(encoding="utf-8")) if one["label"].startswith(ROOTS)]
    if len(kept) < _FEWEST_ROOTS:
        raise CannotTrim(f"{BUNDLE} holds {len(kept)} roots of Amazon, and AWS names {_FEWEST_ROOTS}")
    bundle.write_text("\n".join(one[0] for one in kept), encoding="utf-8")


_CERTIFICATE = re.compile('# Label: "(?P<label>[^"\n]*)"\n(#.*\n)*-----BEGIN [^#]*-----END CERTIFICATE-----\n')
_FEWEST_ROOTS = 5


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
