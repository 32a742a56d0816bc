"""A company whose people have their real roles, with goods in stock and approvals by amount, and how they ask for things."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.factories.approvals import reports_to, yuan
from tests.factories.companies import Actor, Company


@dataclass
class Staff:
    """Who works here: `manager` reports to `supervisor`; `stranger` is in another team; `system` is the web site, the
    bank feed and the warehouse."""

    company: Company
    administrator: Actor
    supervisor: Actor
    manager: Actor
    marketer: Actor
    executive: Actor
    support: Actor
    system: Actor
    stranger: Actor


@dataclass
class Catalogue:
    """What is sold, and from where."""

    warehouse: str
    gateway: str
    cable: str
    service: str


async def hire(company: Company) -> Staff:
    team, other = await company.team("Sales"), await company.team("Elsewhere")
    staff = Staff(
        company,
        await company.user("administrator"),
        await company.user("sales_supervisor", team_id=team),
        await company.user("account_manager", team_id=team),
        await company.user("marketer"),
        await company.user("executive"),
        await company.user("support_agent"),
        await company.user("integration"),
        await company.user("account_manager", team_id=other),
    )
    await reports_to(company, staff.manager, staff.supervisor)
    return staff


async def stock_up(staff: Staff) -> Catalogue:
    """Ten gateways and 500 metres of cable; setting them up is not kept in stock."""
    admin = staff.administrator
    warehouse = (await admin.create("/warehouses", code="SH-1", name="上海一号仓"))["id"]

    async def product(code: str, tax_rate: str, cost: str, *, stocked: bool = True) -> str:
        body = {"code": code, "name": code, "tax_rate": tax_rate, "stocked": stocked, "cost": yuan(cost)}
        return str((await admin.create("/products", **body))["id"])

    catalogue = Catalogue(
        warehouse,
        await product("G2", "13", "800.00"),
        await product("C1", "13", "0.40"),
        await product("SET-UP", "6", "500.00", stocked=False),
    )
    for goods, quantity in ((catalogue.gateway, "10"), (catalogue.cable, "500")):
        await staff.supervisor.create(
            "/stock-movements",
            kind="receipt",
            warehouse_id=warehouse,
            product_id=goods,
            quantity=quantity,
        )
    return catalogue


async def rule_approvals(staff: Staff) -> dict[str, str]:
    """Contracts from 10,000 on and expense claims go to the superior, contracts from 100,000 on to an executive."""

    async def flow(name: str, resource: str, node: dict[str, Any], **more: Any) -> str:
        body = {"name": name, "resource": resource, "nodes": [{"mode": "any", **node}], **more}
        return str((await staff.administrator.create("/approval-flows", **body))["id"])

    superior, executive = {"kind": "superior_chain", "levels": 1}, {"kind": "role", "role": "executive"}
    return {
        "middle": await flow("中额合同", "contracts", superior, amount_from=yuan("10000")),
        "large": await flow("大额合同", "contracts", executive, amount_from=yuan("100000")),
        "claims": await flow("报销", "expense_claims", superior),
    }


async def found(actor: Actor, path: str) -> dict[str, Any]:
    """GET that must succeed."""
    answer = await actor.http.get(path)
    assert answer.status_code == 200, (path, answer.text)
    return dict(answer.json())


async def do(actor: Actor, path: str, **body: Any) -> httpx.Response:
    """POST a verb of a record, of whichever version."""
    sent = {"json": body} if body else {}
    return await actor.http.post(path, headers={"If-Match": "*"}, **sent)


async def done(actor: Actor, path: str, **body: Any) -> dict[str, Any]:
    """The same, which must succeed."""
    answer = await do(actor, path, **body)
    assert answer.status_code == 200, (path, answer.text)
    return dict(answer.json())


async def change(actor: Actor, path: str, **body: Any) -> httpx.Response:
    """PATCH a record, of whichever version."""
    return await actor.http.patch(path, json=body, headers={"If-Match": "*"})


def refused(answer: httpx.Response) -> tuple[int, str, list[str]]:
    """Status, code, and pointer and code of each fault."""
    problem = answer.json()
    faults = [f"{fault['pointer']} {fault['code']}" for fault in problem.get("errors", [])]
    return answer.status_code, problem["code"], faults


async def levels(staff: Staff, catalogue: Catalogue) -> list[tuple[str, str, str]]:
    """On hand, reserved and available of gateways and cable."""
    counts = []
    for product in (catalogue.gateway, catalogue.cable):
        (level,) = (await found(staff.manager, f"/stock-levels?product_id={product}"))["data"]
        counts.append((level["on_hand"], level["reserved"], level["available"]))
    return counts
