import dataclasses

import pytest

from desk.front import FrontDesk
from flaws.flaw import Flaw


def test_a_flaw_does_not_change() -> None:
    flaw = Flaw("late", "comes late", FrontDesk, scenario="surge", fails=("turn_latency",))
    assert flaw.may_fail == ()
    with pytest.raises(dataclasses.FrozenInstanceError):
        flaw.name = "early"  # type: ignore[misc]
