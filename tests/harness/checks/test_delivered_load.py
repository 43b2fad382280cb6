import pytest

from harness.checks.delivered_load import DeliveredLoad
from tests.harness.histories import Story


@pytest.mark.parametrize(("late", "outcome"), [(0.0, "pass"), (0.2, "pass"), (0.21, "unknown")])
def test_a_call_dialled_late(late: float, outcome: str) -> None:
    story = Story()
    story.call(1, at=5, due=5)
    story.call(2, at=6 + late, due=6)
    finding = DeliveredLoad()(story.history())
    assert (finding.outcome, finding.instrument) == (outcome, True)


def test_the_late_ones_are_named() -> None:
    story = Story()
    story.call(2, at=7, due=6)
    finding = DeliveredLoad()(story.history())
    assert finding.evidence[0].call == "c0002"
    assert finding.breach == pytest.approx(5)
    assert "1 of them late, by 1000 ms at most (limit 200ms); close other" in finding.summary


def test_planned_calls_that_were_never_dialled() -> None:
    story = Story(calls=2)
    story.call(1, at=5, due=5)
    finding = DeliveredLoad()(story.history())
    assert (finding.outcome, finding.measures["planned"]) == ("unknown", 2)


def test_a_run_that_was_stopped_need_not_dial_them_all() -> None:
    story = Story(calls=2)
    story.call(1, at=5, due=5)
    story.tell(9, "runner", "run", "info", "run", data={"reason": "Ctrl-C"})
    assert DeliveredLoad()(story.history()).outcome == "pass"


def test_no_calls_are_unknown() -> None:
    assert DeliveredLoad()(Story().history()).outcome == "unknown"


def test_redials_are_counted_apart_and_come_when_their_callers_want_to() -> None:
    story = Story(calls=1)
    story.call(1, at=5, due=5)
    story.call(2, at=30, due=30, redial_of="c0001")
    finding = DeliveredLoad()(story.history())
    assert (finding.outcome, finding.measures["dialled"], finding.measures["redials"]) == (
        "pass",
        1,
        1,
    )
    assert "1 of 1 planned calls were dialled, and 1 redials" in finding.summary


def test_a_redial_stands_for_no_planned_call() -> None:
    story = Story(calls=2)
    story.call(1, at=5, due=5)
    story.call(3, at=30, due=30, redial_of="c0001")
    assert DeliveredLoad()(story.history()).outcome == "unknown"
