"""The check for breaking changes finds each kind of them, and lets pass what only adds."""

import importlib.util
import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.sources import ROOT

_spec = importlib.util.spec_from_file_location("compatibility", ROOT / "openapi" / "compatibility.py")
assert _spec
assert _spec.loader
compatibility = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(compatibility)

BOX = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 20, "pattern": "^[a-z]+$"},
        "size": {"type": ["integer", "null"], "minimum": 1, "maximum": 9},
        "colour": {"type": "string", "enum": ["red", "blue"]},
        "tags": {"type": "array", "maxItems": 5, "items": {"type": "string"}},
        "lid": {"anyOf": [{"$ref": "#/components/schemas/Lid"}, {"type": "null"}]},
    },
}
DOCUMENT: dict[str, Any] = {
    "paths": {
        "/boxes": {
            "post": {
                "operationId": "boxes_create",
                "parameters": [
                    {"name": "dry", "in": "query", "required": False, "schema": {"type": "boolean"}},
                    {"$ref": "#/components/parameters/Key"},
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/BoxCreate"}}},
                },
                "responses": {
                    "201": {
                        "headers": {"ETag": {"schema": {"type": "string"}}},
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/BoxRead"}}},
                    },
                    "409": {"content": {"application/problem+json": {"schema": {"type": "object"}}}},
                },
            },
            "get": {
                "operationId": "boxes_list",
                "deprecated": True,
                "responses": {"200": {"content": {"application/json": {"schema": {"type": "object"}}}}},
            },
        },
        "/login": {"post": {"operationId": "login", "security": [], "responses": {"204": {}}}},
    },
    "components": {
        "parameters": {"Key": {"name": "Key", "in": "header", "schema": {"type": "string"}}},
        "schemas": {
            "BoxCreate": BOX,
            "BoxRead": deepcopy(BOX),
            "Lid": {"type": "object", "properties": {"flat": {"type": "boolean"}}},
        },
    },
}
Change = Callable[[Any], Any]


def post(document: Any) -> Any:
    return document["paths"]["/boxes"]["post"]


def sent(document: Any) -> Any:
    return document["components"]["schemas"]["BoxCreate"]


def read(document: Any) -> Any:
    return document["components"]["schemas"]["BoxRead"]


def field(schema: Any, name: str) -> Any:
    return schema["properties"][name]


BREAKING: dict[str, Change] = {
    "path": lambda d: d["paths"].pop("/login"),
    "operation": lambda d: d["paths"]["/login"].pop("post"),
    "operationId": lambda d: post(d).update(operationId="boxes_add"),
    "credential": lambda d: d["paths"]["/login"]["post"].pop("security"),
    "parameter gone": lambda d: post(d)["parameters"].pop(0),
    "shared parameter gone": lambda d: post(d)["parameters"].pop(1),
    "parameter required": lambda d: post(d)["parameters"][0].update(required=True),
    "new required parameter": lambda d: post(d)["parameters"].append(
        {"name": "to", "in": "query", "required": True, "schema": {"type": "string"}}
    ),
    "parameter type": lambda d: post(d)["parameters"][0]["schema"].update(type="integer"),
    "new required body": lambda d: d["paths"]["/login"]["post"].update(
        requestBody={"required": True, "content": {}}
    ),
    "no body": lambda d: post(d).pop("requestBody"),
    "media type": lambda d: post(d)["requestBody"]["content"].update(
        {"text/csv": post(d)["requestBody"]["content"].pop("application/json")}
    ),
    "field sent gone": lambda d: sent(d)["properties"].pop("size"),
    "new required field": lambda d: sent(d)["required"].append("colour"),
    "closed": lambda d: d["components"]["schemas"]["Lid"].update(additionalProperties=False),
    "enum narrowed": lambda d: field(sent(d), "colour")["enum"].remove("blue"),
    "enum new": lambda d: field(sent(d), "name").update(enum=["a"]),
    "type narrowed": lambda d: field(sent(d), "size").update(type="integer"),
    "maxLength": lambda d: field(sent(d), "name").update(maxLength=10),
    "new maximum": lambda d: field(sent(d), "tags").update(maxItems=4),
    "minimum": lambda d: field(sent(d), "size").update(minimum=2),
    "pattern": lambda d: field(sent(d), "name").update(pattern="^[a-f]+$"),
    "format": lambda d: field(sent(d), "name").update(format="uuid"),
    "items": lambda d: field(sent(d), "tags")["items"].update(maxLength=3),
    "alternative refused": lambda d: field(sent(d), "lid")["anyOf"].pop(1),
    "status gone": lambda d: post(d)["responses"].pop("409"),
    "header gone": lambda d: post(d)["responses"]["201"].pop("headers"),
    "answer's media type": lambda d: post(d)["responses"]["201"].pop("content"),
    "field read gone": lambda d: read(d)["properties"].pop("size"),
    "field read may be missing": lambda d: read(d).update(required=[]),
    "value read new": lambda d: field(read(d), "colour")["enum"].append("green"),
    "values read open": lambda d: field(read(d), "colour").pop("enum"),
    "null read new": lambda d: field(read(d), "name").update(type=["string", "null"]),
    "alternative read new": lambda d: field(read(d), "lid")["anyOf"].append({"type": "string"}),
}
HARMLESS: dict[str, Change] = {
    "nothing": lambda d: None,
    "new path": lambda d: d["paths"].update({"/lids": {"get": {"operationId": "lids", "responses": {}}}}),
    "deprecated operation gone": lambda d: d["paths"]["/boxes"].pop("get"),
    "new parameter": lambda d: post(d)["parameters"].append(
        {"name": "to", "in": "query", "schema": {"type": "string"}}
    ),
    "new field sent": lambda d: sent(d)["properties"].update(weight={"type": "integer"}),
    "no longer required": lambda d: sent(d).update(required=[]),
    "value sent new": lambda d: field(sent(d), "colour")["enum"].append("green"),
    "more allowed": lambda d: field(sent(d), "name").update(maxLength=99, minLength=0),
    "limit gone": lambda d: field(sent(d), "name").pop("pattern"),
    "new field read": lambda d: read(d)["properties"].update(weight={"type": "integer"}),
    "value read gone": lambda d: field(read(d), "colour")["enum"].remove("blue"),
    "never null again": lambda d: field(read(d), "size").update(type="integer"),
    "new status": lambda d: post(d)["responses"].update({"410": {}}),
    "description": lambda d: post(d).update(description="Words."),
}


def found(change: Change) -> list[str]:
    new = deepcopy(DOCUMENT)
    change(new)
    return list(compatibility.Comparison(DOCUMENT, new).breaks())


@pytest.mark.parametrize("change", BREAKING.values(), ids=BREAKING.keys())
def test_a_breaking_change_is_found(change: Change) -> None:
    assert len(found(change)) == 1, found(change)


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_only_adds_passes(change: Change) -> None:
    assert found(change) == []


def test_the_present_document_is_compatible_with_itself() -> None:
    document = json.loads((ROOT / "openapi" / "openapi.json").read_text())
    assert list(compatibility.Comparison(document, document).breaks()) == []


def test_before_the_first_release_nothing_can_break(tmp_path: Path) -> None:
    present = tmp_path / "openapi.json"
    present.write_text(json.dumps(DOCUMENT))
    assert compatibility.main(str(tmp_path / "released.json"), str(present)) == 0
    (tmp_path / "released.json").write_text(json.dumps(DOCUMENT))
    assert compatibility.main(str(tmp_path / "released.json"), str(present)) == 0
    present.write_text(json.dumps({"paths": {}}))
    assert compatibility.main(str(tmp_path / "released.json"), str(present)) == 1
