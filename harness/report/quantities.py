"""Instants, durations and measures as people read them."""

from __future__ import annotations

SIGNS = {"pass": "✓", "warn": "!", "fail": "✗", "unknown": "?"}

_MS_PER = {"_ms": 1, "_s": 1000}
_UNITS = {"_ratio": "×", "_share": " %", "_cpu": " of a core"}


def clock(at_ns: int, *, tenths: bool = False) -> str:
    """An instant as `1:07`, `1:07.3` or `2:03:04`; what lies before the start as `-0:16`."""
    tenth = round(abs(at_ns) / 1e8) if tenths else abs(at_ns) // 1_000_000_000 * 10
    minutes, seconds = divmod(tenth // 10, 60)
    hours, minutes = divmod(minutes, 60)
    sign = "-" if at_ns < 0 and tenth else ""
    told = f"{hours}:{minutes:02}" if hours else str(minutes)
    return f"{sign}{told}:{seconds:02}" + (f".{tenth % 10}" if tenths else "")


def waited(milliseconds: float | None) -> str:
    """A latency: `412 ms`, from a second on `3.2 s`, `0 s`, an en dash if there is none."""
    if not milliseconds:
        return "–" if milliseconds is None else "0 s"
    return f"{milliseconds:.0f} ms" if milliseconds < 999.5 else f"{milliseconds / 1000:.1f} s"


def words(name: str) -> str:
    """`refused_politely` as words."""
    return name.replace("_", " ")


def counted(count: int, one: str, many: str = "") -> str:
    """`1 call`, `1,200 calls`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def measure(name: str, value: float | int | str) -> str:
    """One measure of a finding, whose name ends in its unit: `answer_p95_ms`, 8004.2 →
    `answer p95 8.0 s`; `late_share`, 0.015 → `late 1.5 %`.
    """
    shown, _, ending = name.rpartition("_")
    unit = f"_{ending}"
    if isinstance(value, str):
        return f"{words(name)} {words(value)}"
    if unit in _MS_PER:
        return f"{words(shown)} {waited(value * _MS_PER[unit])}"
    if unit in _UNITS:
        return (
            f"{words(shown or name)} {number(value * (100 if unit == '_share' else 1))}"
            + (_UNITS[unit])
        )
    return f"{words(name)} {number(value)}"


def number(value: float | int) -> str:
    """`1,200`, `0.0123`, `6.44`: three digits, more of whole numbers."""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
