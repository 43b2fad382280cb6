import pytest

from harness.verdict import judge
from tests.harness.volume import large_run


@pytest.mark.system
def test_ten_thousand_calls_are_judged_right() -> None:
    verdict = judge(large_run(10_000, flawed=10).history(), {"no_dropped_calls": 0})
    assert verdict.verdict == "fail"
    assert verdict.reason.startswith("no_dropped_calls: 10 of 10000 answered calls were dropped")
    assert verdict.fates["served"] == 9_990
    outcomes = {finding.name: finding.outcome for finding in verdict.checks}
    assert outcomes["attributed"] == "pass"
    assert outcomes["retry_after_honoured"] == "pass"
