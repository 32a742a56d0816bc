"""How the deals of the demo company go: when each opens, moves and closes, and how it ends."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from crm_api.server.demo.catalogue import ITEMS, Item

DEALS, DAYS = 599, 548  # one more deal comes of a lead
OPEN_STAGES = ("prospecting", "qualification", "proposal", "negotiation")
# How much of the way is over when a stage is entered.
ENTERED_AT = (0.0, 0.18, 0.45, 0.75)
LOST_AT = (15, 30, 35, 20)
LOSS_REASONS = {
    "price": 30,
    "competitor": 25,
    "no_budget": 15,
    "no_decision": 15,
    "timing": 10,
    "product_fit": 5,
}
DISCOUNTS = (100, 100, 100, 97, 95, 92, 90, 85)
BIG_CUSTOMERS = {"A": 1.15, "B": 1.05, "C": 0.95, "D": 0.8}
NAMES = {
    "硬件 Hardware": ("设备采购", "Equipment purchase"),
    "软件 Software": ("设备云项目", "Device cloud rollout"),
    "服务 Service": ("服务合同", "Service contract"),
}
NEXT_STEPS = (
    ("约客户做现场演示", "Book the on-site demo"),
    ("提交报价单", "Send the quotation"),
    ("确认预算与决策人", "Confirm budget and decision maker"),
    ("跟进合同条款", "Go through the contract terms"),
)


@dataclass(frozen=True)
class Buyer:
    """A customer as far as its deals depend on it; `seller` is the place of its account manager."""

    customer_id: str
    name: str
    level: str
    abroad: bool
    seller: int
    skill: float
    met_on: date


@dataclass
class Line:
    """A product in a deal; the price is for one unit, in whole yuan."""

    item: Item
    quantity: int
    unit_price: int


@dataclass
class Deal:
    """The life of one deal; `moves` leads through open stages, `won` is None while it is open."""

    name: str
    seller: int
    customer_id: str | None
    source: str
    opened_on: date
    expected_close_on: date
    lines: list[Line]
    moves: list[tuple[date, str]] = field(default_factory=list)
    closed_on: date | None = None
    won: bool | None = None
    loss_reason: str | None = None
    next_step: str | None = None


def deals(random: Random, buyers: Sequence[Buyer], today: date) -> list[Deal]:
    """In the order of their opening; more of them in later months, each with a customer known by then."""
    known = sorted(buyers, key=lambda buyer: buyer.met_on)
    ages = sorted((int(DAYS * random.random() ** 1.2) for _ in range(DEALS)), reverse=True)
    found = []
    for age in ages:
        opened_on = today - timedelta(days=age)
        met = bisect_right(known, opened_on, key=lambda buyer: buyer.met_on)
        found.append(_deal(random, known[random.randrange(met)], opened_on, today))
    return found


def _deal(random: Random, buyer: Buyer, opened_on: date, today: date) -> Deal:
    lines = _lines(random)
    days = max(10, min(200, round(random.lognormvariate(4.0, 0.55))))
    named = NAMES[lines[0].item.category][buyer.abroad]
    separator = " – " if buyer.abroad else " · "
    deal = Deal(
        name=f"{named}{separator}{buyer.name}",
        seller=buyer.seller,
        customer_id=buyer.customer_id,
        source=random.choice(
            ("转介绍 Referral", "官网 Website", "展会 Trade fair", "老客户 Existing customer")
        ),
        opened_on=opened_on,
        expected_close_on=opened_on + timedelta(days=days + random.randint(-10, 25)),
        lines=lines,
    )
    won = random.random() < buyer.skill * BIG_CUSTOMERS[buyer.level]
    last = len(OPEN_STAGES) - 1 if won else random.choices(range(len(OPEN_STAGES)), LOST_AT)[0]
    end = opened_on + timedelta(days=days)
    deal.moves = [
        (entered, stage)
        for share, stage in list(zip(ENTERED_AT, OPEN_STAGES, strict=True))[1 : last + 1]
        if (entered := opened_on + timedelta(days=round(days * share))) <= today
    ]
    if end <= today:
        deal.closed_on, deal.won = end, won
        deal.loss_reason = None if won else random.choices(list(LOSS_REASONS), list(LOSS_REASONS.values()))[0]
    else:
        _leave_open(random, deal, abroad=buyer.abroad)
    return deal


def _leave_open(random: Random, deal: Deal, *, abroad: bool) -> None:
    deal.next_step = random.choice(NEXT_STEPS)[abroad]
    if not deal.moves and random.random() < 1 / 3:
        deal.customer_id, deal.name = None, "新线索 Enquiry " + deal.opened_on.isoformat()


def _lines(random: Random) -> list[Line]:
    found = []
    for item in random.sample(ITEMS, random.choice((1, 1, 2, 2, 3))):
        price = item.price * random.choice(DISCOUNTS) // 100
        found.append(Line(item, random.randint(1, item.lot), price))
    return found
