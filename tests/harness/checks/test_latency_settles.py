from harness.checks.latency_settles import LatencySettles
from tests.harness.histories import Story


def run(growth_s_per_min: float, *, for_s: int = 200, every: float = 2.0, calls: int = 0) -> Story:
    """Calls of two turns at even distances, whose answers come later by so much per minute."""
    story = Story().phase("hold", 0, for_s)
    for number in range(1, (calls or int(for_s / every)) + 1):
        at = (number - 1) * every
        answer = 1 + growth_s_per_min * at / 60 + (number * 7 % 10) / 50
        story.call(number, at).talks(2, answer).ends()
    return story


def test_level_answers_pass() -> None:
    finding = LatencySettles()(run(0).history())
    assert (finding.outcome, finding.measures["phase"]) == ("pass", "hold")


def test_answers_that_come_later_and_later_fail() -> None:
    finding = LatencySettles()(run(0.6).history())
    assert finding.outcome == "fail"
    per_minute = finding.measures["growth_per_minute_share"]
    assert isinstance(per_minute, float)
    assert 0.2 < per_minute < 0.6
    assert finding.evidence[0].note.startswith("waited ")


def test_a_growth_that_nobody_notices_passes() -> None:
    story = run(0.12, for_s=60, every=1)
    assert LatencySettles()(story.history()).outcome == "pass"


def test_quick_turns_before_slow_ones_are_no_growth() -> None:
    """At the beginning of a hold everybody is at the first turn; later most are at slower ones."""
    story = Story().phase("hold", 0, 120)
    for number in range(60):
        caller = story.call(number + 1, 2 * number).hears(role="greeting")
        caller.says().hears(after=0.5).says().hears(after=2.5).says().hears(after=3).ends()
    assert LatencySettles()(story.history()).outcome == "pass"


def test_a_ramp_is_no_hold() -> None:
    story = Story().phase("ramp", 0, 200)
    at = 0.0
    for number in range(1, 120):
        at += max(0.5, 4 - number / 20)
        story.call(number, at).talks(2, 1 + at / 40).ends()
    assert LatencySettles()(story.history()).outcome == "unknown"


def test_a_faults_latency_is_not_the_agents() -> None:
    story = run(0.6).fault("slow", "llm", at=0, until=400)
    assert LatencySettles()(story.history()).outcome == "unknown"


def test_a_short_hold_is_unknown() -> None:
    assert LatencySettles()(run(0.6, for_s=20).history()).outcome == "unknown"


def test_turns_behind_the_load_are_no_part_of_the_hold() -> None:
    """The last calls of a run have the agent to themselves, or are all that is left of the load."""
    story = Story().phase("hold", 0, 60)
    for number in range(60):
        caller = story.call(number + 1, number)
        if number >= 35:
            caller.hears(after=26 + (number - 35) / 2).talks(1, 1 + (number - 35) / 10)
        caller.ends()
    assert LatencySettles()(story.history()).outcome == "unknown"
