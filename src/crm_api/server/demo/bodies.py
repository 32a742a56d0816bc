"""What the people of the demo company send to the services, checked as every request is."""

from collections.abc import Mapping

from crm_api.catalog.products.schemas import ProductCreate
from crm_api.identity.users.schemas import UserCreate
from crm_api.sales.opportunities.schemas import OpportunityCreate
from crm_api.server.demo.cast import Person, address
from crm_api.server.demo.catalogue import GOODS, TAX_RATES, Item
from crm_api.server.demo.deals import Deal

PASSWORD = "yunfan-demo-2026"  # noqa: S105  meant to be known: the company holds nothing real
CURRENCY = "CNY"


def user(person: Person, team_id: str | None, manager_id: str | None) -> UserCreate:
    """Who is hired, with the password everybody has."""
    return UserCreate.model_validate(
        {
            "email": address(person),
            "name": person.name,
            "title": person.title,
            "team_id": team_id,
            "manager_id": manager_id,
            "roles": [person.role],
            "password": PASSWORD,
            "locale": "en" if person.name.isascii() else "zh",
        }
    )


def product(item: Item) -> ProductCreate:
    """What is sold, by the piece."""
    body = {
        "code": item.code,
        "name": item.name,
        "category": item.category,
        "unit": item.unit,
        "stocked": item.category == GOODS,
        "tax_rate": TAX_RATES[item.category],
        "list_price": _yuan(item.price),
        "cost": _yuan(item.cost),
    }
    return ProductCreate.model_validate(body)


def opportunity(deal: Deal, offered: Mapping[str, str]) -> OpportunityCreate:
    """A deal on its first day; `offered` is code → product."""
    body = {
        "name": deal.name,
        "customer_id": deal.customer_id,
        "source": deal.source,
        "opened_on": deal.opened_on,
        "expected_close_on": deal.expected_close_on,
        "next_step": deal.next_step,
        "lines": [
            {
                "product_id": offered[line.item.code],
                "quantity": str(line.quantity),
                "unit_price": _yuan(line.unit_price),
            }
            for line in deal.lines
        ],
    }
    return OpportunityCreate.model_validate(body)


def _yuan(amount: int) -> dict[str, str]:
    return {"amount": f"{amount}.00", "currency": CURRENCY}
