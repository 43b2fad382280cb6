from typing import Any

import pytest

from harness.checks.history_complete import HistoryComplete
from kernel.event import Event
from kernel.history import History


def ended(type_: str = "ok", **data: Any) -> History:
    begun = Event(0, "runner", "run", "invoke", "run")
    return History([begun, Event(9, "runner", "run", type_, "run", data=data)])  # type: ignore[arg-type]


def test_a_run_that_told_everything_passes() -> None:
    finding = HistoryComplete()(ended(complete=True, troubles=[]))
    assert (finding.outcome, finding.instrument) == ("pass", True)


def test_a_history_without_an_end_says_nothing() -> None:
    finding = HistoryComplete()(History([Event(0, "runner", "run", "invoke", "run")]))
    assert finding.outcome == "unknown"
    assert "no end" in finding.summary


def test_what_the_mocks_did_is_missing() -> None:
    finding = HistoryComplete()(ended("info", complete=False, reason="broken", troubles=["gone"]))
    assert finding.outcome == "unknown"
    assert finding.summary == "some of what the mocks did is missing (broken): gone"


@pytest.mark.parametrize(("allowed", "outcome"), [(0, "warn"), (1, "pass")])
def test_troubles_on_the_way(allowed: int, outcome: str) -> None:
    finding = HistoryComplete(troubles=allowed)(ended(complete=True, troubles=["mock: late"]))
    assert finding.outcome == outcome
