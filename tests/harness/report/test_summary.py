import re
from typing import Any

from harness.finding import Evidence, Finding, Outcome, Verdict
from harness.report.summary import summary
from tests.harness.histories import ns


def finding(name: str, outcome: Outcome, summary: str = "said", **more: Any) -> Finding:
    return Finding(name=name, outcome=outcome, summary=summary, **more)


def told(*checks: Finding, **run: Any) -> str:
    verdict = Verdict(
        verdict="warn", reason="because", fates={}, checks=checks, instrument={},
        run={"scenario": "demo", "seed": 7, **run},
    )  # fmt: skip
    return summary(verdict, "3 offered", {"c0001": ns(50), "c0003": ns(63.5)})


def test_the_whole_page() -> None:
    evidence = tuple(Evidence(f"c000{number}", ns(60 + number)) for number in range(1, 5))
    assert told(
        finding("a", "pass", gate=True),
        finding("b", "warn", "it was slow", evidence=evidence),
        finding("c", "warn", instrument=True),
        finding("d", "pass"),
        finding("e", "unknown"),
        profile="burst",
    ) == (
        "## ⚠️ warn: demo\n\n3 offered\n\nbecause\n\n"
        "| | check | what | where to listen (in the recording) |\n| --- | --- | --- | --- |\n"
        "| ✅ | a | said |  |\n| ⚠️ | c | said |  |\n\n"
        "### Advice\n\n"
        "| | check | what | where to listen (in the recording) |\n| --- | --- | --- | --- |\n"
        "| ⚠️ | b | it was slow | c0001 at 0:11.0, c0002 1:02 into the run, c0003 at 0:00.0 |\n\n"
        "seed 7 · profile burst\n"
    )


def test_of_a_void_run_it_says_that_the_gates_decide_nothing() -> None:
    said = "Of a void run the gates decide nothing."
    assert said in told(finding("a", "fail", gate=True), finding("b", "unknown", instrument=True))
    assert said not in told(finding("a", "fail", gate=True))


def test_what_utf8_cannot_hold_is_replaced() -> None:
    assert "a\ufffdb" in told(finding("a", "fail", "a\ud800b", gate=True))


def test_without_advice_and_profile() -> None:
    assert "Advice" not in told(finding("d", "pass"))
    assert told().endswith("seed 7 · profile none\n")


def test_what_stopped_a_run_before_its_first_call_is_told_once() -> None:
    why = "no call was offered: the agent is not there"
    verdict = Verdict(
        verdict="unknown", reason=why, fates={}, checks=(finding("a", "unknown", gate=True),),
        instrument={}, run={"interrupted": "the agent is not there"},
    )  # fmt: skip
    assert summary(verdict, why, {}) == (f"## ❔ unknown: run\n\n{why}\n\nseed ? · profile none\n")


def test_a_row_stays_a_row_whatever_is_quoted() -> None:
    text = told(finding("a", "fail", "he said:\n| x \\| `y` <b> [z](w) |\r\n*w*", gate=True))
    (row,) = (line for line in text.splitlines() if line.startswith("| ❌"))
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == 5
    assert r"he said: \| x \\\| \`y\` \<b> \[z](w) \| \*w\*" in row
