"""A small sales pipeline in the shape and mess of the real one, and the figures that must come of either."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Row = dict[str, str]

REGIONS = {"North": ("Ines Vogt", "Tomas Reyes"), "South": ("Li Wen",)}
AGENTS = {
    "Ines Vogt": ("Ada Prior", "Bo-Lin Chen"),
    "Tomas Reyes": ("Carla Diaz", "Dmitri Orlov"),
    "Li Wen": ("Esra Kaya", "Never Soldyet"),
}
SELLERS = tuple(agent for agents in AGENTS.values() for agent in agents if agent != "Never Soldyet")
PRICES = {"GTX Basic": 550, "GTX Pro": 4821, "MG Special": 55}
WRITTEN_IN_DEALS = {"GTX Pro": "GTXPro"}
ACCOUNTS = (
    ("Acme Corporation", "technolgy", ""),
    ("Bluth Company", "technolgy", "Acme Corporation"),
    ("Cheers", "entertainment", ""),
    ("dambase", "marketing", ""),
    ("Ganjaflex", "retail", ""),
    ("Nam-zim", "services", "Cheers"),
    ("Rangreen", "software", ""),
    ("Zathunicon", "retail", ""),
)
DEALS = 80
DEAL_COLUMNS = (
    "opportunity_id",
    "sales_agent",
    "product",
    "account",
    "deal_stage",
    "engage_date",
    "close_date",
    "close_value",
)


@dataclass
class Tally:
    """What the sales report says of one row; amounts are whole dollars."""

    won_count: int = 0
    won_amount: int = 0
    lost_count: int = 0
    lost_amount: int = 0
    open_count: int = 0
    open_amount: int = 0

    def add(self, stage: str, amount: int) -> None:
        kind = {"Won": "won", "Lost": "lost"}.get(stage, "open")
        setattr(self, f"{kind}_count", getattr(self, f"{kind}_count") + 1)
        setattr(self, f"{kind}_amount", getattr(self, f"{kind}_amount") + amount)


@dataclass
class Figures:
    """The report by region, manager and agent; an agent without deals has no row."""

    total: Tally = field(default_factory=Tally)
    regions: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    managers: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    agents: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    agents_of: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    customers: int = 0
    products: int = 0
    deals: int = 0

    def add(self, region: str, manager: str, agent: str, stage: str, amount: int) -> None:
        self.deals += 1
        for tally in (self.total, self.regions[region], self.managers[manager], self.agents[agent]):
            tally.add(stage, amount)


def write_pipeline(folder: Path) -> Figures:
    """Write the four files of a small company; its figures are counted while its deals are made."""
    figures = Figures(customers=len(ACCOUNTS), products=len(PRICES))
    for manager, agents in AGENTS.items():
        figures.agents_of[manager] += agents
    deals = [_deal(number, figures) for number in range(DEALS)]
    teams = [
        (agent, manager, region)
        for region, managers in REGIONS.items()
        for manager in managers
        for agent in AGENTS[manager]
    ]
    _write(
        folder / "accounts.csv",
        ("account", "sector", "year_established", "revenue", "employees", "office_location", "subsidiary_of"),
        [
            (name, sector, "1996", "1100.04", "2822", "United States", parent)
            for name, sector, parent in ACCOUNTS
        ],
    )
    _write(
        folder / "products.csv",
        ("product", "series", "sales_price"),
        [(name, name.split()[0], str(price)) for name, price in PRICES.items()],
    )
    _write(folder / "sales_teams.csv", ("sales_agent", "manager", "regional_office"), teams)
    _write(
        folder / "sales_pipeline.csv",
        DEAL_COLUMNS,
        deals,
    )
    return figures


def _deal(number: int, figures: Figures) -> tuple[str, ...]:
    agent = SELLERS[number % len(SELLERS)]
    product = list(PRICES)[number % len(PRICES)]
    account = ACCOUNTS[number % len(ACCOUNTS)][0]
    stage = ("Won", "Lost", "Won", "Engaging", "Won", "Lost", "Prospecting")[number % 7]
    engaged, closed, value = f"{number % 12 + 1}/{number % 28 + 1}/2016", f"{number % 9 + 1}/3/2017", ""
    amount = PRICES[product]
    if stage == "Won":
        amount += number % 11 - 5
        value = str(amount)
    elif stage == "Lost":
        value = "0"
    else:
        closed = ""
        account = "" if number % 3 else account
        engaged = "" if stage == "Prospecting" else engaged
    manager = next(manager for manager, agents in AGENTS.items() if agent in agents)
    region = next(region for region, managers in REGIONS.items() if manager in managers)
    figures.add(region, manager, agent, stage, amount)
    written = WRITTEN_IN_DEALS.get(product, product)
    return (f"K{number:03}Q7ZX", agent, written, account, stage, engaged, closed, value)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(header)
        writer.writerows(rows)


def count_pipeline(folder: Path) -> Figures:
    """The figures of a folder of this shape, counted from its files."""
    prices = {
        row["product"].replace(" ", ""): int(row["sales_price"]) for row in _read(folder / "products.csv")
    }
    places = {row["sales_agent"]: row for row in _read(folder / "sales_teams.csv")}
    figures = Figures(customers=len(_read(folder / "accounts.csv")), products=len(prices))
    for agent, place in places.items():
        figures.agents_of[place["manager"]].append(agent)
    for deal in _read(folder / "sales_pipeline.csv"):
        place = places[deal["sales_agent"]]
        amount = int(deal["close_value"] or 0) or prices[deal["product"].replace(" ", "")]
        figures.add(
            place["regional_office"], place["manager"], deal["sales_agent"], deal["deal_stage"], amount
        )
    return figures


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
