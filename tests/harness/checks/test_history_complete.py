from typing import Any

from harness.checks.history_complete import HistoryComplete
from harness.finding import Finding
from kernel.event import Type
from kernel.history import History
from tests.harness.histories import Story


def found(type: Type, allowed: int = 0, **data: Any) -> Finding:
    """What is said of a run that ends so."""
    story = Story()
    story.tell(60, "runner", "run", type, "run", data=data)
    return HistoryComplete(troubles=allowed)(story.history())


def test_a_run_that_came_to_its_end() -> None:
    assert found("ok", complete=True).outcome == "pass"


def test_a_history_without_an_end_tells_nothing() -> None:
    finding = HistoryComplete()(History(Story().events))
    assert (finding.outcome, finding.instrument) == ("unknown", True)


def test_journals_that_were_not_read() -> None:
    finding = found("info", complete=False, reason="Ctrl-C", troubles=["mock.llm is gone"])
    assert finding.outcome == "unknown"
    assert finding.summary == "some of what the mocks did is missing (Ctrl-C): mock.llm is gone"


def test_an_interrupted_run_whose_journals_were_read() -> None:
    assert found("info", complete=True, reason="Ctrl-C").outcome == "pass"


def test_troubles_on_the_way_warn_unless_they_are_allowed() -> None:
    assert found("ok", complete=True, troubles=["a", "b"]).outcome == "warn"
    finding = found("ok", allowed=2, complete=True, troubles=["a", "b"])
    assert (finding.outcome, finding.measures["troubles"]) == ("pass", 2)


def test_a_fault_whose_beginning_is_lost_voids_the_run() -> None:
    story = Story()
    story.tell(5, "nemesis", "fault", "ok", "fault/burst", "run")
    finding = HistoryComplete()(story.history())
    assert finding.outcome == "unknown"
    assert "such as fault/burst" in finding.summary
