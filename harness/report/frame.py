"""What all plots share: one time axis, bands where faults were on, phases named along the top.

The axis is a date axis that begins at a midnight, so that ticks and zoom speak of minutes; instants
are milliseconds since 1970 UTC on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from kernel.history import History
from kernel.records import FaultWindow

Figure = dict[str, Any]
Trace = dict[str, Any]

# Plotly takes numbers below 10,000 for years; a run begins a day after 1970 did.
_MIDNIGHT_MS = 86_400_000.0
_HEADROOM = 1.25
_FEW = 4
_QUIET = "#868e96"
_LABELLED_SHARE = 0.08
_LANE = 0.11
_HOUR_NS = 3_600_000_000_000
_PHASE_LABEL_PX = 18


def at_ms(at_ns: int) -> float:
    """An instant on the time axis."""
    return round(_MIDNIGHT_MS + at_ns / 1e6, 1)


def figure(
    history: History, traces: Sequence[Trace], highest: float, y_axis: dict[str, Any]
) -> Figure:
    """Traces in the frame, the names of faults above the `highest` of their values.

    Every plot has the same margins, so that their times line up.
    """
    return {
        "data": list(traces),
        "layout": {
            "xaxis": _time_axis(history),
            "yaxis": {"range": [0, highest * _HEADROOM or 1], "fixedrange": True, "nticks": 5}
            | y_axis,
            "shapes": [*_phase_lines(history), *_bands(history)],
            "annotations": [*_phase_names(history), *_fault_names(history)],
            "showlegend": False,
            "margin": {"t": 24, "r": 40, "b": 24, "l": 56},
            "hovermode": "closest",
            "font": {"size": 12},
        },
    }


def whole_numbers(highest: float) -> dict[str, Any]:
    """An axis of counts: no ticks between them."""
    return {"tickformat": ",d", "dtick": 1} if highest <= _FEW else {"tickformat": ",d"}


def _time_axis(history: History) -> dict[str, Any]:
    return {
        "type": "date",
        "range": [at_ms(0), at_ms(max(history.end_ns, 1_000_000_000))],
        "tickformat": "%-H:%M:%S" if history.end_ns >= _HOUR_NS else "%-M:%S",
        "nticks": 12,
        "ticks": "outside",
        "tickcolor": "rgba(0,0,0,0)",
    }


def _until_ns(fault: FaultWindow, history: History) -> int:
    return history.end_ns if fault.until_ns is None else fault.until_ns


def _bands(history: History) -> list[dict[str, Any]]:
    """A band per fault, with a line where it healed."""
    shapes: list[dict[str, Any]] = []
    for fault in history.faults:
        until = at_ms(_until_ns(fault, history))
        whole = {"yref": "paper", "y0": 0, "y1": 1, "layer": "below", "x1": until}
        fill = {"fillcolor": fault.colour, "opacity": 0.14, "line": {"width": 0}}
        shapes.append({"type": "rect", "x0": at_ms(fault.from_ns), **whole, **fill})
        if fault.until_ns is not None:
            line = {"width": 1.5, "dash": "dash", "color": fault.colour}
            shapes.append({"type": "line", "x0": until, "line": line, **whole})
    return shapes


def _fault_names(history: History) -> list[dict[str, Any]]:
    """The name inside a band's beginning, a tick above its end; overlapping faults take lanes."""
    labels = []
    for lane, fault in zip(_lanes(history), history.faults, strict=True):
        labels.append(_label(fault.from_ns, 0.98 - lane * _LANE, fault.name, fault.colour))
        if fault.until_ns is not None:
            healed = _label(fault.until_ns, 1, "✓", fault.colour)
            labels.append(healed | {"xanchor": "center", "yanchor": "bottom"})
    return labels


def _lanes(history: History) -> list[int]:
    """A name needs some width beyond its band before the next may stand at the same height."""
    width_ns = history.end_ns // 4
    free_from_ns: list[int] = []
    lanes = []
    for fault in history.faults:
        free = (lane for lane, until in enumerate(free_from_ns) if until <= fault.from_ns)
        lane = next(free, len(free_from_ns))
        free_from_ns[lane : lane + 1] = [_until_ns(fault, history) + width_ns]
        lanes.append(lane)
    return lanes


def _phase_lines(history: History) -> list[dict[str, Any]]:
    line = {"width": 1, "dash": "dot", "color": _QUIET}
    whole = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "line": line, "layer": "below"}
    return [
        {**whole, "x0": at_ms(phase.from_ns), "x1": at_ms(phase.from_ns)}
        for phase in history.phases[1:]
    ]


def _phase_names(history: History) -> list[dict[str, Any]]:
    """Phases long enough for their name to be written above them."""
    return [
        _label(phase.from_ns, 1, phase.name.replace("_", " "), _QUIET)
        | {"yshift": _PHASE_LABEL_PX, "captureevents": False}
        for phase in history.phases
        if phase.until_ns - phase.from_ns >= _LABELLED_SHARE * history.end_ns
    ]


def _label(at_ns: int, height: float, text: str, colour: str) -> dict[str, Any]:
    return {
        "x": at_ms(at_ns),
        "y": height,
        "yref": "paper",
        "text": escape(text, quote=False),
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "top",
        "font": {"size": 11, "color": colour},
    }
