"""The plots of a report as Plotly figures: plain data, drawn by the script inside the page."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from kernel.history import History
from kernel.records import Phase

from ..fates import fate_of

Figure = dict[str, Any]

STAGE_COLOURS = {
    "answer": "#d6336c",
    "stt": "#1c7ed6",
    "llm": "#7048e8",
    "tts": "#0ca678",
    "tools": "#e8590c",
}
FATE_COLOURS = {
    "served": "#2f9e44",
    "refused_politely": "#4dabf7",
    "refused_abruptly": "#f08c00",
    "deflected": "#94d82d",
    "queued": "#fcc419",
    "transferred": "#20c997",
    "abandoned": "#e64980",
    "dropped": "#c92a2a",
    "cut_by_us": "#868e96",
    "unclear": "#5f3dc4",
}
_WINDOW_S = 5.0
_LABELLED_SHARE = 0.06


def latency_over_time(history: History) -> Figure:
    """Every answer and every first output of a provider, by the time at which it was asked for."""
    points: dict[str, list[tuple[float, float, str]]] = defaultdict(list)
    for call in history.calls:
        for turn in call.turns:
            if turn.answer_ms is not None:
                note = f"{call.span}: {turn.text}"
                points["answer"].append((turn.until_at_ns / 1e9, turn.answer_ms, note))
    for work in history.work:
        waited_ms = work.waited_ms
        if waited_ms is not None and work.purpose != "prewarm":
            bites = f" ({', '.join(work.bites)})" if work.bites else ""
            points[work.stage].append((work.from_at_ns / 1e9, waited_ms, f"{work.span}{bites}"))
    traces = [
        {
            "type": "scattergl",
            "mode": "markers",
            "name": stage,
            "x": [at_s for at_s, _, _ in found],
            "y": [round(latency_ms, 1) for _, latency_ms, _ in found],
            "text": [note for _, _, note in found],
            "marker": {"size": 5 if stage != "answer" else 8, "color": STAGE_COLOURS[stage]},
            "hovertemplate": "%{y:.0f} ms at %{x:.1f} s<br>%{text}",
        }
        for stage in STAGE_COLOURS
        if (found := points.get(stage))
    ]
    return _figure(history, traces, "latency, ms")


def fates_over_time(history: History) -> Figure:
    """What became of the calls, by the moment at which each was due, and how many were up."""
    windows: dict[str, Counter[int]] = defaultdict(Counter)
    for call in history.calls:
        windows[fate_of(call)][int(call.due_ns / 1e9 / _WINDOW_S)] += 1
    last = int(history.end_ns / 1e9 / _WINDOW_S) + 1
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "name": fate.replace("_", " "),
            "x": [(window + 0.5) * _WINDOW_S for window in range(last)],
            "y": [windows[fate][window] for window in range(last)],
            "width": _WINDOW_S * 0.9,
            "marker": {"color": colour},
            "hovertemplate": "%{y} %{fullData.name}",
        }
        for fate, colour in FATE_COLOURS.items()
        if fate in windows
    ]
    at_s, up = _calls_up(history)
    traces.append(
        {
            "type": "scatter",
            "mode": "lines",
            "name": "calls up",
            "x": at_s,
            "y": up,
            "yaxis": "y2",
            "line": {"shape": "hv", "width": 1.5, "color": "#868e96"},
        }
    )
    figure = _figure(history, traces, f"calls due per {_WINDOW_S:g} s")
    figure["layout"]["barmode"] = "stack"
    figure["layout"]["yaxis2"] = {
        "title": {"text": "calls up"},
        "overlaying": "y",
        "side": "right",
        "rangemode": "tozero",
        "showgrid": False,
    }
    return figure


def _calls_up(history: History) -> tuple[list[float], list[int]]:
    changes = sorted(
        change
        for call in history.calls
        if call.answered_ns is not None
        for change in ((call.answered_ns, 1), (call.ended_ns, -1))
    )
    at_s, up, count = [0.0], [0], 0
    for at_ns, change in changes:
        count += change
        at_s.append(at_ns / 1e9)
        up.append(count)
    return at_s, up


def _figure(history: History, traces: Sequence[dict[str, Any]], y_title: str) -> Figure:
    shapes, labels = _shading(history)
    return {
        "data": list(traces),
        "layout": {
            "xaxis": {"title": {"text": "seconds since the start"}, "rangemode": "tozero"},
            "yaxis": {"title": {"text": y_title}, "rangemode": "tozero"},
            "shapes": shapes,
            "annotations": labels,
            "legend": {"orientation": "h", "y": -0.22},
            "margin": {"t": 34, "r": 56, "b": 40, "l": 56},
            "hovermode": "closest",
        },
    }


def _shading(history: History) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Fault windows as bands with a line where they healed; phases as names along the top."""
    shapes: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    for fault in history.faults:
        until_ns = history.end_ns if fault.until_ns is None else fault.until_ns
        band = {"type": "rect", "yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
        edges = {"x0": fault.from_ns / 1e9, "x1": until_ns / 1e9}
        fill = {"fillcolor": fault.colour, "opacity": 0.16, "line": {"width": 0}}
        shapes.append({**band, **edges, **fill})
        labels.append(_label(fault.from_ns / 1e9, 0.98, fault.name, "left"))
    shapes += [_phase_line(phase) for phase in history.phases]
    labels += [_label(phase.from_ns / 1e9, 1.08, phase.name, "left") for phase in _wide(history)]
    return shapes, labels


def _wide(history: History) -> Iterable[Phase]:
    """Phases long enough for their name to be written above them."""
    return (
        phase
        for phase in history.phases
        if phase.until_ns - phase.from_ns > _LABELLED_SHARE * history.end_ns
    )


def _phase_line(phase: Phase) -> dict[str, Any]:
    at_s = phase.from_ns / 1e9
    line = {"width": 1, "dash": "dot", "color": "#868e96"}
    return {"type": "line", "yref": "paper", "y0": 0, "y1": 1.06, "x0": at_s, "x1": at_s} | {
        "line": line
    }


def _label(at_s: float, height: float, text: str, anchor: str) -> dict[str, Any]:
    return {
        "x": at_s,
        "y": height,
        "yref": "paper",
        "text": text,
        "showarrow": False,
        "xanchor": anchor,
        "yanchor": "top",
        "font": {"size": 11},
    }
