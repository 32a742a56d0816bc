"""What would break a client: the document of the last release beside the present one.

    python openapi/compatibility.py openapi/released.json openapi/openapi.json

Prints one line for every change that breaks and exits 1 when there is any. A change that only adds is none. An
operation that the released document marked `deprecated` may go. `released.json` is the document as it was released: it
is written at a release (`cp openapi/openapi.json openapi/released.json`) and at no other time; without one everything
is allowed.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
CEILINGS = ("maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties")
FLOORS = ("minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties")
TYPES = ("string", "integer", "number", "boolean", "object", "array", "null")
Json = dict[str, Any]


class Comparison:
    """Of two documents: what clients send is accepted as before, what they read is as it was promised."""

    def __init__(self, old: Json, new: Json) -> None:
        self._documents = {"old": old, "new": new}
        self._seen: set[tuple[str, str, bool]] = set()

    def breaks(self) -> Iterator[str]:
        """One line for every change that breaks a client."""
        old, new = self._documents["old"], self._documents["new"]
        for path, was in old["paths"].items():
            for method in (method for method in METHODS if method in was):
                place = f"{method.upper()} {path}"
                now = new["paths"].get(path, {}).get(method)
                if now is not None:
                    yield from self._operation(place, was[method], now)
                elif not was[method].get("deprecated"):
                    yield f"{place}: is gone"

    def _operation(self, place: str, was: Json, now: Json) -> Iterator[str]:
        if was.get("operationId") != now.get("operationId"):
            yield f"{place}: operationId {was.get('operationId')} became {now.get('operationId')}"
        if was.get("security") == [] and now.get("security") != []:
            yield f"{place}: asks for a credential now"
        yield from self._parameters(place, was, now)
        yield from self._body(place, was.get("requestBody"), now.get("requestBody"))
        for status, answer in was["responses"].items():
            if status not in now["responses"]:
                yield f"{place}: no longer answers {status}"
            else:
                yield from self._answer(f"{place}: {status}", answer, now["responses"][status])

    def _parameters(self, place: str, was: Json, now: Json) -> Iterator[str]:
        before, after = self._named(was, "old"), self._named(now, "new")
        for key, parameter in after.items():
            if parameter.get("required") and not before.get(key, {}).get("required"):
                yield f"{place}: {key} has to be sent now"
        for key, parameter in before.items():
            if key not in after:
                yield f"{place}: {key} is gone"
            else:
                yield from self._schema(
                    f"{place}: {key}", parameter["schema"], after[key]["schema"], sent=True
                )

    def _named(self, operation: Json, side: str) -> dict[str, Json]:
        found = [self._resolved(parameter, side) for parameter in operation.get("parameters", ())]
        return {f"{parameter['in']} parameter {parameter['name']}": parameter for parameter in found}

    def _body(self, place: str, was: Json | None, now: Json | None) -> Iterator[str]:
        if was is None and now is not None and now.get("required"):
            yield f"{place}: a body has to be sent now"
        if was is None:
            return
        if now is None:
            yield f"{place}: takes no body any more"
            return
        if now.get("required") and not was.get("required"):
            yield f"{place}: the body has to be sent now"
        yield from self._content(f"{place}: body", was["content"], now["content"], sent=True)

    def _answer(self, place: str, was: Json, now: Json) -> Iterator[str]:
        was, now = self._resolved(was, "old"), self._resolved(now, "new")
        for name in was.get("headers", {}).keys() - now.get("headers", {}).keys():
            yield f"{place}: header {name} is gone"
        yield from self._content(place, was.get("content", {}), now.get("content", {}), sent=False)

    def _content(self, place: str, was: Json, now: Json, *, sent: bool) -> Iterator[str]:
        for media, content in was.items():
            if media not in now:
                yield f"{place}: {media} is gone"
            elif "schema" in content and "schema" in now[media]:
                yield from self._schema(place, content["schema"], now[media]["schema"], sent=sent)

    def _schema(self, place: str, was: Json, now: Json, *, sent: bool) -> Iterator[str]:
        pair = (was.get("$ref", ""), now.get("$ref", ""), sent)
        if all(pair[:2]):
            if pair in self._seen:
                return
            self._seen.add(pair)
        was, now = self._resolved(was, "old"), self._resolved(now, "new")
        narrow, wide = (was, now) if sent else (now, was)
        if _choices(narrow) or _choices(wide):
            yield from self._choice(place, narrow, wide, sent=sent)
            return
        more = sorted(_types(narrow) - _types(wide))
        if more:
            yield f"{place}: type {', '.join(more)} is {'refused' if sent else 'new'}"
        yield from _values(place, narrow, wide, sent=sent)
        if sent:
            yield from _limits(place, was, now)
        yield from self._object(place, was, now, sent=sent)
        if "items" in was and "items" in now:
            yield from self._schema(f"{place}[]", was["items"], now["items"], sent=sent)

    def _choice(self, place: str, narrow: Json, wide: Json, *, sent: bool) -> Iterator[str]:
        """Every alternative of the one is covered by an alternative of the other."""
        for number, branch in enumerate(_choices(narrow) or [narrow]):
            if not any(self._covers(branch, other, sent=sent) for other in _choices(wide) or [wide]):
                yield f"{place}: alternative {number + 1} is {'refused' if sent else 'new'}"

    def _covers(self, branch: Json, other: Json, *, sent: bool) -> bool:
        trial = Comparison(self._documents["old"], self._documents["new"])
        trial._seen = set(self._seen)  # a schema that holds itself
        was, now = (branch, other) if sent else (other, branch)
        return not any(trial._schema("", was, now, sent=sent))

    def _object(self, place: str, was: Json, now: Json, *, sent: bool) -> Iterator[str]:
        before, after = was.get("properties", {}), now.get("properties", {})
        narrow, wide = (was, now) if sent else (now, was)
        for name in sorted(set(wide.get("required", ())) - set(narrow.get("required", ()))):
            yield f"{place}/{name}: {'has to be sent now' if sent else 'may be missing now'}"
        open_before, open_now = (schema.get("additionalProperties", True) for schema in (was, now))
        if sent and open_before is not False and open_now is False:
            yield f"{place}: other keys are refused now"
        for name, schema in before.items():
            if name in after:
                yield from self._schema(f"{place}/{name}", schema, after[name], sent=sent)
            elif not (sent and open_now is not False):
                yield f"{place}/{name}: is gone"
        if isinstance(open_before, dict) and isinstance(open_now, dict):
            yield from self._schema(f"{place}/*", open_before, open_now, sent=sent)

    def _resolved(self, node: Json, side: str) -> Json:
        while "$ref" in node:
            found: Any = self._documents[side]
            for key in node["$ref"].removeprefix("#/").split("/"):
                found = found[key.replace("~1", "/").replace("~0", "~")]
            node = found
        return node


def _choices(schema: Json) -> list[Json]:
    found: list[Json] = schema.get("anyOf") or schema.get("oneOf") or []
    return found


def _types(schema: Json) -> set[str]:
    """The types a schema allows; all of them when it names none. Every integer is a number."""
    named = schema.get("type", TYPES)
    found = {named} if isinstance(named, str) else set(named)
    return found | {"integer"} if "number" in found else found


def _values(place: str, narrow: Json, wide: Json, *, sent: bool) -> Iterator[str]:
    allowed, possible = _listed(wide), _listed(narrow)
    if allowed is None:
        return
    if possible is None:
        yield f"{place}: is {'limited to a list of values now' if sent else 'no longer limited to its values'}"
        return
    for value in possible:
        if value not in allowed:
            yield f"{place}: value {value} is {'refused' if sent else 'new'}"


def _listed(schema: Json) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _limits(place: str, was: Json, now: Json) -> Iterator[str]:
    for word in (*CEILINGS, *FLOORS):
        limit, before = now.get(word), was.get(word)
        if limit is not None and (before is None or (limit < before if word in CEILINGS else limit > before)):
            yield f"{place}: {word} {before} became {limit}"
    for word in ("pattern", "format"):
        if word in now and now[word] != was.get(word):
            yield f"{place}: {word} {was.get(word)} became {now[word]}"


def main(released: str, present: str) -> int:
    """The exit code."""
    if not Path(released).exists():
        print(f"{released}: nothing has been released yet, so nothing can break")
        return 0
    old, new = (json.loads(Path(path).read_text("utf-8")) for path in (released, present))
    found = list(Comparison(old, new).breaks())
    print("\n".join(found) or "no change breaks a client")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
