"""Every message code that the sources use, and every one that has words."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

from crm_api.kit.errors import Problem
from tests.architecture.sources import Source

# Where a call of this name takes its code; a kind of problem takes it first.
POSITION = {"Fault": 2, "bad_parameter": 1, "at": 1, "_fail": 0}
_CODE = re.compile(r"[a-z]+(_[a-z0-9]+)*")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def used_codes(found: Iterable[Source]) -> dict[str, str]:
    """Code → the first place that raises it."""
    found, kinds = list(found), {kind.__name__ for kind in _kinds(Problem)}
    named = _named(found)
    used: dict[str, str] = {}
    for source in found:
        for node in ast.walk(source.tree):
            for code in _codes(node, kinds):
                used.setdefault(named.get(code, code), f"{source.path}:{getattr(node, 'lineno', 0)}")
    return used


def _named(found: Iterable[Source]) -> dict[str, str]:
    """Constant → the text it stands for."""
    return {
        target.id: node.value.value
        for source in found
        for node in source.tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id.isupper() and isinstance(node.value.value, str)
    }


def _kinds(kind: type[Problem]) -> Iterator[type[Problem]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)


def _codes(node: ast.AST, kinds: set[str]) -> Iterator[str]:
    if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "default_code":
        yield from _texts(node.value)
    if isinstance(node, ast.ClassDef) and any(ast.unparse(base) in kinds for base in node.bases):
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__":
                yield from _texts(*call.args[:1])
        for part in node.body:
            if isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == "default_code":
                yield from _texts(part.value)
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        position = POSITION.get(name, 0 if name in kinds else None)
        if position is not None:
            yield from _texts(*node.args[position : position + 1])


def _texts(*nodes: ast.expr | None) -> Iterator[str]:
    """The texts an expression can be: both arms of a conditional."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        if isinstance(node, ast.Name) and node.id.isupper():
            yield node.id
        if isinstance(node, ast.IfExp):
            yield from _texts(node.body, node.orelse)


def wordless(used: Mapping[str, str], messages: Mapping[str, tuple[str, str]]) -> list[str]:
    """A code that is raised and has no words."""
    return sorted(f"{place}: {code} has no message" for code, place in used.items() if code not in messages)


def misworded(messages: Mapping[str, tuple[str, str]]) -> list[str]:
    """A code without English or Chinese, or whose two texts are filled with different parameters."""
    found = []
    for code, (english, chinese) in messages.items():
        if not _CODE.fullmatch(code):
            found.append(f"{code}: not lower_snake_case")
        if not english.strip() or _CHINESE.search(english):
            found.append(f"{code}: no English")
        if not _CHINESE.search(chinese):
            found.append(f"{code}: no Chinese")
        if set(re.findall(r"\{(\w+)\}", english)) != set(re.findall(r"\{(\w+)\}", chinese)):
            found.append(f"{code}: the two texts take different parameters")
    return found


def unused(found: Iterable[Source], messages: Mapping[str, tuple[str, str]]) -> list[str]:
    """A code with words that nothing raises."""
    found = list(found)
    constants, times = _named(found), dict.fromkeys(messages, 0)
    for source in found:
        for node in ast.walk(source.tree):
            text = constants.get(node.id) if isinstance(node, ast.Name) else getattr(node, "value", None)
            if isinstance(text, str) and text in times:
                times[text] += 1
    return sorted(code for code, count in times.items() if count < 2)  # once is its registration


def without_status(found: Iterable[Source], known: Mapping[str, int]) -> list[str]:
    """A code that is raised as a problem, whose page could not tell its status."""
    kinds = {kind.__name__: kind.status for kind in _kinds(Problem)}
    findings = []
    for source in found:
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in kinds:
                continue
            name, status = node.func.id, kinds[node.func.id]  # type: ignore[attr-defined]
            findings += [
                f"{source.path}:{node.lineno}: {code} is a {name}: register(…, statuses={{'{code}': {status}}})"
                for code in _texts(*node.args[:1])
                if not code.isupper() and known.get(code) != status
            ]
    return sorted(findings)


# Parameters of messages that hold words.
WORDED = {"expected", "resource", "other"}
_WORDS = re.compile(r"[a-z]{2,} [a-z≤]|^an? ", re.IGNORECASE)


def untranslated(found: Iterable[Source], words: Mapping[str, str]) -> list[str]:
    """An English word that would stand in a Chinese message: register_words({…}) says it in Chinese."""
    return sorted(
        f"{source.path}:{node.lineno}: {word}"
        for source in found
        for node in ast.walk(source.tree)
        for name, value in _fillings(node)
        if name in WORDED
        for word in _texts(value)
        if (name == "resource" or _WORDS.search(word)) and word not in words
    )


def _fillings(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """What a message is filled with: keywords of a call, entries of a dictionary, attributes of a kind of field."""
    if isinstance(node, ast.Call):
        yield from ((keyword.arg or "", keyword.value) for keyword in node.keywords)
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant):
                yield str(key.value), value
    if isinstance(node, ast.Assign):
        yield from ((getattr(target, "id", ""), node.value) for target in node.targets)
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        yield getattr(node.target, "id", ""), node.value
