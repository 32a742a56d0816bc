"""What the text of the sources must keep to. Every checker returns its findings, so that a planted fault can prove it."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "crm_api"

SOURCE_LINES, TEST_LINES, FUNCTION_LINES, KIT_LINES = 400, 500, 40, 7_300
SERVICE_METHODS, HANDLER_STATEMENTS = 12, 3

# Who ends a transaction: the unit of work itself, and the edges that own one.
COMMITTING = {
    "kit/uow.py": "the unit of work",
    "kit/http.py": "the edge of a request",
    "kit/streaming.py": "the edge of a chunk",
    "jobs/work.py": "the edge of a job, and of a loop beside the API",
    "server/bootstrap.py": "the edge of a command",
    "server/demo/": "the edge of the demo company",
    "identity/auth/principals.py": "the question who asks, before a request has a principal",
    "identity/access_log/log.py": "the edge of what was accessed, beside the request that did it",
    "integrations/changes/relay.py": "the edge of the relay, one tenant a transaction",
    "migrations/env.py": "the edge of a migration",
}
# Who holds a connection.
CONNECTING = {
    "kit/": "the unit of work, its pool and the record of a duplicate",
    "jobs/schedule.py": "takes a tick and asks for its jobs, before there is a tenant",
    "worker.py": "opens the pool of the worker and closes it",
    "server/": "sets a database up, outside any request",
    "migrations/env.py": "runs migrations",
    "main.py": "opens the pool and closes it",
    "probes.py": "asks whether the database is ready",
    "identity/auth/principals.py": "finds out who asks, before there is a unit of work",
}
CONNECTORS = {"acquire", "create_pool", "create_engine", "create_async_engine", "open_pool"}
SESSIONS = {
    "AsyncSession",
    "Session",
    "async_sessionmaker",
    "backref",
    "relationship",
    "scoped_session",
    "sessionmaker",
}
# Structure, which holds no tenant: conditions of indexes, generated columns, defaults.
LITERAL_SQL = ("kit/columns.py", "kit/db.py", "kit/events.py", "migrations/", "models.py")
# Who lends its repository, or may borrow one.
LENT = {
    "server/demo/loading.py": "asks for the default pipeline as the verbs do",
    "identity/tenants": "whoever brings in an actor makes its principal, whoever moves teams holds the company",
    "identity/credentials": "signing in reads what its service writes",
}
# Statements whose name is told by several: tables and child models, which are told apart by what follows.
SHARED_NAMES = {"insert"}


@dataclass(frozen=True)
class Source:
    """A file of the package, by its path below `src/crm_api`."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())


@cache
def sources(folder: Path = PACKAGE) -> tuple[Source, ...]:
    """Every Python file below a folder, read and parsed once."""
    return tuple(
        Source(str(path.relative_to(folder)), path.read_text("utf-8"))
        for path in sorted(folder.rglob("*.py"))
    )


def _may(source: Source, listed: Iterable[str]) -> bool:
    """Listed as a file, as a folder (with its slash), or by the name that files of many packages have."""
    name = source.path.rpartition("/")[2]
    return any(
        entry in (source.path, name) or (entry[-1] == "/" and source.path.startswith(entry))
        for entry in listed
    )


def commits(found: Iterable[Source]) -> list[str]:
    """A transaction that ends anywhere but at an edge."""
    return [
        f"{source.path}:{node.lineno}: commits"
        for source in found
        if not _may(source, COMMITTING)
        for node in ast.walk(source.tree)
        if _ends_transaction(node)
    ]


def _ends_transaction(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in ("commit", "rollback")
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.strip().upper().startswith(("COMMIT;", "ROLLBACK;"))
    ) or (isinstance(node, ast.Constant) and node.value in ("COMMIT", "ROLLBACK", "END", "ABORT"))


def connections(found: Iterable[Source]) -> list[str]:
    """A connection or a pool in other hands than those listed."""
    return [
        f"{source.path}:{node.lineno}: takes a connection with {name}()"
        for source in found
        if not _may(source, CONNECTING)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        for name in [_called(node)]
        if name in CONNECTORS or (name == "connect" and "asyncpg" in ast.unparse(node.func))
    ]


def sessions(found: Iterable[Source]) -> list[str]:
    """An ORM session or `relationship()`."""
    return [
        f"{source.path}:{node.lineno}: imports {name.name}"
        for source in found
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for name in node.names
        if name.name in SESSIONS
    ]


def literal_sql(found: Iterable[Source]) -> list[str]:
    """SQL as text, which no compiler can check for its tenant."""
    return [
        f"{source.path}:{node.lineno}: imports {name.name}"
        for source in found
        if not _may(source, LITERAL_SQL)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for name in node.names
        if name.name in ("text", "TextClause", "exec_driver_sql")
    ]


def long_files(found: Iterable[Source], limit: int = SOURCE_LINES) -> list[str]:
    """A file that has to be split. Migrations are history and stand as they were written."""
    return [
        f"{source.path}: {source.lines} lines, at most {limit}"
        for source in found
        if source.lines > limit and not source.path.startswith("migrations/versions/")
    ]


def large_kit(found: Iterable[Source]) -> list[str]:
    """The kit counts as the lines that say something: neither blank nor a mere comment."""
    lines = [
        line.strip()
        for source in found
        if source.path.startswith("kit/")
        for line in source.text.splitlines()
    ]
    size = sum(1 for line in lines if line and not line.startswith("#"))
    return [f"kit: {size} lines, at most {KIT_LINES}"] if size > KIT_LINES else []


def long_functions(found: Iterable[Source]) -> list[str]:
    """A function that has to be split; `upgrade` and `downgrade` of migrations are lists of statements."""
    return [
        f"{source.path}:{node.lineno}: {node.name}() has {length} lines, at most {FUNCTION_LINES}"
        for source in found
        if not source.path.startswith("migrations/versions/")
        for node in _functions(source.tree)
        for length in [(node.end_lineno or 0) - node.lineno + 1]
        if length > FUNCTION_LINES
    ]


def wide_services(found: Iterable[Source]) -> list[str]:
    """A service with more verbs than one can keep in mind."""
    return [
        f"{source.path}: {node.name} has {len(methods)} public methods, at most {SERVICE_METHODS}"
        for source in found
        for node in source.tree.body
        if isinstance(node, ast.ClassDef) and node.name.endswith("Service")
        for methods in [[part for part in _functions(node) if not part.name.startswith("_")]]
        if len(methods) > SERVICE_METHODS
    ]


def thick_handlers(found: Iterable[Source]) -> list[str]:
    """A handler that does more than call one verb."""
    return [
        f"{source.path}:{node.lineno}: {node.name}() has {count} statements, at most {HANDLER_STATEMENTS}"
        for source in found
        if source.path.endswith("router.py")
        for node in _functions(source.tree)
        if any("router." in ast.unparse(decorator) for decorator in node.decorator_list)
        for count in [_statements(node)]
        if count > HANDLER_STATEMENTS
    ]


def borrowed_repositories(found: Iterable[Source]) -> list[str]:
    """A repository that another package reaches into."""
    return [
        f"{source.path}:{node.lineno}: imports {node.module}"
        for source in found
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".repository")
        for owner in [
            (node.module or "").removeprefix("crm_api.").removesuffix(".repository").replace(".", "/")
        ]
        if owner not in ("kit", *LENT) and source.path not in LENT and str(Path(source.path).parent) != owner
    ]


def shared_statements(found: Iterable[Source]) -> list[str]:
    """Two statements of one name: statements are kept by their name, so that the second would run as the first."""
    named = [use for source in found for use in _named_statements(source)]
    return [
        f"{path}:{line}: the statement {name[0]!r} has the name of another, {other_path}:{other_line}"
        for place, (name, build, path, line) in enumerate(named)
        for other, other_build, other_path, other_line in named[:place]
        if (path, build) != (other_path, other_build) and name[0] not in SHARED_NAMES and _alike(name, other)
    ]


def _named_statements(source: Source) -> Iterator[tuple[tuple[object, ...], str, str, int]]:
    """The name, as far as it is written out, the builder and the place of every statement that begins with a word."""
    for call in ast.walk(source.tree):
        if not isinstance(call, ast.Call) or _called(call) not in (
            "fetch",
            "many",
            "get",
            "Effect",
            "_one",
            "_of",
        ):
            continue
        for given, build in pairwise(call.args):
            parts = given.elts if isinstance(given, ast.Tuple) else [given]
            name = tuple(part.value if isinstance(part, ast.Constant) else None for part in parts)
            is_shape = isinstance(build, ast.Name | ast.Lambda | ast.Call)
            if name and isinstance(name[0], str) and is_shape:
                yield name, ast.unparse(build), source.path, call.lineno


def _alike(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Whether two names can be the same; what is not written out can be anything."""
    pairs = zip(one, other, strict=False)
    return len(one) == len(other) and all(None in pair or pair[0] == pair[1] for pair in pairs)


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _statements(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return sum(isinstance(node, ast.stmt) for statement in body for node in ast.walk(statement))


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
