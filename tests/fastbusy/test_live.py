"""What is shown of a run while it lasts."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from fastbusy.live import Show, line
from harness.runner import Progress

GLANCE = Progress(
    elapsed_s=47.0,
    total_s=120.0,
    phase="surge",
    planned=66,
    dialled=41,
    ringing=0,
    talking=24,
    over={"refused_politely": 5, "served": 12},
    faults=("rate limit on llm",),
)


def test_one_line() -> None:
    assert line(GLANCE) == (
        "  47 s  surge      41/66 dialled, 24 up, over: 12 served, 5 refused politely"
        " · faults: rate limit on llm"
    )
    last = replace(GLANCE, phase="", over={}, faults=())
    assert line(last) == "  47 s  last calls 41/66 dialled, 24 up, over: none"


def test_a_log_gets_a_line_now_and_then() -> None:
    log = io.StringIO()
    with Show(Console(file=log, width=60)) as show:
        assert not log.getvalue()
        show.start()
        for elapsed_s in (0, 1, 14, 15, 20, 31):
            show(replace(GLANCE, elapsed_s=elapsed_s))
    first, *lines = log.getvalue().splitlines()
    assert first == "starting, then one call to check the wiring …"
    assert [line.split()[0] for line in lines] == ["0", "15", "31"]


def test_a_few_doubts_are_told_before_it_starts() -> None:
    def told(*doubts: str) -> list[str]:
        log = io.StringIO()
        with Show(Console(file=log, width=60)) as show:
            show.start(doubts)
        return log.getvalue().splitlines()[:-1]

    assert told() == []
    assert told("  a [b] c") == ["doubtful", "  a [b] c"]
    assert told(*"abcde") == ["doubtful", "a", "b", "c", "  and 2 more: see fastbusy plan"]


def test_a_terminal_gets_a_panel() -> None:
    terminal = io.StringIO()
    with Show(Console(file=terminal, force_terminal=True, width=100)) as show:
        show.start()
        show(GLANCE)
    told = terminal.getvalue()
    assert "41/66 dialled, 24 up" in told
    assert "12 served, 5 refused politely" in told
    assert "rate limit on llm" in told


class Closed(io.StringIO):
    """A terminal after it was closed."""

    gone = False

    def write(self, text: str) -> int:
        if self.gone:
            raise OSError(5, "Input/output error")
        return super().write(text)


def test_a_terminal_that_is_closed_ends_no_run() -> None:
    log = Closed()
    with Show(Console(file=log)) as show:
        show.start()
        log.gone = True
        show(GLANCE)
