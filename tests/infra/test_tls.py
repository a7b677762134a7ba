"""Nothing speaks without TLS, nor by less than TLS 1.2: what the template demands, and what our own clients accept."""

import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib.channels.http_session import new_session
from infra.merge import TLS
from local.aws.ministack import CREDENTIALS, REGION
from local.aws.template import built_template

HOST = "127.0.0.1"


def test_api_gateway_demands_tls_1_2() -> None:
    body = built_template()["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    assert body["x-amazon-apigateway-security-policy"] == TLS
    client = boto3.client("apigateway", region_name=REGION)
    assert TLS in client.meta.service_model.shape_for("SecurityPolicy").enum
    assert TLS.startswith("SecurityPolicy_TLS13_1_2_PFS_"), "TLS 1.3 and 1.2, and nothing older"
    modes = client.meta.service_model.shape_for("EndpointAccessMode").enum
    assert body["x-amazon-apigateway-endpoint-access-mode"] in modes, "such a policy is refused without a mode"


def test_every_bucket_refuses_plain_calls() -> None:
    template = built_template()
    resources = template["Resources"]
    buckets = {name for name, one in resources.items() if one["Type"] == "AWS::S3::Bucket"}
    policies = [one for one in resources.values() if one["Type"] == "AWS::S3::BucketPolicy"]
    assert buckets == {one["Properties"]["Bucket"]["Ref"] for one in policies} and len(buckets) >= 2
    for policy in policies:
        bucket = policy["Properties"]["Bucket"]["Ref"]
        assert policy["Condition"] == "TlsOnly"
        (refused,) = (one for one in policy["Properties"]["PolicyDocument"]["Statement"] if one["Effect"] == "Deny")
        assert (refused["Principal"], refused["Action"]) == ("*", "s3:*")
        assert refused["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert {"Fn::Sub": f"${{{bucket}.Arn}}/*"} in refused["Resource"]
        assert {"Fn::GetAtt": [bucket, "Arn"]} in refused["Resource"]
    assert template["Conditions"]["TlsOnly"] == {"Fn::Equals": [{"Ref": "RequireTls"}, "true"]}
    assert template["Parameters"]["RequireTls"]["Default"] == "true"


class _Empty(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a key and a certificate of this machine, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "own.pem"
    encoding, form, none = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(key.private_bytes(encoding, form, none) + made.public_bytes(encoding))
    return file


@contextmanager
def server(certificate: Path, version: ssl.TLSVersion) -> Iterator[str]:
    """A server that speaks this version alone; returns its address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    listening = HTTPServer((HOST, 0), _Empty)
    listening.socket = context.wrap_socket(listening.socket, server_side=True)
    listening.handle_error = lambda *_: None  # type: ignore[method-assign]
    serving = threading.Thread(target=listening.serve_forever, args=(0.01,))
    serving.start()
    try:
        yield f"https://localhost:{listening.server_port}"
    finally:
        listening.shutdown()
        serving.join()
        listening.server_close()


def spoken(url: str, certificate: str) -> str | None:
    """The version that a client without scruples speaks with this server."""
    context = ssl.create_default_context(cafile=certificate)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1_1
    port = int(url.rpartition(":")[2])
    with (
        socket.create_connection((HOST, port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as wrapped,
    ):
        return wrapped.version()


def by_requests(url: str, certificate: str) -> None:
    new_session().get(url, verify=certificate, timeout=5)


def by_httpx(url: str, certificate: str) -> None:
    """As python-telegram-bot calls its provider."""
    with httpx.Client(verify=ssl.create_default_context(cafile=certificate), trust_env=False) as client:
        client.get(url)


def by_boto3(url: str, certificate: str) -> None:
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=5)
    keys = {name.lower(): value for name, value in CREDENTIALS.items()}
    client: Any = boto3.client("s3", endpoint_url=url, verify=certificate, region_name=REGION, config=config, **keys)
    client.get_object(Bucket="bucket", Key="key")


@pytest.mark.parametrize("call", [by_requests, by_httpx, by_boto3])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_our_clients_speak_to_nobody_who_knows_less_than_tls_1_2(
    certificate: Path, version: ssl.TLSVersion, call: Callable[[str, str], None]
) -> None:
    with server(certificate, version) as url:
        if version >= ssl.TLSVersion.TLSv1_2:
            call(url, str(certificate))
            return
        assert spoken(url, str(certificate)) == "TLSv1.1", "the server does speak it, with whoever wants to"
        with pytest.raises((requests.exceptions.SSLError, httpx.ConnectError, BotoCoreError), match="(?i)ssl|version"):
            call(url, str(certificate))
