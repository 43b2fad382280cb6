"""The plots of a report as Plotly figures: plain data, drawn by the script inside the page.

Traces name the group that they belong to under `meta`: the page's legend shows and hides groups.
A point's `customdata` is the place in the page that tells more of it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from kernel.history import History
from kernel.records import Work

from ..analysis.fates import fate_of
from ..analysis.windows import Answer, answers, baseline
from .colours import ANSWER_COLOUR, FATE_COLOURS, STAGE_COLOURS, stage_colour
from .frame import Figure, Trace, at_ms, figure, whole_numbers
from .marks import turn_anchor
from .quantities import words
from .series import thinned, window_s, windows

_NOTE_CHARACTERS = 90
_QUIET = "#868e96"
_IN_VAIN = "waited in vain"


@dataclass(frozen=True)
class Plot:
    """A figure with its words.

    groups  the legend: name → colour
    note    what is drawn, in a few words
    """

    name: str
    title: str
    note: str
    groups: dict[str, str]
    figure: Figure


def plots(history: History) -> Sequence[Plot]:
    """Those that have something to show."""
    made = (fates_plot(history), answers_plot(history), stages_plot(history), refusals(history))
    return [plot for plot in made if plot]


def fates_plot(history: History) -> Plot | None:
    """What became of the calls, by the moment at which each was due, and how many were up."""
    if not history.calls:
        return None
    length_s = window_s(history.end_ns)
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for call in history.calls:
        found[fate_of(call)][int(call.due_ns // 1_000_000_000 // length_s)] += 1
    colours = {words(fate): colour for fate, colour in FATE_COLOURS.items() if fate in found}
    traces = [
        _bars(words(fate), found[fate], length_s, colour)
        for fate, colour in FATE_COLOURS.items()
        if fate in found
    ]
    times, up = _calls_up(history)
    line = {"shape": "hv", "width": 1.5, "color": _QUIET}
    traces.append(
        _trace("calls up", times, up, mode="lines", line=line, yaxis="y2")
        | {"hovertemplate": "%{y} calls up at %{x|%-M:%S}<extra></extra>"}
    )
    tallest = _tallest(found)
    drawn = figure(history, traces, tallest, whole_numbers(tallest))
    drawn["layout"] |= {
        "barmode": "stack",
        "yaxis2": {"overlaying": "y", "side": "right", "range": [0, 1.25 * max(up) or 1],
                   "nticks": 5, "tickmode": "auto", "showgrid": False, "fixedrange": True,
                   "tickformat": ",d"},
    }  # fmt: skip
    note = f"calls due per {length_s} s, by fate (left); calls up at the time (right)"
    return Plot("fates", "What became of the calls", note, colours | {"calls up": _QUIET}, drawn)


def answers_plot(history: History) -> Plot | None:
    """How long callers waited for answers, by the end of their words."""
    found = sorted(answers(history), key=lambda answer: answer.at_ns)
    if not found:
        return None
    length_s = window_s(history.end_ns)
    samples = [(answer.at_ns, answer.waited_ms / 1000) for answer in found]
    came = thinned([answer for answer in found if answer.turn.answer_at_ns is not None])
    vain = thinned([answer for answer in found if answer.turn.answer_at_ns is None])
    groups = {"answer": ANSWER_COLOUR}
    traces = [_answer_points("answer", came, {"size": 5, "opacity": 0.4, "color": ANSWER_COLOUR})]
    if vain:
        groups[_IN_VAIN] = FATE_COLOURS["abandoned"]
        cross = {"size": 9, "symbol": "x-thin", "line": {"width": 2, "color": groups[_IN_VAIN]}}
        traces.append(_answer_points(_IN_VAIN, vain, cross))
    traces += _percentile_lines("answer", samples, length_s, ANSWER_COLOUR, "s")
    highest = max(seconds for _, seconds in samples)
    drawn = figure(history, traces, highest, {"ticksuffix": " s"})
    usual_s = _baseline_p50_s(history, found)
    if usual_s is not None:
        drawn["layout"]["shapes"].append(_level(usual_s))
    note = "end of the caller's words → first sound of the answer" + (
        "; dotted: the baseline's p50" if usual_s is not None else ""
    )
    return Plot("answers", "Answer latency", note, groups, drawn)


def stages_plot(history: History) -> Plot | None:
    """How long the providers took, for work that they did not refuse."""
    samples: dict[str, list[tuple[int, float, Work]]] = defaultdict(list)
    for work in history.work:
        if work.waited_ms is not None and work.type != "fail" and work.purpose != "prewarm":
            samples[work.stage].append((work.from_at_ns, work.waited_ms, work))
    if not samples:
        return None
    length_s = window_s(history.end_ns)
    groups = {stage: stage_colour(stage) for stage in _in_order(samples)}
    traces: list[Trace] = []
    for stage, colour in groups.items():
        shown = thinned(samples[stage])
        notes = [_work_note(work) for _, _, work in shown]
        traces.append(
            _trace(stage, [at_ms(at_ns) for at_ns, _, _ in shown],
                   [round(ms, 1) for _, ms, _ in shown], mode="markers", text=notes,
                   marker={"size": 3, "opacity": 0.3, "color": colour},
                   customdata=[history.call_of(work) for _, _, work in shown])
            | {"hovertemplate": "%{y:.0f} ms at %{x|%-M:%S}<br>%{text}<extra></extra>"}
        )  # fmt: skip
    for stage, colour in groups.items():
        pairs = [(at_ns, ms) for at_ns, ms, _ in samples[stage]]
        traces += _percentile_lines(stage, pairs, length_s, colour, "ms")
    highest = max(ms for found in samples.values() for _, ms, _ in found)
    drawn = figure(history, traces, highest, {"ticksuffix": " ms"})
    note = "what the agent waited for each provider, refused requests left out"
    return Plot("stages", "Latency by stage", note, groups, drawn)


def refusals(history: History) -> Plot | None:
    """Provider work that was refused, which is where retries show."""
    length_s = window_s(history.end_ns)
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for work in history.work:
        if work.type == "fail":
            found[work.stage][int(work.from_at_ns // 1_000_000_000 // length_s)] += 1
    if not found:
        return None
    groups = {stage: stage_colour(stage) for stage in _in_order(found)}
    traces = [_bars(stage, found[stage], length_s, colour) for stage, colour in groups.items()]
    tallest = _tallest(found)
    drawn = figure(history, traces, tallest, whole_numbers(tallest))
    drawn["layout"]["barmode"] = "stack"
    note = f"requests that a provider refused, per {length_s} s; retries count again"
    return Plot("refusals", "Refused by providers", note, groups, drawn)


def _in_order(stages: Iterable[str]) -> list[str]:
    known = list(STAGE_COLOURS)
    return sorted(stages, key=lambda stage: (known.index(stage) if stage in known else 99, stage))


def _tallest(counts: Mapping[str, Counter[int]]) -> int:
    """The highest of the stacked bars."""
    return max(sum(counts.values(), Counter[int]()).values())


def _trace(group: str, x: Sequence[float], y: Sequence[Any], **more: Any) -> Trace:
    return {"type": "scatter", "name": group, "meta": group, "x": x, "y": y, **more}


def _bars(group: str, counts: Counter[int], length_s: int, colour: str) -> Trace:
    places = sorted(counts)
    middles = [at_ms((2 * place + 1) * length_s * 500_000_000) for place in places]
    return {
        "type": "bar",
        "name": group,
        "meta": group,
        "x": middles,
        "y": [counts[place] for place in places],
        "width": length_s * 900,
        "marker": {"color": colour},
        "hovertemplate": f"%{{y}} {group} around %{{x|%-M:%S}}<extra></extra>",
    }


def _answer_points(group: str, found: Sequence[Answer], marker: dict[str, Any]) -> Trace:
    points = _trace(
        group,
        [at_ms(answer.at_ns) for answer in found],
        [round(answer.waited_ms / 1000, 3) for answer in found],
        mode="markers",
        marker=marker,
        text=[_note(f"{answer.call.span}: {answer.turn.text}") for answer in found],
        customdata=[
            turn_anchor(answer.call.span, answer.call.turns.index(answer.turn) + 1)
            for answer in found
        ],
    )
    told = "%{y:.2f} s" if group != _IN_VAIN else f"%{{y:.1f}} s {_IN_VAIN}"
    return points | {"hovertemplate": told + " at %{x|%-M:%S}<br>%{text}<extra></extra>"}


def _percentile_lines(
    group: str, samples: Sequence[tuple[int, float]], length_s: int, colour: str, unit: str
) -> list[Trace]:
    found = windows(samples, length_s)
    x = [at_ms(window.middle_ns) for window in found]
    counts = [window.count for window in found]
    digits = 2 if unit == "s" else 0
    lines = []
    for name, dash, values in (
        ("p50", "solid", [window.p50 for window in found]),
        ("p95", "dot", [window.p95 for window in found]),
    ):
        y = [None if value is None else round(value, 3) for value in values]
        line = {"width": 2, "dash": dash, "color": colour}
        hover = f"{group} {name} %{{y:.{digits}f}} {unit} of %{{customdata}}<extra></extra>"
        lines.append(
            _trace(group, x, y, mode="lines+markers", line=line, customdata=counts,
                   marker={"size": 4, "color": colour}, hovertemplate=hover)
        )  # fmt: skip
    return lines


def _calls_up(history: History) -> tuple[list[float], list[int]]:
    changes = sorted(
        change
        for call in history.calls
        if call.answered_ns is not None
        for change in ((call.answered_ns, 1), (call.ended_ns, -1))
    )
    times, up, count = [at_ms(0)], [0], 0
    for at_ns, change in changes:
        count += change
        times.append(at_ms(at_ns))
        up.append(count)
    return times, up


def _baseline_p50_s(history: History, found: Sequence[Answer]) -> float | None:
    calm = baseline(history)
    if calm is None:
        return None
    usual = sorted(answer.waited_ms for answer in found if answer.phase == calm.name)
    return usual[(len(usual) - 1) // 2] / 1000 if usual else None


def _level(value: float) -> dict[str, Any]:
    line = {"width": 1, "dash": "dot", "color": _QUIET}
    edges = {"x0": 0, "x1": 1, "y0": value, "y1": value}
    return {"type": "line", "xref": "paper", "line": line, "layer": "below", **edges}


def _work_note(work: Work) -> str:
    bites = f" ({', '.join(work.bites)})" if work.bites else ""
    return _note(f"{work.span}{bites}: {work.text_out or work.text_in or work.tool}")


def _note(text: str) -> str:
    short = text if len(text) <= _NOTE_CHARACTERS else text[: _NOTE_CHARACTERS - 1] + "…"
    # Plotly reads markup in the text of a hover.
    return escape(short, quote=False)
