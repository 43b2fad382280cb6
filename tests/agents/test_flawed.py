import pytest

import flawed
from desk.settings import Settings
from fastbusy import shelf
from harness.gates import known_checks
from reference import DESK


@pytest.mark.parametrize("flaw", flawed.FLAWS.values(), ids=flawed.FLAWS)
def test_a_flaw_is_one_change_of_the_reference(flaw: flawed.Flaw) -> None:
    assert flawed.FLAWS[flaw.name] is flaw
    assert flaw.why
    assert flaw.fails
    assert not set(flaw.fails) & set(flaw.may_fail)
    assert type(flawed.build_app(Settings(), flaw)[DESK]) is flaw.desk


def test_a_flaw_names_checks_and_a_scenario_that_there_are() -> None:
    coming = {"goodput_under_overload"}  # what it needs is not built yet
    for flaw in flawed.FLAWS.values():
        assert {*flaw.fails, *flaw.may_fail} <= {*known_checks(), *coming}
        assert shelf.scenario(flaw.scenario)


def test_lists_its_flaws(capsys: pytest.CaptureFixture[str]) -> None:
    flawed.main(["--list"])
    listed = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in listed] == list(flawed.FLAWS)


def test_a_flaw_must_be_chosen() -> None:
    with pytest.raises(SystemExit) as stopped:
        flawed.main([])
    assert stopped.value.code == 2
