import pytest

import flawed
from desk.retry import ProviderError
from desk.settings import Settings
from reference import DESK


@pytest.mark.parametrize("flaw", flawed.FLAWS.values(), ids=flawed.FLAWS)
def test_a_flaw_is_one_change_of_the_reference(flaw: flawed.Flaw) -> None:
    assert flawed.FLAWS[flaw.name] is flaw
    assert flaw.why
    assert flaw.fails
    assert not set(flaw.fails) & set(flaw.may_fail)
    assert type(flawed.build_app(Settings(), flaw)[DESK]) is flaw.desk


def test_a_storm_never_waits() -> None:
    policy = flawed.RetryStorm.retry_policy
    refused = ProviderError("openai", 429, "", retry_after_s=60)
    assert {policy.delay_s(refused, attempt) for attempt in range(1, 50)} == {0.03}
    assert policy.delay_s(refused, 50) is None


def test_lists_its_flaws(capsys: pytest.CaptureFixture[str]) -> None:
    flawed.main(["--list"])
    listed = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in listed] == list(flawed.FLAWS)


def test_a_flaw_must_be_chosen() -> None:
    with pytest.raises(SystemExit) as stopped:
        flawed.main([])
    assert stopped.value.code == 2
