"""What cannot be heard, from the mocks' journals: attempts, waits, tools, work that goes on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from .run_folder import Call, RunFolder, Work

_CLOCKS_S = 0.1
_SAME_ANSWER_S = 30.0


def filled(text: str, facts: Mapping[str, str]) -> str:
    """A text of a dialogue with the facts of one call in it."""
    return re.sub(r"\{(\w+)\}", lambda found: facts.get(found[1], found[0]), text)


def _same_request(run: RunFolder, call: Call, at_s: float) -> list[Work]:
    """The LLM requests for the same words as the one that began at that instant.

    Nobody has said anything before a greeting: what came over the same connection was for it.
    """
    works = run.works_of(call, "llm")
    first = _begun_at(works, at_s)
    if first is None:
        first = _begun_at([work for work in run.works if _is_greeting(work)], at_s)
        line = first.data.get("connection") if first else None
        works = [w for w in run.works if _is_greeting(w) and w.data.get("connection") == line]
    return [
        work
        for work in works
        if first
        and _asked(work) == _asked(first)
        and -_CLOCKS_S <= work.from_s - at_s <= _SAME_ANSWER_S
    ]


def _begun_at(works: Sequence[Work], at_s: float) -> Work | None:
    near = [work for work in works if abs(work.from_s - at_s) <= _CLOCKS_S]
    return min(near, key=lambda work: abs(work.from_s - at_s), default=None)


def _is_greeting(work: Work) -> bool:
    return work.stage == "llm" and work.data.get("purpose") == "greeting"


def _asked(work: Work) -> tuple[str, str]:
    return work.data.get("history", ""), work.data.get("text_in", "")


def attempts(run: RunFolder, call: Call, at_s: float) -> int:
    return len(_same_request(run, call, at_s))


def wait_after_refusal(run: RunFolder, call: Call, at_s: float) -> float | None:
    """From a refusal to the next request for the same words; None if nothing is like that."""
    for refused, retry in pairwise(_same_request(run, call, at_s)):
        if refused.type == "fail" and refused.until_s is not None:
            return retry.from_s - refused.until_s
    return None


def tools_ok(run: RunFolder, call: Call, tool: str) -> bool:
    """The tool answered well, asked with a fact of the call or as its LLM had it asked."""
    emitted = [
        arguments
        for work in run.works_of(call, "llm")
        for name, arguments in work.data.get("calls", ())
        if name == tool
    ]
    own = {work.span for work in run.works_of(call, "tools")}
    return any(
        work.data.get("tool") == tool
        and work.type == "ok"
        and work.data.get("status", 200) < 400
        and (work.span in own or work.data.get("arguments") in emitted)
        for work in run.works
        if call.dialled_s <= work.from_s <= call.ended_s
    )


def tool_never_answered(run: RunFolder, call: Call) -> tuple[str, str]:
    tool = run.dialogues[call.dialogue]["done"]["tool_ok"]
    if tools_ok(run, call, tool):
        return f"the journal has {tool} answer well", "contradicted"
    return f"the journal has no {tool} that answered well", "confirmed"


def ends_after_call(run: RunFolder, call: Call, note: str) -> str:
    """How long the work that a note names went on after the call, empty if it did not."""
    spans = set(re.findall(r"[a-z]+-w\d+", note))
    for work in run.works:
        if work.span in spans and (work.until_s is None or work.until_s > call.ended_s):
            on = "to the end" if work.until_s is None else f"{work.until_s - call.ended_s:.1f} s"
            return f"the journal has {work.span} go on {on} after the call"
    return ""
