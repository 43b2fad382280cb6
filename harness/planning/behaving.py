"""Which callers do what beside saying their lines, decided before the first dial."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import msgspec

from kernel.dialogue import Dialogue
from kernel.roll import roll

from ..callers.behaviour import behaviour
from .plan import PlannedBehaviour, PlannedCall


def behaving(
    calls: Sequence[PlannedCall], dialogues: Mapping[str, Dialogue], seed: int
) -> tuple[PlannedCall, ...]:
    """The calls with the behaviours of their lines: in every phase each for its share of those who
    say the line."""
    theirs: dict[str, list[PlannedBehaviour]] = defaultdict(list)
    for (phase, name), together in groupby(sorted(calls, key=_party), key=_party):
        spans = [call.span for call in together]
        for line, kind, written in _of_lines(dialogues[name]):
            share = behaviour(kind, written).share
            for span in chosen(spans, share, seed, kind, phase, name, line):
                theirs[span].append(PlannedBehaviour(line, kind, written))
    return tuple(
        msgspec.structs.replace(call, behaviours=tuple(theirs[call.span])) for call in calls
    )


def chosen(spans: Sequence[str], share: float, seed: int, *names: object) -> Sequence[str]:
    """A share of `spans`; what is left of a whole one is there or not, by chance."""
    count = int(len(spans) * share + roll(seed, "count", *names))
    return sorted(spans, key=lambda span: roll(seed, "behaviour", *names, span))[:count]


def _party(call: PlannedCall) -> tuple[str, str]:
    return call.phase, call.dialogue


def _of_lines(dialogue: Dialogue) -> Iterator[tuple[int, str, object]]:
    for number, line in enumerate(dialogue.caller, 1):
        for kind, written in line.behaviours.items():
            yield number, kind, written
