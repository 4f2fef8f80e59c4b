"""The OpenAPI document of the REST API: what the routes declare, and what holds for all of them."""

from __future__ import annotations

from typing import Any

from flask_openapi.openapi import OpenAPI

from server.web import dto

PROBLEM = "application/problem+json"
PUBLIC = ("/api/v1/queues", "/api/v1/charter")
KEY = {
    "name": "Idempotency-Key", "in": "header", "required": False,
    "description": "The same key from the same asker with the same body gets the first answer again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[!-~]+$"},
}  # fmt: skip


def document(app: OpenAPI) -> dict[str, Any]:
    """The document, made when it is first asked for."""
    if not app.spec_json:
        app.components_schemas["Problem"] = dto.Problem.model_json_schema()
        app.openapi_version = "3.1.0"
        app.generate_spec_json()  # type: ignore[no-untyped-call]
        components = app.spec_json["components"]
        components["schemas"] = {k: v for k, v in components["schemas"].items() if k != "ValidationErrorModel"}
        components["parameters"] = {"IdempotencyKey": KEY}
        for path, item in app.spec_json["paths"].items():
            for method, operation in item.items():
                _complete(path, method, operation, components["schemas"])
    return app.spec_json


def _complete(path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    if method == "post":
        operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/IdempotencyKey"})
        shape = operation["requestBody"]["content"]["application/json"]["schema"]
        model = schemas[shape["$ref"].rpartition("/")[2]]
        operation["requestBody"]["required"] = bool(model.get("required"))  # no body is an empty object
    if path in PUBLIC:
        operation["security"] = [{}, *operation.get("security", [])]
