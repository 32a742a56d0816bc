"""The OpenAPI 3.1 document: FastAPI's, made exact and readable by the common generators.

What FastAPI cannot know a route says in three attributes: `errors`, the statuses of the problems it answers,
`public`, true when it needs no token, and `permission`, what its caller has to hold.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from fastapi._compat import get_definitions, get_flat_models_from_fields, get_model_name_map
from fastapi.openapi.utils import get_fields_from_routes, get_openapi
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute

from crm_api.document.descriptions import (
    announce,
    describe_id,
    describe_references,
    describe_successes,
    name_permission,
)
from crm_api.document.examples import compose_examples
from crm_api.document.headers import describe_headers, header_components
from crm_api.document.problem_responses import problem_response, problem_schemas
from crm_api.document.sparse_schemas import add_sparse_schemas

TOKEN_URL = "/api/v1/auth/token"  # noqa: S105  where tokens are had
_METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
_SECURITY_SCHEMES = {
    "password": {
        "type": "oauth2",
        "description": "E-mail and password of a user; the answer is a short-lived access token (a JWT as RFC8725 "
        "demands) and a refresh token.",
        "flows": {"password": {"tokenUrl": TOKEN_URL, "scopes": {}}},
    },
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key (`crm_live_…`) or an access token (a JWT as RFC8725 demands).",
    },
}


def build_document(
    routes: Sequence[BaseRoute],
    *,
    title: str,
    version: str,
    description: str,
    tags: Sequence[Mapping[str, Any]],
    groups: Mapping[str, Sequence[str]] = MappingProxyType({}),
    servers: Sequence[Mapping[str, Any]] = (),
    webhooks: Sequence[BaseRoute] = (),
) -> dict[str, Any]:
    """The document of these routes, and of the requests that are sent to others: `webhooks`, by name of event.

    Keys are sorted, except that the properties of a schema keep the order in which they were declared.
    ValueError when an operationId or a name of a schema is taken twice, a reference leads nowhere, or a tag is in no
    group, or in two.
    """
    document = get_openapi(
        title=title,
        version=version,
        description=description,
        routes=routes,
        tags=[dict(tag) for tag in tags],
        servers=[dict(server) for server in servers],
        webhooks=webhooks,
    )
    components = document.setdefault("components", {})
    components["schemas"] = {**_definitions([*routes, *webhooks]), **problem_schemas()}
    components |= header_components()
    components["securitySchemes"] = _SECURITY_SCHEMES
    document["x-tagGroups"] = [{"name": name, "tags": [*grouped]} for name, grouped in groups.items()]
    document["security"] = [{name: []} for name in _SECURITY_SCHEMES]
    _complete_operations(document, routes)
    _complete_webhooks(document.get("webhooks", {}))
    _refine(document)
    _check(document)
    return _sorted(document)


def _refine(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for schema in _root_schemas(document):
        _tidy(schema)
    _forget_defaults(document)
    describe_references(schemas)
    add_sparse_schemas(document)
    compose_examples(schemas)
    for _, operation in operations(document):
        describe_successes(operation, schemas)
    _leave_out_unused(document)


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation, as `("GET /path", operation)`."""
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield f"{method.upper()} {path}", item[method]


def parameters_of(operation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parameters that are this operation's own; the headers that many share are components."""
    return [parameter for parameter in operation.get("parameters", ()) if "$ref" not in parameter]


def _definitions(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    # get_openapi() drops every null, also those inside examples, so the schemas are taken before it does.
    fields = get_fields_from_routes(routes)
    names = get_model_name_map(get_flat_models_from_fields(fields, known_models=set()))
    return dict(get_definitions(fields=fields, model_name_map=names)[1])


def _complete_operations(document: dict[str, Any], routes: Sequence[BaseRoute]) -> None:
    described = dict(operations(document))
    responses: dict[str, Any] = {}
    for context in iter_route_contexts(routes):
        route = context.original_route
        for method in getattr(context, "methods", None) or ():
            operation = described.get(f"{method} {getattr(context, 'path_format', '')}")
            if operation is None:
                continue
            operation.pop("security", None)
            if getattr(route, "public", False):
                operation["security"] = []
            _set_problems(operation, getattr(route, "errors", ()), responses)
            name_permission(operation, getattr(route, "permission", None))
            announce(operation, getattr(route, "notice", None))
            describe_headers(operation, method, route, document["components"]["schemas"])
            for parameter in parameters_of(operation):
                describe_id(parameter)
    document["components"]["responses"] = responses


def _complete_webhooks(items: Mapping[str, Any]) -> None:
    """Nobody signs in to a receiver, and what it answers is its own affair."""
    for item in items.values():
        operation, answers = item["post"], item["post"]["responses"]
        operation["security"] = []
        operation["responses"] = {
            status: answer for status, answer in answers.items() if status[0] not in "45"
        }


def _set_problems(operation: dict[str, Any], errors: Sequence[int], shared: dict[str, Any]) -> None:
    answers = operation["responses"]
    written = {
        status: answer
        for status, answer in answers.items()
        if status[0] in "45" and "HTTPValidationError" not in str(answer)
    }
    operation["responses"] = {status: answer for status, answer in answers.items() if status[0] not in "45"}
    for status in sorted({str(status) for status in errors} | written.keys()):
        response = problem_response(int(status))
        if status in written:
            operation["responses"][status] = {**response, "description": written[status]["description"]}
        else:
            shared.setdefault(f"Problem{status}", response)
            operation["responses"][status] = {"$ref": f"#/components/responses/Problem{status}"}


def _root_schemas(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield from document["components"]["schemas"].values()
    for _, operation in operations(document):
        for parameter in parameters_of(operation):
            parameter["schema"].pop("title", None)
            yield parameter["schema"]
        for part in (operation.get("requestBody", {}), *operation["responses"].values()):
            for content in part.get("content", {}).values():
                if "itemSchema" in content:  # a word of OpenAPI 3.2
                    content["x-item-schema"] = content.pop("itemSchema")
                    content["schema"] = {"type": "string"}
                yield content["schema"]


def _forget_defaults(document: Mapping[str, Any]) -> None:
    """In a change, what is left out stays as it is: nothing is put in its place."""
    for name, operation in operations(document):
        schema = (
            operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        )
        target = document["components"]["schemas"].get(schema.get("$ref", "").rsplit("/", 1)[-1], {})
        for field in target.get("properties", {}).values() if name.startswith("PATCH ") else ():
            field.pop("default", None)


def children_of(schema: Mapping[str, Any]) -> Iterator[Any]:
    yield from schema.get("properties", {}).values()
    for word in ("anyOf", "oneOf", "allOf", "prefixItems"):
        yield from schema.get(word, ())
    yield from (
        schema[word] for word in ("items", "additionalProperties") if isinstance(schema.get(word), dict)
    )


def _tidy(schema: dict[str, Any]) -> None:
    for child in children_of(schema):
        _tidy(child)
    _name_limits(schema)
    properties = schema.get("properties", {})
    for child in properties.values():
        child.pop("title", None)
        if child.get("default", 0) in (None, ""):  # stands for being left out, which `required` tells
            del child["default"]
    if "examples" in schema:
        schema["examples"] = [_like(properties, example) for example in schema["examples"]]
    choices = schema.get("anyOf", [])
    if len(choices) == 2 and {"type": "null"} in choices:
        only = next(choice for choice in choices if choice != {"type": "null"})
        if isinstance(only.get("type"), str):
            del schema["anyOf"]
            schema.update({**_nullable(only), **schema})


def _name_limits(schema: dict[str, Any]) -> None:
    """Of a number that a validator of ours reads Pydantic writes the limits in its own words."""
    for written, meant in (("ge", "minimum"), ("le", "maximum")):
        if written in schema:
            schema[meant] = schema.pop(written)


def _like(properties: Mapping[str, Any], example: Any) -> Any:
    if not isinstance(example, dict):
        return example
    order = {name: position for position, name in enumerate(properties)}
    return dict(sorted(example.items(), key=lambda item: order.get(item[0], len(order))))


def _nullable(schema: Mapping[str, Any]) -> dict[str, Any]:
    wide = {**schema, "type": [schema["type"], "null"]}
    if "const" in wide:
        wide["enum"] = [wide.pop("const")]
    if "enum" in wide:
        wide["enum"] = [*wide["enum"], None]
    return wide


def _check(document: dict[str, Any]) -> None:
    ids = Counter(operation["operationId"] for _, operation in operations(document))
    twice = sorted(name for name, count in ids.items() if count > 1)
    if twice:
        raise ValueError(f"operationIds taken twice: {twice}")
    long = sorted(name for name in document["components"]["schemas"] if not name.isalnum())
    if long:
        raise ValueError(f"classes of one name, which become schemas that nobody can read: {long}")
    grouped = sorted(tag for group in document["x-tagGroups"] for tag in group["tags"])
    if grouped and grouped != sorted(tag["name"] for tag in document["tags"]):
        raise ValueError("every tag belongs to one group")
    lost = sorted({reference for reference in _references(document) if not _leads(document, reference)})
    if lost:
        raise ValueError(f"references that lead nowhere: {lost}")


def _leave_out_unused(document: dict[str, Any]) -> None:
    """Common headers that no operation has yet."""
    used = set(_references(document))
    for kind in ("headers", "parameters"):
        components = document["components"]
        components[kind] = {
            name: part for name, part in components[kind].items() if f"#/components/{kind}/{name}" in used
        }


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _references(child)


def _leads(document: Mapping[str, Any], reference: str) -> bool:
    node: Any = document
    for key in reference.removeprefix("#/").split("/"):
        if not isinstance(node, Mapping) or key not in node:
            return False
        node = node[key]
    return True


def _sorted(document: dict[str, Any]) -> dict[str, Any]:
    return {key: _in_order(value, key) for key, value in sorted(document.items())}


def _in_order(node: Any, parent: str) -> Any:
    if parent in {"example", "examples"}:
        return node
    if isinstance(node, list):
        return [_in_order(child, "") for child in node]
    if not isinstance(node, dict):
        return node
    # Properties and the methods of a path are read by people in the order in which they stand.
    keys = node if parent == "properties" or parent.startswith("/") else sorted(node)
    return {key: _in_order(node[key], key) for key in keys}
