"""Every operation of the API, found by walking the routers, and where an id fits into it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from fastapi.params import Form
from pydantic import TypeAdapter

from crm_api import wiring
from crm_api.kit.http import KitRoute
from crm_api.kit.registries import RESOURCES
from crm_api.kit.resource import Resource

PREFIX = "/api/v1"
# documents that are made of others
MADE_OF_OTHERS = {"quotes_order": "orders", "quotes_contract": "contracts"}
type_pointer = tuple[str | int, ...]


@dataclass(frozen=True, eq=False)
class Operation:
    """One method of one path."""

    name: str
    method: str
    path: str
    route: KitRoute

    @property
    def resource(self) -> Resource | None:
        """The resource whose collection the path begins with."""
        return RESOURCES.get(self.path.split("/")[1].replace("-", "_"))

    @property
    def of_record(self) -> bool:
        """Whether the path names a record of a resource."""
        return "_id}" in self.path and self.resource is not None

    @property
    def on_record(self) -> dict[str, str]:
        """What a write of one of the resource's records says: of a guarded one, whichever version it has."""
        return {"If-Match": "*"} if self.resource is not None and self.resource.guarded else {}

    @property
    def headers(self) -> dict[str, str]:
        """What the request says besides its body."""
        return self.on_record if self.of_record and not self.reads else {}

    @property
    def reads(self) -> bool:
        return self.method == "GET" or self.path.endswith("/query")

    @property
    def lists(self) -> bool:
        """Whether it is the list of a resource, which takes filters, sorts and cursors."""
        return self.resource is not None and self.name in (
            f"{self.resource.name}_list",
            f"{self.resource.name}_query",
        )

    @property
    def by_key(self) -> bool:
        """Whether the path names a record by its key in another system."""
        return "/by-external/" in self.path

    @property
    def creates(self) -> bool:
        """Whether the client may choose the id of a new record."""
        return self.by_key or self.name.endswith("_create")

    @property
    def makes(self) -> str | None:
        """The resource of a new record whose ids the client may choose."""
        if self.creates and self.resource is not None:
            return self.resource.name
        return MADE_OF_OTHERS.get(self.name)

    @property
    def takes_form(self) -> bool:
        return self.route.body_field is not None and isinstance(self.route.body_field.field_info, Form)

    @cached_property
    def body_fields(self) -> set[str]:
        """What the body may hold at its top."""
        if self.route.body_field is None:
            return set()
        schema = TypeAdapter(self.route.body_field.field_info.annotation).json_schema()
        named = [part["$ref"].rsplit("/", 1)[-1] for part in schema.get("anyOf", ()) if "$ref" in part]
        parts = [schema, *(schema["$defs"][name] for name in named)]
        return {name for part in parts for name in part.get("properties", {})}

    @cached_property
    def id_pointers(self) -> list[type_pointer]:
        """Where the body takes an id; the first item stands for all of a list."""
        if self.route.body_field is None:
            return []
        return list(_uuids(TypeAdapter(self.route.body_field.field_info.annotation).json_schema()))

    @cached_property
    def id_parameters(self) -> list[str]:
        """Which declared query parameters take an id; those of a list come from its resource."""
        return [
            field.alias
            for field in self.route.dependant.query_params
            if "'uuid'" in str(field._type_adapter.json_schema())
        ]


def _uuids(schema: dict[str, Any]) -> Iterator[type_pointer]:
    definitions = schema.get("$defs", {})

    def walk(node: dict[str, Any], pointer: type_pointer) -> Iterator[type_pointer]:
        if len(pointer) > 6:
            return
        node = definitions[node["$ref"].rsplit("/", 1)[-1]] if "$ref" in node else node
        if node.get("format") == "uuid":
            yield pointer
        for part in (*node.get("anyOf", ()), *node.get("allOf", ())):
            yield from walk(part, pointer)
        if "items" in node:
            yield from walk(node["items"], (*pointer, 0))
        for name, inner in node.get("properties", {}).items():
            yield from walk(inner, (*pointer, name))

    return iter(dict.fromkeys(walk(schema, ())))


@cache
def operations() -> tuple[Operation, ...]:
    """All of them, in the order of the routers; where their ids are is found once."""
    return tuple(
        Operation(str(route.operation_id), method, route.path.removeprefix(PREFIX), route)
        for router in wiring.ROUTERS
        for route in router.routes
        for method in sorted(route.methods)
    )
