"""Two companies, every operation: nothing that one knows of the other gets it an answer that a random id would not get.

The same three times: as it is, with the policies of the database switched off, and with the application's own
predicate rendered as `true`. Either wall alone must hold.
"""

import pytest

from crm_api.kit.statements import STATEMENTS
from tests.isolation.examination import Pair, accepts_own_id, control, examine, leaks_anywhere
from tests.isolation.operations import Operation, operations
from tests.isolation.worlds import UUID

EVERY = [pytest.param(operation, id=operation.name) for operation in operations()]
WITH_IDS = [
    pytest.param(operation, pointer, id=f"{operation.name}-{'.'.join(map(str, pointer))}")
    for operation in operations()
    for pointer in operation.id_pointers
    # a plan is that of a contract or of an order: the sample names an order
    if (operation.name, pointer) != ("receivables_plan", ("contract_id",))
]


class Isolation:
    """What holds whichever walls stand.

    In this order: rows of one's own that were made with an id of the other show it in every list from then on.
    """

    @pytest.mark.parametrize("operation", EVERY)
    async def test_own_requests_succeed_and_show_nothing_of_the_other(
        self, pair: Pair, operation: Operation
    ) -> None:
        assert await control(pair, operation) == []

    @pytest.mark.parametrize("operation", EVERY)
    async def test_what_is_the_other_s_is_answered_like_what_is_not(
        self, pair: Pair, operation: Operation
    ) -> None:
        assert await examine(pair, operation) == []

    async def test_no_statement_keeps_an_id_of_a_tenant(self, pair: Pair) -> None:
        """Statements are shared by all tenants: a value built into one would be everybody's."""
        kept = [
            value for s in STATEMENTS._held.values() for value in s.fixed.values() if UUID.search(str(value))
        ]
        assert kept == []


class TestBothWalls(Isolation):
    policies, predicate = True, True

    @pytest.mark.parametrize(("operation", "pointer"), WITH_IDS)
    async def test_every_place_for_an_id_takes_one_of_one_s_own(
        self, pair: Pair, operation: Operation, pointer: tuple[str | int, ...]
    ) -> None:
        assert await accepts_own_id(pair, operation, pointer)


class TestPoliciesOff(Isolation):
    policies, predicate = False, True


class TestPredicateTrue(Isolation):
    policies, predicate = True, False


class TestNoWall:
    """The suite sees a leak when there is one."""

    policies, predicate = False, False

    # an id that the client chooses for a row of its own can leak nothing, nor can a file that is its maker's alone;
    # an invoice that one company has issued for the other has taken a number that the other cannot issue again
    @pytest.mark.parametrize(
        "operation",
        [
            pytest.param(operation, id=operation.name)
            for operation in operations()
            if operation.name not in ("exports_download", "invoices_deliver", "invoices_red_letter")
            and (
                operation.of_record
                or operation.lists
                or any(p[-1] != "id" or not operation.creates for p in operation.id_pointers)
            )
        ],
    )
    async def test_every_operation_on_records_leaks(self, pair: Pair, operation: Operation) -> None:
        assert await leaks_anywhere(pair, operation)
