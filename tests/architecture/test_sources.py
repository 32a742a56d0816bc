"""The sources keep to the style and to the doors of the database; each checker is shown to be able to fail."""

import warnings
from collections.abc import Callable

import pytest

from crm_api.kit.db import Base
from tests.architecture import sources as check
from tests.architecture.sources import Source, sources

Checker = Callable[[list[Source]], list[str]]
CHECKERS: list[Checker] = [
    check.commits,
    check.connections,
    check.sessions,
    check.literal_sql,
    check.long_files,
    check.large_kit,
    check.long_functions,
    check.wide_services,
    check.thick_handlers,
    check.borrowed_repositories,
    check.shared_statements,
]


@pytest.mark.parametrize("checker", CHECKERS, ids=lambda checker: checker.__name__)
def test_the_sources_have_no(checker: Checker) -> None:
    assert checker(sources()) == []


def test_no_test_file_is_too_long() -> None:
    assert check.long_files(sources(check.ROOT / "tests"), check.TEST_LINES) == []


def test_a_file_of_more_than_300_lines_is_announced() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        for finding in check.long_files(sources(), 300):
            warnings.warn(finding, stacklevel=1)


@pytest.mark.parametrize("listed", [check.COMMITTING, check.CONNECTING, check.LENT])
def test_every_exception_still_exists(listed: dict[str, str]) -> None:
    assert [path for path in listed if not (check.PACKAGE / path).exists()] == []


HANDLER = '''
@router.post("")
async def create(data: Data, uow: CanCreate) -> Any:
    """Makes one."""
    {body}
'''
PLANTED: list[tuple[Checker, str, str, str]] = [
    (
        check.commits,
        "sales/deals/router.py",
        HANDLER.format(body="await uow.commit()"),
        "sales/deals/router.py:5: commits",
    ),
    (check.commits, "sales/deals/service.py", "uow.fetch('COMMIT')", "sales/deals/service.py:1: commits"),
    (
        check.connections,
        "sales/deals/service.py",
        "async with pool.acquire() as connection: pass",
        "sales/deals/service.py:1: takes a connection with acquire()",
    ),
    (
        check.connections,
        "sales/deals/repository.py",
        "asyncpg.connect('')",
        "sales/deals/repository.py:1: takes a connection with connect()",
    ),
    (
        check.sessions,
        "sales/deals/models.py",
        "from sqlalchemy.orm import Mapped, relationship",
        "sales/deals/models.py:1: imports relationship",
    ),
    (
        check.sessions,
        "sales/deals/repository.py",
        "from sqlalchemy.ext.asyncio import AsyncSession",
        "sales/deals/repository.py:1: imports AsyncSession",
    ),
    (
        check.literal_sql,
        "sales/deals/repository.py",
        "from sqlalchemy import select, text",
        "sales/deals/repository.py:1: imports text",
    ),
    (check.long_files, "kit/a.py", "x = 1\n" * 401, "kit/a.py: 401 lines, at most 400"),
    (check.large_kit, "kit/a.py", "x = 1\n" * 7301, "kit: 7301 lines, at most 7300"),
    (
        check.long_functions,
        "kit/a.py",
        "def long():\n" + "    x = 1\n" * 40,
        "kit/a.py:1: long() has 41 lines, at most 40",
    ),
    (
        check.wide_services,
        "sales/deals/service.py",
        "class DealService:\n" + "".join(f"    def verb{i}(self): ...\n" for i in range(13)),
        "sales/deals/service.py: DealService has 13 public methods, at most 12",
    ),
    (
        check.thick_handlers,
        "sales/deals/router.py",
        HANDLER.format(body="if data: x = 1\n    y = 2\n    return y"),
        "sales/deals/router.py:3: create() has 4 statements, at most 3",
    ),
    (
        check.borrowed_repositories,
        "sales/deals/service.py",
        "from crm_api.parties.customers.repository import CustomerRepository",
        "sales/deals/service.py:1: imports crm_api.parties.customers.repository",
    ),
    (
        check.shared_statements,
        "sales/deals/repository.py",
        "uow.fetch(('deals', scope), _first, {})\nuow.fetch(('deals', 'own'), lambda: _second(), {})",
        "sales/deals/repository.py:2: the statement 'deals' has the name of another, sales/deals/repository.py:1",
    ),
]


@pytest.mark.parametrize(("checker", "path", "text", "finding"), PLANTED)
def test_a_planted_fault_is_found(checker: Checker, path: str, text: str, finding: str) -> None:
    assert checker([Source(path, text)]) == [finding]


def test_models_that_statements_are_named_by_have_names_of_their_own() -> None:
    names = [mapper.class_.__name__ for mapper in Base.registry.mappers]
    assert len(names) > 50
    assert [name for name in set(names) if names.count(name) > 1] == []
