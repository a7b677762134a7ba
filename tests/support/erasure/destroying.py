"""The destroying tasks on a test's tables, with clients that a test chooses."""

import threading
from collections.abc import Callable
from typing import Any

from chalicelib.core.errors import Unavailable
from chalicelib.erasure.eraser import Eraser as ErasingStore
from chalicelib.erasure.inventory import Inventories
from chalicelib.erasure.kept_part import KeptParts
from chalicelib.erasure.key_destruction import KeyDestruction
from chalicelib.erasure.tasks.block_writes import BlockWrites
from chalicelib.erasure.tasks.build_inventory import BuildInventory
from chalicelib.erasure.tasks.destroy_key import DestroyKey
from chalicelib.erasure.tasks.erase_stores import EraseStores
from chalicelib.erasure.write_barrier import WriteBarrier
from chalicelib.privacy.mailbox.writes import MailboxWrites
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from tests.support.attachments.no_files import NO_FILES
from tests.support.erasure.desk import ErasureDesk

TASKS = ("hard_suppress", "freeze_inventory", "destroy_key", "erase", "settle", "sweep")


def no_wait(attempt: int) -> None:
    """Rivals and leftovers are tried again at once."""


def run_task(desk: ErasureDesk, name: str, request: Request, dynamodb: Any = None, **more: Any) -> dict[str, Any]:
    """Run one task of the workflow; "settle" marks that the time of the late writers is over."""
    store, tables = desk.request_store(dynamodb), desk.gateway(dynamodb, no_wait)
    inventories = Inventories(tables, store, NO_FILES)

    def clock() -> int:
        return desk.now

    if name == "hard_suppress":
        return dict(BlockWrites(store, WriteBarrier(tables, store, no_wait), clock)(request.id))
    if name == "freeze_inventory":
        box = MailboxWrites(tables)
        return dict(BuildInventory(store, inventories, box, lambda: desk.vault, clock)(request.id))
    if name == "destroy_key":
        return dict(DestroyKey(inventories, KeyDestruction(tables, store), clock)(request.id, **more))
    if name == "settle":
        store.run(store.change(request.id, {f"steps.{Step.WRITERS_DRAINED}": desk.now}))
        return {}
    task = EraseStores(store, inventories, ErasingStore(tables, NO_FILES), KeptParts(tables), clock, **more)
    return dict(task(request.id, name))


def run_until(desk: ErasureDesk, request: Request, last: str, dynamodb: Any = None, after: str = "") -> None:
    """Run the tasks in order, up to and with `last`; those up to `after` have run."""
    for name in TASKS[TASKS.index(after) + 1 if after else 0 : TASKS.index(last) + 1]:
        while run_task(desk, name, request, dynamodb).get("more"):
            pass


def twice_at_once(task: Callable[[], object]) -> list[BaseException]:
    """Run a task in two threads at the same time; return what they raised, but for Unavailable: then the machine tries
    again."""
    errors, barrier = list[BaseException](), threading.Barrier(2)

    def work() -> None:
        try:
            barrier.wait()
            task()
        except Unavailable:
            pass
        except BaseException as error:  # noqa: BLE001  # of any kind: the test says which
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors
