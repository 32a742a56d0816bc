"""The verb of profits."""

from datetime import date
from typing import Any

from crm_api.analytics.profit.repository import Figure, ProfitRepository
from crm_api.catalog.products.resource import products
from crm_api.kit import clock
from crm_api.kit.errors import NotFound, bad_parameter
from crm_api.kit.ids import as_id
from crm_api.kit.money import as_json
from crm_api.kit.principal import Reach
from crm_api.kit.uow import UnitOfWork
from crm_api.parties.customers.resource import customers

_HIDDEN_WITH_COST = ["cost", "profit"]


class ProfitService:
    """What is left of what a customer paid."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def profit(self, customer_id: str, since: date | None, until: date | None) -> dict[str, Any]:
        """The figures of a customer within the caller's reach; who may not see what products cost sees no cost here.

        NotFound for another customer: also who may read the customer, but not its profit.
        """
        if since and until and since > until:
            raise bad_parameter("to", "out_of_range", expected="from ≤ to")
        principal = self.uow.principal
        reach: Reach = min(self.uow.reach, principal.reach(customers.read))
        repository = ProfitRepository(self.uow)
        if as_id(customer_id) is None or not await repository.is_visible(customer_id, reach):
            raise NotFound
        found = await repository.figures(customer_id, since, until)
        currency, hidden = principal.currency, "cost" in principal.unreadable(products.name)
        amounts = {name: figure.amount for name, figure in found.items()}
        amounts["profit"] = amounts["received"] - amounts["refunded"] - amounts["cost"] - amounts["expenses"]
        shown: dict[str, Any] = {name: as_json(amount, currency) for name, amount in amounts.items()}
        return {
            **shown,
            **(dict.fromkeys(_HIDDEN_WITH_COST) if hidden else {}),
            "customer_id": customer_id,
            "currency": currency,
            "excluded": _excluded(found, hidden=hidden),
            "as_of": clock.now(),
            "redacted": _HIDDEN_WITH_COST if hidden else [],
        }


def _excluded(found: dict[str, Figure], *, hidden: bool) -> dict[str, int]:
    return {
        "payments": found["received"].excluded,
        "refunds": found["refunded"].excluded,
        "goods": 0 if hidden else found["cost"].excluded,
        "expenses": found["expenses"].excluded,
    }
