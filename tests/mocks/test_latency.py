from __future__ import annotations

from itertools import islice
from typing import Any

import msgspec
import pytest

from kernel.errors import UsageError
from kernel.fault import STAGES, Arrival
from kernel.units import Latency
from mocks.latency import DEFAULT_LATENCY, latencies

ARRIVAL = Arrival("llm", "openai", "POST /x", "request", "llm-w1", "conversation 1")


def test_every_stage_has_a_latency() -> None:
    assert set(DEFAULT_LATENCY) == set(STAGES)


def test_latency_depends_on_who_asks_and_how_often_not_on_when() -> None:
    llm = DEFAULT_LATENCY["llm"]
    again = msgspec.structs.replace(llm)
    assert llm.first_ns(7, ARRIVAL) == again.first_ns(7, ARRIVAL)
    assert llm.first_ns(7, ARRIVAL) != llm.first_ns(8, ARRIVAL)
    retry = Arrival("llm", "openai", "POST /x", "request", "llm-w2", "conversation 1", attempt=1)
    assert llm.first_ns(7, ARRIVAL) != llm.first_ns(7, retry)
    assert llm.between_ns(7, ARRIVAL, 1) != llm.between_ns(7, ARRIVAL, 2)


@pytest.mark.parametrize("between", ["50ms", "lognormal(20ms, 50ms)"])
def test_gaps_come_one_after_the_other(between: str) -> None:
    llm = latencies({"llm": {"between": between}})["llm"]
    assert list(islice(llm.gaps_ns(7, ARRIVAL), 3)) == [
        llm.between_ns(7, ARRIVAL, index) for index in (1, 2, 3)
    ]


def test_changes_leave_the_rest_as_it_is() -> None:
    found = latencies({"llm": {"first": "2s"}})
    assert found["llm"].first == Latency(2, 2)
    assert found["llm"].between == DEFAULT_LATENCY["llm"].between
    assert found["tts"] == DEFAULT_LATENCY["tts"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"llmm": {}}, "latency: unknown stage 'llmm'\n  → one of stt, llm, tts"),
        (
            {"llm": {"first": "2"}},
            "latency llm.first: '2' is not a duration\n  → write for",
        ),
        ({"llm": {"first": 2}}, "latency llm.first: 2 is not a duration\n  → write for"),
        ({"llm": {"frist": "2s"}}, "latency llm: unknown latency 'frist'\n  → first or between"),
    ],
)
def test_wrong_changes_are_refused(changes: dict[str, dict[str, Any]], told: str) -> None:
    with pytest.raises(UsageError) as refused:
        latencies(changes)
    assert str(refused.value).startswith(told)
