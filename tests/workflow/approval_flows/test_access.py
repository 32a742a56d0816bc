"""Flows over HTTP: who makes them, and what they must be."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from crm_api.kit.ids import new_id
from crm_api.kit.principal import Permission
from crm_api.roles import DEFAULT_ROLES, ROLES
from tests.factories.approvals import Office, furnish_office, listening, users, yuan
from tests.factories.companies import Company
from tests.factories.deals import faults

TABLES = ("approval_flows", "approval_flow_nodes", "events")


@pytest.fixture
async def office(company: Company) -> AsyncIterator[Office]:
    with listening(await furnish_office(company)) as found:
        yield found


async def test_administrators_make_them_and_everybody_reads_them(office: Office) -> None:
    company, flow = office.company, await office.flow()
    one, body = (
        f"/approval-flows/{flow['id']}",
        {"name": "X", "resource": "customers", "nodes": flow["nodes"]},
    )
    for role in DEFAULT_ROLES:
        actor = await company.user(role)
        assert (await actor.http.get(one)).json()["nodes"] == flow["nodes"], role
        assert (await actor.http.get("/approval-flows")).status_code == 200, role
        for verb, method, path, sent, done in (
            ("create", "POST", "/approval-flows", {**body, "nodes": [users("any", office.boss)]}, 201),
            ("update", "PATCH", one, {"name": role}, 200),
            ("delete", "DELETE", one, None, 204),
            ("restore", "POST", f"{one}/restore", None, 200),
        ):
            may = Permission("approval_flows", verb) in ROLES[role].permissions()
            assert may == (role == "administrator")
            before = await company.digest(*TABLES)
            answer = await actor.http.request(method, path, json=sent)
            assert answer.status_code == (done if may else 403), (role, verb, answer.text)
            assert (await company.digest(*TABLES) == before) != may, (role, verb)


async def test_a_flow_says_whom_it_asks_for_what(office: Office) -> None:
    node = {"kind": "superior_chain", "mode": "sequential", "levels": 1}
    wrong: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
        ({"resource": "products"}, [("/resource", "not_a_choice")]),
        ({"nodes": []}, [("/nodes", "too_short")]),
        ({"nodes": [{"kind": "role"}]}, [("/nodes/0/mode", "required"), ("/nodes/0/role", "required")]),
        ({"nodes": [{**node, "levels": 0}]}, [("/nodes/0/levels", "out_of_range")]),
        ({"nodes": [{**node, "role": "executive"}]}, [("/nodes/0/role", "not_with_kind")]),
        ({"nodes": [{"kind": "role", "mode": "any", "role": "king"}]}, [("/nodes/0/role", "not_a_choice")]),
        ({"nodes": [{"kind": "users", "mode": "any"}]}, [("/nodes/0/user_ids", "required")]),
        (
            {"nodes": [node, {"kind": "users", "mode": "any", "user_ids": [office.boss.id, new_id()]}]},
            [("/nodes/1/user_ids/1", "reference_not_found")],
        ),
        ({"team_id": new_id()}, [("/team_id", "reference_not_found")]),
        ({"amount_from": yuan("10"), "amount_below": yuan("10")}, [("/amount_below", "empty_range")]),
        (
            {"amount_from": yuan("10"), "amount_below": {"amount": "20", "currency": "USD"}},
            [("/amount_below", "range_currencies")],
        ),
    ]
    before = await office.company.digest(*TABLES)
    for change, expected in wrong:
        body = {"name": "F", "resource": "customers", "nodes": [node], **change}
        assert faults(await office.company.owner.http.post("/approval-flows", json=body)) == expected, change
    assert await office.company.digest(*TABLES) == before


async def test_a_change_is_a_new_version(office: Office) -> None:
    flow = await office.flow(users("any", office.boss), amount_from=yuan("100"), team_id=office.team)
    path, http = f"/approval-flows/{flow['id']}", office.company.owner.http
    kept = {"id": flow["nodes"][0]["id"], "mode": "all"}
    changed = (await http.patch(path, json={"nodes": [kept], "amount_from": None})).json()
    assert changed["version"] == 2
    assert changed["amount_from"] is None
    assert changed["nodes"] == [flow["nodes"][0] | {"mode": "all"}]
    assert (await http.get(path)).json() == changed
    listed = (await http.get("/approval-flows?resource=customers&active=true")).json()["data"]
    assert listed == [changed]
