"""A process that dies before or after its n-th call to DynamoDB, whoever of its parts makes it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.dynamo.models import DeskRow, IndexRow, KeyRow


class Died(BaseException):
    """The process is gone: nothing catches this."""


class Fate:
    """Counts calls. `died_at` names the call that it came to, "" while it has not."""

    def __init__(self, number: int, when: str) -> None:
        self.number, self.when, self.count, self.died_at = number, when, 0, ""

    def before(self, model: Any, **_: Any) -> None:
        self.count += 1
        self._meet("before", model.name)

    def after(self, model: Any, **_: Any) -> None:
        self._meet("after", model.name)

    def _meet(self, when: str, name: str) -> None:
        if self.count == self.number and when == self.when and not self.died_at:
            self.died_at = name
            raise Died


@contextmanager
def fated(dynamodb: Any, number: int, when: str) -> Iterator[Fate]:
    """Let what runs in this block meet its fate."""
    fate = Fate(number, when)
    clients = {id(one): one for one in (dynamodb, *(_client(model) for model in (DeskRow, IndexRow, KeyRow)))}
    for one in clients.values():
        one.meta.events.register("before-call.dynamodb", fate.before)
        one.meta.events.register("after-call.dynamodb", fate.after)
    try:
        yield fate
    except Died:
        pass
    finally:
        for one in clients.values():
            one.meta.events.unregister("before-call.dynamodb", fate.before)
            one.meta.events.unregister("after-call.dynamodb", fate.after)


def _client(model: Any) -> Any:
    return model._get_connection().connection.client
