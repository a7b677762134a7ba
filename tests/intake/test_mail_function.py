"""The function `mail` passes on of what SES tells nothing but the mail's name and the verdicts, and stores what its
queue names."""

import json
from typing import Any

import pytest

from chalicelib.core.errors import Unavailable
from chalicelib.entrypoints import mail
from local.providers.ses.receiving import VERDICTS, Receiving

RAW = (
    b"From: =?utf-8?b?0J3Rg9GA?= <nurlan@example.kz>\r\nTo: info@spoint.kz\r\nSubject: qupia\r\n"
    + VERDICTS.encode()
    + b": dmarc=FAIL\r\n\r\nqupia\r\n"
)


@pytest.fixture
def told() -> dict[str, Any]:
    """What SES tells of a mail, as the stand-in does."""

    class Calls:
        def put_object(self, **given: Any) -> None:
            assert VERDICTS.encode() not in given["Body"] and given["Key"].startswith("raw/")

        def invoke(self, **given: Any) -> None:
            events.append(json.loads(given["Payload"]))

    events: list[dict[str, Any]] = []
    receiving = Receiving.__new__(Receiving)
    receiving._s3 = receiving._lambda = Calls()
    receiving._bucket, receiving._now = "bucket", lambda: 1_764_000_000.0
    receiving.take(RAW, "nurlan@example.kz", ("info@spoint.kz",))
    return events[0]


def test_the_queue_gets_a_name_and_verdicts_and_nothing_of_a_person(
    told: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[dict[str, str]] = []
    monkeypatch.setattr(mail.wiring_mail, "wake_mail", sent.append)
    assert "nurlan@example.kz" in json.dumps(told)
    assert mail.handle(told) == {}
    assert sent == [
        {"mail": told["Records"][0]["ses"]["mail"]["messageId"], "spam": "PASS", "virus": "PASS"}
        | {"spf": "PASS", "dkim": "PASS", "dmarc": "FAIL"}
    ]


def test_what_the_queue_does_not_take_is_told_again(told: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_body: dict[str, str]) -> None:
        raise Unavailable("The queue is full.")

    monkeypatch.setattr(mail.wiring_mail, "wake_mail", full)
    with pytest.raises(Unavailable):
        mail.handle(told)


def test_a_mail_that_is_not_stored_comes_again_and_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    stored: list[tuple[str, str]] = []

    def receive(name: str, verdicts: dict[str, str]) -> None:
        if name == "m1":
            raise Unavailable("Not now.")
        stored.append((name, verdicts["dmarc"]))

    monkeypatch.setattr(mail.wiring_mail, "receive_mail", lambda: receive)
    records = [
        {"messageId": one, "eventSource": "aws:sqs", "body": json.dumps({"mail": one, "dmarc": "PASS"})}
        for one in ("m1", "m2")
    ]
    assert mail.handle({"Records": records}) == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert stored == [("m2", "PASS")]
