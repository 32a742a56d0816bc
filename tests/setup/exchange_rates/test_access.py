"""Who may do what with exchange rates: everybody reads them, few write them."""

from tests.factories.companies import Company
from tests.factories.everybody import everybody, expect

WRITERS = {"administrator", "integration"}


async def test_everybody_reads_few_write(company: Company) -> None:
    actors = await everybody(company)
    made = await company.owner.create("/exchange-rates", currency="USD", rate_on="2026-01-01", rate="7.1")
    path = f"/exchange-rates/{made['id']}"
    for day, (role, actor) in enumerate(actors.items(), 2):
        await expect(company, actor, lambda http: http.get("/exchange-rates"), 200)
        await expect(company, actor, lambda http, p=path: http.get(p), 200)
        body = {"currency": "EUR", "rate_on": f"2026-01-{day:02d}", "rate": "7.9"}
        writes = role in WRITERS
        for ask, status in (
            (lambda http, b=body: http.post("/exchange-rates", json=b), 201),
            (lambda http, d=day, p=path: http.patch(p, json={"rate": f"7.{d}"}), 200),
        ):
            await expect(company, actor, ask, status if writes else 403, "exchange_rates")
        answer = await actor.http.delete(path)
        assert answer.status_code == (204 if writes else 403), role
        if writes:
            again = {"currency": "USD", "rate_on": "2026-01-01", "rate": "7.1"}
            path = f"/exchange-rates/{(await company.owner.create('/exchange-rates', **again))['id']}"
