"""The report: one HTML file that needs nothing but a browser."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from html import escape
from importlib import resources
from typing import Any

from kernel.history import History

from ..finding import Finding, Verdict
from .plots import FATE_COLOURS, Figure, fates_over_time, latency_over_time
from .transcript import call_table

_SIGNS = {"pass": "✓", "warn": "!", "fail": "✗", "unknown": "?"}
_ORDER = {"fail": 0, "unknown": 1, "warn": 2, "pass": 3}
_EVIDENCE_SHOWN = 5


def page(history: History, verdict: Verdict, first_line: str, command: str) -> str:
    """The whole document. `command` is what reproduces the run."""
    run = verdict.run
    title = f"{verdict.verdict}: {run.get('scenario', 'run')}"
    body = "".join(
        (
            _headline(verdict, first_line),
            _section("What became of the calls", _plot("fates", fates_over_time(history))),
            _section("Latency by stage", _plot("latency", latency_over_time(history))),
            _section("Checks", _checks(verdict.checks)),
            _section("Instrument", _instrument(verdict.checks)),
            _section(f"Calls ({len(history.calls)})", call_table(history)),
            _section("Again", f"<pre>{escape(command)}</pre>{_facts(run)}"),
        )
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_asset('page.css')}</style>"
        f"<script>{_plotly()}</script></head><body><main>{body}</main>"
        f"<script>{_asset('page.js')}</script></body></html>\n"
    )


def _headline(verdict: Verdict, first_line: str) -> str:
    offered = sum(verdict.fates.values())
    bars = "".join(
        f'<span style="flex:{count};background:{FATE_COLOURS[fate]}" title="{count} {fate}"></span>'
        for fate, count in verdict.fates.items()
        if count
    )
    legend = " ".join(
        f'<span class="fate {fate}">{count} {fate.replace("_", " ")}</span>'
        for fate, count in verdict.fates.items()
        if count
    )
    return (
        f'<header class="{verdict.verdict}"><h1><span class="badge">'
        f"{_SIGNS[verdict.verdict]} {verdict.verdict}</span> "
        f"{escape(str(verdict.run.get('scenario', '')))}</h1>"
        f'<p class="first">{escape(first_line)}</p><p>{escape(verdict.reason)}</p>'
        f'<div class="bar" role="img" aria-label="fates of {offered} calls">{bars}</div>'
        f'<p class="legend">{legend}</p></header>'
    )


def _checks(findings: Iterable[Finding]) -> str:
    chosen = sorted(
        (finding for finding in findings if not finding.instrument),
        key=lambda finding: (not finding.gate, _ORDER[finding.outcome], finding.name),
    )
    rows = "".join(
        f'<tr class="{finding.outcome}"><td>{_SIGNS[finding.outcome]}</td>'
        f"<td><b>{escape(finding.name)}</b>{' <small>gate</small>' if finding.gate else ''}</td>"
        f"<td>{escape(finding.summary)}{_measures(finding)}</td><td>{_evidence(finding)}</td></tr>"
        for finding in chosen
    )
    return f"<table class='checks'><tbody>{rows}</tbody></table>"


def _measures(finding: Finding) -> str:
    shown = " · ".join(
        f"{escape(name)} {_number(value)}"
        for name, value in finding.measures.items()
        if value is not None
    )
    return f"<br><small>{shown}</small>" if shown else ""


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else escape(str(value))


def _evidence(finding: Finding) -> str:
    return "<br>".join(
        f'<a href="#{escape(evidence.call)}">{escape(evidence.call)}</a> '
        f"<small>{evidence.at_ns / 1e9:.1f} s {escape(evidence.note)}</small>"
        for evidence in finding.evidence[:_EVIDENCE_SHOWN]
    )


def _instrument(findings: Iterable[Finding]) -> str:
    cells = "".join(
        f'<div class="{finding.outcome}"><b>{_SIGNS[finding.outcome]} {escape(finding.name)}</b>'
        f"<br><small>{escape(finding.summary)}</small></div>"
        for finding in findings
        if finding.instrument
    )
    return f'<div class="strip">{cells}</div>'


def _facts(run: dict[str, Any]) -> str:
    shown = {key: value for key, value in run.items() if not isinstance(value, dict)}
    return "<dl>" + "".join(
        f"<dt>{escape(key)}</dt><dd>{escape(str(value))}</dd>" for key, value in shown.items()
    ) + "</dl>"  # fmt: skip


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>"


def _plot(name: str, figure: Figure) -> str:
    # `</` would end the script element in the middle of somebody's transcript.
    data = json.dumps(figure, separators=(",", ":")).replace("</", "<\\/")
    return (
        f'<div class="plot" id="plot-{name}"></div>'
        f'<script type="application/json" data-plot="plot-{name}">{data}</script>'
    )


def _asset(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text()


@cache
def _plotly() -> str:
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())
