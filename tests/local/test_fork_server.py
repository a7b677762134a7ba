"""Lambda processes by fork: what starts one sees no difference, and nothing is left behind."""

import fcntl
import io
import os
import signal
import socket
import subprocess
import sys
import termios
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.aws.fork_server import ADDRESS, ForkServer
from local.aws.stack import code_zip
from local.faults.aws_plan import HOOKS
from tests.support.project import PROJECT

WHO = (
    "import os, sys\n"
    "loaded = ['boto3' in sys.modules, 'chalicelib.wiring.base' in sys.modules]\n"
    "print(sys.argv, os.getcwd(), os.environ['WORD'], *loaded, os.getppid())"
)
ECHO = (
    "import sys\nfor line in sys.stdin: print('got', line.strip(), flush=True)\nsys.stderr.write('over')\nsys.exit(7)"
)
HANG = "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(600)"
FAIL = "raise ValueError('as any program fails')"


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code as it is deployed."""
    folder = tmp_path_factory.mktemp("code")
    with zipfile.ZipFile(io.BytesIO(code_zip(PROJECT))) as package:
        package.extractall(folder)
    return folder


@contextmanager
def started(folder: Path, **more: str) -> Iterator[ForkServer]:
    made = ForkServer()
    made.start({**os.environ, "PYTHONPATH": str(HOOKS), **more}, folder / "log")
    until(lambda: Path(made.address).exists())
    yield made
    made.stop()
    assert (folder / "log").read_text() == ""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ForkServer]:
    """A server with the libraries alone, which starts quicker."""
    with started(tmp_path) as made:
        yield made


def start(script: str, folder: Path, address: str, **more: str) -> "subprocess.Popen[str]":
    """Start a script as the embedded AWS starts a function's process."""
    path = folder / "_worker.py"
    path.write_text(script)
    lambdas = {"AWS_LAMBDA_FUNCTION_NAME": "desk-sender", "PYTHONPATH": str(HOOKS), ADDRESS: address, "WORD": "сөз"}
    pipe = subprocess.PIPE
    command = [sys.executable, str(path)]
    return subprocess.Popen(
        command, cwd=folder, env=os.environ | lambdas | more, text=True, stdin=pipe, stdout=pipe, stderr=pipe
    )


def until(seen: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_fork_has_script_folder_and_environment_and_the_libraries_and_the_code(tmp_path: Path, code: Path) -> None:
    with started(tmp_path, CODE_FOLDER=str(code)) as server:
        process = start(WHO, tmp_path, server.address)
        said, complaint = process.communicate(timeout=30)
    assert complaint == "" and process.returncode == 0
    argv, folder, word, *loaded, parent = said.rsplit(" ", 5)
    assert (argv, folder) == (str([str(tmp_path / "_worker.py")]), str(tmp_path))
    assert (word, *loaded) == ("сөз", "True", "True")
    assert int(parent) not in (os.getpid(), process.pid)


def test_a_fork_reads_writes_and_ends_as_the_process_would(server: ForkServer, tmp_path: Path) -> None:
    process = start(ECHO, tmp_path, server.address)
    assert process.stdin and process.stdout
    for word in ("бір", "екі"):  # it answers while its input is open
        process.stdin.write(f"{word}\n")
        process.stdin.flush()
        assert process.stdout.readline() == f"got {word}\n"
    assert process.communicate(timeout=30) == ("", "over")
    assert process.returncode == 7


def test_an_error_is_told_and_ends_it(server: ForkServer, tmp_path: Path) -> None:
    process = start(FAIL, tmp_path, server.address)
    said, complaint = process.communicate(timeout=30)
    assert (said, process.returncode) == ("", 1)
    assert complaint.endswith("ValueError: as any program fails\n")


def test_who_kills_the_process_kills_its_fork(server: ForkServer, tmp_path: Path) -> None:
    process = start(HANG, tmp_path, server.address)
    assert process.stdout
    fork = int(process.stdout.readline())
    assert runs(fork) and fork != process.pid
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    until(lambda: not runs(fork))


def test_a_fork_that_is_killed_ends_the_process(server: ForkServer, tmp_path: Path) -> None:
    process = start(HANG, tmp_path, server.address)
    assert process.stdout
    os.kill(int(process.stdout.readline()), signal.SIGKILL)
    process.communicate(timeout=30)
    assert process.returncode not in (None, 0)


def test_twenty_at_once(server: ForkServer, tmp_path: Path) -> None:
    folders = [tmp_path / str(n) for n in range(20)]
    for folder in folders:
        folder.mkdir()
    processes = [start(ECHO, folder, server.address) for folder in folders]
    assert [one.communicate(f"{n}\n", timeout=60)[0] for n, one in enumerate(processes)] == [
        f"got {n}\n" for n in range(20)
    ]
    assert {one.returncode for one in processes} == {7}


def test_the_end_of_the_server_is_the_end_of_its_forks(tmp_path: Path) -> None:
    server = ForkServer()
    server.start({**os.environ, "PYTHONPATH": str(HOOKS)}, tmp_path / "log")
    until(lambda: Path(server.address).exists())
    process = start(HANG, tmp_path, server.address)
    assert process.stdout
    fork = int(process.stdout.readline())
    server.stop()
    process.communicate(timeout=30)
    until(lambda: not runs(fork))
    assert not Path(server.address).parent.exists()


@pytest.mark.parametrize("variables", [{ADDRESS: ""}, {ADDRESS: "/nowhere/s"}, {"AWS_LAMBDA_FUNCTION_NAME": ""}])
def test_without_a_server_or_a_function_it_starts_by_itself(variables: Mapping[str, str], tmp_path: Path) -> None:
    process = start(WHO, tmp_path, "", **variables)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert said.split()[-3:] == ["False", "False", str(os.getpid())]


def test_a_fork_and_who_asked_for_it_may_end_at_the_same_moment(server: ForkServer, tmp_path: Path) -> None:
    """As when the embedded AWS sees that a function's process has died: the server hears of both at once."""
    process = start(HANG, tmp_path, server.address)
    assert process.stdout
    fork = int(process.stdout.readline())
    with socket.socket(socket.AF_UNIX) as slow:  # it holds up the server meanwhile
        slow.connect(server.address)
        slow.sendall(b"{")
        until(lambda: not fcntl.ioctl(slow, termios.TIOCOUTQ, b"\0\0\0\0").strip(b"\0"))
        os.kill(fork, signal.SIGKILL)
        until(lambda: " Z " in Path(f"/proc/{fork}/stat").read_text())
        process.kill()
        process.wait(30)
    said, _ = start(WHO, tmp_path, server.address).communicate(timeout=30)
    assert said.split()[-3] == "True"


def test_no_module_of_the_code_keeps_anything_when_it_is_loaded_before_its_process_has_an_environment(
    code: Path,
) -> None:
    """What a function works out once and keeps (`functools.cache`) is worked out in the process that needs it."""
    script = (
        "import functools, gc, sys\n"
        "from local.aws.fork_server import INTAKE, load_code\n"
        "path = list(sys.path)\n"
        "load_code(sys.argv[1])\n"
        "found = [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper)]\n"
        "ours = [one for one in found if one.__module__.startswith('chalicelib.')]\n"
        "print([f'{one.__module__}.{one.__name__}' for one in ours if one.cache_info().currsize])\n"
        "print(len(ours) > 20, 'chalicelib.wiring.base' in sys.modules, INTAKE in sys.modules, sys.path == path)\n"
    )
    without = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = without | {"PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-c", script, str(code)]
    said = subprocess.run(command, cwd="/", env=environment, text=True, capture_output=True, check=True)
    assert said.stdout.splitlines() == ["[]", "True True False True"]
