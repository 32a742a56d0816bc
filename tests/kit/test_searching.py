"""One typing error is forgiven, and no more than that."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_api.kit.searching import misspellings, phrase, similar_clauses
from crm_api.text import grams
from tests.factories.companies import Company

LETTERS = string.ascii_lowercase + "éüñжш"
WORD = st.text(LETTERS, min_size=5, max_size=20)
HAN = st.text("上海智达信息科技有限公司北京云图软件集团", min_size=6, max_size=20)


def found(query: str, title: str) -> bool:
    """What `crm_search_similar` does, in Python."""
    stored = grams(title) | misspellings(title)
    clauses = similar_clauses(query)
    return bool(clauses) and all(
        any(set(alternative.split(" ")) <= stored for alternative in clause.split("|")) for clause in clauses
    )


@given(WORD, st.data())
def test_every_single_error_in_a_word_is_forgiven(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 2))
    letter = data.draw(st.sampled_from(LETTERS))
    assert found(word[:at] + letter + word[at + 1 :], f"The {word} Company")
    assert found(word[:at] + letter + word[at:], f"The {word} Company")
    assert found(word[:at] + word[at + 1 :], f"The {word} Company")
    assert found(word[:at] + word[at + 1] + word[at] + word[at + 2 :], f"The {word} Company")


@given(HAN, st.data())
def test_a_wrong_missing_or_added_character_in_a_longer_chinese_name_is_forgiven(
    name: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(name) - 1))
    assert found(name[:at] + "错" + name[at + 1 :], f"大{name}（中国）")
    assert found(name[:at] + "错" + name[at:], f"大{name}（中国）")
    assert found(name[:at] + name[at + 1 :], f"大{name}（中国）") or len(name) == 6


@pytest.mark.parametrize(
    ("query", "title", "matches"),
    [
        ("zhdai", "Zhida Technologies", True),
        ("Zhiba Technologie", "Zhida Technologies", True),
        ("Zhidé", "ZHIDÈ", True),
        ("zhiba tech", "Zhida Technologies", True),  # the other word as a prefix
        ("zhxxa", "Zhida Technologies", False),  # two errors
        ("zhiba dolls", "Zhida Technologies", False),
        ("abc", "abd", False),  # too short to guess
        ("X2000", "X3000", False),  # a code is what it is
        ("13800138001", "13800138000", False),
        ("智大科技", "智达科技", False),  # too short
        ("上海智大科技", "上海智达科技有限公司", True),
        (
            "上海智大科技",
            "北京智大科技有限公司",
            True,
        ),  # the first two are one error: 上海 → 北京 share 智大科技
        ("上海智大科枝", "上海智达科技有限公司", False),
    ],
)
def test_forgiven(query: str, title: str, matches: bool) -> None:
    assert found(query, title) is matches


def test_what_is_long_is_not_looked_up_at_any_length() -> None:
    assert sum(clause.count("|") + 1 for clause in similar_clauses("上" * 200)) == 0
    assert sum(clause.count("|") + 1 for clause in similar_clauses("abcdefgh " * 22)) < 400
    assert similar_clauses("Ab 12 13800138000 上海") == []


def test_a_title_is_compared_folded() -> None:
    assert phrase("  Café\t ＮＯＩＲ ") == "cafe noir"
    assert len(phrase("x " * 500)) <= 200


async def test_a_list_falls_back_to_similar_words_when_nothing_matches(company: Company) -> None:
    http = company.owner.http
    for name in ("Zhida Technologies", "Zhida Gmbh", "Zhiba Ltd", "上海智达信息科技有限公司"):
        await company.owner.create("/customers", name=name)

    async def names(q: str, **more: str) -> set[str]:
        answer = await http.get("/customers", params={"q": q, **more})
        assert answer.status_code == 200, answer.text
        return {row["name"] for row in answer.json()["data"]}

    assert await names("zhida") == {"Zhida Technologies", "Zhida Gmbh"}
    assert await names("zhiga") == {"Zhida Technologies", "Zhida Gmbh", "Zhiba Ltd"}
    assert await names("technolgoies zhida") == {"Zhida Technologies"}
    assert await names("上海智大信息") == {"上海智达信息科技有限公司"}
    assert await names("zhiga", name="Zhiba Ltd") == {"Zhiba Ltd"}
    assert await names("zhxxxa") == set()

    walked: list[str] = []
    params = {"q": "zhiga", "limit": "1", "sort": "name", "include_total": "true"}
    for _ in range(3):
        answer = (await http.get("/customers", params=params)).json()
        assert answer["page"]["total"] == 3
        walked += [row["name"] for row in answer["data"]]
        params["cursor"] = answer["page"]["next_cursor"]
    assert walked == ["Zhiba Ltd", "Zhida Gmbh", "Zhida Technologies"]
    assert params["cursor"] is None
    other = await http.get("/customers", params={"q": "zhida", "sort": "name", "cursor": "x"})
    assert other.status_code == 400


async def test_a_corrected_name_is_found_by_its_new_form_only(company: Company) -> None:
    made = await company.owner.create("/customers", name="Wrong Name")
    await company.owner.http.patch(f"/customers/{made['id']}", json={"name": "Zhida"})
    for q, count in (("zihda", 1), ("worng", 0), ("zhid", 1)):
        answer = await company.owner.http.get("/customers", params={"q": q})
        assert len(answer.json()["data"]) == count, q
