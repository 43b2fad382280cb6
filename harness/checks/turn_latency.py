"""How long callers wait for an answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import ClassVar

from kernel.history import History
from kernel.units import Ratio

from ..analysis.statistics import Change, change, needed, percentile
from ..analysis.windows import Answer, answers, baseline, faulted, waited_ms
from ..check import Check
from ..finding import Evidence, Finding, Outcome

_P95 = 0.95


class TurnLatency(Check, frozen=True):
    """From the end of the caller's words to the first sound of the answer, at p95, in unfaulted
    stretches of every phase after the baseline, against the baseline. Fillers, idle prompts and
    the greeting are no answers, and a courtesy alone ("Okay.") is none unless it is all that was
    to come. Fails when the 95 % interval lies above the limit and the change
    exceeds 200 ms.

    answer_p95  the limit
    warn_above  a figure above this warns
    """

    scalar: ClassVar[str] = "answer_p95"

    answer_p95: Ratio = Ratio(2)
    warn_above: Ratio = Ratio(1.5)

    def look(self, history: History) -> Finding:
        calm = baseline(history)
        if calm is None:
            return self.unknown("there is no unfaulted phase to compare with; add a baseline")
        phases = _unfaulted(history)
        before = waited_ms(phases.pop(calm.name, []))
        if len(before) < needed(_P95):
            return self.unknown(
                f"the phase {calm.name} has {len(before)} answered turns; p95 needs {needed(_P95)}"
            )
        after = _comparable(phases)
        seed = int(history.run.get("seed", 0))
        found = {
            name: changed
            for name, turns in after.items()
            if (changed := change(before, waited_ms(turns), _P95, seed))
        }
        if not found:
            return self.unknown(
                f"no phase after {calm.name} has {needed(_P95)} answered turns outside faults",
                {"baseline_answer_p95_ms": percentile(before, _P95)},
            )
        worst = max(found, key=lambda name: found[name].ratio)
        return self._judged(worst, found[worst], after[worst])

    def _judged(self, phase: str, found: Change, turns: Sequence[Answer]) -> Finding:
        warn = min(self.warn_above, self.answer_p95)
        outcome: Outcome = "warn" if found.likely_above(warn) else "pass"
        if found.surely_above(self.answer_p95):
            outcome = "fail"
        first_sounds = [ms for sample in turns if (ms := sample.turn.first_sound_ms) is not None]
        slowest = sorted(turns, key=lambda sample: -sample.waited_ms)
        return self.finding(
            outcome,
            f"answer p95 {found.after_ms / 1000:.2f} s in {phase}, {found.ratio:.2g}x the "
            f"baseline's {found.before_ms / 1000:.2f} s (95 % interval "
            f"{found.low:.2g}x to {found.high:.2g}x, limit {float(self.answer_p95):g}x)",
            {
                "phase": phase,
                "turns": len(turns),
                "answer_p95_ms": found.after_ms,
                "baseline_answer_p95_ms": found.before_ms,
                "answer_p95_ratio": found.ratio,
                "answer_p95_ratio_low": found.low,
                "answer_p95_ratio_high": found.high,
                "answer_p50_ms": percentile(waited_ms(turns), 0.5),
                "first_sound_p95_ms": percentile(first_sounds, _P95),
            },
            [
                Evidence(
                    sample.call.span,
                    sample.at_ns,
                    f"turn {sample.turn.index} waited {sample.waited_ms / 1000:.1f} s",
                )
                for sample in slowest
                if outcome != "pass"
            ],
        )


def _unfaulted(history: History) -> dict[str, list[Answer]]:
    phases: dict[str, list[Answer]] = defaultdict(list)
    for sample in answers(history):
        if not faulted(history, sample.turn.from_at_ns, sample.turn.owed_until_at_ns):
            phases[sample.phase].append(sample)
    return phases


def _comparable(phases: Mapping[str, Sequence[Answer]]) -> Mapping[str, Sequence[Answer]]:
    """The phases with enough turns for p95 on their own; all of them as one if none has."""
    enough = {name: turns for name, turns in phases.items() if len(turns) >= needed(_P95)}
    pooled = [sample for turns in phases.values() for sample in turns]
    return enough or {" and ".join(phases): pooled}
