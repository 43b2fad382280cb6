"""Which callers do what."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.planning.behaving import behaving, chosen
from harness.planning.plan import PlannedBehaviour
from kernel.dialogue import Dialogue, Line
from tests.harness.desk import planned

LINES = (Line("Hi."), Line("Nine.", behaviours={"barge_in": "20%", "silence": {"share": "50%"}}))
BOOK, ASK = Dialogue("book", LINES), Dialogue("ask", (Line("Hi.", behaviours={"barge_in": True}),))
DIALOGUES = {"book": BOOK, "ask": ASK}
CALLS = [
    *(planned(number, phase="baseline") for number in range(1, 21)),
    *(planned(number, phase="surge") for number in range(21, 61)),
    *(planned(number, dialogue="ask") for number in range(61, 64)),
]


def test_every_phase_has_its_share() -> None:
    calls = behaving(CALLS, DIALOGUES, 7)
    assert [call.span for call in calls] == [call.span for call in CALLS]
    found = Counter(
        (call.phase, call.dialogue, each.kind) for call in calls for each in call.behaviours
    )
    assert found == {
        ("baseline", "book", "barge_in"): 4,
        ("baseline", "book", "silence"): 10,
        ("surge", "book", "barge_in"): 8,
        ("surge", "book", "silence"): 20,
        ("baseline", "ask", "barge_in"): 3,
    }


def test_what_is_written_beside_the_line_goes_into_the_plan() -> None:
    told = {each for call in behaving(CALLS[:20], DIALOGUES, 7) for each in _told(call.behaviours)}
    assert told == {(2, "barge_in", "20%"), (2, "silence", "{'share': '50%'}")}


def _told(behaviours: tuple[PlannedBehaviour, ...]) -> list[tuple[int, str, str]]:
    return [(each.line, each.kind, str(each.written)) for each in behaviours]


def test_the_seed_decides_who() -> None:
    assert behaving(CALLS, DIALOGUES, 7) == behaving(CALLS, DIALOGUES, 7)
    assert behaving(CALLS, DIALOGUES, 7) != behaving(CALLS, DIALOGUES, 8)


@given(st.integers(0, 60), st.floats(0, 1), st.integers(0, 1000))
def test_a_share_is_exact_but_for_the_last_one(count: int, share: float, seed: int) -> None:
    spans = [f"c{number}" for number in range(count)]
    picked = chosen(spans, share, seed)
    assert abs(len(picked) - count * share) < 1
    assert len(set(picked)) == len(picked)


def test_what_is_left_of_one_is_there_as_often_as_it_should() -> None:
    counts = [len(chosen(["c1", "c2"], 0.2, seed)) for seed in range(2000)]
    assert sum(counts) / len(counts) == pytest.approx(0.4, abs=0.05)
