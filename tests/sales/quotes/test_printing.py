"""A quote on paper."""

from typing import Any

from tests.factories.companies import Company
from tests.factories.quoting import open_desk

HOSTILE = '#panic("x") $a$ *b* @ref <b> #import "y" \\ 智能网关 {x}'


async def test_a_quote_is_printed(company: Company) -> None:
    desk = await open_desk(company)
    lines: list[dict[str, Any]] = [{"product_id": desk.gateway["id"], "description": HOSTILE}] * 60
    draft = await desk.draft(name=HOSTILE, terms=f"{HOSTILE}\n第二行", lines=lines, discount_percent="1.5")
    path = f"/quotes/{draft['id']}/pdf"
    english = await company.owner.http.get(path)
    assert (english.status_code, english.headers["content-type"]) == (200, "application/pdf")
    assert english.headers["content-disposition"].startswith(
        f'attachment; filename="{draft["number"]}-1.pdf"'
    )
    assert english.content.startswith(b"%PDF-")
    assert b"NotoSansCJKsc" in english.content  # Chinese letters have a face
    assert (await company.owner.http.get(path)).content == english.content
    chinese = await company.owner.http.get(path, headers={"Accept-Language": "zh"})
    assert chinese.content != english.content
    (first, *_) = await company.rows("access_log", kind="download", record_id=draft["id"])
    assert (first["operation"], first["details"]["media_type"]) == ("quotes_print", "application/pdf")
    empty = await desk.draft(lines=[], tax_mode="inclusive", terms=None, valid_until=None)
    assert (await company.owner.http.get(f"/quotes/{empty['id']}/pdf")).content.startswith(b"%PDF-")
