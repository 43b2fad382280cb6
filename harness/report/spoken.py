"""What was said and heard in a call, and where nothing was though an answer was owed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kernel.records import Call, Heard, Turn

from ..analysis.silence import Silence, silences
from ..analysis.windows import is_goodbye
from .line import Line, Told, line
from .marks import turn_anchor
from .markup import Html, joined, tag
from .quantities import waited, words
from .spent import REST, Wait, owed

_NOTED_NS = 5_000_000
_UNEASY_MS, _BROKEN_MS, _ANNOUNCED_MS = 3000.0, 5000.0, 12000.0


def spoken(told: Told) -> Iterator[Line]:
    """Lines of the caller, of the agent, and of dead air."""
    yield from _said(told)
    yield from _aside(told)
    yield from _heard(told)
    yield from _silent(told)


def _said(told: Told) -> Iterator[Line]:
    for ordinal, turn in enumerate(told.call.turns, 1):
        told_of = {"said again": turn.repeat, "barges in": turn.barge_in}
        notes = [tag("small", note) for note, holds in told_of.items() if holds]
        wait = _in_vain(told, turn)
        if wait:
            notes += tag("small", "no answer in ", _delay(wait)), _shares(wait)
        if turn.keys:
            bubble = _bubble("caller", _keypad(turn.text), tag("small", "presses"), *notes)
        else:
            bubble = _bubble("caller", turn.text, *notes)
        yield line(
            told, "said keys" if turn.keys else "said", "caller",
            (turn.from_at_ns, turn.until_at_ns), bubble, rank=1, wait=wait,
            anchor=turn_anchor(told.call.span, ordinal),
        )  # fmt: skip


def _in_vain(told: Told, turn: Turn) -> Wait | None:
    """How long an answer was owed that never came."""
    if turn.answer_at_ns is not None or turn.until_at_ns >= turn.owed_until_at_ns:
        return None
    if is_goodbye(told.call, turn):
        return None
    return owed(turn.until_at_ns, turn.owed_until_at_ns, told.work, told.call.heard)


def _keypad(text: str) -> Html:
    return joined(tag("kbd", key) for key in text if not key.isspace())


def _aside(told: Told) -> Iterator[Line]:
    for aside in told.call.asides:
        bubble = _bubble("caller", aside.text, tag("small", "beside the turn"))
        when = aside.from_at_ns, aside.until_at_ns
        yield line(told, "said aside", "caller", when, bubble, rank=1)


def _heard(told: Told) -> Iterator[Line]:
    answered = {turn.answer_at_ns: turn for turn in told.call.turns if turn.answer_at_ns}
    for sound in told.call.heard:
        notes = [tag("small", words(sound.role))]
        turn, wait = answered.get(sound.from_at_ns), None
        if turn:
            wait = owed(turn.until_at_ns, sound.from_at_ns, told.work, told.call.heard)
            notes += tag("small", "after ", _delay(wait)), _shares(wait)
        into = _spoken_into(told.call, sound)
        if into:
            on = waited((sound.until_at_ns - into.from_at_ns) / 1e6)
            notes.append(tag("small", f"interrupted, silent {on} later"))
        elif sound.text and not sound.verified and sound.sound == "speech":
            notes.append(tag("small", "not heard to its end"))
        bubble = _bubble("agent", sound.text or _unread(sound), *notes)
        when = sound.from_at_ns, sound.until_at_ns
        yield line(told, "heard", "agent", when, bubble, rank=3, wait=wait)


def _spoken_into(call: Call, sound: Heard) -> Turn | None:
    """The turn that the caller began while the agent was to be heard."""
    into = (turn for turn in call.turns if sound.from_at_ns < turn.from_at_ns < sound.until_at_ns)
    return next(into, None)


def _unread(sound: Heard) -> Html:
    length_ms = (sound.until_at_ns - sound.from_at_ns) / 1e6
    if sound.sound == "clip":
        return tag("em", f"known recording, {waited(length_ms)}")
    return tag("em", f"{sound.sound}, {waited(length_ms)}, nothing readable")


def _shares(wait: Wait) -> Html:
    """What a wait was spent on, stage by stage: `stt 525 ms llm 282 ms rest 151 ms`."""
    spent_ns = Counter[str]()
    for part in sorted(wait.spent, key=lambda part: part.stage == REST):
        spent_ns[part.stage] += part.until_ns - part.from_ns
    shares = [
        tag("small", stage, " ", waited(ns / 1e6), class_=f"chip stage-{stage}")
        for stage, ns in spent_ns.items()
        if ns >= _NOTED_NS
    ]
    return tag("span", *shares, class_="shares") if shares else Html()


def _delay(wait: Wait) -> Html:
    return tag("span", waited(wait.ms), class_=f"delay {_felt(wait.ms)}".strip())


def _felt(ms: float, uneasy_ms: float = _UNEASY_MS, broken_ms: float = _BROKEN_MS) -> str:
    return "broken" if ms > broken_ms else "uneasy" if ms > uneasy_ms else ""


def _silent(told: Told) -> Iterator[Line]:
    for silence in silences(told.call):
        felt = _dead_air(silence)
        if felt:
            content = tag("div", f"{waited(1000 * silence.seconds)} of dead air", class_="quiet")
            when = silence.from_ns, silence.until_ns
            yield line(told, f"silence {felt}", "agent", when, content, rank=4)


def _dead_air(silence: Silence) -> str:
    if silence.announced:
        return _felt(1000 * silence.seconds, _BROKEN_MS, _ANNOUNCED_MS)
    return _felt(1000 * silence.seconds)


def _bubble(who: str, text: str, *notes: Html) -> Html:
    spoken = tag("span", text, dir="auto", class_="words")
    return tag("div", tag("b", who), *notes, spoken, class_="bubble")
