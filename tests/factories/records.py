"""Some thirty records of every resource, as different as its schema allows, the same ones in every run."""

from random import Random
from typing import Any

from tests.factories.companies import Company

NAMES = [
    "上海智达科技有限公司",
    "Acme Ltd",
    "acme GmbH",
    "北京云图",
    "Zeta 100%",
    "Straße & Söhne",
    "a_b",
    "O'Neil",
]
WORDS = ["华东", "华北", "software", "Software", "50% off", "x_y", "-"]
DAYS = ["1970-01-01", "1988-05-20", "1988-05-21", "2000-02-29"]
INSTANTS = ["2026-01-31T09:30:00Z", "2026-01-31T09:30:00.000001Z", "2027-12-31T23:59:59+08:00"]
AMOUNTS = ["0", "0.000001", "99.90", "100", "199.9", "999999999999.999999"]
CURRENCIES = ["CNY", "USD", "JPY"]


def customer(number: int, random: Random) -> dict[str, Any]:
    """A customer; what may be absent sometimes is."""
    return _some(
        random,
        name=random.choice(NAMES),
        kind=random.choice(["company", "person"]),
        lifecycle=random.choice(["lead", "prospect", "customer", "loyal", "lost"]),
        external_ids=[{"source": "erp", "key": f"c:{number}"}, {"source": "shop", "key": str(number)}],
    ) | _maybe(
        random,
        code=f"C-{number}",
        level=random.choice("ABC"),
        category=random.choice(WORDS),
        industry=random.choice(WORDS),
        source=random.choice(WORDS),
        region=random.choice(WORDS),
        address=random.choice(WORDS),
        website=random.choice(WORDS),
        tax_id=f"9131{number}",
        next_contact_at=random.choice(INSTANTS),
    )


def contact(number: int, random: Random) -> dict[str, Any]:
    """A contact; what may be absent sometimes is."""
    return _some(
        random,
        name=random.choice(NAMES),
        email_opt_out=random.random() < 0.5,
        phone_opt_out=random.random() < 0.5,
        sms_opt_out=random.random() < 0.5,
        external_ids=[{"source": "erp", "key": str(number)}],
    ) | _maybe(
        random,
        title=random.choice(WORDS),
        department=random.choice(WORDS),
        birthday=random.choice(DAYS),
        address=random.choice(WORDS),
        description=random.choice(WORDS),
    )


def product(number: int, random: Random) -> dict[str, Any]:
    """A product; what may be absent sometimes is."""
    return (
        _some(
            random,
            name=random.choice(NAMES),
            lifecycle=random.choice(["planned", "active", "phase_out", "retired"]),
            external_ids=[{"source": "erp", "key": str(number)}],
        )
        | _maybe(
            random,
            spec=random.choice(WORDS),
            unit=random.choice(WORDS),
            category=random.choice(WORDS),
            list_price={"amount": random.choice(AMOUNTS), "currency": random.choice(CURRENCIES)},
            cost={"amount": random.choice(AMOUNTS), "currency": random.choice(CURRENCIES)},
            tax_rate=random.choice(["0", "6", "13", "13.5"]),
            description=random.choice(WORDS),
        )
        | {"code": f"P-{number}"}
    )


MAKERS = {"customers": customer, "contacts": contact, "products": product}


async def fill(company: Company, resource: str, count: int) -> list[dict[str, Any]]:
    """Records of a resource, the later ones referring to the earlier; deleted ones are among them."""
    random, made = Random(resource), []
    for number in range(count):
        body = MAKERS[resource](number, random)
        if made and resource == "customers" and number % 3 == 0:
            body["parent_id"] = random.choice(made)["id"]
        if made and resource == "contacts" and number % 3 == 0:
            body["reports_to_id"] = random.choice(made)["id"]
        if number % 4 == 0 and resource != "products":
            body["owner_id"] = None
        made.append(await company.owner.create(f"/{resource}", **body))
    for record in made[::7]:
        assert (await company.owner.http.delete(f"/{resource}/{record['id']}")).status_code == 204
    for record in (record for number, record in enumerate(made) if number % 7 == 3):
        answer = await company.owner.http.patch(f"/{resource}/{record['id']}", json={"name": "改名 Ltd"})
        assert answer.status_code == 200, answer.text
    return made


def _some(random: Random, **values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "external_ids" or random.random() < 0.7}


def _maybe(random: Random, **values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if random.random() < 0.6}
