"""Writes the OpenAPI description of the JSON API, chalicelib/web/api/openapi.json, from the views and their models.

python -m infra.openapi

The description is committed, and tests/web/test_openapi.py fails when it is not what this makes. No function imports
this module.
"""

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import msgspec

from chalicelib.web.api.fields import Model, Part, members, says
from chalicelib.web.api.operation import Operation
from chalicelib.web.http.routes_and_roles import API, Route
from infra.definitions import Json

TARGET = Path(__file__).parent.parent / "chalicelib" / "web" / "api" / "openapi.json"
_REFERENCE = "#/components/schemas/{name}"
_REFUSALS = {
    400: "The request is not as documented; nothing was changed.",
    401: "No valid session.",
    403: "The role does not allow it, or (code `undertaking`) the undertaking is not signed.",
    404: "There is no such thing, or its retention has ended.",
    409: "The state does not allow this, or it changed meanwhile.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    429: "Too many failed attempts; wait.",
    500: "Something broke; try again.",
    503: "A service that is needed did not answer; try again.",
}


class Error(Model):
    code: Annotated[str, says("A stable word.")]
    message: Annotated[str, says("What happened and what to do.")]


def description() -> Json:
    """Return the description of every route of the API."""
    operations = [(route, operation_of(route)) for route in API]
    schemas = _Schemas([*dict.fromkeys(model for _, one in operations for model in _models(one)), Error])
    paths: Json = {}
    for route, one in operations:
        paths.setdefault(route.path, {})[route.method.lower()] = _described(route, one, schemas)
    refusals = {f"E{status}": _answer(text, schemas.shown(Error)) for status, text in _REFUSALS.items()}
    refusals["E503"]["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Help Desk",
            "version": "1",
            "description": "The desk's JSON API, with the same rights as its pages. Unknown parameters and fields are"
            " refused with 400.",
        },
        "security": [{"session": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"session": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas.named(),
            "responses": refusals,
        },
    }


def operation_of(route: Route) -> Operation:
    """Return the view of a route, with what it takes and answers."""
    module, _, function = route.view.partition(":")
    found = getattr(import_module(f"chalicelib.web.{module}"), function)
    assert isinstance(found, Operation), route.view
    return found


def _models(one: Operation) -> Iterator[Any]:
    for kind in (*one.takes.values(), one.answer):
        yield from (each for each in members(kind) if issubclass(each, Model))


def _described(route: Route, one: Operation, schemas: "_Schemas") -> Json:
    described: Json = {"operationId": one.name, "summary": one.summary}
    if route.public:
        described["security"] = []
    parameters = [
        parameter for place in ("path", "query") if place in one.takes
        for parameter in schemas.parameters(one.takes[place], place)
    ]  # fmt: skip
    if parameters:
        described["parameters"] = parameters
    if "body" in one.takes:
        described["requestBody"] = {"required": True, "content": _content(schemas.shown(one.takes["body"]))}
    described["responses"] = {
        **{str(status): _answer(text, schemas.shown(one.answer)) for status, text in one.answers.items()},
        **{str(status): {"$ref": f"#/components/responses/E{status}"} for status in sorted(_refusals(route, one))},
    }
    return described


def _refusals(route: Route, one: Operation) -> set[int]:
    session = set() if route.public else {401, 403, 503}
    return {400, 500, *session, *((413, 415) if route.method != "GET" else ()), *one.refuses}


def _answer(text: str, schema: Json) -> Json:
    return {"description": text, "content": _content(schema)}


def _content(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


class _Schemas:
    """The schemas of models as msgspec makes them, in the forms that readers of ours know: what may be null names that
    among its types, a word has a type, and a Part stands where it is used."""

    def __init__(self, shown: list[type[Model]]) -> None:
        _, self._made = msgspec.json.schema_components(shown, ref_template=_REFERENCE)
        self._kinds = {one.__name__: one for one in models()}

    def named(self) -> Json:
        """Return the schemas that stand under a name of their own."""
        places = {name for name in self._made if name.endswith(("Path", "Query"))}
        shown = {name: self._model(name) for name in self._made if name not in places}
        return {name: schema for name, schema in shown.items() if not issubclass(self._kinds[name], Part)}

    def shown(self, kind: Any) -> Json:
        """Return the schema of a model, of one of several, or of any JSON object."""
        several = [self._reference(one) for one in members(kind)]
        return several[0] if len(several) == 1 else {"oneOf": several}

    def parameters(self, model: type[Model], place: str) -> Iterator[Json]:
        """Yield the parameters that are read as a model."""
        schema = self._model(model.__name__)
        for name, one in schema["properties"].items():
            text = one.pop("description")
            required = name in schema.get("required", ())
            yield {"name": name, "in": place, "required": required, "schema": one, "description": text}

    def _reference(self, kind: Any) -> Json:
        return {"$ref": _REFERENCE.format(name=kind.__name__)} if issubclass(kind, Model) else {"type": "object"}

    def _model(self, name: str) -> Json:
        schema = {key: self._plain(value) for key, value in self._made[name].items() if key != "title"}
        schema["properties"] = {key: self._plain(value) for key, value in self._made[name]["properties"].items()}
        return {**schema, **self._kinds[name].also}

    def _plain(self, schema: Any) -> Any:
        if isinstance(schema, list):
            return [self._plain(one) for one in schema]
        if not isinstance(schema, dict):
            return " ".join(schema.split()) if isinstance(schema, str) else schema
        rest = {key: self._plain(value) for key, value in schema.items() if (key, value) != ("default", None)}
        name = rest.get("$ref", "").rpartition("/")[2]
        if name and issubclass(self._kinds[name], Part):
            return self._model(name) | {key: value for key, value in rest.items() if key != "$ref"}
        if "enum" in rest and not {"type", "anyOf"} & rest.keys():
            rest["type"] = "string"
        several = rest.get("anyOf", [])
        if len(several) == 2 and {"type": "null"} in several and "type" in several[0]:
            del rest["anyOf"]
            rest = several[0] | rest | {"type": [several[0]["type"], "null"]}
            if "enum" in rest and None not in rest["enum"]:
                rest["enum"] = [*rest["enum"], None]
        return rest


def models(base: type[Model] = Model) -> Iterator[type[Model]]:
    """Yield every model of the API."""
    for route in API if base is Model else ():
        operation_of(route)  # loads them
    for one in base.__subclasses__():
        yield one
        yield from models(one)


def main() -> None:
    """Write the description."""
    TARGET.write_text(json.dumps(description(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
