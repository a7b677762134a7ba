"""The API against its own description: schemathesis makes requests of it, and judges the answers by it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.web.desk import Web
from tests.support.web.files import bucket as bucket
from tests.support.web.serving import fill, serve


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("bucket")
def test_schemathesis_finds_nothing_undocumented(web: Web) -> None:
    fill(web)
    with serve(web) as url:
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            f"{url}/api/v1/openapi.json",
            "--header",
            f"Authorization: Bearer {web.token('madina')}",
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
            "--max-examples",
            "8",
            "--exclude-path",
            "/api/v1/logout",
            "--phases",
            "examples,coverage,fuzzing",
            "--seed",
            "1",
        ]
        environment = {**os.environ, "NO_COLOR": "1"}
        run = subprocess.run(command, capture_output=True, text=True, timeout=250, env=environment, check=False)
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
