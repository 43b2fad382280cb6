"""What a plan can be carried out with and is likely not meant: told, and not refused.

An agent may say words of its own and have tools of its own, so that only their writer can know.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import product

from kernel.dialogue import SLOT, Dialogue, ToolCall, slots

from ..files.grammar import nearest, suggestion
from ..gates import configure
from .plan import Plan

Tools = Mapping[str, Collection[str]]
"""A tool that a mock serves → the arguments that it takes."""


def doubts(plan: Plan, tools: Tools) -> Iterator[str]:
    """One line each, with what to do about it."""
    for name, dialogue in plan.dialogues.items():
        for doubt in (*_about_the_end(dialogue), *_about_calls(dialogue, tools)):
            yield f"  dialogue {name}, {doubt}"
    yield from _about_gates(plan)


def _about_the_end(dialogue: Dialogue) -> Iterator[str]:
    tool, words = dialogue.done.tool_ok, dialogue.done.heard
    replies = dialogue.replies.values()
    if tool and replies and not any(reply.call for reply in replies):
        yield f"done: no reply calls {tool!r}, so the agent has to do that by itself"
    texts = [text for reply in replies for text in reply.ends if text] + [dialogue.greeting]
    if words and replies and not any(_says(text, words, dialogue) for text in texts):
        yield f"done: no reply says {words!r}, so the agent has to say that by itself"


def _says(text: str, words: str, dialogue: Dialogue) -> bool:
    """Whether these words may be heard in a reply; a slot of a result alone may be anything."""
    if not SLOT.sub("", text).strip(" .,!?"):
        return True
    facts = {
        name: kind
        for name, kind in dialogue.facts.items()
        if not isinstance(kind, str) and name in slots(text) + slots(words)
    }
    for chosen in product(*facts.values()):
        said, wanted = text, words
        for name, choice in zip(facts, chosen, strict=True):
            said, wanted = (each.replace(f"{{{name}}}", choice) for each in (said, wanted))
        if wanted.casefold() in said.casefold():
            return True
    return False


def _about_calls(dialogue: Dialogue, tools: Tools) -> Iterator[str]:
    for number, reply in dialogue.replies.items():
        if reply.call:
            for doubt in _about_call(reply.call, tools):
                yield f"reply {number}: {doubt}"


def _about_call(call: ToolCall, tools: Tools) -> Iterator[str]:
    meant = nearest(call.name, tools)
    if call.name in tools:
        for argument in call.arguments.keys() - set(tools[call.name]):
            listed = suggestion(argument, tools[call.name], "arguments")
            yield f"the mocked {call.name} takes no {argument!r}; {listed}"
    elif meant:
        yield f"no mock serves {call.name!r}; did you mean {meant!r}, or is it your agent's own?"


def _about_gates(plan: Plan) -> Iterator[str]:
    warm_up = {phase.name for phase in plan.phases if phase.warm_up}
    planned = sum(call.phase not in warm_up for call in plan.calls)
    for check in configure(plan.gates):
        decides = check.name in plan.gates or check.instrument
        if decides and check.calls_needed > planned:
            yield (
                f"  {check.name} needs {check.calls_needed} calls after the warm-up, and {planned} "
                "are planned: the verdict will be unknown"
            )
