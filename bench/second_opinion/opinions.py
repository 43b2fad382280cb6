"""What the recordings say to each place that a failed or warned check names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from . import journal
from .listening import Listened, Turn
from .run_folder import Call, Claim, RunFolder

CONFIRMED, CONTRADICTED, NOT_AUDIBLE = "confirmed", "contradicted", "not audible"

_AGREE_S = 0.35
"""Energy at the ear and the judge's instants may differ by a frame or two, and by a breath."""
_APOLOGY_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Opinion:
    claim: Claim
    shown: str
    says: str


@dataclass(frozen=True, slots=True)
class Place:
    """A claim with what there is to look at."""

    run: RunFolder
    call: Call
    listened: Listened | None
    claim: Claim
    figures: tuple[float, ...]

    @property
    def at_s(self) -> float:
        """In the recording."""
        return self.call.in_recording(self.claim.at_s)


Answer = tuple[str, str]
"""What is shown, and what that says to the claim."""


def opinion(run: RunFolder, claim: Claim, listened: Mapping[str, Listened]) -> Opinion:
    """The first way to look at a claim that fits its check and its words."""
    call = run.calls.get(claim.call)
    if call is None:
        return Opinion(claim, "there is no such call", CONTRADICTED)
    for check, pattern, look in _LOOKS:
        found = re.search(pattern, claim.note)
        if found and re.fullmatch(check, claim.check):
            figures = tuple(float(figure) for figure in found.groups())
            place = Place(run, call, listened.get(claim.call), claim, figures)
            return Opinion(claim, *look(place))
    return Opinion(claim, "", NOT_AUDIBLE)


def _sounded(look: Callable[[Place, Listened], Answer]) -> Callable[[Place], Answer]:
    """Only where there is a recording."""

    def listen(place: Place) -> Answer:
        if place.listened is None:
            return f"no recording; the transport saw {place.call.how!r}", NOT_AUDIBLE
        return look(place, place.listened)

    return listen


def _agrees(shown: float | None, told: float) -> str:
    near = shown is not None and abs(shown - told) <= _AGREE_S
    return CONFIRMED if near else CONTRADICTED


@_sounded
def _silence(place: Place, listened: Listened) -> Answer:
    near = [s for s in listened.silences if abs(s.from_s - place.at_s) <= 2 * _AGREE_S]
    if not near:
        return "no silence there that an answer was owed in", CONTRADICTED
    silence = max(near, key=lambda each: each.seconds)
    wait = " after a plea to wait" if silence.announced else ""
    shown = f"{silence.seconds:.1f} s of silence from {silence.from_s:.1f} s on{wait}"
    return shown, _agrees(silence.seconds, place.figures[0])


def _turn_at(place: Place, listened: Listened) -> Turn | None:
    near = [t for t in listened.turns if abs(t.until_s - place.at_s) <= 2 * _AGREE_S]
    return min(near, key=lambda turn: abs(turn.until_s - place.at_s), default=None)


@_sounded
def _wait(place: Place, listened: Listened) -> Answer:
    turn = _turn_at(place, listened)
    if turn is None:
        return "the caller does not stop speaking there", CONTRADICTED
    waited_s = turn.waited_s
    if waited_s is None and turn.silences:
        waited_s = listened.length_s - turn.until_s
        return f"no answer for {waited_s:.1f} s, then the end", _agrees(waited_s, place.figures[0])
    return f"an answer after {waited_s or 0:.1f} s", _agrees(waited_s, place.figures[0])


@_sounded
def _nothing_heard(place: Place, listened: Listened) -> Answer:
    turn = _turn_at(place, listened)
    if turn is None or not turn.silences:
        return "the caller does not wait there", CONTRADICTED
    seconds = turn.silences[0].seconds
    return f"the first sound after {seconds:.1f} s", _agrees(seconds, place.figures[0])


@_sounded
def _talked_over(place: Place, listened: Listened) -> Answer:
    near = [o for o in listened.overlaps if abs(o.from_s - place.at_s) <= 2 * _AGREE_S]
    seconds = max((overlap.seconds for overlap in near), default=0.0)
    return f"both talk for {seconds:.1f} s", _agrees(seconds, place.figures[0])


def _fate(place: Place) -> Answer:
    told = place.claim.note.partition(":")[0]
    if place.claim.check == "no_dropped_calls":
        told = "dropped"
    if place.listened is None:
        return f"no recording; the transport saw {place.call.how!r}", NOT_AUDIBLE
    fate = place.listened.fate
    cut = " in the middle of a word" if place.listened.cut_in_speech else ""
    return f"sounds {fate}{cut}", CONFIRMED if fate == told else CONTRADICTED


@_sounded
def _never_heard(place: Place, listened: Listened) -> Answer:
    done = place.run.dialogues[place.call.dialogue]["done"]["heard"]
    words = journal.filled(done, place.call.facts)
    if listened.heard(words):
        return f"the agent says {words!r}", CONTRADICTED
    return f"{words!r} is not said; it ends {listened.fate}", CONFIRMED


def _tool(place: Place) -> Answer:
    """A tool is not audible: the journal tells, and the ear whether the caller was told."""
    shown, says = journal.tool_never_answered(place.run, place.call)
    if place.listened is not None:
        done = place.run.dialogues[place.call.dialogue]["done"]["heard"]
        words = journal.filled(done, place.call.facts)
        told = "heard" if words and place.listened.heard(words) else "not heard"
        shown += f"; {words!r} is {told}; it ends {place.listened.fate}"
    return shown, says


@_sounded
def _no_apology(place: Place, listened: Listened) -> Answer:
    soon = [
        each
        for each in listened.said
        if each.who == "agent"
        and -_AGREE_S <= each.from_s - place.at_s <= _APOLOGY_WITHIN_S
        and (each.tells_of_trouble or each.has_content)
    ]
    if soon:
        return f"{soon[0].text!r} at {soon[0].from_s:.1f} s", CONTRADICTED
    return "nothing of the kind within 5 s", CONFIRMED


@_sounded
def _late_refusal(place: Place, listened: Listened) -> Answer:
    refused = [each for each in listened.said if each.who == "agent" and each.refuses]
    if not refused:
        return "no refusal is heard", CONTRADICTED
    after_s = (place.call.begins_s or 0) + refused[0].from_s - place.call.dialled_s
    return f"refused after {after_s:.1f} s", _agrees(after_s, place.figures[0])


def _attempts(place: Place) -> Answer:
    shown = journal.attempts(place.run, place.call, place.claim.at_s)
    says = CONFIRMED if shown == place.figures[0] else CONTRADICTED
    return f"the journal has {shown} requests for the same words", says


def _too_early(place: Place) -> Answer:
    asked_s, told_s = place.figures
    waited_s = journal.wait_after_refusal(place.run, place.call, place.claim.at_s)
    if waited_s is None:
        return "the journal has no refusal there that was retried", CONTRADICTED
    early = waited_s < asked_s and abs(waited_s - told_s) < 0.05
    shown = f"the journal has the retry after {waited_s:.2f} s"
    return shown, CONFIRMED if early else CONTRADICTED


def _still_at_work(place: Place) -> Answer:
    shown = journal.ends_after_call(place.run, place.call, place.claim.note)
    return shown or "the journal has it end in time", CONFIRMED if shown else CONTRADICTED


_FATES = r"^(?:abandoned|dropped|unclear|refused_abruptly|refused_politely|served)"
_LOOKS: tuple[tuple[str, str, Callable[[Place], Answer]], ...] = (
    (r"no_dead_air", r"([\d.]+) s of silence", _silence),
    (r"timeouts_bounded", r"([\d.]+) s of nothing", _nothing_heard),
    (r".*", r"waited ([\d.]+) s", _wait),
    (r"barge_in_stop_time", r"talked over for ([\d.]+) s", _talked_over),
    (r"task_completed", r"never heard", _never_heard),
    (r"task_completed", r"never answered well", _tool),
    (r"apology_spoken", r"not a word of it", _no_apology),
    (r"refusal_is_fast", r"refused after ([\d.]+) s", _late_refusal),
    (r"no_dropped_calls", r"", _fate),
    (r".*", _FATES, _fate),
    (r"retry_amplification", r"^(\d+) attempts", _attempts),
    (r"retry_after_honoured", r"asked for ([\d.]+) s, retried after ([\d.]+) s", _too_early),
    (r"no_orphans", r"still at work", _still_at_work),
    (r"streams_cancelled", r"s more", _still_at_work),
)
"""Check, words of its note, and how to look at it; both are regular expressions."""
