"""Makes intake's two calls without the SDK's layers between: signs, sends and reads them by botocore's own parts.

A call is tried here once. Whatever does not succeed is done anew by the SDK's client, with its retries and waits, fresh
credentials and errors; a transaction goes there under the same token, so that it is written once. Only a transaction
that DynamoDB refuses is read here, because refusing it twice would cost twice. See docs/adr/0032.

Whoever listens to the client's events (`before-parameter-build`, `before-call`, `before-send`, `after-call`) hears
these calls, too, and may answer them.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.httpsession import URLLib3Session
from botocore.utils import get_environ_proxies

from chalicelib.core.backoff import sleep_with_jitter

Body = dict[str, Any]
REFUSED = "TransactionCanceledException"


class DirectClient:
    """GetItem and TransactWriteItems as a client of DynamoDB offers them. `sdk` is that client and makes every other
    call; `credentials` are those of its session, None when there are none, and `verify` is whom its session trusts."""

    def __init__(
        self, sdk: Any, credentials: Any, verify: str | bool, wait: Callable[[int], None] = sleep_with_jitter
    ) -> None:
        self._sdk, self._credentials, self._wait = sdk, credentials, wait
        self._region, self._url = sdk.meta.region_name, f"{sdk.meta.endpoint_url.rstrip('/')}/"
        self._events, self._model_of = sdk.meta.events, sdk.meta.service_model.operation_model
        config = sdk.meta.config
        settings: Body = {"verify": verify, "timeout": (config.connect_timeout, config.read_timeout)}
        self._session = URLLib3Session(proxies=get_environ_proxies(self._url), **settings)
        self._user_agent = config.user_agent

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sdk, name)

    def get_item(self, **body: Any) -> Body:
        """Return a row as the client's get_item does. Raises as it does."""
        found = self._tried("GetItem", body)
        again: Body = self._sdk.get_item(**body) if found is None else found
        return again

    def transact_write_items(self, **body: Any) -> Body:
        """Write as the client's transact_write_items does. Raises as it does."""
        found = self._tried("TransactWriteItems", body)
        again: Body = self._sdk.transact_write_items(**body) if found is None else found
        return again

    def _tried(self, operation: str, body: Body) -> Body | None:
        """Return the answer; None after a wait when the client has to make the call. Raises ClientError for a refused
        transaction. botocore's own listener puts a token into a transaction's body when it hears of it."""
        if self._credentials is None:
            return None
        name = f"dynamodb.{operation}"
        told: Body = {"model": self._model_of(operation), "context": {}}
        self._events.emit(f"before-parameter-build.{name}", params=body, **told)
        headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"DynamoDB_20120810.{operation}"}
        asked: Body = {"headers": headers, "body": json.dumps(body, default=_base64).encode(), "url": self._url}
        given = self._events.emit_until_response(f"before-call.{name}", params=asked, request_signer=self, **told)[1]
        answer: Any
        try:
            response, answer = given or self._sent(name, AWSRequest("POST", self._url, headers, asked["body"]))
        except (BotoCoreError, ValueError):
            self._wait(0)
            return None
        self._events.emit(f"after-call.{name}", http_response=response, parsed=answer, **told)
        if response.status_code == 200:
            found: Body = answer
            return found
        if response.status_code == 400 and answer["Error"]["Code"] == REFUSED:
            raise ClientError(answer, operation)
        self._wait(0)
        return None

    def _sent(self, name: str, request: AWSRequest) -> tuple[Any, Any]:
        """Sign and send a request; return the response, and the answer in the client's form."""
        SigV4Auth(self._credentials.get_frozen_credentials(), "dynamodb", self._region).add_auth(request)
        request.headers["User-Agent"] = self._user_agent
        prepared = request.prepare()
        given = self._events.emit_until_response(f"before-send.{name}", request=prepared)[1]
        response = given or self._session.send(prepared)
        answer = json.loads(response.content, object_hook=_bytes)
        if response.status_code != 200:
            code = str(answer.get("__type", "")).rpartition("#")[2]
            answer["Error"] = {"Code": code, "Message": answer.get("Message") or answer.get("message", "")}
        return response, answer


def _base64(value: bytes | bytearray) -> str:
    return b64encode(value).decode()


def _bytes(value: Body) -> Body:
    """Turn a binary value into bytes. An attribute that is named B holds a typed value, and never a text."""
    return {"B": b64decode(value["B"])} if isinstance(value.get("B"), str) else value
