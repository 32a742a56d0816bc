"""A quote as a PDF document.

What people wrote goes to the template as data (JSON) and never into its source, so that it is shown, not interpreted.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import noto_cjk_sans_otc
import orjson
import typst

from crm_api.identity.access_log.log import recorded
from crm_api.identity.access_log.models import AccessKind
from crm_api.kit.money import amount_text, rounded
from crm_api.kit.reading import get
from crm_api.kit.streaming import Stream
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.document_lines.sums import TaxMode
from crm_api.sales.quotes.repository import QuoteRepository
from crm_api.sales.quotes.resource import quotes

PDF = "application/pdf"

# name → English, Chinese
LABELS = {
    "title": ("Quote", "报价单"),
    "draft": ("Draft", "草稿"),
    "number": ("Number", "编号"),
    "version": ("version", "版本"),
    "day": ("Date", "日期"),
    "valid_until": ("Valid until", "有效期至"),
    "for": ("For", "客户"),
    "attention": ("Attention", "联系人"),
    "item": ("Description", "品名"),
    "quantity": ("Quantity", "数量"),
    "unit": ("Unit", "单位"),
    "price": ("Unit price", "单价"),
    "discount": ("Discount", "折扣"),
    "rate": ("Tax", "税率"),
    "amount": ("Amount", "金额"),
    "subtotal": ("Subtotal", "小计"),
    "net": ("Net", "不含税金额"),
    "tax": ("Tax", "税额"),
    "gross": ("Total", "合计"),
    "included": ("Prices include tax.", "单价含税。"),
    "terms": ("Terms", "条款"),
    "page": ("Page", "页"),
}


async def printed(uow: UnitOfWork, quote_id: str) -> Stream:
    """The document of a quote that the caller may read; on record before it leaves."""
    quote = await get(uow, quotes, quote_id)
    company = await QuoteRepository(uow).company()
    day = (quote["sent_at"] or quote["updated_at"]).astimezone(ZoneInfo(uow.principal.time_zone)).date()
    content = await asyncio.to_thread(pdf_of, quote, company, day, uow.origin.language)
    told = {"media_type": PDF, "size": len(content)}
    uow.add(recorded(uow, AccessKind.DOWNLOAD, "quotes_print", quotes.name, told, quote_id))
    return Stream(_at_once(content), PDF, f"{quote['number']}-{quote['version_number']}.pdf")


async def _at_once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def pdf_of(quote: Mapping[str, Any], company: str, day: date, language: str) -> bytes:
    """The document, in the language of the reader; the same bytes for the same quote."""
    chinese = language.startswith("zh")
    data = {
        "labels": {name: both[chinese] for name, both in LABELS.items()},
        "lang": "zh" if chinese else "en",
        "company": company,
        "day": day.isoformat(),
        **_shown(quote),
    }
    source = (files(__package__) / "quote.typ").read_bytes()
    given = {"data": orjson.dumps(data).decode()}
    made: bytes = typst.compile(source, font_paths=_fonts(), sys_inputs=given, format="pdf", timestamp=0)
    return made


@cache
def _fonts() -> typst.Fonts:
    """Those that come with typst, for Latin letters, and Noto Sans CJK; nothing of the machine it runs on."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(Path(noto_cjk_sans_otc.__file__).parent)])


def _shown(quote: Mapping[str, Any]) -> dict[str, Any]:
    """What the template is given of a quote, as it was read."""
    currency = quote["currency"]
    lines = [_line(line, currency) for line in quote["lines"]]
    subtotal = sum((line.pop("left") for line in lines), Decimal(0))
    discount = _amount(quote["discount_amount"])
    sums = {
        "subtotal": _money(subtotal, currency) if discount else None,
        "discount": _money(-discount, currency) if discount else None,
        **{name: _money(_amount(quote[f"{name}_amount"]), currency) for name in ("net", "tax", "gross")},
    }
    names = ("number", "version_number", "name", "customer_name", "contact_name", "currency")
    return {
        **{name: quote[name] for name in names},
        "is_draft": quote["status"] == "draft",
        "valid_until": quote["valid_until"] and str(quote["valid_until"]),
        "terms": (quote["terms"] or "").splitlines(),
        "included": quote["tax_mode"] == TaxMode.INCLUSIVE,
        "lines": lines,
        "sums": sums,
    }


def _line(line: Mapping[str, Any], currency: str) -> dict[str, Any]:
    discount = _amount(line["discount_amount"])
    listed = rounded(Decimal(line["quantity"]) * _amount(line["unit_price"]), currency)
    percent = line["discount_percent"]
    stated = _money(discount, currency) if discount else ""
    return {
        "description": line["description"].splitlines(),
        "quantity": f"{Decimal(line['quantity']):,f}",
        "unit": line["unit"] or "",
        "price": _money(_amount(line["unit_price"]), currency),
        "discount": f"{percent} %" if percent is not None else stated,
        "rate": f"{line['tax_rate']} %",
        "amount": _money(listed - discount, currency),
        "left": listed - discount,
    }


def _amount(money: Mapping[str, str]) -> Decimal:
    return Decimal(money["amount"])


def _money(amount: Decimal, currency: str) -> str:
    return f"{Decimal(amount_text(amount, currency)):,f}"
