"""The Markdown summary of a run: what a pull request shows."""

from __future__ import annotations

from collections.abc import Iterable

from ..finding import Finding, Verdict

SIGNS = {"pass": "✅", "warn": "⚠️", "fail": "❌", "unknown": "❔"}
_EVIDENCE_SHOWN = 3


def summary(verdict: Verdict, first_line: str) -> str:
    """Verdict, the one sentence, then gates, then whatever else is not well."""
    run = verdict.run
    gates = [finding for finding in verdict.checks if finding.gate or finding.instrument]
    advice = [
        finding
        for finding in verdict.checks
        if finding not in gates and finding.outcome in ("warn", "fail")
    ]
    parts = [
        f"## {SIGNS[verdict.verdict]} {verdict.verdict}: {run.get('scenario', 'run')}",
        first_line,
        verdict.reason,
        _table(gates),
    ]
    if advice:
        parts += ["### Advice", _table(advice)]
    parts.append(
        f"seed {run.get('seed')} · profiles {', '.join(run.get('profiles', [])) or 'none'}"
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(findings: Iterable[Finding]) -> str:
    rows = ["| | check | what | where to listen |", "| --- | --- | --- | --- |"]
    for finding in findings:
        shown = ", ".join(
            f"{evidence.call} at {evidence.at_ns / 1e9:.0f} s"
            for evidence in finding.evidence[:_EVIDENCE_SHOWN]
        )
        text = finding.summary.replace("|", "\\|").replace("\n", " ")
        rows.append(f"| {SIGNS[finding.outcome]} | {finding.name} | {text} | {shown} |")
    return "\n".join(rows)
