from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from harness.finding import Evidence, Finding, Outcome, Verdict
from harness.report.junit import junit
from tests.harness.histories import ns


def parsed(*checks: Finding, scenario: str = "demo") -> Xml.Element:
    verdict = Verdict(
        verdict="fail", reason="", fates={}, checks=checks, instrument={},
        run={"scenario": scenario},
    )  # fmt: skip
    document = junit(verdict, {"c0001": ns(70)})
    assert document.startswith('<?xml version="1.0" encoding="utf-8"?>\n')
    (suite,) = Xml.fromstring(document.encode())
    return suite


def finding(outcome: Outcome, summary: str = "said", **more: Any) -> Finding:
    return Finding(name="check", outcome=outcome, summary=summary, **more)


@pytest.mark.parametrize(
    ("outcome", "more", "group", "result"),
    [
        ("pass", {"gate": True}, "gate", "system-out"),
        ("fail", {"gate": True}, "gate", "failure"),
        ("warn", {"gate": True}, "gate", "system-out"),
        ("unknown", {"gate": True}, "gate", "error"),
        ("fail", {}, "advice", "system-out"),
        ("unknown", {}, "advice", "skipped"),
        ("unknown", {"instrument": True}, "instrument", "error"),
    ],
)
def test_a_case_fails_only_if_its_check_decides(
    outcome: Outcome, more: dict[str, Any], group: str, result: str
) -> None:
    (case,) = parsed(finding(outcome, **more))
    assert (case.get("classname"), case.get("name")) == (f"fastbusy.{group}", "check")
    assert [child.tag for child in case] == [result]


def test_of_a_void_run_no_gate_fails() -> None:
    void = finding("unknown", instrument=True)
    failed, voids = parsed(finding("fail", gate=True), void)
    assert (failed[0].tag, failed[0].get("message")) == ("skipped", "the run is void: said")
    assert voids[0].tag == "error"


def test_the_suite_counts_its_cases() -> None:
    suite = parsed(
        finding("fail", gate=True), finding("unknown", gate=True), finding("unknown"),
        finding("pass"),
    )  # fmt: skip
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "4", "failures": "1", "errors": "1", "skipped": "1"}
    assert suite.get("name") == "fastbusy demo"


def test_a_failure_names_the_places() -> None:
    evidence = (Evidence("c0001", ns(75.04), "silence"), Evidence("c0002", 0, "more"))
    (case,) = parsed(finding("fail", "two calls", gate=True, evidence=evidence))
    (failure,) = case
    assert failure.get("message") == "two calls"
    assert failure.text == "c0001 at 0:05.0: silence\nc0002 0:00 into the run: more"


def test_what_could_not_tell_says_why_the_verdict_is_unknown() -> None:
    check = finding("unknown", "no call was offered", gate=True)
    verdict = Verdict(
        verdict="unknown", reason="no call was offered: no webhook", fates={}, checks=(check,),
        instrument={}, run={},
    )  # fmt: skip
    (error,) = Xml.fromstring(junit(verdict, {"c0001": ns(70)}).encode()).iter("error")
    assert (error.get("message"), error.text) == (check.summary, verdict.reason)


NASTY = "a\x00b\x1bc\ud800d\uffffe ]]> <x> & \" '"


@pytest.mark.parametrize("outcome", ["pass", "fail", "unknown"])
def test_what_xml_cannot_hold_is_replaced(outcome: Outcome) -> None:
    evidence = (Evidence("c0001", 0, NASTY),)
    suite = parsed(finding(outcome, NASTY, gate=True, evidence=evidence), scenario=NASTY)
    told = "".join(filter(None, (*suite.itertext(), *(e.get("message") for e in suite.iter()))))
    assert "a\ufffdb\ufffdc\ufffdd\ufffde ]]> <x> & \" '" in told
