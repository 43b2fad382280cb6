"""What we gave an agent and get back from it in the history of its next request: ids, wording."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from kernel.clock import SECOND_NS
from kernel.records import Work

from .scene import CLOCKS_NS, Scene, agreed, only
from .wording import sentences

# Words from longer ago are seldom in a history still, and often in other calls'.
_REMEMBERED_NS = 300 * SECOND_NS
_ASKED_NS = 30 * SECOND_NS


def by_own_ids(scene: Scene) -> Iterator[tuple[Work, str]]:
    """The id of a tool call goes out with one request and comes back with the next ones."""
    seen: dict[str, set[str]] = defaultdict(set)
    for work, owner, _ in scene.joined:
        for id in (*work.ids, *work.given_ids):
            seen[id].add(owner)
    for work in scene.open:
        owners = [seen[id] for id in (*work.ids, *work.given_ids) if id in seen]
        call = only(set.intersection(*owners)) if owners else None
        if call:
            yield work, call


def by_own_words(scene: Scene) -> Iterator[tuple[Work, str]]:
    """What the assistant is said to have said was written for one call, or heard in it."""
    asking = [work for work in scene.open if work.said]
    if not asking:
        return
    written = scene.texts("llm", lambda work: sentences(work.text_out))
    transcribed = scene.texts("stt", lambda work: sentences(work.text_out))
    for work in asking:
        when = work.from_at_ns - _REMEMBERED_NS, work.from_at_ns + CLOCKS_NS
        may = partial(scene.begun, at_ns=work.from_at_ns)
        call = agreed(work.said, may, (scene.heard, *when), (written, *when))
        asked = agreed(work.text_in, may, (transcribed, when[1] - _ASKED_NS, when[1]))
        # A greeting is alike in all calls, and one alone may have been heard to its end.
        if call and asked in (None, call):
            yield work, call
