"""Who takes which rows out: the right to export within the reach of the right to read, fields as the role sees them."""

import pytest

from tests.factories.floors import Floor
from tests.integrations.exports.test_stream import export, recorded, table


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


@pytest.mark.parametrize("resource", ["customers", "contacts", "products", "opportunities"])
@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("administrator", {"products"}),
        ("sales_supervisor", {"customers", "contacts", "products", "opportunities"}),
        ("account_manager", set()),
        ("executive", {"customers", "contacts", "products", "opportunities"}),
        ("support_agent", set()),
        ("marketer", {"customers", "contacts"}),
        ("integration", {"customers", "contacts", "products", "opportunities"}),
    ],
)
async def test_every_role(floor: Floor, resource: str, role: str, may: set[str]) -> None:
    actor = await floor.company.user(role)

    answer = await export(actor, resource)

    assert answer.status_code == (200 if resource in may else 403)
    assert len(await recorded(floor.company)) == 2 * (resource in may)
