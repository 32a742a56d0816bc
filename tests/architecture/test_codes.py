"""Every code that can reach a client has words in English and Chinese, and none is left over."""

import pytest

from crm_api import wiring
from crm_api.document.problem_pages import entries, statuses
from crm_api.kit.messages import MESSAGES
from crm_api.kit.registries import RESOURCES
from crm_api.kit.words import WORDS
from tests.architecture import codes as check
from tests.architecture.sources import Source, sources

assert wiring  # contexts register their codes when they are imported


def test_every_code_that_is_raised_has_words() -> None:
    used = check.used_codes(sources())
    assert check.wordless(used, MESSAGES) == []
    assert len(used) > 30


def test_every_code_speaks_both_languages() -> None:
    assert check.misworded(MESSAGES) == []


def test_no_code_is_left_over() -> None:
    assert check.unused(sources(), MESSAGES) == []


def test_every_problem_has_a_status_for_its_page() -> None:
    assert check.without_status(sources(), statuses()) == []
    assert entries().keys() == MESSAGES.keys()


def test_no_english_word_stands_in_a_chinese_message() -> None:
    assert check.untranslated(sources(), WORDS) == []
    assert [resource.singular for resource in RESOURCES.values() if resource.singular not in WORDS] == []


@pytest.mark.parametrize("text", ["Conflict('planted')", "NotFound('duplicate')"])
def test_a_planted_problem_without_a_status_is_found(text: str) -> None:
    assert len(check.without_status([Source("a.py", text)], {"duplicate": 409})) == 1


@pytest.mark.parametrize(
    "text",
    [
        "bad_parameter('limit', 'out_of_range', expected='a small number')",
        "Fault('pointer', '/id', 'reference_not_found', {'resource': 'planet'})",
        "class Planet(Kind):\n    expected = 'a planet'",
        "class Planet(Kind):\n    expected: str = 'a planet'",
    ],
)
def test_a_planted_english_word_is_found(text: str) -> None:
    assert len(check.untranslated([Source("a.py", text)], {})) == 1


@pytest.mark.parametrize(
    "text",
    [
        "raise Conflict('planted')",
        "raise NotFound('planted' if deep else 'not_found')",
        "raise Invalid.at('/name', 'planted')",
        "Fault('pointer', '/name', 'planted')",
        "bad_parameter('limit', 'planted')",
        "class Closed(Conflict):\n    default_code = 'planted'",
        "class Closed(Conflict):\n    def __init__(self):\n        super().__init__('planted')",
    ],
)
def test_a_planted_code_is_found(text: str) -> None:
    used = check.used_codes([Source("sales/deals/service.py", text)])
    assert [line.split(": ")[1] for line in check.wordless(used, MESSAGES)] == ["planted has no message"]


@pytest.mark.parametrize(
    ("texts", "finding"),
    [
        (("", "中文"), "planted: no English"),
        (("English", "English"), "planted: no Chinese"),
        (("At most {limit}.", "最多 {count}。"), "planted: the two texts take different parameters"),
    ],
)
def test_planted_words_are_found(texts: tuple[str, str], finding: str) -> None:
    assert check.misworded({"planted": texts}) == [finding]


def test_a_planted_leftover_is_found() -> None:
    source = Source("a.py", "register({'planted': ('English', '中文')})")
    assert check.unused([source], {"planted": ("English", "中文")}) == ["planted"]
