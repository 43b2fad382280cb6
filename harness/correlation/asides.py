"""Side requests that nothing tells apart: the same guard asks the same of every call.

What is asked beside a conversation over a pool of connections has no facts of a caller in it, and
no words that one of them alone has said. Which call it was for cannot be known.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping
from itertools import accumulate

from kernel.clock import SECOND_NS

from .scene import CLOCKS_NS, Scene

LINGER_NS = 15 * SECOND_NS
"""So long after a call its work may go on."""


def asides(scene: Scene, joins: Mapping[str, tuple[str, str]]) -> Collection[str]:
    """The spans of unjoined side requests that some call explains: it was up when they began, and
    not over for long when they ended. A client that names its calls is held to it.
    """
    calls = [call for call in scene.history.calls if call.answered_ns is not None]
    calls.sort(key=lambda call: call.dialled_ns)
    begins_ns = [call.dialled_ns - CLOCKS_NS for call in calls]
    last_end_ns = list(accumulate((call.ended_ns for call in calls), max))
    found = set()
    for work in scene.attributable:
        place = bisect_right(begins_ns, work.from_at_ns) - 1
        if work.purpose != "side" or work.span in joins or work.call or place < 0:
            continue
        up = work.from_at_ns <= last_end_ns[place] + CLOCKS_NS
        if up and work.until_at_ns and work.until_at_ns <= last_end_ns[place] + LINGER_NS:
            found.add(work.span)
    return found
