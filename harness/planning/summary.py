"""What `fastbusy plan` prints: what a plan will do, how long it takes, and what it cannot tell."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from kernel.units import Duration

from ..gates import configure
from .estimate import OnLine, Stay, stays
from .plan import Plan, PlannedFault, PlannedPhase, Target

COLUMNS = 64
# Samples that a percentile needs: three are expected beyond it.
NEEDED = {"p95": 60, "p99": 300}
_BARS = " ▁▂▃▄▅▆▇█"
_NOBODY = Target()


def summary(plan: Plan, target: Target = _NOBODY, doubtful: Iterable[str] = ()) -> str:
    """Several lines. `target` says who calls whom, and how many calls it takes at once;
    `doubtful` is what else is to be said of the plan.
    """
    calls = stays(plan, target.limit)
    head, picture = _head(plan, calls, target), _picture(plan, calls)
    blocks = [head, _phase_table(plan, calls, target.limit), picture]
    told = {
        "behaviours": _behaviours(plan),
        "faults": _faults(plan, calls),
        "unknown": _unknown(plan, calls),
        "doubtful": doubtful,
    }
    for title, lines in told.items():
        if block := list(lines):
            blocks.insert(-1, "\n".join([title, *block]))
    return "\n\n".join(blocks)


def _seconds(ns: int) -> str:
    """`48s`, `2m23s`"""
    minutes, seconds = divmod(round(ns / 1e9), 60)
    return f"{minutes}m{seconds:02}s" if minutes else f"{seconds}s"


def _turns(plan: Plan, calls: Sequence[Stay]) -> Counter[str]:
    """Phase → turns that end in it, those of the warm-up's calls aside."""
    starts = [phase.from_ns for phase in plan.phases]
    warm_up = {phase.name for phase in plan.phases if phase.warm_up}
    return Counter(
        plan.phases[bisect_right(starts, at_ns) - 1].name
        for stay in calls
        if stay.call.phase not in warm_up
        for at_ns in stay.turns_ns
    )


def _head(plan: Plan, calls: Sequence[Stay], target: Target) -> str:
    dial_out = target.dial_out
    told_at = target.shown(dial_out.url.shown) if dial_out else ""
    end_ns, last_ns = plan.phases[-1].until_ns, max(stay.until_ns for stay in calls)
    return (
        f"{plan.scenario}: {' '.join(plan.why.split())}\n"
        f"{len(plan.calls)} calls, seed {plan.seed}; {_seconds(end_ns)} of load, "
        f"about {_seconds(max(end_ns, last_ns))} until the last call ends"
        + f"\nthe agent places the calls, and is told to at {told_at}"
        * bool(told_at)
    )


def _phase_table(plan: Plan, calls: Sequence[Stay], limit: int | None) -> str:
    turns, on_line = _turns(plan, calls), OnLine(calls)
    rows = [f"{'phase':<14}{'from':>7}{'for':>7}{'calls':>7}{'turns':>7}{'on the line':>13}"]
    for phase in plan.phases:
        inside = [stay for stay in calls if stay.call.phase == phase.name]
        refused = sum(stay.refused for stay in inside)
        notes = ["not counted"] * phase.warm_up
        notes += [f"{refused} refused with a limit of {limit}"] * bool(refused)
        row = (
            f"{phase.name:<14}{_seconds(phase.from_ns):>7}"
            f"{_seconds(phase.until_ns - phase.from_ns):>7}{len(inside):>7}"
            f"{turns[phase.name]:>7}{on_line.most(phase.from_ns, phase.until_ns):>13}"
        )
        rows.append("  ".join([row, *notes]))
    return "\n".join(rows)


def _behaviours(plan: Plan) -> Iterator[str]:
    doing = Counter(kind for call in plan.calls for kind in {each.kind for each in call.behaviours})
    for kind, count in sorted(doing.items()):
        yield f"  {kind}: {count} calls"
    redials = sum(len(call.redials) for call in plan.calls)
    if redials:
        yield f"  redial: up to {redials} calls more, where callers lose patience"


def _met(fault: PlannedFault, calls: Sequence[Stay]) -> int:
    """Calls on the line at some moment of the fault."""
    return sum(
        stay.call.due_ns < fault.heal_at_ns and stay.until_ns > fault.apply_at_ns
        for stay in calls
        if not stay.refused
    )


def _bitten(fault: PlannedFault, calls: Sequence[Stay]) -> int:
    return round(_met(fault, calls) * (1.0 if fault.order.share is None else fault.order.share))


def _faults(plan: Plan, calls: Sequence[Stay]) -> Iterator[str]:
    for fault in plan.faults:
        share = "" if fault.order.share is None else f" for {fault.order.share}"
        fields = "".join(f", {key} {value}" for key, value in fault.order.fields.items())
        yield (
            f"  {_seconds(fault.apply_at_ns)} to {_seconds(fault.heal_at_ns)}"
            f"  {fault.order.label}: {fault.name}{share}{fields}"
            f"; can bite {_bitten(fault, calls)} calls"
        )


def _unknown(plan: Plan, calls: Sequence[Stay]) -> Iterator[str]:
    turns = _turns(plan, calls)
    for phase in plan.phases:
        short = [name for name, needed in NEEDED.items() if turns[phase.name] < needed]
        if short and not phase.warm_up:
            least = NEEDED[short[0]]
            yield (
                f"  {' and '.join(short)} of {phase.name}: {turns[phase.name]} turns,"
                f" {short[0]} needs {least}"
            )
    felt = max(check.bites_needed for check in configure(plan.gates))
    for fault in plan.faults:
        if _bitten(fault, calls) < felt:
            yield f"  whether {fault.order.label} was felt: it needs {felt} calls to bite"


def _picture(plan: Plan, calls: Sequence[Stay]) -> str:
    end_ns = max(plan.phases[-1].until_ns, *(stay.until_ns for stay in calls))
    edges = [round(end_ns * at / COLUMNS) for at in range(COLUMNS + 1)]
    spans = list(pairwise(edges))
    dialled = Counter(bisect_right(edges, stay.call.due_ns) - 1 for stay in calls)
    dials = [dialled[column] for column in range(COLUMNS)]
    line = OnLine(calls)
    on_line = [line.most(a, b) for a, b in spans]
    width = Duration(end_ns / COLUMNS / 1e9)
    rows = [
        f"{'calls':<10}{_bars(dials)}  up to {max(dials)} in {width:.1f}s",
        f"{'on line':<10}{_bars(on_line)}  up to {max(on_line)}",
        f"{'phase':<10}{_phase_row(plan.phases, end_ns)}",
    ]
    for fault in plan.faults:
        bite = ("█" if fault.apply_at_ns < b and a < fault.heal_at_ns else " " for a, b in spans)
        rows.append(f"{'fault':<10}{''.join(bite)}  {fault.order.label}")
    return "\n".join(row.rstrip() for row in rows)


def _bars(heights: Sequence[int]) -> str:
    top = max(heights)
    return "".join(
        _BARS[-(-height * (len(_BARS) - 1) // top)] if top else " " for height in heights
    )


def _phase_row(phases: Sequence[PlannedPhase], end_ns: int) -> str:
    row = ""
    for phase in phases:
        width = round(phase.until_ns / end_ns * COLUMNS) - len(row)
        row += f"|{phase.name}"[:width].ljust(width)
    return f"{row}|"[: COLUMNS + 1]
