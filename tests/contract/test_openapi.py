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


def _examples(made: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], Any]]:
    for name, schema in made["components"]["schemas"].items():
        for example in schema.get("examples", ()):
            yield name, {"$ref": f"#/components/schemas/{name}"}, example
        for key, field in schema.get("properties", {}).items():
            for example in field.get("examples", ()):
                yield f"{name}.{key}", field, example


def test_every_example_is_valid(made: dict[str, Any]) -> None:
    """By the schema that it stands in."""
    wrong = []
    for place, schema, example in _examples(made):
        validator = jsonschema_rs.Draft202012Validator({**schema, "components": made["components"]})
        wrong += [f"{place}: {error.message}" for error in validator.iter_errors(example)]
    assert wrong == []
