"""The Markdown summary of a run: what a pull request shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ..finding import Finding, Verdict, voids
from ..headline import begun
from .marks import place
from .markup import writable

SIGNS = {"pass": "✅", "warn": "⚠️", "fail": "❌", "unknown": "❔"}
_EVIDENCE_SHOWN = 3
_MARKUP = re.compile(r"[\\|`*<\[]")


def summary(verdict: Verdict, first_line: str, zeros_ns: Mapping[str, int]) -> str:
    """Verdict, the one sentence, then gates, then whatever else is not well. `zeros_ns` says when
    the recording of each call begins.
    """
    run = verdict.run
    gates = [finding for finding in verdict.checks if finding.gate or finding.instrument]
    advice = [
        finding
        for finding in verdict.checks
        if finding not in gates and finding.outcome in ("warn", "fail")
    ]
    parts = [
        f"## {SIGNS[verdict.verdict]} {verdict.verdict}: {_plain(str(run.get('scenario', 'run')))}",
        _plain(first_line),
    ]
    if begun(verdict):
        void = "Of a void run the gates decide nothing." if voids(verdict.checks) else ""
        parts += [_plain(verdict.reason), void, _table(gates, zeros_ns)]
    if advice:
        parts += ["### Advice", _table(advice, zeros_ns)]
    parts.append(f"seed {run.get('seed', '?')} · profile {_plain(run.get('profile') or 'none')}")
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(findings: Iterable[Finding], zeros_ns: Mapping[str, int]) -> str:
    rows = [
        "| | check | what | where to listen (in the recording) |",
        "| --- | --- | --- | --- |",
    ]
    for finding in findings:
        shown = ", ".join(
            place(evidence, zeros_ns) for evidence in finding.evidence[:_EVIDENCE_SHOWN]
        )
        sign, text = SIGNS[finding.outcome], _plain(finding.summary)
        rows.append(f"| {sign} | {finding.name} | {text} | {_plain(shown)} |")
    return "\n".join(rows)


def _plain(text: str) -> str:
    """One line that Markdown shows as it is, in a table too: it may quote what an agent said."""
    return _MARKUP.sub(r"\\\g<0>", " ".join(writable(text).split()))
