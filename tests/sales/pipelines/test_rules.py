"""What a list of stages must be."""

import pytest

from crm_api.kit.errors import Invalid
from crm_api.sales.pipelines.models import PipelineStage
from crm_api.sales.pipelines.stages import check_stages, default_stages, with_probability


def _stages(*pairs: tuple[str | None, str | None]) -> list[PipelineStage]:
    return [PipelineStage.new(key=key, name="Stage", kind=kind) for key, kind in pairs]


def _faults(stages: list[PipelineStage]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as raised:
        check_stages(stages)
    return [(fault.at, fault.code) for fault in raised.value.faults]


@pytest.mark.parametrize("kind", ["open", "won", "lost"])
def test_each_kind_is_needed(kind: str) -> None:
    full = [("a", "open"), ("b", "won"), ("c", "lost"), ("d", "open")]
    check_stages(_stages(*full))

    assert _faults(_stages(*[pair for pair in full if pair[1] != kind])) == [("/stages", "stages_incomplete")]


def test_a_key_comes_once() -> None:
    stages = _stages(("a", "open"), ("b", "won"), ("a", "lost"), ("b", "open"))

    assert _faults(stages) == [("/stages/2/key", "duplicate"), ("/stages/3/key", "duplicate")]


def test_a_new_stage_needs_key_and_kind() -> None:
    stages = _stages(("a", "open"), ("b", "won"), ("c", "lost"), (None, None))

    assert _faults(stages) == [("/stages/3/key", "required"), ("/stages/3/kind", "required")]


def test_a_won_stage_is_certain_unless_it_says_otherwise() -> None:
    assert with_probability({"kind": "won"}) == {"kind": "won", "probability": 100}
    assert with_probability({"kind": "won", "probability": 90}) == {"kind": "won", "probability": 90}
    assert with_probability({"kind": "lost"}) == {"kind": "lost"}


@pytest.mark.parametrize(("chinese", "first"), [(True, "初步接触"), (False, "Prospecting")])
def test_a_company_starts_with_sound_stages_in_its_language(*, chinese: bool, first: str) -> None:
    given = default_stages(chinese=chinese)

    check_stages([PipelineStage.new(**stage) for stage in given])
    assert [stage["kind"] for stage in given] == ["open", "open", "open", "open", "won", "lost"]
    assert given[0]["name"] == first
