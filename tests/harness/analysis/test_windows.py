import pytest

from harness.analysis.windows import (
    Scars,
    answers,
    baseline,
    faulted,
    is_goodbye,
    judged_calls,
    overload_from_ns,
    settled_from_ns,
)
from tests.harness.histories import Story, ns


def run() -> Story:
    return (
        Story()
        .phase("warm_up", 0, 10, warm_up=True)
        .phase("calm", 10, 20)
        .phase("baseline", 20, 60)
        .phase("surge", 60, 90)
        .phase("recovery", 90, 120)
    )


def baseline_of(story: Story) -> str:
    phase = baseline(story.history())
    return phase.name if phase else ""


def test_warm_up_calls_are_not_judged() -> None:
    story = run()
    for number, at in enumerate((1, 15, 70), 1):
        story.call(number, at=at)
    assert [call.span for call in judged_calls(story.history())] == ["c0002", "c0003"]


def test_the_baseline_is_the_phase_of_that_name() -> None:
    assert baseline_of(run()) == "baseline"


def test_else_the_first_unfaulted_phase_but_the_warm_up() -> None:
    assert baseline_of(run().fault("f", "llm", at=30, until=40)) == "calm"
    assert baseline_of(run().fault("f", "llm", at=15, until=40)) == "surge"
    assert baseline_of(run().fault("f", "llm", at=0, until=None)) == ""


def test_a_fault_told_a_moment_early_does_not_spoil_the_phase_before() -> None:
    assert baseline_of(run().fault("f", "llm", at=59.99, until=80)) == "baseline"


@pytest.mark.parametrize(
    ("from_s", "until_s", "expected"),
    [(0, 30, False), (0, 31, True), (35, 36, True), (39, 50, True), (40, 50, False)],
)
def test_a_stretch_is_faulted_if_it_overlaps(from_s: int, until_s: int, expected: bool) -> None:
    history = run().fault("f", "llm", at=30, until=40).history()
    assert faulted(history, ns(from_s), ns(until_s)) is expected


def test_overload_begins_after_the_baseline() -> None:
    assert overload_from_ns(run().history()) == ns(60)
    assert overload_from_ns(Story().phase("baseline", 0, 9).history()) is None
    assert overload_from_ns(Story().history()) is None


def test_settled_after_the_last_heal_and_the_begin_of_recovery() -> None:
    assert settled_from_ns(run().fault("f", "llm", 60, 85).history()) == ns(90)
    assert settled_from_ns(run().fault("f", "llm", 60, 95).history()) == ns(95)
    assert settled_from_ns(run().fault("f", "llm", 60, None).history()) is None
    assert settled_from_ns(Story().phase("baseline", 0, 9).history()) is None


def test_a_turn_is_a_sample_of_the_phase_it_happened_in() -> None:
    story = run()
    story.call(1, at=55).hears(role="greeting").says().hears(after=0.7).says().hears(after=1.2)
    found = list(answers(story.history()))
    assert [round(sample.waited_ms) for sample in found] == [700, 1200]
    assert [sample.phase for sample in found] == ["baseline", "surge"]
    assert found[0].at_ns == found[0].turn.until_at_ns


def test_the_greeting_fillers_and_idle_prompts_are_no_answers() -> None:
    story = run()
    caller = story.call(1, at=30).hears(after=9, role="greeting").says()
    caller.hears("One moment.", after=0.4, role="filler").hears(after=8.0).ends()
    (sample,) = answers(story.history())
    assert sample.waited_ms == pytest.approx(0.4e3 + 1.5e3 + 8e3)
    assert sample.turn.first_sound_ms == pytest.approx(400)


def test_waiting_in_vain_is_a_sample_and_a_refusal_is_none() -> None:
    story = run()
    story.call(1, at=30).says().ends("patience", after=8, type="info")
    story.call(2, at=30).says().hears("Busy.", role="refusal").ends("spoken_refusal", type="fail")
    story.call(3, at=30).says().ends("closed", type="info", by="agent")
    again = story.call(4, at=30).says().hears("Say that again?", role="reprompt")
    again.story.callers[-1]._turns[-1]["owed_until_at_ns"] = ns(again.now)
    again.ends("patience", after=3, type="info")
    (sample,) = answers(story.history())
    assert (sample.call.span, sample.waited_ms) == ("c0001", pytest.approx(8000))


def test_turns_outside_any_phase_have_none() -> None:
    story = Story()
    story.call(1, at=0).talks(1).ends()
    assert [sample.phase for sample in answers(story.history())] == [""]


def test_the_goodbye_is_the_last_line_of_a_call_that_came_to_its_end() -> None:
    story = run()
    story.call(1, at=30, lines=2).says().hears().says().ends()
    story.call(2, at=30, lines=2).says().hears().says().ends("patience", type="info")
    told = [[is_goodbye(call, turn) for turn in call.turns] for call in story.history().calls]
    assert told == [[False, True], [False, False]]


def test_a_scar_is_where_a_fault_bit_work_of_that_turn() -> None:
    story = run()
    caller = story.call(1, at=30).says().hears().says().hears().ends()
    caller.works("llm", 32.6, 33, bites=["f"])
    caller.works("llm", 36.8, 37)
    history = story.history()
    (call,) = history.calls
    assert [Scars(history).on(call, turn) for turn in call.turns] == [True, False]


def test_an_answer_that_was_talked_over_is_no_sample() -> None:
    story = run()
    caller = story.call(1, at=61).says().hears(lasting=6)
    caller.now -= 5
    caller.says(lasting=2)  # into the answer, which goes on
    caller._turns[-1] |= {"answer_at_ns": ns(caller.now), "owed_until_at_ns": ns(caller.now)}
    caller.now += 3
    early = caller.says().now
    caller.hears(after=-0.2).ends()
    caller._turns[-1] |= {"answer_at_ns": ns(early), "owed_until_at_ns": ns(early)}
    history = story.history()
    assert [turn.answer_ms for turn in history.calls[0].turns] == [800, 0, 0]
    assert [(one.turn.index, one.waited_ms) for one in answers(history)] == [(1, 800), (3, 0)]


def test_a_fault_on_a_side_request_of_any_call_touches_every_turn_of_that_time() -> None:
    story = run()
    story.call(1, at=61).says().hears().says().hears().ends()
    story.call(2, at=61).says().hears().says().hears().ends()
    story.work("llm", 63, 63.2, purpose="side", bites=["429"])
    history = story.history()
    assert [[Scars(history).on(call, turn) for turn in call.turns] for call in history.calls] == [
        [True, False],
        [True, False],
    ]
