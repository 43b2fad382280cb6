"""Callers who interrupt, on real sockets and processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from fastbusy.judging import read_history
from tests.fastbusy.manners import manners_scenario
from tests.system.children import fastbusy
from tests.system.ports import free_port_base
from tests.system.small_run import findings

pytestmark = pytest.mark.system


def test_the_agent_stops_and_the_call_goes_on(tmp_path: Path) -> None:
    # A test machine may be too busy for the instruments, which is not what is asked here.
    gates = ", barge_in_stop_time: {limit: 4s, fewest: 3}"
    scenario = manners_scenario(tmp_path, {"interrupts": ("", "barge_in: true")}, 3, gates=gates)
    words = ["run", scenario.name, "--out", "run", "--port-base", str(free_port_base())]
    with fastbusy(tmp_path, *words, "--unknown-is", "pass") as it:
        assert it.ends() == 0, it.lines
    told = findings(tmp_path / "run")
    assert told["fates"]["served"] == 3
    (stops,) = [each for each in told["checks"] if each["name"] == "barge_in_stop_time"]
    assert (stops["outcome"], stops["measures"]["interruptions"]) == ("pass", 3)
    for call in read_history(tmp_path / "run").calls:
        first, second, _ = call.turns
        assert (first.interrupted, second.barge_in) == (True, True)
        assert second.answer.endswith("Anything else?")
        # Twilio's `clear` has emptied what was queued, and nothing of it was heard after that.
        assert call.media["clears"] >= 1
        assert not next(heard for heard in call.heard if heard.turn == 1).verified
