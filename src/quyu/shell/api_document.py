"""What the OpenAPI document says of each object: its fields, its filters, its answers and refusals."""

from collections.abc import Iterable
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from quyu.platform.viewsets.viewset import Viewset

Json = dict[str, Any]
JSON_TYPES = {
    "BooleanField": "boolean",
    "IntegerField": "integer",
    "BigIntegerField": "integer",
    "PositiveIntegerField": "integer",
    "PositiveSmallIntegerField": "integer",
    "SmallIntegerField": "integer",
    "FloatField": "number",
}
FIELD_ERRORS = {
    "type": "object",
    "additionalProperties": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
        },
    },
}
ERROR = {
    "type": "object",
    "description": "A refusal: `code` is stable, `message` is for people, `errors` names fields.",
    "required": ["code", "message"],
    "properties": {"code": {"type": "string"}, "message": {"type": "string"}, "errors": FIELD_ERRORS},
}
REFUSALS = {
    400: "The address, a parameter or the JSON cannot be understood",
    401: "Neither signed in nor a valid token",
    403: "The right is missing, or the CSRF token of the session",
    404: "No such row within the caller's reach",
    405: "The address does not know this method",
    415: "The body is not sent as application/json",
    409: "Somebody saved the row meanwhile, or other rows need it",
    422: "A value is wrong; nothing was written",
}


def kind_of(viewset: Viewset[Any], name: str) -> str:
    """The JSON type of a field; related rows are named by their key."""
    return JSON_TYPES.get(viewset.field(name).get_internal_type(), "string")


def takes_null(viewset: Viewset[Any], name: str) -> bool:
    """Everything may be empty in a body, and the form says what must be filled; but yes or no is never empty."""
    return name == "version" or kind_of(viewset, name) != "boolean" or bool(viewset.field(name).null)


def fields_of(viewset: Viewset[Any], names: Iterable[str]) -> Json:
    return {
        name: {
            "type": [kind_of(viewset, name), "null"] if takes_null(viewset, name) else kind_of(viewset, name)
        }
        for name in names
    }


def query_parameter(name: str) -> Json:
    return {"in": "query", "name": name, "schema": {"type": "string"}, "required": False}


def content(schema: Json) -> Json:
    return {"content": {"application/json": {"schema": schema}}}


def answers(status: int, schema: Json | None, *refusals: int) -> Json:
    """The responses of one operation: the one that succeeds, and its refusals."""
    good: Json = {"description": "OK", **(content(schema) if schema else {})}
    error = content({"$ref": "#/components/schemas/Error"})
    told = {code: {"description": REFUSALS[code], **error} for code in (400, 401, 403, *refusals)}
    return {"responses": {status: good, **told}}


class Described:
    """The parts of the document that belong to one object."""

    def __init__(self, viewset: Viewset[Any]) -> None:
        row = {
            "type": "object",
            "required": ["id", "version"],
            "properties": {
                "id": {"type": "integer"},
                "version": {"type": "integer"},
                **fields_of(viewset, viewset.shown),
            },
        }
        whole = {name: {"type": "integer"} for name in ("count", "pages", "page")}
        rows = {
            "type": "object",
            "required": ["count", "pages", "page", "items"],
            "properties": {**whole, "items": {"type": "array", "items": row}},
        }
        written = {**fields_of(viewset, viewset.fields), "version": {"type": ["integer", "null"]}}
        body = content({"type": "object", "properties": written, "additionalProperties": False})
        filters = [query_parameter(name) for name in ("q", "sort", *viewset.filters)]
        self.list: Json = {"parameters": filters, **answers(200, rows, 422)}
        self.detail: Json = answers(200, row, 404)
        self.create: Json = {"requestBody": body, **answers(201, row, 409, 415, 422)}
        self.change: Json = {"requestBody": body, **answers(200, row, 404, 409, 415, 422)}
        self.delete: Json = answers(204, None, 404, 409)


class DescribedAPI(NinjaAPI):
    """Ninja adds an answer 200 to every operation; those that answer otherwise lose it again."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        document = super().get_openapi_schema(**options)
        document["components"].setdefault("schemas", {})["Error"] = ERROR
        for operations in document["paths"].values():
            for operation in operations.values():
                answered = operation["responses"]
                if 201 in answered or 204 in answered:
                    answered.pop(200, None)
                operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get(
                    "schema", {}
                ).pop("title", None)
        return document
