"""One running desk: the embedded AWS with the deployed stack, the gateway, the stand-in phones and the mail server."""

import asyncio
import io
import os
import shutil
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable
from email.utils import formataddr
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
from hypercorn.asyncio import serve
from hypercorn.config import Config
from starlette.applications import Starlette

from chalicelib.channels import registry
from chalicelib.privacy.menu.buttons import all_commands
from chalicelib.profile.load import load_profile
from infra.archive import EPOCH
from local import seed
from local.aws.clock import SCHEDULED, DeskClock
from local.aws.fork_server import ADDRESS, ForkServer
from local.aws.ministack import CannotStart, MiniStack, client, is_taken
from local.aws.scan import Scan
from local.aws.stack import Stack, code_zip, deploy, function_name
from local.aws.template import PROJECT, built_template
from local.faults.aws_plan import HOOKS, AwsFaultPlan
from local.gateway import Gateway
from local.phones import ProviderSecrets, create_app
from local.ports import RunSettings
from local.providers.mail import mail_server
from local.providers.ses.receiving import Receiving
from local.serving import Serving

READY_SECONDS = 30.0
ENFORCES_IAM_SINCE = 5
"""Minor version of ministack 1 from which AUTH=true makes it enforce IAM."""
WARM = {"templates": SCHEDULED, "sender": b'{"Records": []}', "relay": b'{"Records": []}'}
"""Functions that are invoked right after the start: the templates are fetched, and so that the first reply is not slow,
some get an event without work."""

Say = Callable[[str], None]


class Desk:
    """Starts and stops all parts. `say` is called with one line for each phase."""

    def __init__(self, settings: RunSettings, say: Say = lambda line: None) -> None:
        self.settings = settings
        self._say = say
        self._home = settings.kept or Path(tempfile.mkdtemp(prefix="spoint-desk-"))
        self.log = self._home / "aws.log"
        self._fork_server = ForkServer()
        self._scan: Scan | None = None
        self._aws = MiniStack(settings.aws_port, log=self.log, env=self._environment())
        self._servers: list[Serving] = []
        self._ready = False
        self._profile = load_profile(settings.operator)
        published = [one.address for one in self._profile.contacts if one.kind == "mail" and one.address]
        self._mailboxes = (*published, f"help@{seed.MAIL_DOMAIN}")

    def _environment(self) -> dict[str, str]:
        """Return variables for the embedded AWS and its Lambda processes; a deployment has none of them."""
        found = {
            "PYTHONPATH": str(HOOKS),
            "FAULTS_FILE": str(self._home / "faults.json"),
            "CLOCK_FILE": str(self._home / "clock"),
            # SES is played by the phones.
            "AWS_ENDPOINT_URL_SESV2": f"{self.settings.phones_url}/ses",
            # The embedded AWS unpacks the code of every Lambda process here and does not remove it.
            "TMPDIR": str(self._home / "tmp"),
            # Shortens the pauses between attempts of a workflow's task from minutes to about a second in all.
            "SFN_WAIT_SCALE": "0.005",
        }
        if self.settings.package:
            found["PACKAGE_FOLDER"] = str(self._home / "package")
        else:
            found["CODE_FOLDER"] = str(self._home / "code")
            found[ADDRESS] = self._fork_server.address  # its libraries are those of the virtual environment
        if self.settings.kept:
            found |= {
                "PERSIST_STATE": "1",
                "STATE_DIR": str(self._home / "state"),
                "S3_PERSIST": "1",
                "S3_DATA_DIR": str(self._home / "s3"),
            }
        return found

    def start(self) -> Self:
        """Start all parts and return when the desk answers. Raises CannotStart or CannotDeploy."""
        self.settings.check_ports()
        if int(version("ministack").split(".")[1]) < ENFORCES_IAM_SINCE:
            self._say(f"WARNING: ministack {version('ministack')} enforces no IAM; install requirements-dev.txt")
        (self._home / "tmp").mkdir(parents=True, exist_ok=True)
        try:
            template, code = built_template(), code_zip(PROJECT)
            if self.settings.package:
                with zipfile.ZipFile(self.settings.package) as package:
                    package.extractall(self._home / "package")
            else:
                code = self._unpacked(code)
                self._fork_server.start(self._aws.environment(), self.log)
            self._say("Starting the embedded AWS")
            self._aws.start()
            endpoint = self._aws.endpoint
            public = seed.kept_vault_public(endpoint)
            pair = None
            if not public:
                pair = seed.vault_pair()
                public = seed.encode(pair.public)
            self._say("Deploying the template")
            stack = deploy(endpoint, template, code, self._parameters(public))
            self._say("Filling secrets, making accounts")
            seed.fill_secrets(endpoint, stack, pair)
            seed.seed_accounts(endpoint, stack, self.settings.operator)
            self._say("Opening the gateway, the phones and the mail server")
            self._serve(stack)
            if self.settings.scan:
                self._scan = Scan(endpoint, stack.outputs["FilesBucketName"]).start()
            self._wait_until_ready()
            threading.Thread(target=self._warm, args=(endpoint,), daemon=True).start()
        except BaseException:
            self.stop()
            raise
        return self

    def _unpacked(self, code: bytes) -> bytes:
        """Unpack our code once for all Lambda processes, so that they share its byte code, and return the zip that the
        embedded AWS may unpack for each of them: one with a note alone."""
        folder = self._home / "code"
        shutil.rmtree(folder, ignore_errors=True)
        with zipfile.ZipFile(io.BytesIO(code)) as package:
            package.extractall(folder)
        note = io.BytesIO()
        with zipfile.ZipFile(note, "w") as package:
            package.writestr(zipfile.ZipInfo("note.txt", EPOCH), "The code lies in CODE_FOLDER; see local/desk.py.\n")
        return note.getvalue()

    def _parameters(self, vault_public: str) -> dict[str, str]:
        return {
            "Stage": "local",
            "Operator": self.settings.operator,
            "PublicUrl": self.settings.url,
            "VaultPublicKey": vault_public,
            "FetcherPublicKey": seed.fetcher_public(),
            "ScanFiles": "true" if self.settings.scan else "false",
            **{
                one.parameter: f"{self.settings.phones_url}{one.stand_in}"
                for channel in registry.CHANNELS
                for one in channel.settings
                if one.stand_in is not None
            },
            "MailFrom": formataddr((self._profile.operator.service["en"], self._mailboxes[0])),
            "LogLevel": self.settings.log_level,
            "RequireTls": "false",
        }

    def _serve(self, stack: Stack) -> None:
        endpoint = self._aws.endpoint
        api = f"{endpoint}/restapis/{stack.rest_api_id}/api/_user_request_"
        clock = DeskClock(self._home / "clock", self._home / "left.jsonl", endpoint, stack)
        faults = AwsFaultPlan(self._home / "faults.json")
        commands = all_commands(self._profile.languages)
        receiving = Receiving(endpoint, stack, seed.MAIL_DOMAIN, self._mailboxes, clock.now)
        phones = create_app(
            self.settings.url,
            ProviderSecrets(),
            faults,
            clock,
            commands=commands,
            receiving=receiving,
            mailboxes=self._mailboxes,
        )
        gateway = Gateway(api, lambda: self._ready and self._aws.alive())
        self._servers = [
            _Server(phones, self.settings.phones_port).start(),
            _Server(gateway.app(), self.settings.port).start(),
            mail_server(receiving, self.settings.smtp_port).start(),
        ]
        self._ready = True

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        said = "nothing"
        while time.monotonic() < deadline:
            self.check()
            try:
                got = httpx.get(f"{self.settings.url}/healthz", timeout=10)
                phones = httpx.get(f"{self.settings.phones_url}/healthz", timeout=10)
            except httpx.HTTPError:
                time.sleep(0.05)
                continue
            if got.status_code == 200 and phones.status_code == 200 and is_taken(self.settings.smtp_port):
                return
            said = got.text[:500]
            time.sleep(0.2)
        raise CannotStart(f"The desk does not become ready; /healthz said: {said}. See {self.log}")

    def _warm(self, endpoint: str) -> None:
        functions = client("lambda", endpoint)
        for name, event in WARM.items():
            try:
                functions.invoke(FunctionName=function_name(name), Payload=event)
            except Exception as error:  # noqa: BLE001 - the desk works without it, only its first reply is slower
                self._say(f"{name} was not started ahead: {type(error).__name__}")

    def check(self) -> None:
        """Raise CannotStart when a part has stopped by itself."""
        if not self._aws.alive():
            raise CannotStart(f"The embedded AWS has stopped; see {self.log}")
        for server in self._servers:
            server.check()

    def stop(self) -> None:
        """Stop all parts. No process stays, and no file unless data is kept."""
        self._ready = False
        for server in self._servers:
            server.stop()
        self._servers = []
        if self._scan:
            self._scan.stop()
        self._aws.stop()
        self._fork_server.stop()
        shutil.rmtree(self._home / "tmp" if self.settings.kept else self._home, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Server(Serving):
    """One ASGI app on a port."""

    def __init__(self, app: Starlette, port: int) -> None:
        config = Config()
        config.bind = [f"127.0.0.1:{port}"]
        config.loglevel = "WARNING"
        config.graceful_timeout = 1

        async def listen(stop: asyncio.Event) -> None:
            await serve(app, config, shutdown_trigger=stop.wait)

        super().__init__(f"port {port}", listen)


def project_path(path: Path) -> str:
    """Return a path as a person in the project's folder would write it."""
    return os.path.relpath(path, PROJECT) if path.is_relative_to(PROJECT) else str(path)
