"""JUnit XML of a verdict: one test case per check, so that CI shows them by name.

The dialect is the one that GitLab, Jenkins and the GitHub actions read: `failure`, `error` (a gate
or an instrument check that could not tell) and `skipped` (advice that could not tell, and gates of
a void run that fail: they decide nothing).
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as Xml

from ..finding import Finding, Verdict, voids
from .marks import place
from .markup import writable


def junit(verdict: Verdict, zeros_ns: Mapping[str, int]) -> str:
    """The whole document. `zeros_ns` says when the recording of each call begins."""
    scenario = writable(str(verdict.run.get("scenario", "")))
    suite = Xml.Element("testsuite", name=f"fastbusy {scenario}".strip())
    why, void = verdict.reason if verdict.verdict == "unknown" else "", bool(voids(verdict.checks))
    for finding in verdict.checks:
        _add_case(suite, finding, why, zeros_ns, void=void)
    suite.set("tests", str(len(verdict.checks)))
    for kind, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(kind, str(len(suite.findall(f"testcase/{tag}"))))
    root = Xml.Element("testsuites")
    root.append(suite)
    Xml.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + Xml.tostring(root, "unicode") + "\n"


def _add_case(
    suite: Xml.Element, finding: Finding, reason: str, zeros_ns: Mapping[str, int], *, void: bool
) -> None:
    group = "instrument" if finding.instrument else "gate" if finding.gate else "advice"
    case = Xml.SubElement(suite, "testcase", classname=f"fastbusy.{group}", name=finding.name)
    decides = finding.gate or finding.instrument
    summary = writable(finding.summary)
    if finding.outcome == "fail" and decides and void:
        Xml.SubElement(case, "skipped", message=f"the run is void: {summary}")
    elif finding.outcome == "fail" and decides:
        detail = Xml.SubElement(case, "failure", message=summary)
        detail.text = writable(_places(finding, zeros_ns))
    elif finding.outcome == "unknown" and decides:
        error = Xml.SubElement(case, "error", message=summary)
        error.text = writable(reason)
    elif finding.outcome == "unknown":
        Xml.SubElement(case, "skipped", message=summary)
    else:
        Xml.SubElement(case, "system-out").text = f"{finding.outcome}: {summary}"


def _places(finding: Finding, zeros_ns: Mapping[str, int]) -> str:
    return "\n".join(
        f"{place(evidence, zeros_ns)}: {evidence.note}" for evidence in finding.evidence
    )
