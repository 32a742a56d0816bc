import crm_api.kit.http as h, traceback
o=h.database_problem
def f(e):
    traceback.print_exception(e); return o(e)
h.database_problem=f
from tests.factories.companies import Company
async def test_x(company: Company) -> None:
    m = await company.owner.create("/products", code="P1", name="智能网关", list_price={"amount":"-0","currency":"CNY"}, cost={"amount":"12.3456","currency":"JPY"}, tax_rate="13")
    r = await company.owner.http.get(f"/products/{m['id']}")
    print(m); print(r.json())
    for v in ("retire","activate"):
        r = await company.owner.http.post(f"/products/{m['id']}/{v}"); print(r.status_code, r.json()["lifecycle"])
    r = await company.owner.http.get("/products?sort=-list_price,code&cost[lt]=20&cost.currency=JPY"); print(r.text)
    r = await company.owner.http.patch(f"/products/{m['id']}", json={"cost":None, "list_price":{"amount":"-1","currency":"CNY"}}); print(r.text)
    r = await company.owner.http.patch(f"/products/{m['id']}", json={"cost":None, "tax_rate": "101"}); print(r.text)
    r = await company.owner.http.patch(f"/products/{m['id']}", json={"cost":None, "tax_rate": 17}); print(r.text)
    a = await company.owner.create("/contacts", name="李娜", im_ids=[{"kind":"wechat","value":"x"}], birthday="1988-05-20", phones=["13800138000"])
    b = await company.owner.create("/contacts", name="王", reports_to_id=a["id"])
    r = await company.owner.http.patch(f"/contacts/{a['id']}", json={"reports_to_id":b["id"]}); print(r.text)
    r = await company.owner.http.patch(f"/contacts/{a['id']}", json={"reports_to_id":a["id"]}); print(r.text)
    r = await company.owner.http.get("/contacts?q=8000&birthday[gte]=1980-01-01"); print(r.text)
    r = await company.owner.http.get("/users"); print(r.status_code)
