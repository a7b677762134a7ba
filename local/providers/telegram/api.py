"""Stand-in of the Telegram Bot API: takes calls of the bots and posts updates to the desk."""

import json
import logging
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.faults.plan import Fault
from local.phones.accounts import Bot
from local.phones.bodies import Body, read_body
from local.phones.context import PhonesContext
from local.phones.desk_calls import answer_call, fault_response
from local.phones.errors import Refused
from local.phones.postman import Delivery
from local.phones.store import Bubble, Call
from local.providers.telegram.methods import BotMethods, Webhook
from local.providers.telegram.rules import TelegramError, bad, payload_of

log = logging.getLogger("local.phones")


class Telegram:
    """Plays Telegram: the API that the desk calls, and the updates to the desk."""

    def __init__(self, context: PhonesContext) -> None:
        self.store, self.fault_plan, self.clock = context.store, context.fault_plan, context.clock
        self.postman, self.secrets = context.postman, context.secrets
        url = context.desk_url + "/webhooks/telegram"
        # Update ids grow by one. They start from the clock, so that they also grow over restarts.
        first = int(self.clock.now()) % 10**9
        self.webhooks = {bot.account: Webhook(url, bot.secret, (), first) for bot in self.secrets.bots}
        self.methods = BotMethods(self.store, self.clock, self.webhooks, self.postman.deliveries)

    # ---- what the desk calls ----

    async def method(self, request: Request) -> Response:
        """GET or POST /bot<token>/<method>."""
        try:
            body = await read_body(request)
        except Refused:
            body = Body()
        body.fields.update({k: v for k, v in request.query_params.items() if k not in body.fields})
        token, method = request.path_params["token"], request.path_params["method"]
        payload = payload_of(body)
        files = {name: self.store.add_file(f.name, f.type, f.data) for name, f in body.files.items()}
        sent = payload | {name: file.brief() for name, file in files.items()}
        bot = self.secrets.bot_by_token(token)
        path = f"{request.method} /bot{token.partition(':')[0]}/{method}"
        to = str(payload.get("chat_id", ""))
        call = Call("telegram", bot.account if bot else "", method, path, to, sent, self.clock.now())

        async def handle(_: Fault | None) -> Response:
            if bot is None:
                raise TelegramError(401, "Unauthorized")
            return JSONResponse({"ok": True, "result": self.methods.run(bot, method, payload, files)})

        return await self._answer(call, handle)

    async def download(self, request: Request) -> Response:
        """GET /file/bot<token>/<file_path>."""
        token, path = request.path_params["token"], request.path_params["path"]
        bot = self.secrets.bot_by_token(token)
        shown = f"GET /file/bot{token.partition(':')[0]}/{path}"
        call = Call("telegram", bot.account if bot else "", "file", shown, "", {}, self.clock.now())

        async def handle(_: Fault | None) -> Response:
            if bot is None:
                raise TelegramError(401, "Unauthorized")
            file = self.store.files.get(path.rpartition("/")[2].partition(".")[0])
            if file is None or self.clock.now() > self.store.links.get(file.id, 0):
                raise TelegramError(404, "Not Found")
            return Response(file.data, media_type="application/octet-stream")

        return await self._answer(call, handle)

    async def _answer(self, call: Call, handle: Any) -> Response:
        async def in_telegrams_words(fault: Fault | None) -> Response:
            try:
                response: Response = await handle(fault)
                return response
            except TelegramError as error:
                return error.response()
            except (AttributeError, KeyError, TypeError):
                log.info("a call of an impossible shape was refused", exc_info=True)
                return bad("can't parse the request").response()

        return await answer_call(self.store, self.fault_plan, call, in_telegrams_words, _failed)

    # ---- updates ----

    async def send(self, bot: Bot, kind: str, content: dict[str, Any], bubble: Bubble | None = None) -> Delivery:
        """Send one update of the bot. As at Telegram, kinds for which the desk did not ask are not sent."""
        hook = self.webhooks[bot.account]
        hook.last_update += 1
        delivery = Delivery("telegram", kind, self.clock.now(), bubble)
        if not hook.url or (hook.allowed and kind not in hook.allowed):
            delivery.state = "not asked for"
            return delivery
        body = json.dumps({"update_id": hook.last_update, kind: content}).encode()
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        return await self.postman.post(delivery, hook.url, body, headers)


def _failed(fault: Fault) -> Response:
    """Return the answer of a fault in Telegram's shape."""
    status = fault.status or (500 if fault.retry_after is None else 429)
    words = {
        400: "Bad Request", 401: "Unauthorized", 403: "Forbidden: bot was blocked by the user",
        404: "Not Found", 429: f"Too Many Requests: retry after {fault.retry_after or 1}", 502: "Bad Gateway",
    }  # fmt: skip
    description = str(fault.error or words.get(status, "Internal Server Error"))
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if status == 429:
        body["parameters"] = {"retry_after": fault.retry_after or 1}
    return fault_response(fault, status, body)
