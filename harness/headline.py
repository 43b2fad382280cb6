"""The first line of every report: what became of the callers, in one breath."""

from __future__ import annotations

from .analysis.fates import FATES
from .finding import Verdict


def headline(verdict: Verdict) -> str:
    """`48 offered: 36 served, 12 refused politely in 0.4 s, 0 dropped; answer p95 1.3x baseline`.

    Fates that nobody met are left out, but `served` and `dropped` are always told. A run that ended
    before its first call has none to tell of: there it is the reason.
    """
    if not begun(verdict):
        return verdict.reason
    return "; ".join([_calls(verdict), *_figures(verdict)])


def begun(verdict: Verdict) -> bool:
    """Whether the run came to a call. If not, its reason is all that there is to tell."""
    return any(verdict.fates.values()) or not verdict.run.get("interrupted")


def _calls(verdict: Verdict) -> str:
    told = []
    for fate in FATES:
        count = verdict.fates.get(fate, 0)
        if count or fate in ("served", "dropped"):
            took_s = None
            if fate == "refused_politely":
                took_s = _measure(verdict, "explicit_refusal", "refused_politely_p50_s")
            soon = f" in {took_s:.1f} s" if took_s is not None else ""
            told.append(f"{count} {fate.replace('_', ' ')}{soon}")
    redials = _measure(verdict, "delivered_load", "redials")
    offered = "offered" if not redials else f"offered, {redials:.0f} of them redials"
    return f"{sum(verdict.fates.values())} {offered}: {', '.join(told)}"


def _figures(verdict: Verdict) -> list[str]:
    told = []
    ratio = _measure(verdict, "turn_latency", "answer_p95_ratio")
    if ratio is not None:
        told.append(f"answer p95 {ratio:.1f}x baseline")
    recovery_s = _measure(verdict, "back_to_baseline", "recovery_s")
    if recovery_s is not None:
        told.append(f"recovered in {recovery_s:.0f} s")
    return told


def _measure(verdict: Verdict, check: str, name: str) -> float | None:
    found = (finding.measures.get(name) for finding in verdict.checks if finding.name == check)
    value = next(found, None)
    return float(value) if isinstance(value, int | float) else None
