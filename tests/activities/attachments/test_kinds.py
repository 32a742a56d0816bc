"""What a file is, its content alone says."""

from collections.abc import AsyncIterator

import pytest

from crm_api.activities.attachments.kinds import PDF, TEXT, format_of, glimpse, named_for
from tests.activities.attachments import samples


async def _pieces(content: bytes, size: int = 7000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def _media_type(content: bytes) -> str | None:
    found = format_of(await glimpse(_pieces(content)))
    return found and found.media_type


@pytest.mark.parametrize("media_type", samples.ACCEPTED)
async def test_accepts(media_type: str) -> None:
    assert await _media_type(samples.ACCEPTED[media_type][0]) == media_type


@pytest.mark.parametrize("what", samples.REFUSED)
async def test_refuses(what: str) -> None:
    assert await _media_type(samples.REFUSED[what]) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_texts_of_any_length_in_chinese(encoding: str) -> None:
    for times in (1, 3, 5000, 5001, 60_000):
        assert await _media_type(("会议纪要，报价" * times).encode(encoding)) == "text/plain", times


async def test_a_glimpse_holds_both_ends_and_no_more() -> None:
    seen = await glimpse(_pieces(b"a" * 3_000_000 + b"z"))
    assert (len(seen.head), len(seen.tail), seen.size) == (1 << 16, 1 << 20, 3_000_001)
    assert seen.tail.endswith(b"az")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("offer.pdf", "offer.pdf"),
        ("offer.PDF", "offer.PDF"),
        ("offer", "offer.pdf"),
        ("offer.exe", "offer_exe.pdf"),
        ("offer.pdf.exe", "offer_pdf_exe.pdf"),
        ("offer.php.pdf", "offer_php.pdf"),
        ("Report v1.2.pdf", "Report v1.2.pdf"),
        ("报价单.pdf", "报价单.pdf"),
    ],
)
def test_a_name_ends_as_its_format_does(name: str, kept: str) -> None:
    assert named_for(PDF, name) == kept
    assert named_for(TEXT, "page.html") == "page_html.txt"
