"""`fastbusy` as a user starts it: a process of its own, in a folder of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120.0


def environment(**more: str) -> dict[str, str]:
    """Ours, with the packages of this clone to be found, and `more`; of FASTBUSY_… only those."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FASTBUSY_")}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **more}


class Running:
    """A running `fastbusy`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []

    def until(self, text: str) -> str:
        """Wait for a line that holds `text`; AssertionError with all lines if none comes."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if text in line:
                return self.lines[-1]
        raise AssertionError(f"no {text!r} in: {self.lines}")

    def ends(self, number: signal.Signals | None = None) -> int:
        """Send a signal, if one is given; the exit code. `lines` holds all that was printed."""
        if number is not None:
            self.process.send_signal(number)
        told, _ = self.process.communicate(timeout=PATIENCE_S)
        self.lines += told.splitlines()
        return self.process.returncode


@contextmanager
def fastbusy(folder: Path, *words: str, **variables: str) -> Iterator[Running]:
    """Start it; it is killed if it is still there at the end, or after two minutes."""
    process = subprocess.Popen(
        [sys.executable, "-m", "fastbusy", *words], cwd=folder, text=True,
        env=environment(**variables), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    watch = threading.Timer(PATIENCE_S, process.kill)
    watch.start()
    try:
        yield Running(process)
    finally:
        watch.cancel()
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
