import pytest

from harness.report.quantities import clock, measure, number, waited, words
from tests.harness.histories import ns


@pytest.mark.parametrize(
    ("seconds", "whole", "tenths"),
    [
        (0, "0:00", "0:00.0"),
        (67.34, "1:07", "1:07.3"),
        (59.97, "0:59", "1:00.0"),
        (3600, "1:00:00", "1:00:00.0"),
        (7384.05, "2:03:04", "2:03:04.0"),
        (-16.4, "-0:16", "-0:16.4"),
        (-0.01, "0:00", "0:00.0"),
    ],
)
def test_instants(seconds: float, whole: str, tenths: str) -> None:
    assert clock(ns(seconds)) == whole
    assert clock(ns(seconds), tenths=True) == tenths


@pytest.mark.parametrize(
    ("ms", "told"),
    [(None, "–"), (0.0, "0 s"), (6.4, "6 ms"), (999.6, "1.0 s"), (8004.0, "8.0 s")],
)
def test_latencies(ms: float | None, told: str) -> None:
    assert waited(ms) == told


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("turns", 1216, "turns 1,216"),
        ("answer_p95_ms", 2204.4, "answer p95 2.2 s"),
        ("longest_s", 3.197, "longest 3.2 s"),
        ("recovery_s", 0.0, "recovery 0 s"),
        ("answer_p95_ratio", 0.9123, "answer p95 0.912×"),
        ("share", 1.0, "share 100"),
        ("late_share", 0.01234, "late 1.23 %"),
        ("runner_cpu", 0.18, "runner 0.18 of a core"),
        ("phase", "warm_up", "phase warm up"),
        ("answer_p95_ratio_low", 0.87, "answer p95 ratio low 0.87"),
    ],
)
def test_measures_speak_with_their_unit(name: str, value: float | int | str, told: str) -> None:
    assert measure(name, value).startswith(told)


def test_numbers_keep_three_digits() -> None:
    assert [number(value) for value in (12345, 12345.6, 6.444, 0.00123)] == [
        "12,345",
        "12,346",
        "6.44",
        "0.00123",
    ]


def test_names_become_words() -> None:
    assert words("refused_politely") == "refused politely"
