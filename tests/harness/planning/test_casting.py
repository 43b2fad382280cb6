"""Who is behind each planned call."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.files.scenario import Group
from harness.planning import people
from harness.planning.casting import Seat, cast, casting_problems, share_out
from harness.planning.plan import PlannedCall
from kernel.errors import FileProblems
from kernel.units import Share

from ..catalogue import SCENARIO, TODAY, VOICES, scenario

SEATS = [Seat(number, number * 100, "baseline") for number in range(1, 41)]


def calls(text: str = SCENARIO, seed: int = 7) -> tuple[PlannedCall, ...]:
    return cast(scenario(text), SEATS, seed=seed, today=TODAY, voices=VOICES)


def test_every_seat_gets_a_caller_who_says_its_own_words() -> None:
    for seat, call in zip(SEATS, calls(), strict=True):
        assert (call.number, call.due_ns, call.phase) == seat
        assert call.span == f"c{seat.number:04}"
        assert not any("{" in line for line in call.lines)
    first = next(call for call in calls() if call.dialogue == "book")
    name, date = first.facts["name"].said, first.facts["date"].said
    assert first.lines == (f"Hi, this is {name}. I need an appointment.", f"On {date}, please.")
    assert first.answers == {"your name": f"{name}, I said."}


def test_no_two_callers_begin_alike() -> None:
    assert len({call.lines[0] for call in calls()}) == len(SEATS)


def test_shares_are_exact_and_mixed() -> None:
    dialogues = [call.dialogue for call in calls()]
    assert Counter(dialogues) == {"book": 30, "ask": 10}
    assert "ask" in dialogues[:20]
    assert "ask" in dialogues[20:]


def test_a_caller_telephones_from_the_number_that_it_tells() -> None:
    for call in calls():
        if call.dialogue == "ask":
            assert call.from_number == call.facts["phone"].value
    assert len({call.from_number for call in calls()}) == len(SEATS)


def test_voices_are_spread_unless_the_persona_has_one() -> None:
    booking = Counter(call.voice for call in calls() if call.dialogue == "book")
    assert set(booking) == set(VOICES)
    assert {call.voice for call in calls() if call.dialogue == "ask"} == {"bass"}


def test_the_seed_makes_the_calls() -> None:
    assert calls(seed=1) == calls(seed=1)
    assert calls(seed=1) != calls(seed=2)


def test_a_voice_that_nobody_has_is_told() -> None:
    problems = list(casting_problems(scenario(SCENARIO.replace("bass", "bas")), VOICES))
    assert [str(problem) for problem in problems] == [
        "s.yaml:6: unknown voice 'bas'\n"
        "  → did you mean 'bass'? known voices: any, alto, bass, tenor"
    ]


def test_too_few_people_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "_NUMBERS", range(5))
    text = SCENARIO.replace("phone: us_phone", "phone: number")
    with pytest.raises(FileProblems) as caught:
        calls(text)
    told = str(caught.value)
    assert told.startswith("s.yaml:28: after ")
    assert told.endswith(
        "calls there is no further number that nobody has\n"
        "  → use another kind of fact, or fewer calls"
    )


@given(
    st.lists(st.integers(1, 100), min_size=1, max_size=6), st.integers(0, 200), st.integers(0, 9)
)
def test_shares_are_exact_within_rounding(weights: list[int], count: int, seed: int) -> None:
    groups = [Group(str(at), Share(w / sum(weights))) for at, w in enumerate(weights)]
    dealt = Counter(group.dialogue for group in share_out(groups, count, seed, "phase"))
    assert sum(dealt.values()) == count
    for group in groups:
        assert group.share is not None
        assert abs(dealt[group.dialogue] - group.share * count) < 1
