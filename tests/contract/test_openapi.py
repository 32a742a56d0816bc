"""The document of the whole API: complete, true to itself, and the committed file is the one that the code makes."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from crm_api.cli import app
from crm_api.document.openapi import operations, parameters_of
from crm_api.main import document
from tests.architecture.sources import ROOT
from tests.document.described import missing_descriptions

COMMITTED = ROOT / "openapi" / "openapi.json"


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return document()


def test_the_committed_document_is_current() -> None:
    printed = CliRunner().invoke(app, ["openapi"])
    assert printed.exit_code == 0
    assert COMMITTED.read_bytes() == printed.stdout_bytes, (
        "run: uv run crm-api openapi --output openapi/openapi.json"
    )


def test_nothing_is_undescribed(made: dict[str, Any]) -> None:
    assert missing_descriptions(made) == []


def test_every_error_is_a_problem(made: dict[str, Any]) -> None:
    for name, operation in operations(made):
        for status, answer in operation["responses"].items():
            if status[0] in "45":
                shared = made["components"]["responses"].get(
                    answer.get("$ref", "").rsplit("/", 1)[-1], answer
                )
                assert shared["content"].keys() == {"application/problem+json"}, f"{name} {status}"


def test_a_guarded_operation_names_what_every_guarded_one_can_answer(made: dict[str, Any]) -> None:
    for name, operation in operations(made):
        if operation.get("security") != []:
            assert {"400", "401", "503"} <= operation["responses"].keys(), name
        if "x-permission" in operation:
            assert "403" in operation["responses"], name
            assert f"Permission: `{operation['x-permission']}`" in operation["description"], name


def test_the_id_in_a_path_is_a_described_uuid(made: dict[str, Any]) -> None:
    for name, operation in operations(made):
        declared = {item["name"]: item for item in parameters_of(operation) if item["in"] == "path"}
        for parameter in re.findall(r"\{(\w+_id)\}", name):
            assert declared[parameter]["schema"]["format"] == "uuid", name
            assert declared[parameter]["description"], name


def test_every_tag_is_described_and_in_one_group(made: dict[str, Any]) -> None:
    names = [tag["name"] for tag in made["tags"]]
    assert sorted(tag for group in made["x-tagGroups"] for tag in group["tags"]) == sorted(names)
    assert all(tag["description"] for tag in made["tags"])
    for name, operation in operations(made):
        assert set(operation["tags"]) <= set(names), name


def test_nobody_signs_in_to_a_webhook_and_everybody_to_the_rest(made: dict[str, Any]) -> None:
    assert made["security"] == [{"password": []}, {"token": []}]
    for name, item in made["webhooks"].items():
        assert (item["post"]["security"], list(item["post"]["responses"])) == ([], ["204"]), name
        assert item["post"]["summary"], name
        assert item["post"]["description"], name
        assert item["post"]["operationId"], name


def test_nothing_stands_in_it_that_common_generators_cannot_read(made: dict[str, Any]) -> None:
    """Words of OpenAPI 3.2, the framework's own errors, and a simple type that is made nullable by `anyOf`."""

    def found(node: Any, place: str) -> Iterator[str]:
        if isinstance(node, list):
            for index, child in enumerate(node):
                yield from found(child, f"{place}/{index}")
        if not isinstance(node, dict):
            return
        choices = node.get("anyOf", [])
        if {"type": "null"} in choices and len(choices) == 2 and all("type" in choice for choice in choices):
            yield place
        for key, child in node.items():
            if key in ("itemSchema", "HTTPValidationError", "ValidationError"):
                yield f"{place}/{key}"
            yield from found(child, f"{place}/{key}")

    assert list(found(made, "")) == []


def _with_examples(made: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """Where a schema with examples stands, and they."""
    for name, schema in made["components"]["schemas"].items():
        yield f"/components/schemas/{name}", schema.get("examples", [])
        for key, field in schema.get("properties", {}).items():
            yield f"/components/schemas/{name}/properties/{key}", field.get("examples", [])


def test_every_example_is_valid(made: dict[str, Any]) -> None:
    """By the schema that it stands in."""
    parts = {"$id": "urn:document", "components": made["components"]}
    registry, wrong = jsonschema_rs.Registry([("urn:document", parts)]), []
    for place, examples in _with_examples(made):
        validator = jsonschema_rs.Draft202012Validator({"$ref": f"urn:document#{place}"}, registry=registry)
        wrong += [f"{place}: {error.message}" for one in examples for error in validator.iter_errors(one)]
    assert wrong == []
