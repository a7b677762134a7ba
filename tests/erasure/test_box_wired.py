"""The tasks of the box as Lambda calls them: with settings, secrets and the vault's key of the AWS."""

from collections.abc import Iterator

import pytest

from chalicelib.entrypoints import workflow
from chalicelib.erasure.task import TaskFailed
from chalicelib.privacy.requests.vocabulary import RequestState, Step
from chalicelib.vault.encryption import encode_key
from chalicelib.wiring import base as wiring
from tests.support.delivery.wired import queues as queues
from tests.support.erasure.boxes import Boxes
from tests.support.erasure.desk import ErasureDesk
from tests.support.forgetting import forget_wiring


@pytest.fixture
def boxes(desk: ErasureDesk, queues: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Boxes]:
    monkeypatch.setenv("VAULT_PUBLIC_KEY", encode_key(desk.vault_keys.public))
    monkeypatch.setenv("PUBLIC_URL", "https://desk.example/")
    forget_wiring()
    desk.now = wiring.clock()()
    yield Boxes(desk)
    forget_wiring()


def test_a_request_is_asked_about_told_of_and_closed(boxes: Boxes, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    request_id = boxes.request(boxes.person("telegram"))
    event = {"request_id": request_id}

    assert workflow.pause_outreach(event) == {"outcome": "suppressed"}
    boxes.send()
    boxes.mark(request_id, Step.VERIFIED)
    waits = {**event, "token": "a-token", "execution": boxes.read(request_id).execution}
    assert workflow.tell(waits) == {"outcome": ""}
    boxes.send()
    boxes.mark(request_id, Step.TOLD, Step.KEY_DESTROYED, Step.ABSENT, Step.CERTIFIED, told_by="accepted")
    assert workflow.notify(event) == {}
    boxes.send()
    assert workflow.destroy_mailbox(event) == {}

    question, announcement, answer = boxes.desk.provider.sent
    assert (len(question.buttons), len(announcement.buttons)) == (2, 1)
    assert all("https://desk.example/certificates" in one.text for one in (announcement, answer))
    assert boxes.read(request_id).state == RequestState.WAITING_FOR_BACKUPS
    # Not what is printed: the logger holds the output of the test that logged first.
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert request_id in logged
    assert not [word for word in ("500000042", "Оспанов", answer.text[:20], announcement.text[:20]) if word in logged]


def test_a_task_that_comes_too_early_fails_with_a_word(boxes: Boxes) -> None:
    request_id = boxes.request(boxes.person("telegram"))
    with pytest.raises(TaskFailed, match="^too_early$"):
        workflow.destroy_mailbox({"request_id": request_id})
