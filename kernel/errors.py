"""Every error a user can meet: what was wrong, where, and what to do about it.

FastbusyError
├── UsageError          the command line or a file is wrong, or asks
│   │                   for a port or folder that is not free        exit code 2
│   ├── FileProblems    one or more problems in a scenario or profile, all of them at once
│   └── NotWired        the agent does not reach the mocks, or does not answer
├── StackError          a process, disk or socket of the surroundings failed   exit code 4
└── HarnessBug          ours: an invariant does not hold              exit code 4
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .redact import private_keys

_BRIEF = reprlib.Repr()
_BRIEF.maxstring = _BRIEF.maxother = 80


def brief(value: object) -> str:
    """A value as an error shows it: its `repr`, its middle left out where it is long."""
    return _BRIEF.repr(private_keys(value) if isinstance(value, str) else value)


class FastbusyError(Exception):
    """An error with the value, the place and the remedy in it.

    `what` names the value that caused it, `where` the file and line, URL, port or process,
    `remedy` one thing that the reader can do next. None of them shows a private key.
    """

    exit_code = 4

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        what, where, remedy = map(private_keys, (what, where, remedy))
        self.what, self.where, self.remedy = what, where, remedy
        lines = [f"{where}: {what}" if where else what]
        if remedy:
            lines.append(f"  → {remedy}")
        super().__init__("\n".join(lines))

    def reword(self, by: Callable[[str], str]) -> None:
        """Change its texts, as where one of them quotes a secret."""
        FastbusyError.__init__(self, by(self.what), where=by(self.where), remedy=by(self.remedy))


class UsageError(FastbusyError):
    """The command line, a file or the wiring of the agent is wrong."""

    exit_code = 2


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a file. `line` counts from 1; 0 means the file as a whole."""

    file: str
    line: int
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        what, remedy = private_keys(self.what), private_keys(self.remedy)
        return f"{place}: {what}" + (f"\n  → {remedy}" if remedy else "")


class FileProblems(UsageError):
    """All problems of a file, collected, so that one round of mending is enough."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class NotWired(UsageError):
    """The agent cannot be reached, or one of its provider URLs does not point at the mocks."""


class StackError(FastbusyError):
    """Something around us failed: a child process, a socket, the disk."""


class HarnessBug(FastbusyError):
    """An invariant of ours does not hold. Please report it with the run folder."""
