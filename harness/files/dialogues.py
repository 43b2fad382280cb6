"""What must hold for a dialogue before a single call is placed with it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from kernel.dialogue import SLOT, Dialogue, Line, Reply, SideRequest, slots
from kernel.facts import KINDS
from kernel.likeness import look_alikes

from ..callers.behaviour import behaviour
from ..callers.keypad import KEYS
from ..planning.people import UNIQUE
from .grammar import Flaw, Path, Rule, nearest, suggestion

_BRACES = re.compile(r"\{[^{}]*\}?")
_KIND = re.compile(r"^[a-z_]+$")


def line_flaws(line: Line) -> Iterator[Flaw]:
    if line.say and line.dtmf:
        what = "a line is said or pressed, not both"
        yield Flaw(("dtmf",), what, "write two lines")
    elif not line.text.strip():
        remedy = "write what the caller says, or dtmf: keys to press"
        yield Flaw(("say",), "a line of the caller is empty", remedy)
    if strange := set(SLOT.sub("", line.dtmf)) - {*KEYS, " "}:
        what = f"no key of a telephone: {', '.join(sorted(map(repr, strange)))}"
        yield Flaw(("dtmf",), what, "use 0 to 9, * and #, and slots")


def side_request_flaws(side: SideRequest) -> Iterator[Flaw]:
    if side == SideRequest(answer=side.answer):
        remedy = "write its model, words of its system prompt (system:), json: or tools:"
        yield Flaw((), "every request of the agent is beside the conversation", remedy)


def dialogue_flaws(dialogue: Dialogue) -> Iterator[Flaw]:
    """Flaws of one dialogue, by path from it."""
    for part in PARTS:
        yield from part(dialogue)


def _fact_flaws(dialogue: Dialogue) -> Iterator[Flaw]:
    for name, kind in dialogue.facts.items():
        if not SLOT.fullmatch(f"{{{name}}}") or "." in name or name == "result":
            what = f"{name!r} cannot name a fact"
            yield Flaw(("facts", name), what, "use lower-case letters, digits and _, not 'result'")
        if not kind:
            yield Flaw(("facts", name), f"{name}: no choices", "list some, or name a kind")
        elif isinstance(kind, str) and _no_kind(kind):
            remedy = f"{suggestion(kind, KINDS, 'kinds')}; a text for all calls stands in a list"
            yield Flaw(("facts", name), f"{name}: unknown kind of fact {kind!r}", remedy)


def _no_kind(kind: str) -> bool:
    """It is meant for the name of a kind, and there is none of that name."""
    return bool(_KIND.match(kind)) and kind not in KINDS


def _unique_flaws(dialogue: Dialogue) -> Iterator[Flaw]:
    """Calls are told apart by what is said first, even where the sound is not heard."""
    if not dialogue.caller:
        yield Flaw(("caller",), "the caller says nothing", "write at least one line")
        return
    first = dialogue.caller[0].text
    kinds = {dialogue.facts.get(name) for name in slots(first)}
    # A name that is written wrong is a flaw of its own, and may be meant for one of these.
    unclear = any(kind is None or (isinstance(kind, str) and _no_kind(kind)) for kind in kinds)
    if not unclear and not kinds & UNIQUE:
        what = f"the first line is the same for many callers: {first!r}"
        remedy = f"let it hold a fact that only one caller has: {', '.join(sorted(UNIQUE))}"
        yield Flaw(("caller", 0), what, remedy)


def _alike_flaws(dialogue: Dialogue) -> Iterator[Flaw]:
    said = [line.say for line in dialogue.caller]
    for one, other in look_alikes(dialogue):
        at = said.index(one)
        later = said.index(other, at + 1)
        what = f"lines {at + 1} and {later + 1} are hard to tell apart: {one!r}, {other!r}"
        remedy = "word one of them differently: the mock LLM finds its place by what it hears"
        yield Flaw(("caller", later), what, remedy)


def _answer_flaws(dialogue: Dialogue) -> Iterator[Flaw]:
    for pattern in dialogue.answers:
        try:
            re.compile(pattern)
        except re.error as error:
            what = f"{pattern!r} is no regular expression: {error}"
            yield Flaw(("answers", pattern), what, "write for example 'name|who'")
            continue
        for number, reply in dialogue.replies.items():
            # The caller would take the planned question for one that is out of order.
            if re.search(pattern, SLOT.sub(" ", reply.then or reply.say), re.IGNORECASE):
                what = f"{pattern!r} also fits the reply to line {number}"
                remedy = "answers are for questions out of order: choose other words"
                yield Flaw(("answers", pattern), what, remedy)


def _reply_flaws(dialogue: Dialogue) -> Iterator[Flaw]:
    last = len(dialogue.caller)
    for number in dialogue.replies:
        if last and not 1 <= number <= last:
            what = f"a reply to line {number}, but the caller has lines 1 to {last}"
            remedy = "number the replies by the caller's lines"
            yield Flaw(("replies", str(number)), what, remedy)
    if dialogue.replies and (silent := sorted({*range(1, last + 1)} - {*dialogue.replies})):
        what = f"no reply to line {', '.join(map(str, silent))}"
        yield Flaw(("replies",), what, "every line of the caller needs one, or none has any")


def _done_flaws(dialogue: Dialogue) -> Iterator[Flaw]:
    wanted, tools = dialogue.done.tool_ok, _called(dialogue)
    if wanted and tools and wanted not in tools and not nearest(wanted, tools):
        yield _undone(wanted, tools)


def _misspelt_flaws(dialogue: Dialogue) -> Iterator[Flaw]:
    """A slip shows by the calls that can be read, whatever the others are."""
    wanted, tools = dialogue.done.tool_ok, _called(dialogue)
    if wanted and wanted not in tools and nearest(wanted, tools):
        yield _undone(wanted, tools)


def _called(dialogue: Dialogue) -> set[str]:
    return {reply.call.name for reply in dialogue.replies.values() if reply.call}


def _undone(wanted: str, tools: Collection[str]) -> Flaw:
    what = f"done: no reply calls {wanted!r}"
    return Flaw(("done", "tool_ok"), what, suggestion(wanted, sorted(tools), "tools"))


def _behaviour_flaws(dialogue: Dialogue) -> Iterator[Flaw]:
    lines = len(dialogue.caller)
    for number, line in enumerate(dialogue.caller, 1):
        for kind, written in line.behaviours.items():
            what, _, remedy = behaviour(kind, written).flaw(number, lines).partition("; ")
            if what:
                yield Flaw(("caller", number - 1, kind), f"{kind}: {what}", remedy)


def _shape_flaws(dialogue: Dialogue) -> Iterator[Flaw]:
    for number, reply in dialogue.replies.items():
        yield from _one_shape_flaws(("replies", str(number)), reply)


def _one_shape_flaws(path: Path, reply: Reply) -> Iterator[Flaw]:
    if reply.call and not reply.then:
        what = f"nothing is said after {reply.call.name}"
        yield Flaw(path, what, "add then: the words for its result")
    elif reply.call and reply.say:
        yield Flaw((*path, "say"), "a reply says or calls, not both", "use then: for the words")
    elif not reply.call and (reply.then or reply.failed):
        what = "then and failed follow a call, and there is none"
        yield Flaw(path, what, "add call: tool(name={value}), or use say:")
    elif not reply.call and not reply.say:
        yield Flaw(path, "the reply is empty", "write what is said, or call: tool(name={value})")


def _texts(dialogue: Dialogue) -> Iterator[tuple[Path, str]]:
    """Every text of a dialogue that may hold slots."""
    for at, line in enumerate(dialogue.caller):
        yield ("caller", at), line.text
    for pattern, text in dialogue.answers.items():
        yield ("answers", pattern), text
    yield ("greeting",), dialogue.greeting
    for number, reply in dialogue.replies.items():
        path: Path = ("replies", str(number))
        for key in ("say", "then", "failed"):
            yield (*path, key), getattr(reply, key)
        for text in reply.call.arguments.values() if reply.call else ():
            yield (*path, "call"), text


def _slot_flaws(dialogue: Dialogue) -> Iterator[Flaw]:
    for path, text in _texts(dialogue):
        yield from _one_slot_flaws(dialogue, path, text)


def _one_slot_flaws(dialogue: Dialogue, path: Path, text: str) -> Iterator[Flaw]:
    for braces in _BRACES.findall(SLOT.sub("", text)):
        remedy = "write {name} in lower-case letters, digits and _"
        yield Flaw(path, f"{braces!r} in {text!r} is no slot", remedy)
    for slot in slots(text):
        if path[0] == "replies" and slot.split(".")[0] == "result":
            continue
        if path[0] == "greeting":
            what = f"{{{slot}}} in the greeting, which comes before anything is heard"
            yield Flaw(path, what, "take the slot out")
        elif slot not in dialogue.facts:
            what = f"{{{slot}}} in {text!r} is no fact of this dialogue"
            yield Flaw(path, what, suggestion(slot, dialogue.facts, "facts"))


def _result_flaws(dialogue: Dialogue) -> Iterator[Flaw]:
    """What a tool has answered can be told once one was called."""
    called = False
    for number, reply in sorted(dialogue.replies.items()):
        before = (reply.say, *(reply.call.arguments.values() if reply.call else ()))
        for slot in () if called else slots(" ".join(before)):
            if slot.split(".")[0] == "result":
                what = f"{{{slot}}} in reply {number}: no tool was called before"
                yield Flaw(("replies", str(number)), what, "let a reply before this one call: one")
        called = called or reply.call is not None


PARTS: Mapping[Rule, Collection[str]] = {
    _fact_flaws: ("facts",),
    _unique_flaws: ("caller", "facts"),
    _alike_flaws: ("caller",),
    _answer_flaws: ("answers", "replies"),
    _reply_flaws: ("caller", "replies"),
    _done_flaws: ("replies", "done"),
    _misspelt_flaws: ("done",),
    _shape_flaws: (),
    _result_flaws: ("replies",),
    _behaviour_flaws: ("caller",),
    _slot_flaws: ("facts", "greeting"),
}
"""The rules of a dialogue, each with the keys that must be readable for it."""
