"""Which worker of `make test` has which files, and in which order.

The files that play on a running desk are two chains, each on one desk with its worker; the longest of the other files
come first, so that the workers end together. Whoever runs one process sees nothing of it.
"""

from contextlib import suppress
from importlib import import_module
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

CHAINS = (
    (
        *("e2e/test_erasure_faults.py", "e2e/test_faults.py", "e2e/test_references.py"),
        *("e2e/test_replies_arriving.py", "e2e/test_telegram_arriving.py", "e2e/test_whatsapp_arriving.py"),
        *("local/test_run.py", "local/test_mail.py", "local/test_demo.py"),
    ),
    (
        *("e2e/test_erasure.py", "e2e/test_whole_way.py", "e2e/test_sealed.py", "e2e/test_bad_input.py"),
        *("e2e/test_files.py", "e2e/test_sent_files.py", "e2e/test_templates.py", "e2e/test_message_actions.py"),
        *("e2e/test_withheld.py", "e2e/test_mail.py", "e2e/test_form.py"),
        "e2e/test_news.py",
        *("web/test_running_desk.py", "e2e/test_package_alone.py", "e2e/test_teams.py"),
    ),
)
"""Files of `tests/` that share a desk. Each chain takes less than half of the whole time."""
LONG = (
    *("golden/test_old_state.py", "local/test_operators_by_mail.py", "golden/test_old_workflow.py"),
    *("channels/mail/test_traps.py", "web/test_described.py", "channels/made_up/test_made_up.py"),
    *("privacy/kinds/test_its_whole_way.py", "privacy/kinds/test_where_it_is_shown.py", "erasure/test_canaries.py"),
    *("storage/access_patterns/test_asked.py", "erasure/test_counted.py"),
    *("retention/test_ending.py", "erasure/test_late_writers.py", "erasure/test_destroying.py"),
    *("erasure/test_destroying_tasks.py", "erasure/test_waiting_dying.py", "domain/test_linear_time.py"),
    *("retention/test_taking_back.py", "erasure/requests/test_requests.py", "erasure/test_box.py"),
    *("erasure/test_box_closing.py", "web/test_composer.py", "retention/test_ending_and_tickets.py"),
    *("erasure/requests/test_asking_again.py", "erasure/test_waiting.py", "erasure/test_rights.py"),
    *("erasure/test_telling.py", "erasure/test_absence.py", "delivery/test_withdrawn.py", "channels/test_fuzz.py"),
    *("erasure/test_roles.py", "erasure/test_many.py", "domain/test_texts.py", "local/test_fork_server.py"),
)
"""Files that take long, the longest first."""
_CHAIN_OF = {f"tests/{file}": f"chain {number}" for number, files in enumerate(CHAINS) for file in files}
PLACES = {f"tests/{file}": place for place, file in enumerate((*CHAINS[0], *CHAINS[1], *LONG))}
"""What is named here, in the order of the tests."""


class Sharing(LoadFileScheduling):  # type: ignore[misc]
    """By file, and a chain of files as one."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return _CHAIN_OF.get(file, file)


def sort(items: list[pytest.Item]) -> None:
    """Bring the chains and the long files to the front; tests of one file stay together, in their order."""
    items.sort(key=lambda item: PLACES.get(item.nodeid.partition("::")[0], len(PLACES)))


def scheduler(config: pytest.Config, log: Any) -> Any:
    """The scheduler of pytest-xdist for `--dist loadfile`, None for any other."""
    return Sharing(config, log) if config.getvalue("dist") == "loadfile" else None


def import_own_part_first(config: pytest.Config) -> None:
    """Import the modules of tests, each worker from another one on.

    pytest rewrites the assertions of a module before it compiles it, and keeps the result beside it. In a fresh
    checkout workers that begin at the same module would each rewrite all of them; so each rewrites its part and finds
    what the others have done.
    """
    worker = getattr(config, "workerinput", None)
    if worker is None:
        return
    named = [config.invocation_params.dir / one.partition("::")[0] for one in config.args]
    files = [file for one in named for file in (sorted(one.rglob("test_*.py")) if one.is_dir() else [one])]
    begin = len(files) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
    for file in (*files[begin:], *files[:begin]):
        # What cannot be imported is told by the collection.
        with suppress(Exception, pytest.skip.Exception):
            import_module(".".join(file.relative_to(config.rootpath).with_suffix("").parts))
