"""Stand-in of what Meta does with templates: lists them by pages, and tells of their changes."""

import base64
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.faults.plan import Fault
from local.phones.bodies import Body
from local.phones.errors import Refused
from local.providers.whatsapp.api import WhatsApp
from local.providers.whatsapp.catalogue import Template
from local.providers.whatsapp.words import MetaError


class WhatsAppTemplates:
    """The endpoint of templates, and the control that changes one as Meta does."""

    def __init__(self, provider: WhatsApp) -> None:
        self.provider, self.frame = provider, provider.frame

    async def list(self, request: Request) -> Response:
        """GET /v{n}/{business_account}/message_templates, in pages of `limit` from the cursor `after`."""

        async def handle(_: Fault | None) -> Response:
            if request.path_params["business"] != self.provider.secrets.business_account:
                raise MetaError(100, message="Unsupported get request. Object does not exist", subcode=33)
            limit = min(int(request.query_params.get("limit", "25")), 250)
            start = _place(request.query_params.get("after", ""))
            found = self.provider.catalogue.templates
            shown, end = found[start : start + limit], start + limit
            wanted = [*request.query_params.get("fields", "name,language,status,category,components").split(","), "id"]
            data = [{name: value for name, value in one.view().items() if name in wanted} for one in shown]
            paging: dict[str, Any] = {"cursors": {"before": _cursor(start), "after": _cursor(end)}}
            if end < len(found):
                paging["next"] = f"{request.url}&after={_cursor(end)}"
            return JSONResponse({"data": data, "paging": paging})

        return await self.frame.answer(request, self.frame.call(request, "message_templates"), handle)

    async def change(self, body: Body) -> dict[str, Any]:
        """Change the template `name` in `language`: `status`, `category`, `correct_category` (announced), `quality`.
        Each change is told by its webhook; with `silent` none is. A new `text` changes the body."""
        template = self.provider.catalogue.find(body.text("name"), body.text("language"))
        if template is None:
            raise Refused("There is no such template.", 404, "not_found")
        told: list[tuple[str, dict[str, Any]]] = []
        if status := body.text("status"):
            template.status = status
            told.append(("message_template_status_update", {"event": status, "reason": "NONE"}))
        if "correct_category" in body.fields or body.text("category"):
            told.append(("template_category_update", _recategorised(template, body)))
        if quality := body.text("quality"):
            told.append(
                (
                    "message_template_quality_update",
                    {"previous_quality_score": template.quality, "new_quality_score": quality},
                )
            )
            template.quality = quality
        if words := body.text("text"):
            next(one for one in template.components if one["type"] == "BODY")["text"] = words
        about = {
            "message_template_id": int(template.id),
            "message_template_name": template.name,
            "message_template_language": template.language.replace("_", "-"),
        }
        hooks = [] if body.fields.get("silent") else told
        sent = [await self.provider.send(field, about | value, field) for field, value in hooks]
        return {"template": template.view(), "webhooks": [one.brief() for one in sent]}


def _recategorised(template: Template, body: Body) -> dict[str, Any]:
    """Change the category, or announce that; return what Meta tells."""
    if category := body.text("category"):
        previous, template.category, template.correct_category = template.category, category, ""
        return {"previous_category": previous, "new_category": category}
    template.correct_category = body.text("correct_category")
    return {
        "new_category": template.category,
        "correct_category": template.correct_category or template.category,
        "category_update_timestamp": 1_900_000_000,
    }


def _cursor(place: int) -> str:
    return base64.b64encode(str(place).encode()).decode()


def _place(cursor: str) -> int:
    try:
        return int(base64.b64decode(cursor or b"MA==").decode())
    except ValueError:
        raise MetaError(100, "Param after is not a valid cursor.") from None
