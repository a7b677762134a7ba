"""Stand-in of Meta's media endpoints: uploads of the desk, and files that customers sent."""

import base64
import hmac
from hashlib import sha256
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.faults.plan import Fault
from local.phones.context import PhonesContext
from local.phones.store import StoredFile
from local.providers.whatsapp.frame import MetaFrame
from local.providers.whatsapp.rules import check_upload
from local.providers.whatsapp.words import MetaError

_URL_LIVES = 300
_DAY = 24 * 3600
UPLOAD_LIVES, WEBHOOK_LIVES = 30 * _DAY, 7 * _DAY
"""Seconds for which the id of an uploaded file is valid, and that of a file in a webhook. Source: Meta's "Media"."""


class WhatsAppMedia:
    """The media endpoints. The URL of a file is valid for five minutes of the desk's clock and needs the token."""

    def __init__(self, context: PhonesContext, frame: MetaFrame) -> None:
        self.context, self.frame = context, frame
        self._key = sha256(context.secrets.access_token.encode()).digest()

    async def upload(self, request: Request) -> Response:
        """POST /v{n}/{phone_number_id}/media, multipart, with a length or in chunks."""
        body = await self.frame.body(request)
        file, stored = body.files.get("file"), None
        if file:
            until = self.context.clock.now() + UPLOAD_LIVES
            media_type = str(body.fields.get("type") or file.type)
            stored = self.context.store.add_file(file.name, media_type, file.data, until=until)
        payload = body.fields | ({"file": stored.brief()} if stored else {})

        async def handle(_: Fault | None) -> Response:
            if stored is None or body.fields.get("messaging_product") != "whatsapp":
                raise MetaError(100, "Parameters file and messaging_product are required.")
            check_upload(stored.type, stored.size)
            return JSONResponse({"id": stored.id})

        call = self.frame.call(request, "media.upload", payload=payload)
        return await self.frame.answer(request, call, handle)

    async def look_up(self, request: Request) -> Response:
        """GET /v{n}/{media_id}: the URL of the file."""
        media_id = request.path_params["node"]

        async def handle(_: Fault | None) -> Response:
            file = self._file(media_id)
            until = int(self.context.clock.now()) + _URL_LIVES
            path = f"whatsapp-media/{file.id}/{until}/{self._mark(file.id, until)}"
            known = {"mime_type": file.type, "sha256": file.sha256, "file_size": file.size, "id": file.id}
            return JSONResponse({"messaging_product": "whatsapp", "url": f"{request.base_url}{path}"} | known)

        return await self.frame.answer(request, self.frame.call(request, "media"), handle)

    async def delete(self, request: Request) -> Response:
        """DELETE /v{n}/{media_id}."""
        media_id = request.path_params["node"]

        async def handle(_: Fault | None) -> Response:
            del self.context.store.files[self._file(media_id).id]
            return JSONResponse({"success": True})

        return await self.frame.answer(request, self.frame.call(request, "media.delete"), handle)

    async def download(self, request: Request) -> Response:
        """GET of the URL that `look_up` gave."""
        media_id, until, mark = (request.path_params[name] for name in ("media_id", "until", "mark"))

        async def handle(_: Fault | None) -> Response:
            genuine = hmac.compare_digest(mark.encode(), self._mark(media_id, until).encode())
            if not genuine or self.context.clock.now() > until:
                raise MetaError(100, message="The URL is not valid or has expired.", status=404)
            file = self._file(media_id)
            return Response(file.data, media_type=file.type)

        return await self.frame.answer(request, self.frame.call(request, "media.download"), handle)

    def _file(self, media_id: str) -> StoredFile:
        file = self.context.store.file(media_id, self.context.clock.now())
        if file is None:
            message = f"Unsupported get request. Object with ID '{media_id}' does not exist"
            raise MetaError(100, message=message, subcode=33)
        return file

    def _mark(self, media_id: str, until: int) -> str:
        return hmac.new(self._key, f"{media_id}.{until}".encode(), sha256).hexdigest()[:32]


def webhook_file(file: StoredFile) -> dict[str, Any]:
    """Return a file as a webhook names it; its hash is in base64 there."""
    digest = base64.b64encode(bytes.fromhex(file.sha256)).decode()
    return {"id": file.id, "mime_type": file.type, "sha256": digest}
