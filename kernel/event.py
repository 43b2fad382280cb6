"""One line of a run's history.

Every operation is told as an `invoke` and one closing event of the same kind and span: `ok` it was
served, `fail` it was explicitly refused, `info` nobody can tell (silence, a reset, a stall, a cut).
What is no operation but an observation is a lone `info`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

import msgspec

Type = Literal["invoke", "ok", "fail", "info"]


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that happened.

    at_ns    when, in nanoseconds from the start of the run on the harness's monotonic clock
    actor    who says so: `runner`, `caller`, `nemesis`, `mock.stt`, `mock.llm`, …
    kind     what it is about; the vocabulary is in `kernel.history`
    span     the operation's own name, unique within its kind
    parent   the span that it is part of, of whatever kind
    due_ns   when it was planned, where that differs from when it happened
    data     the rest; keys that end in `_at_ns` are instants on the same clock as `at_ns`
    """

    at_ns: int
    actor: str
    kind: str
    type: Type
    span: str = ""
    parent: str = ""
    due_ns: int | None = None
    data: dict[str, Any] = {}

    def shifted(self, by_ns: int) -> Event:
        """The same event on a clock whose zero is `by_ns` earlier; a foreign journal is read so."""
        data = {
            key: value + by_ns if key.endswith("_at_ns") and value is not None else value
            for key, value in self.data.items()
        }
        due_ns = None if self.due_ns is None else self.due_ns + by_ns
        return msgspec.structs.replace(self, at_ns=self.at_ns + by_ns, due_ns=due_ns, data=data)


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Event)


def to_line(event: Event) -> bytes:
    """One line of JSON, newline included."""
    return _ENCODER.encode(event) + b"\n"


class DamagedLine(ValueError):
    """A line that is no event; `line` counts from 1."""

    def __init__(self, line: int, why: str) -> None:
        self.line = line
        super().__init__(why)


def from_lines(
    lines: Iterable[bytes], vet: Callable[[Event], None] = lambda event: None
) -> Iterator[Event]:
    """The events of a file. A last line cut off in the middle (a full disk, a kill) is left out.

    DamagedLine if any other line is not an event, or is one of which `vet` raises ValueError.
    """
    damaged: DamagedLine | None = None
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text:
            continue
        if damaged:
            raise damaged
        try:
            event = _DECODER.decode(text)
            vet(event)
        except msgspec.ValidationError as error:
            raise DamagedLine(number, str(error)) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            damaged = DamagedLine(number, str(error))
        except ValueError as error:
            raise DamagedLine(number, str(error)) from None
        else:
            yield event
