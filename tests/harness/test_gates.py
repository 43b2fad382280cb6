from pathlib import Path
from typing import Any

import pytest

from harness import checks
from harness.checks.no_dead_air import NoDeadAir
from harness.checks.task_completed import TaskCompleted
from harness.checks.turn_latency import TurnLatency
from harness.gates import configure, known_checks
from kernel.units import Duration, Ratio, Share


def test_every_file_is_one_check_with_a_definition_and_a_field_to_set() -> None:
    files = {path.stem for path in Path(checks.__path__[0]).glob("[a-z]*.py")}
    assert set(known_checks()) == files
    for name, kind in known_checks().items():
        assert kind().name == name
        assert kind.scalar in kind.__struct_fields__
        assert len(kind.__doc__ or "") > 60


@pytest.mark.parametrize(
    ("gates", "expected"),
    [
        ({"no_dead_air": "4s"}, NoDeadAir(limit=Duration(4))),
        ({"no_dead_air": True}, NoDeadAir()),
        ({"no_dead_air": None}, NoDeadAir()),
        ({"no_dead_air": {}}, NoDeadAir()),
        ({}, NoDeadAir()),
        ({"task_completed": "90%"}, TaskCompleted(at_least=Share(0.9))),
        ({"turn_latency": {"answer_p95": "3x baseline"}}, TurnLatency(answer_p95=Ratio(3))),
    ],
)
def test_a_gate_sets_fields(gates: dict[str, Any], expected: object) -> None:
    assert expected in configure(gates)


def test_all_checks_run_whatever_the_gates() -> None:
    assert [check.name for check in configure({"samples": 3})] == list(known_checks())


@pytest.mark.parametrize(
    ("gates", "words"),
    [
        ({"no_ded_air": "5s"}, ["unknown check 'no_ded_air'", "did you mean 'no_dead_air'?"]),
        ({"xyz": 1}, ["unknown check 'xyz'", "known: ", "turn_latency"]),
        ({"no_dead_air": 5}, ["gate no_dead_air", "5", "500ms, 2s or 5m"]),
        ({"no_dead_air": {"limt": "5s"}}, ["limt", "its fields: limit, warn_above"]),
        ({"task_completed": "95"}, ["task_completed", "'95'", "percentage"]),
        ({"no_dropped_calls": "none"}, ["no_dropped_calls", "at_most"]),
        ({"samples": False}, ["samples", "False"]),
    ],
)
def test_a_wrong_gate_is_refused_with_value_place_and_remedy(
    gates: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(ValueError, match=r"check|gate") as caught:
        configure(gates)
    for word in words:
        assert word in str(caught.value)
