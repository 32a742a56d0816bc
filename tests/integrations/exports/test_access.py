"""Who takes which rows out: the right to export within the reach of the right to read, fields as the role sees them."""

import pytest

from crm_api.kit.registries import RESOURCES
from tests.factories.floors import Floor
from tests.integrations.exports.test_stream import export, recorded, table

PARTIES = {"customers", "contacts", "leads"}
DEALS = {"opportunities", "quotes", "contracts", "orders"}
ACTIVITIES = {"interactions", "tasks"}
MONEY = {"receivables", "payments", "invoices", "expense_claims"}
GOODS = {"products", "stock_levels", "stock_movements"}
EVERYTHING = PARTIES | ACTIVITIES | DEALS | MONEY | GOODS


async def test_reach_and_rights(floor: Floor) -> None:
    company = floor.company
    for name, actor in (("mine", floor.supervisor), ("theirs", floor.stranger)):
        await company.owner.create("/customers", name=name, owner_id=actor.id, tax_id=f"9131{name}")
    marketer = await company.user("marketer")
    support = await company.user("support_agent")

    assert [row["name"] for row in table(await export(floor.supervisor))] == ["mine"]
    seen = table(await export(marketer, sort="name"))
    assert [row["name"] for row in seen] == ["mine", "theirs"]
    assert not {"phones", "emails", "tax_id"} & set(seen[0])
    refused = await export(marketer, fields="name,tax_id")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "unknown_field")
    assert (await export(support)).status_code == 403
    assert (await export(floor.supervisor, "products", fields="code,cost")).status_code == 200
    assert len(await recorded(company)) == 2 * 3


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("administrator", {"products"}),
        ("sales_supervisor", EVERYTHING),
        ("account_manager", set()),
        ("executive", EVERYTHING),
        ("support_agent", set()),
        ("marketer", PARTIES),
        ("integration", EVERYTHING),
    ],
)
async def test_every_role(floor: Floor, role: str, may: set[str]) -> None:
    actor = await floor.company.user(role)

    answers = {
        name: await export(actor, name.replace("_", "-"))
        for name, resource in RESOURCES.items()
        if resource.exportable
    }

    assert {name for name, answer in answers.items() if answer.status_code == 200} == may
    assert {answer.status_code for name, answer in answers.items() if name not in may} <= {403}
    assert len(await recorded(floor.company)) == 2 * len(may)
