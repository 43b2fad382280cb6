"""The other way round: what the recordings show as bad and no check has said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from . import journal
from .listening import Listened
from .run_folder import Call, RunFolder

DEAD_AIR_S, ANNOUNCED_S = 5.0, 12.0
_AGREE_S = 0.35
_MOST_EVIDENCE = 10
"""A check names so many places at most; what is milder than the mildest of them may be unnamed."""


@dataclass(frozen=True, slots=True)
class Missed:
    call: str
    at_s: float
    what: str


def missed(run: RunFolder, listened: Mapping[str, Listened]) -> Iterator[Missed]:
    """By call, as far as there are recordings; the warm-up is not judged."""
    for span, heard in listened.items():
        call = run.calls[span]
        if not call.warm_up:
            yield from _silences(run, call, heard)
            yield from _ends(run, call, heard)
            yield from _tasks(run, call, heard)


def _silences(run: RunFolder, call: Call, heard: Listened) -> Iterator[Missed]:
    named = run.named_by("no_dead_air", "timeouts_bounded")
    here = [call.in_recording(claim.at_s) for claim in named if claim.call == call.span]
    for silence in heard.silences:
        limit_s = ANNOUNCED_S if silence.announced else DEAD_AIR_S
        told = any(silence.from_s - 1 <= at_s <= silence.until_s for at_s in here)
        if silence.seconds > limit_s + _AGREE_S and not told and len(named) < _MOST_EVIDENCE:
            yield Missed(call.span, silence.from_s, f"{silence.seconds:.1f} s of silence")


def _ends(run: RunFolder, call: Call, heard: Listened) -> Iterator[Missed]:
    named = run.named_by("no_dropped_calls", "explicit_refusal", "task_completed")
    if heard.fate == "abandoned":
        named += run.named_by("no_dead_air", "timeouts_bounded")  # why it was
    if any(claim.call == call.span for claim in named) or len(named) >= _MOST_EVIDENCE:
        return
    if heard.fate in ("dropped", "abandoned", "refused_abruptly"):
        cut = " in the middle of a word" if heard.cut_in_speech else ""
        yield Missed(call.span, heard.length_s, f"sounds {heard.fate}{cut}")


def _tasks(run: RunFolder, call: Call, heard: Listened) -> Iterator[Missed]:
    named = run.named_by("task_completed")
    if any(claim.call == call.span for claim in named) or len(named) >= _MOST_EVIDENCE:
        return
    if heard.fate == "served" and not completed(run, call, heard):
        yield Missed(call.span, heard.length_s, "the caller did not get what it called for")


def completed(run: RunFolder, call: Call, heard: Listened) -> bool:
    """Its words were heard, and its tool answered well."""
    done = run.dialogues[call.dialogue]["done"]
    words = journal.filled(done["heard"], call.facts)
    tool = done["tool_ok"]
    return heard.heard(words) and (not tool or journal.tools_ok(run, call, tool))
