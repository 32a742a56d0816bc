"""Customers over HTTP: create, read, change, delete, restore, list."""

from tests.factories.companies import Company


async def test_a_created_customer_is_read_back_as_it_was_answered(company: Company) -> None:
    made = await company.owner.create(
        "/customers", name="上海智达科技有限公司", kind="company", emails=["Info@Zhida.example"], external_ids=[{"source": "maven", "key": "1"}]
    )

    read = await company.owner.http.get(f"/customers/{made['id']}")

    assert read.status_code == 200, read.text
    assert read.json() == {key: value for key, value in made.items() if key != "possible_duplicates"}
    assert read.json()["emails"] == [{"raw": "Info@Zhida.example", "value": "info@zhida.example"}]
    assert read.json()["version"] == 1


async def test_all(company: Company) -> None:
    http = company.owner.http
    made = await company.owner.create("/customers", name="上海智达科技有限公司", code="C1", external_ids=[{"source": "maven", "key": "1"}])
    for i in range(5):
        await company.owner.create("/customers", name=f"Customer {i}")

    async def show(method, path, **kw):
        r = await http.request(method, path, **kw)
        print(method, path, kw.get("json", ""), "->", r.status_code, r.text[:700])
        return r

    await show("GET", "/auth/me")
    await show("PATCH", f"/customers/{made['id']}", json={"name": "New", "industry": "x"})
    await show("PATCH", f"/customers/{made['id']}", json={"nam": "New"})
    await show("PATCH", f"/customers/{made['id']}", json={"name": None, "parent_id": made["id"]})
    await show("POST", "/customers", json={"name": "x", "code": "C1"})
    await show("POST", "/customers", json={"name": "x", "external_ids": [{"source": "maven", "key": "1"}]})
    await show("POST", "/customers", json={"name": "x", "parent_id": made["tenant_id"] if "tenant_id" in made else made["created_by"]})
    await show("POST", "/customers", content=b'{"name": "a\\u0000"}', headers={"content-type": "application/json"})
    await show("POST", "/customers", content=b'{"name": "a", "name": "b"}', headers={"content-type": "application/json"})
    await show("POST", "/customers", content=b'{"name": NaN}', headers={"content-type": "application/json"})
    await show("POST", "/customers", content=b"x=1", headers={"content-type": "application/x-www-form-urlencoded"})
    r = await show("GET", "/customers?limit=2&sort=name&include_total=true")
    c = r.json()["page"]["next_cursor"]
    r = await show("GET", f"/customers?limit=2&sort=name&cursor={c}")
    await show("GET", f"/customers?limit=2&sort=name&cursor={r.json()['page']['prev_cursor']}")
    await show("GET", f"/customers?limit=2&sort=-name&cursor={c}")
    await show("GET", "/customers?external_id=maven:1&limit=1")
    await show("GET", "/customers?external_id[in]=maven:1,maven:2&limit=1")
    await show("GET", "/customers?q=智达&limit=1")
    await show("GET", "/customers?q=new&limit=1")
    await show("GET", "/customers?q=custo&limit=1")
    await show("GET", "/customers?nme=x")
    await show("GET", "/customers?created_at[gte]=x")
    await show("GET", "/customers?created_at[gte]=2020-01-01T00:00:00Z&limit=1&name[contains]=TOM")
    await show("POST", "/customers/query", json={"filter": {"and": [{"field": "name", "op": "starts_with", "value": "cust"}]}, "limit": 1})
    await show("POST", "/customers/query", json={"filter": {"and": [{"field": "nam", "op": "starts_with", "value": "cust"}]}, "limit": 1})
    await show("DELETE", f"/customers/{made['id']}")
    await show("GET", f"/customers/{made['id']}")
    await show("GET", "/customers?deleted=only&limit=1")
    await show("POST", f"/customers/{made['id']}/restore")
    await show("POST", f"/customers/{made['id']}/assign", json={"owner_id": None})
    await show("GET", "/customers/abc")
    await show("PUT", "/customers/abc")
    await show("GET", "/nothing")
    await show("POST", "/auth/login", json={"email": company.email, "password": "a long enough passphrase"})
    r = await show("POST", "/auth/token", data={"username": company.email, "password": "a long enough passphrase"})
    r = await show("POST", "/auth/refresh", json={"refresh_token": r.json()["refresh_token"]})
    await show("POST", "/auth/logout")
    for t in ("events", "ownership_periods", "external_ids", "search_documents"):
        print(t, [(e.get("type"), e.get("changes")) if t == "events" else e for e in await company.rows(t)][:6])
