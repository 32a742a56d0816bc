"""Examples of whole schemas, composed from those of their fields."""

from typing import Any

import pytest

from crm_api.document.examples import NoExample, compose_examples, example_of

ID = "01930b2e-6f00-7000-8000-000000000001"


def _object(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


TEXT = {"type": "string"}
UUID = {"type": ["string", "null"], "format": "uuid", "examples": [ID]}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ({**TEXT, "examples": ["A"]}, "A"),
        ({**TEXT, "format": "date"}, "2026-01-31"),
        ({**TEXT, "enum": ["red", "blue"]}, "red"),
        ({**TEXT, "const": "bearer"}, "bearer"),
        ({"type": ["string", "null"]}, None),
        ({"type": "integer", "minimum": 3}, 3),
        ({"type": "integer", "default": 50}, 50),
        ({"type": "boolean"}, False),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Colour"}}, ["red"]),
        ({"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/Colour"}]}, "red"),
        ({"type": "object", "properties": {"size": {"type": "integer"}}}, {"size": 1}),
        ({"type": "object", "additionalProperties": True}, {}),
        ({"type": "string", "examples": [None]}, None),
    ],
)
def test_a_field_has_an_example_by_what_it_is(field: dict[str, Any], value: Any) -> None:
    schemas = {"Box": _object(("it",), it=field), "Colour": {"type": "string", "enum": ["red", "blue"]}}
    assert example_of("Box", schemas) == {"it": value}


def test_a_body_leaves_out_optional_ids_and_an_answer_shows_them() -> None:
    schemas = {"BoxCreate": _object((), shelf_id=UUID), "BoxRead": _object(("shelf_id",), shelf_id=UUID)}
    assert example_of("BoxCreate", schemas) == {}
    assert example_of("BoxRead", schemas) == {"shelf_id": ID}


def test_an_answer_borrows_from_the_body_of_the_same_record() -> None:
    named = {**TEXT, "examples": ["Red box"]}
    schemas = {
        "BoxCreate": _object(("name",), name=named),
        "BoxRead": _object(("name",), name=TEXT),
        "Lid": _object(("name",), name=TEXT),
    }
    assert example_of("BoxRead", schemas) == {"name": "Red box"}
    with pytest.raises(NoExample, match=r"Lid\.name"):
        example_of("Lid", schemas)


def test_nothing_is_borrowed_between_fields_of_another_form() -> None:
    phones = {"type": "array", "items": TEXT, "examples": [["+86 21 5012 3456"]]}
    points = {"type": "array", "items": {"$ref": "#/components/schemas/Point"}}
    schemas = {
        "BoxCreate": _object((), phones=phones),
        "BoxRead": _object(("phones",), phones=points),
        "Point": _object(("raw",), raw={**TEXT, "examples": ["1"]}),
    }
    assert example_of("BoxRead", schemas) == {"phones": [{"raw": "1"}]}


def test_what_an_author_wrote_is_kept_and_what_cannot_be_composed_is_left() -> None:
    schemas: dict[str, dict[str, Any]] = {
        "Box": {**_object(name=TEXT), "examples": [{"name": "Mine"}]},
        "Lid": _object(("name",), name=TEXT),
        "Shelf": _object(("box",), box={"$ref": "#/components/schemas/Box"}),
    }
    compose_examples(schemas)
    assert schemas["Box"]["examples"] == [{"name": "Mine"}]
    assert "examples" not in schemas["Lid"]
    assert schemas["Shelf"]["examples"] == [{"box": {"name": "Mine"}}]
