"""What is taken out of the package is read by nobody, and what is left is read as ever."""

import ast
import json
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import boto3
import pytest

from chalicelib.channels import registry
from infra import functions, trim
from local.aws.template import PROJECT, built_template

INSTALLED = Path(boto3.__file__).parent.parent
SOURCES = [PROJECT / "app.py", *sorted((PROJECT / "chalicelib").rglob("*.py"))]


@cache
def nodes() -> list[tuple[Path, ast.AST]]:
    """Calls and imports of the deployed code, functions' bodies included, each with its file."""
    found = ((path, node) for path in SOURCES for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    return [(path, node) for path, node in found if isinstance(node, ast.Call | ast.Import | ast.ImportFrom)]


def calls(name: str) -> Iterator[tuple[Path, ast.Call]]:
    """Every call of a function or method of this name in the deployed code."""
    for path, node in nodes():
        if isinstance(node, ast.Call) and name in (getattr(node.func, "id", ""), getattr(node.func, "attr", "")):
            yield path.relative_to(PROJECT), node


def test_the_package_holds_the_services_whose_clients_the_code_makes_and_no_other() -> None:
    made = set()
    for path, call in calls("client"):
        service = call.args[0] if call.args else None
        assert isinstance(service, ast.Constant), f"{path}:{call.lineno} hides which service it is a client of"
        made.add(service.value)
    given = {service for channel in registry.CHANNELS for service in channel.aws}
    assert made | given == set(trim.SERVICES)


def test_clients_are_made_in_one_place() -> None:
    makers = {str(path) for name in ("create_client", "resource", "get_session") for path, _ in calls(name)}
    assert makers == {"chalicelib/dynamo/clients.py"}


def imported() -> Iterator[tuple[str, str]]:
    """Names of modules that the deployed code imports, and the file that does."""
    for path, node in nodes():
        if isinstance(node, ast.Import):
            yield from ((one.name, path.name) for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, path.name
            yield from ((f"{node.module}.{one.name}", path.name) for one in node.names)


def test_nothing_that_is_deleted_is_imported() -> None:
    gone = {name.removesuffix(".py").replace("/", ".") for name in trim.UNUSED}
    for module, file in imported():
        assert not [one for one in gone if f"{module}.".startswith(f"{one}.")], f"{file} imports {module}"


def test_holidays_are_asked_of_one_country() -> None:
    asked = [ast.literal_eval(call.args[0]) for _, call in calls("country_holidays")]
    assert asked == [trim.COUNTRY]


@pytest.fixture(scope="module")
def trimmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed libraries, trimmed."""
    folder = tmp_path_factory.mktemp("dependencies")
    needed = ("aws_lambda_powertools boto3 botocore certifi dateutil holidays jmespath phonenumbers s3transfer six.py"
              " telegram typing_extensions.py urllib3").split()  # fmt: skip
    for name in needed:
        if (INSTALLED / name).is_dir():
            shutil.copytree(INSTALLED / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(INSTALLED / name, folder)
    for information in INSTALLED.glob("holidays-*.dist-info"):
        shutil.copytree(information, folder / information.name)
    (folder / "share").mkdir(exist_ok=True)
    trim.trim(folder)
    return folder


def run(folder: Path, code: str) -> str:
    """What this code prints with nothing to import but Python's own library and `folder`."""
    found = f"import sys; sys.path.insert(0, {str(folder)!r})\n{code}"
    environment = {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    done = subprocess.run([sys.executable, "-I", "-S", "-c", found], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


SHAPES = """
import json, boto3
session, told = boto3.session.Session(), {}
for service in %r:
    client = session.client(service)
    model = client.meta.service_model
    told[service] = [client.meta.endpoint_url, model.api_version, sorted(model.operation_names), {
        name: sorted(model.shape_for(name).metadata) for name in model.shape_names}]
    told[service] += [session.client(service, region_name=one).meta.endpoint_url
                      for one in ("us-east-1", "ap-southeast-5", "cn-north-1", "us-gov-west-1")]
    told[service].append(session.get_available_regions(service))
print(json.dumps(told, sort_keys=True))
"""


def test_every_service_of_ours_is_as_it_was_untrimmed_but_for_its_prose(trimmed: Path) -> None:
    code = SHAPES % ([*trim.SERVICES, *trim.CREDENTIALS],)
    assert json.loads(run(trimmed, code)) == json.loads(run(INSTALLED, code))


def test_boto3_tables_and_waiters_work(trimmed: Path) -> None:
    code = (
        "import boto3; client = boto3.client('dynamodb')\n"
        "print(boto3.resource('dynamodb').Table('desk').name, 'table_exists' in client.waiter_names)"
    )
    assert run(trimmed, code).strip() == "desk True"


def test_numbers_and_holidays_are_as_ever(trimmed: Path) -> None:
    code = (
        "import phonenumbers, holidays\n"
        "n = phonenumbers.parse('8 701 000 01 07', 'KZ')\n"
        "print(n.country_code, phonenumbers.is_possible_number(n), phonenumbers.is_valid_number(n))\n"
        "for one in ('+49 30 901820', '+7 495 123 45 67', '+1 212 555 0100'):\n"
        "    print(phonenumbers.format_number(phonenumbers.parse(one), phonenumbers.PhoneNumberFormat.INTERNATIONAL))\n"
        "print(sorted(map(str, holidays.country_holidays('KZ', years=range(2024, 2031)))))\n"
    )
    assert run(trimmed, code) == run(INSTALLED, code)


def test_the_logger_and_the_providers_client_load(trimmed: Path) -> None:
    shutil.copytree(INSTALLED / "httpx", trimmed / "httpx", dirs_exist_ok=True)
    assert run(trimmed, "from aws_lambda_powertools.logging import Logger; Logger(service='x').info('word')")


def test_clients_trust_the_roots_of_amazon_alone(trimmed: Path) -> None:
    certificates = ssl.create_default_context(cafile=trimmed / trim.BUNDLE).get_ca_certs()
    assert len(certificates) == 5
    names = {dict(part for (part,) in one["subject"])["commonName"] for one in certificates}
    assert all(name.startswith(("Amazon Root CA ", "Starfield Services Root ")) for name in names)
    made = [one for one in built_template()["Resources"].values() if one["Type"] == "AWS::Serverless::Function"]
    for function in made:
        assert function["Properties"]["Environment"]["Variables"]["AWS_CA_BUNDLE"] == f"/var/task/{trim.BUNDLE}"
    assert functions.ROOTS["AWS_CA_BUNDLE"].endswith(trim.BUNDLE)


def test_a_library_that_has_changed_stops_the_build(tmp_path: Path) -> None:
    with pytest.raises(trim.CannotTrim, match="phonenumbers/geodata"):
        trim.trim(tmp_path)


def test_what_botocore_asks_for_credentials_is_there() -> None:
    assert set(trim.CREDENTIALS) <= set(os.listdir(INSTALLED / "botocore" / "data"))
