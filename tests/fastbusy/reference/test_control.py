"""The control API as the mocks serve it."""

from __future__ import annotations

import re
from typing import Any

from fastbusy.reference import control
from kernel.control import PREFIX
from mocks.control import Control

PAGE = control.page()


def test_every_route_is_there_and_no_other() -> None:
    nothing: Any = None
    served = {
        (route.method, re.sub(r"{label[^}]*}", "LABEL", route.path.removeprefix(f"{PREFIX}/")))
        for route in Control(nothing, nothing, nothing, nothing, pump=nothing).routes()
        if route.path.startswith(PREFIX) and route.method != "*"
    }
    block = PAGE.partition("```text\n")[2].partition("```")[0]
    told = re.findall(r"^(\w+) +([^\s?]+)", block, re.MULTILINE)
    assert set(told) == served


def test_every_type_is_there() -> None:
    for kind in ("Health", "FaultState", "Journal", "Lease", "ControlError", "FaultOrder"):
        assert f"\n## {kind}\n" in PAGE
