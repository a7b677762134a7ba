"""Whatever error the storage answers with, the API says 503 and when to try again, and pages say so, too."""

from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from tests.support.web.desk import Web
from tests.support.web.serving import AMINA, say

BUSY = ("ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded")
BROKEN = ("InternalServerError", "ServiceUnavailable", "ReplicatedWriteConflictException")
OF_WRITES = ("TransactionCanceledException", "ConditionalCheckFailedException", "TransactionInProgressException")
UNKNOWN = ("AccessDeniedException", "NobodyKnowsException", "500", "")
CODES = (*BUSY, *BROKEN, *OF_WRITES, *UNKNOWN)


@pytest.mark.parametrize("operation", ["GetItem", "Query", "BatchGetItem"])
def test_every_error_of_a_read_is_answered_503(web: Web, monkeypatch: pytest.MonkeyPatch, operation: str) -> None:
    say(web, AMINA, "Сәлем")
    ticket_id = web.tickets()[0]["id"]
    page = web.signed_in("bolat")
    whole = BaseClient._make_api_call  # type: ignore[attr-defined]
    refusal = {"Code": "", "Message": "a text of the provider"}

    def refusing(self: Any, name: str, body: Any) -> Any:
        if name == operation:
            raise ClientError({"Error": refusal}, name)
        return whole(self, name, body)

    monkeypatch.setattr(BaseClient, "_make_api_call", refusing)
    for code in CODES:
        refusal["Code"] = code
        answer = web.call("GET", f"/api/v1/tickets/{ticket_id}")
        assert (answer.status, answer.json["code"], answer.headers.get("retry-after")) == (503, "unavailable", "10")
        assert "provider" not in answer.text
    shown = page.get(f"/dashboard/tickets/{ticket_id}")
    assert (shown.status, shown.headers.get("retry-after")) == (503, "10")
