"""The OpenAPI document: what is made of FastAPI's, and what the checker of descriptions finds."""

from collections.abc import AsyncIterator, Callable
from enum import StrEnum
from typing import Any, Literal

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

from crm_api.document.openapi import build_document, parameters_of
from tests.document.described import missing_descriptions

TAGS = [{"name": "Boxes", "description": "What things are kept in."}]


class Colour(StrEnum):
    """What it is painted in."""

    RED = "red"
    BLUE = "blue"


class Lid(BaseModel):
    """What closes a box."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"size": 3}]})
    size: int = Field(description="Width in centimetres.")


class Box(BaseModel):
    """A box."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": None, "kind": None, "colour": None, "lid": None, "tags": []}]
        },
    )
    name: str | None = Field(description="What it says on the box.", max_length=20)
    kind: Literal["big"] | None = Field(description="Size class.")
    colour: Colour | None = Field(description="Colour.")
    lid: Lid | None = Field(description="Its lid.")
    tags: list[str] | None = Field(description="Labels.")


class KitRoute(APIRoute):
    errors: tuple[int, ...] = ()
    public: bool = False


def document(*, errors: tuple[int, ...] = (), public: bool = False, **extra: Any) -> dict[str, Any]:
    router = APIRouter(prefix="/api/v1", route_class=KitRoute)

    @router.post("/boxes", operation_id="boxes_create", summary="Create a box", tags=["Boxes"], **extra)
    async def create_box(box: Box) -> Box:
        """Puts a new box on the shelf."""
        return box

    app = FastAPI(openapi_url=None)
    app.include_router(router)
    for route in router.routes:
        route.errors, route.public = errors, public  # type: ignore[attr-defined]
    return build(app)


def build(app: FastAPI) -> dict[str, Any]:
    return build_document(app.routes, title="Shelf", version="1", description="Boxes.", tags=TAGS)


def operation(made: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = made["paths"]["/api/v1/boxes"]["post"]
    return found


def test_a_simple_type_or_null_is_a_list_of_types() -> None:
    properties = document()["components"]["schemas"]["Box"]["properties"]
    assert properties["name"] == {
        "description": "What it says on the box.",
        "maxLength": 20,
        "type": ["string", "null"],
    }
    assert properties["kind"] == {
        "description": "Size class.",
        "enum": ["big", None],
        "type": ["string", "null"],
    }
    assert properties["tags"]["type"] == ["array", "null"]
    assert properties["lid"]["anyOf"] == [{"$ref": "#/components/schemas/Lid"}, {"type": "null"}]
    assert list(properties) == ["name", "kind", "colour", "lid", "tags"]


def test_an_example_keeps_its_nulls_and_the_order_of_the_properties() -> None:
    (example,) = document()["components"]["schemas"]["Box"]["examples"]
    assert list(example) == ["name", "kind", "colour", "lid", "tags"]
    assert example == {"name": None, "kind": None, "colour": None, "lid": None, "tags": []}


def test_only_the_statuses_that_the_route_names_are_documented() -> None:
    made = document(errors=(404, 422))
    assert operation(made)["responses"].keys() == {"200", "404", "422"}
    assert operation(made)["responses"]["404"] == {"$ref": "#/components/responses/Problem404"}
    content = made["components"]["responses"]["Problem422"]["content"]
    assert content.keys() == {"application/problem+json"}
    assert content["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert content["application/problem+json"]["example"]["status"] == 422
    assert made["components"]["schemas"].keys() == {"Box", "Lid", "Colour", "Problem", "Fault"}


def test_an_answer_with_words_of_its_own_keeps_them() -> None:
    made = document(responses={409: {"description": "The shelf is full.", "model": Lid}})
    answer = operation(made)["responses"]["409"]
    assert answer["description"] == "The shelf is full."
    assert answer["content"].keys() == {"application/problem+json"}


def test_a_status_that_no_problem_has_is_refused() -> None:
    with pytest.raises(ValueError, match="418"):
        document(errors=(418,))


def test_security_stands_at_the_root_and_is_lifted_on_public_operations() -> None:
    made = document()
    assert made["security"] == [{"password": []}, {"token": []}]
    assert "security" not in operation(made)
    flows = made["components"]["securitySchemes"]["password"]["flows"]
    assert flows["password"]["tokenUrl"] == "/api/v1/auth/token"
    assert operation(document(public=True))["security"] == []


def test_a_stream_is_described_in_words_of_3_1() -> None:
    app = FastAPI(openapi_url=None)

    @app.get("/stream", operation_id="stream")
    async def stream() -> AsyncIterator[Lid]:
        yield Lid(size=1)

    (content,) = build(app)["paths"]["/stream"]["get"]["responses"]["200"]["content"].values()
    assert content == {"schema": {"type": "string"}, "x-item-schema": {"$ref": "#/components/schemas/Lid"}}


@pytest.mark.filterwarnings("ignore:Duplicate Operation ID")
def test_an_operation_id_taken_twice_is_refused() -> None:
    app = FastAPI(openapi_url=None)
    for path in ("/a", "/b"):
        app.get(path, operation_id="same")(_nothing)
    with pytest.raises(ValueError, match="same"):
        build(app)


def test_a_reference_that_leads_nowhere_is_refused() -> None:
    with pytest.raises(ValueError, match="Lost"):
        document(openapi_extra={"x-see": {"$ref": "#/components/schemas/Lost"}})


def test_the_id_in_a_path_is_a_described_uuid() -> None:
    app = FastAPI(openapi_url=None)

    @app.get("/boxes/{big_box_id}", operation_id="boxes_get")
    async def get_box(big_box_id: str) -> None: ...

    (parameter,) = parameters_of(build(app)["paths"]["/boxes/{big_box_id}"]["get"])
    assert parameter["description"] == "Id of the big box."
    assert parameter["schema"] == {"type": "string", "format": "uuid"}


def test_a_permission_is_named_for_readers_and_for_programs() -> None:
    app = FastAPI(openapi_url=None)
    router = APIRouter(route_class=KitRoute)
    router.add_api_route("/boxes", _nothing, operation_id="boxes_list")
    router.routes[0].permission = "boxes:read"  # type: ignore[attr-defined]
    app.include_router(router)
    found = build(app)["paths"]["/boxes"]["get"]
    assert found["x-permission"] == "boxes:read"
    assert found["description"] == "Does nothing.\n\nPermission: `boxes:read`"


def test_the_description_of_an_enum_serves_a_field_without_one() -> None:
    class Chest(BaseModel):
        """A chest."""

        colour: Colour = Field(description="What it is painted in.")

    app = FastAPI(openapi_url=None)
    app.add_api_route("/chests", _nothing, response_model=Chest, operation_id="chests_list")
    field = build(app)["components"]["schemas"]["Chest"]["properties"]["colour"]
    assert field["description"] == "What it is painted in."


async def _nothing() -> None:
    """Does nothing."""


def test_a_complete_document_misses_nothing() -> None:
    assert missing_descriptions(document(errors=(400, 401, 403, 404, 409, 413, 415, 422, 503))) == []


def _without(*path: str) -> Callable[[dict[str, Any]], None]:
    def remove(made: dict[str, Any]) -> None:
        node = made
        for key in path[:-1]:
            node = node[key]
        del node[path[-1]]

    return remove


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        (_without("paths", "/api/v1/boxes", "post", "summary"), "POST /api/v1/boxes: no summary"),
        (_without("paths", "/api/v1/boxes", "post", "description"), "POST /api/v1/boxes: no description"),
        (_without("paths", "/api/v1/boxes", "post", "tags"), "POST /api/v1/boxes: no tag"),
        (_without("tags"), "POST /api/v1/boxes: tag Boxes has no description"),
        (_without("components", "schemas", "Lid", "examples"), "Lid: no example"),
        (
            _without("components", "schemas", "Lid", "properties", "size", "description"),
            "Lid.size: no description",
        ),
    ],
)
def test_what_is_missing_is_found(damage: Callable[[dict[str, Any]], None], finding: str) -> None:
    made = document()
    damage(made)
    assert missing_descriptions(made) == [finding]
