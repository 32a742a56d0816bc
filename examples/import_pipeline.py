"""Import a sales pipeline from four CSV files through the REST API.

    python examples/import_pipeline.py DIR --url http://127.0.0.1:8000 --email E --password P

DIR holds accounts.csv, products.csv, sales_teams.csv and sales_pipeline.csv. Every record is looked up before
it is created, so the import can be stopped and run again at any time.
"""

import argparse
import asyncio
import csv
import re
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

from crm_client import IN_FLIGHT, Crm, CrmError, Record, connected

SOURCE = "maven"
CURRENCY = "USD"
MAIL_DOMAIN = "maven.example"
MISSPELT = {"technolgy": "technology"}

Row = dict[str, str]


class Progress:
    """One line on standard error for each kind of record, redrawn at most ten times a second."""

    def __init__(self, label: str, total: int, start: int) -> None:
        self.label, self.total, self.start, self.done = label, total, start, start
        self.began = self.drawn = time.monotonic()

    def step(self) -> None:
        self.done += 1
        if sys.stderr.isatty() and time.monotonic() - self.drawn > 0.1:
            self.drawn = time.monotonic()
            self._draw(end="\r")

    def finish(self) -> None:
        self._draw(end="\n")

    def _draw(self, end: str) -> None:
        created = self.done - self.start
        bar = ("#" * (24 * self.done // max(self.total, 1))).ljust(24, ".")
        rate = created / max(time.monotonic() - self.began, 0.001)
        counts = f"{self.done:>6,} of {self.total:,}, {created:,} created, {rate:,.0f}/s"
        print(f"{self.label:<14}[{bar}] {counts}", end=end, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Pipeline:
    """The four files, as they are."""

    accounts: list[Row]
    products: list[Row]
    teams: list[Row]
    deals: list[Row]

    @classmethod
    def read(cls, folder: Path) -> "Pipeline":
        names = ("accounts", "products", "sales_teams", "sales_pipeline")
        return cls(*(read_csv(folder / f"{name}.csv") for name in names))


def read_csv(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [{key: value.strip() for key, value in row.items()} for row in csv.DictReader(lines)]


def slug(name: str) -> str:
    """`Mei-Mei Johns` → `mei-mei-johns`."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")


def mail(name: str) -> str:
    return f"{slug(name).replace('-', '.')}@{MAIL_DOMAIN}"


def squeezed(product: str) -> str:
    """`GTXPro` and `GTX Pro` are one product."""
    return re.sub(r"\W", "", product).casefold()


def iso_day(text: str) -> str | None:
    """`3/1/2017` (month/day/year) → `2017-03-01`; nothing for nothing."""
    return datetime.strptime(text, "%m/%d/%Y").date().isoformat() if text else None  # noqa: DTZ007


def key_of(record: Record) -> str:
    """The key under which the source knows a record."""
    return next((e["key"] for e in record["external_ids"] if e["source"] == SOURCE), "")


class Importer:
    """Brings the files into the CRM in the order in which the records need each other."""

    def __init__(self, crm: Crm, files: Pipeline, user_password: str | None = None) -> None:
        self.crm, self.files, self.user_password = crm, files, user_password
        self.created: dict[str, int] = {}

    async def run(self) -> dict[str, int]:
        """How many records of each kind were created."""
        users = await self._people(await self._manager_teams())
        customers = await self._customers()
        await self._deals(users, customers, await self._products(), await self._stages())
        return self.created

    async def _manager_teams(self) -> dict[str, Record]:
        regions = {
            (None, row["regional_office"]): {"name": row["regional_office"]} for row in self.files.teams
        }
        made = await self._teams("regions", regions)
        below = {}
        for row in self.files.teams:
            region, name = made[None, row["regional_office"]]["id"], f"Team {row['manager']}"
            below[region, name] = {"name": name, "parent_id": region}
        teams = await self._teams("teams", below)
        return {name.removeprefix("Team "): team for (_, name), team in teams.items()}

    async def _teams(self, label: str, wanted: dict[Any, Record]) -> dict[Any, Record]:
        found = await self.crm.find("teams", "name", [name for _, name in wanted])
        return await self._ensure(
            label, "teams", {(row["parent_id"], row["name"]): row for row in found}, wanted
        )

    async def _people(self, teams: dict[str, Record]) -> dict[str, Record]:
        people = {name: (team["id"], "sales_supervisor") for name, team in teams.items()}
        for row in self.files.teams:
            people[row["sales_agent"]] = (teams[row["manager"]]["id"], "account_manager")
        password = {"password": self.user_password} if self.user_password else {}
        wanted = {
            mail(name): {"email": mail(name), "name": name, "team_id": team, "roles": [role], **password}
            for name, (team, role) in people.items()
        }
        found = {row["email"]: row for row in await self.crm.find("users", "email", wanted)}
        users = await self._ensure("users", "users", found, wanted)
        for name, team in teams.items():
            leader = {"leader_id": users[mail(name)]["id"]}
            if team["leader_id"] != leader["leader_id"]:
                await self.crm.call("PATCH", f"teams/{team['id']}", json=leader)
        return {name: users[mail(name)] for name in people}

    async def _customers(self) -> dict[str, Record]:
        found = await self._known("customers", [slug(row["account"]) for row in self.files.accounts])
        customers: dict[str, Record] = {}
        for label, subsidiary in (("customers", False), ("subsidiaries", True)):
            wanted = {
                slug(row["account"]): {
                    "kind": "company",
                    "name": row["account"],
                    "industry": MISSPELT.get(row["sector"], row["sector"]),
                    "parent_id": customers[slug(row["subsidiary_of"])]["id"] if subsidiary else None,
                    "external_ids": [{"source": SOURCE, "key": slug(row["account"])}],
                }
                for row in self.files.accounts
                if bool(row["subsidiary_of"]) == subsidiary
            }
            customers |= await self._ensure(label, "customers", found, wanted)
        return customers

    async def _products(self) -> dict[str, Record]:
        wanted = {
            slug(row["product"]).upper(): {
                "code": slug(row["product"]).upper(),
                "name": row["product"],
                "list_price": usd(row["sales_price"]),
            }
            for row in self.files.products
        }
        found = {row["code"]: row for row in await self.crm.find("products", "code", wanted)}
        products = await self._ensure("products", "products", found, wanted)
        return {squeezed(product["name"]): product for product in products.values()}

    async def _stages(self) -> dict[str, Record]:
        pipelines = await self.crm.rows("pipelines")
        pipeline = next((row for row in pipelines if row.get("is_default")), pipelines[0])
        kinds: dict[str, list[Record]] = {"open": [], "won": [], "lost": []}
        for stage in pipeline["stages"]:
            kinds[stage["kind"]].append({"pipeline_id": pipeline["id"], "stage_id": stage["id"]})
        first, second = kinds["open"][:2]
        return {"Prospecting": first, "Engaging": second, "Won": kinds["won"][0], "Lost": kinds["lost"][0]}

    async def _deals(
        self,
        users: dict[str, Record],
        customers: dict[str, Record],
        products: dict[str, Record],
        stages: dict[str, Record],
    ) -> None:
        wanted = {}
        for row in self.files.deals:
            product, stage = products[squeezed(row["product"])], row["deal_stage"]
            closed_at = usd(row["close_value"]) if Decimal(row["close_value"] or 0) else None
            wanted[row["opportunity_id"]] = {
                "name": f"{product['name']} · {row['account'] or row['opportunity_id']}",
                "customer_id": customers[slug(row["account"])]["id"] if row["account"] else None,
                **stages[stage],
                "owner_id": users[row["sales_agent"]]["id"],
                "opened_on": iso_day(row["engage_date"]),
                "closed_on": iso_day(row["close_date"]),
                "loss_reason": "other" if stage == "Lost" else None,
                "lines": [
                    {
                        "product_id": product["id"],
                        "quantity": "1",
                        "unit_price": closed_at or product["list_price"],
                    }
                ],
                "external_ids": [{"source": SOURCE, "key": row["opportunity_id"]}],
            }
        found = await self._known("opportunities", wanted)
        await self._ensure("opportunities", "opportunities", found, wanted)

    async def _known(self, path: str, keys: Iterable[str]) -> dict[Any, Record]:
        found = await self.crm.find(path, "external_id", [f"{SOURCE}:{key}" for key in keys])
        return {key_of(row): row for row in found}

    async def _ensure(
        self, label: str, path: str, found: dict[Any, Record], wanted: dict[Any, Record]
    ) -> dict[Any, Record]:
        """The wanted records, those that are missing created, several at a time."""
        records = {key: found[key] for key in wanted if key in found}
        missing = iter([key for key in wanted if key not in found])
        progress = Progress(label, len(wanted), len(records))

        async def create() -> None:
            for key in missing:
                records[key] = await self.crm.call("POST", path, json=wanted[key])
                progress.step()

        async with asyncio.TaskGroup() as group:
            for _ in range(IN_FLIGHT):
                group.create_task(create())
        progress.finish()
        self.created[label] = progress.total - progress.start
        return records


def usd(amount: str) -> Record:
    return {"amount": amount, "currency": CURRENCY}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Import a sales pipeline from CSV files through the REST API."
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder with the four CSV files")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="address of the server")
    parser.add_argument("--email", default="", help="sign in as this user")
    parser.add_argument("--password", default="", help="the user's password")
    parser.add_argument("--api-key", default="", help="use this API key instead of a user")
    parser.add_argument("--user-password", help="first password of the imported users")
    chosen = parser.parse_args()
    if not (chosen.api_key or (chosen.email and chosen.password)):
        parser.error("give --api-key, or --email and --password")
    return chosen


async def main() -> None:
    chosen = arguments()
    files = Pipeline.read(chosen.folder)
    async with connected(
        chosen.url, email=chosen.email, password=chosen.password, api_key=chosen.api_key
    ) as crm:
        await Importer(crm, files, chosen.user_password).run()


if __name__ == "__main__":
    failure = ""
    try:
        asyncio.run(main())
    except* (CrmError, httpx.HTTPError, OSError) as failures:
        failure = f"import stopped, run it again to go on: {failures.exceptions[0]}"
    sys.exit(failure or 0)
