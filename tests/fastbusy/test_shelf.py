"""What ships with fastbusy is found by name; what does not exist is answered with a suggestion."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fastbusy import shelf
from kernel.errors import UsageError


def test_a_path_wins(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("name: mine\n")
    assert shelf.scenario(str(mine)) == mine


def test_a_name_is_found_on_the_shelf() -> None:
    assert shelf.scenario("demo") == shelf.SCENARIOS / "demo.yaml"
    assert shelf.scenario("scenarios/demo.yaml").samefile(shelf.SCENARIOS / "demo.yaml")


def test_a_profile_beside_the_scenario_hides_ours(tmp_path: Path) -> None:
    mine = tmp_path / "llm-429-burst.yaml"
    mine.write_text("name: mine\n")
    assert shelf.fault_profile("llm-429-burst", tmp_path) == mine
    assert shelf.fault_profile("llm-429-burst").parent == shelf.FAULT_PROFILES


def test_a_wrong_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        shelf.scenario("dmeo")
    assert caught.value.exit_code == 2
    assert "'dmeo'" in str(caught.value)
    assert "did you mean 'demo'?" in str(caught.value)


@pytest.mark.parametrize("find", [shelf.scenario, shelf.fault_profile])
@pytest.mark.parametrize("name", ["n" * 300, "a\0b", "/n" * 3000])
def test_a_name_that_no_file_can_have(find: Callable[[str], Path], name: str) -> None:
    with pytest.raises(UsageError, match="command line: there is no ") as caught:
        find(name)
    assert len(str(caught.value)) < 400


def test_the_help_names_all_that_ships() -> None:
    assert {"demo", "smoke", "appointments"} <= set(shelf.shipped().split(", "))
    assert shelf.scenario(shelf.shipped().split(", ")[0]).is_file()
