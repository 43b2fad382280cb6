"""Greetings that nothing tells apart, most often because nobody heard them.

A call that ends before its agent has said a word leaves a request for a greeting without words of
the caller, facts, ids or an ear that heard the answer. Which of the calls it was for cannot be
known; that it was for one of them is plain, as long as there is a call for each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from heapq import heappop, heappush

from kernel.clock import SECOND_NS
from kernel.records import Call, Work

from .scene import CLOCKS_NS, Scene, is_refused_greeting
from .wording import sentences

_SPOKEN_NS = 30 * SECOND_NS


def nameless(scene: Scene, joins: Mapping[str, tuple[str, str]]) -> Collection[str]:
    """The spans of unjoined greetings, and of the voice that was to speak them, that answered calls
    without a greeting explain: one for each call. What is more than that stays unexplained, but
    for those that were refused: a call may ask for its greeting more than once."""
    greetings = [work for work in scene.attributable if work.purpose == "greeting"]
    greeted = {joins[work.span][0] for work in greetings if work.span in joins}
    without = [
        call
        for call in scene.history.calls
        if call.answered_ns is not None and call.span not in greeted
    ]
    lost = [work for work in greetings if work.span not in joins]
    refused = [work for work in lost if is_refused_greeting(work)]
    explained = list(_one_each([work for work in lost if not is_refused_greeting(work)], without))
    voices = [work for work in scene.attributable if work.stage == "tts" and work.span not in joins]
    return {work.span for work in (*refused, *explained, *_speaking(voices, explained))}


def _one_each(greetings: Sequence[Work], calls: Sequence[Call]) -> Iterator[Work]:
    """As many of the greetings as can have a call of its own that was up when they were asked for.

    Of the calls that were up the one that ends first is taken: no other choice explains more.
    """
    coming = sorted(calls, key=lambda call: call.dialled_ns, reverse=True)
    up: list[int] = []  # when they end
    for work in greetings:
        while coming and coming[-1].dialled_ns - CLOCKS_NS <= work.from_at_ns:
            heappush(up, coming.pop().ended_ns + CLOCKS_NS)
        while up and up[0] < work.from_at_ns:
            heappop(up)
        if up:
            heappop(up)
            yield work


def _speaking(voices: Sequence[Work], greetings: Sequence[Work]) -> Iterator[Work]:
    """The voices that speak sentences of the greetings, each of them once."""
    written: dict[str, list[int]] = defaultdict(list)
    for work in greetings:
        for sentence in sentences(work.text_out):
            written[sentence].append(work.from_at_ns)
    for work in voices:
        spoken = sentences(work.text_in)
        from_ns = [_just_before(work.from_at_ns, written[sentence]) for sentence in spoken]
        if spoken and None not in from_ns:
            for sentence, at_ns in zip(spoken, from_ns, strict=True):
                if at_ns in written[sentence]:
                    written[sentence].remove(at_ns)
            yield work


def _just_before(at_ns: int, written_ns: Sequence[int]) -> int | None:
    return next((one for one in written_ns if 0 <= at_ns + CLOCKS_NS - one <= _SPOKEN_NS), None)
