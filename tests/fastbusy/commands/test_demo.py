"""`fastbusy demo` is a run of a scenario that ships."""

from __future__ import annotations

from typing import Any

import pytest

from fastbusy.cli import main
from fastbusy.commands import demo


def test_it_runs_the_demo_with_the_options_of_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []

    def carry_out(scenario: str, args: Any) -> int:
        given.append((scenario, args.seed, args.keep, args.agent))
        return 3

    monkeypatch.setattr(demo, "carry_out", carry_out)
    assert main(["demo", "--seed", "2"]) == 3
    assert given == [("demo", 2, "failed", "")]
