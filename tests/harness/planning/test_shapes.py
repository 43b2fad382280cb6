"""Load shapes are found by the names of their files."""

from __future__ import annotations

from harness.arrivals.ramp import Ramp
from harness.planning.shapes import shapes


def test_every_file_is_a_shape() -> None:
    assert sorted(shapes()) == ["constant", "poisson", "ramp", "spike"]
    assert shapes()["ramp"] is Ramp
