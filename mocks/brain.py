"""The scripted mind behind the LLM and realtime mocks: a pure function from a request to an answer.

It keeps nothing between requests, so retries, parallel and preemptive requests with the same
messages get the same answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b

from kernel.dialogue import Dialogue, Reply, Script, ToolCall
from kernel.likeness import Lines
from kernel.text import DAMAGED

from .mind import naming, side, toolcall, wording
from .mind.conversation import Answer, Asked, Message, ToolCallMade, ToolOffered, Turn, turns
from .mind.place import Place, Places
from .mind.recall import summaries
from .mind.results import failed, parse
from .mind.schema import example
from .mind.values import Values

__all__ = ["Answer", "Asked", "Brain", "Message", "ToolCallMade", "ToolOffered"]

MOST_ROUNDS = 5
"""Tool calls in a row after the caller's last words; then the mind speaks."""

_SAID = 0.5  # a reply was given if so much of it was spoken
_WORDS = 3  # fewer than this, or more damage than the following, are a mere fragment
_DAMAGE = 0.4
_TO_GREET = re.compile(
    r"(?:\b|_)(introduc\w+|greet\w*|say (hi|hello)|welcome|yourself|connect\w*|start\w*|begin\w*"
    r"|joined|the (user|caller|customer|call|conversation))\b|^\W*((hello|hi|hey|ring)\W*)*$",
    re.IGNORECASE,
)
_HELLO = re.compile(r"\W*(?:(?:hello|hi|hey)\W*)+", re.IGNORECASE)
_TO_CHECK = re.compile(
    r"\b(user|caller|customer)\b"
    r".*\b(silent|quiet|idle|inactive|paused|not respon\w+|still there)\b",
    re.IGNORECASE | re.DOTALL,
)
_BACKCHANNEL = re.compile(
    r"\W*(?:(?:mm+\W?h?m+|m+h+m+|uh\W?huh|right|okay|ok|yeah|yes|sure|i see|got it)\W*)+",
    re.IGNORECASE,
)


class Brain:
    """Knows a script; `answer` says what a model would that follows it."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._places = Places(script.dialogues, script.today)
        self._calls = [call for dialogue in script.dialogues for call in _calls(dialogue)]

    def answer(self, asked: Asked, ordinal: int = 0) -> Answer:
        """What the model says or calls.

        The same for the same messages, except without any words of a caller: such wording varies
        with `ordinal`, so that calls which ask alike can be told apart by what they hear.
        """
        conversation = turns(asked.messages)
        place = self._places.find(conversation, asked.tools, summaries(asked.messages))
        values = Values(place, conversation, self._script.today)
        turn = conversation[-1]
        if side.is_side(asked, self._calls, self._script.side_requests):
            return self._called_for(asked, turn, self._aside(asked, values), values)
        if not turn.heard and not turn.said:
            answer = self._greeting(asked, ordinal)
        elif turn.answered and _was_said(turn, place):
            answer = Answer(wording.still_there(self._script.seed, asked.digest, ordinal))
        elif not self._script.dialogues:
            answer = self._echo(asked, conversation)
        elif place is None:
            answer = self._off_script(asked, conversation, ordinal)
        else:
            answer = self._follow(asked, turn, place, values)
        answer = self._called_for(asked, turn, answer, values)
        return _in_json(asked, answer, values) if answer.text and not answer.calls else answer

    def _aside(self, asked: Asked, values: Values) -> Answer:
        """The answer to a request beside the conversation."""
        named = side.answered_by(asked, self._script.side_requests)
        text = named.answer if named else ""
        return Answer(text or side.answer(asked, values.guess, values.retold()), purpose="side")

    def _greeting(self, asked: Asked, ordinal: int) -> Answer:
        fitting = [one for one in self._script.dialogues if _can_call(one, asked.tools)]
        text = next((one.greeting for one in fitting or self._script.dialogues), wording.GREETING)
        names = (asked.digest, ordinal)
        return Answer(wording.greeting(text, self._script.seed, *names), purpose="greeting")

    def _follow(self, asked: Asked, turn: Turn, place: Place, values: Values) -> Answer:
        """The reply that the script has for the line."""
        reply = place.dialogue.replies.get(place.line)
        answer = Answer(line=place.line or None, dialogue=place.dialogue.name)
        if not place.line:
            return replace(answer, text=wording.ACKNOWLEDGED)
        if reply is None:
            return replace(answer, text=wording.CARRY_ON)
        if reply.call is None:
            return replace(answer, text=values.spoken(reply.say)[0] or wording.CARRY_ON)
        tool = toolcall.offered(reply.call, _usable(asked))
        name = tool.name if tool else reply.call.name
        result = _result_of(turn, name)
        if result is not None:
            return replace(answer, text=_then(reply, result, values))
        if _runs(turn, name):
            return replace(answer, text=wording.ONE_MOMENT)
        if tool is None:
            return replace(answer, text=wording.NEUTRAL, line=None, off_script=True)
        if turn.rounds >= MOST_ROUNDS:
            return replace(answer, text=_failed(reply, values))
        given = {name: values.argument(text) for name, text in reply.call.arguments.items()}
        call = self._call(asked, tool, toolcall.arguments(given, values.guess, tool))
        return replace(answer, text=values.spoken(reply.say)[0], calls=(call,))

    def _off_script(self, asked: Asked, conversation: Sequence[Turn], ordinal: int) -> Answer:
        """Instructions come as a user's words too; what is none is asked for again."""
        heard = conversation[-1].heard
        spoke = any(turn.said for turn in conversation)
        before = conversation[:-1]
        if spoke and before and _BACKCHANNEL.fullmatch(heard):
            return self._go_on(asked, before, ordinal)
        if not spoke and _TO_GREET.search(heard):
            return self._greeting(asked, ordinal)
        # Who is called says hello, be it into the greeting; of others it may be all that was heard.
        if _HELLO.fullmatch(heard) and all(map(_is_no_line, conversation)):
            return self._greeting(asked, ordinal)
        if spoke and _TO_CHECK.search(heard):
            return Answer(wording.still_there(self._script.seed, asked.digest, ordinal))
        fragment = len(heard.split()) < _WORDS or heard.count(DAMAGED) > _DAMAGE * len(heard)
        return Answer(wording.REPROMPT if fragment else wording.NEUTRAL, off_script=True)

    def _go_on(self, asked: Asked, conversation: Sequence[Turn], ordinal: int) -> Answer:
        """Say again what the caller has only nodded at: the agent has let itself be interrupted."""
        place = self._places.find(conversation, asked.tools, summaries(asked.messages))
        if place is None:
            return self._greeting(asked, ordinal)
        values = Values(place, conversation, self._script.today)
        return self._follow(asked, conversation[-1], place, values)

    def _echo(self, asked: Asked, conversation: Sequence[Turn]) -> Answer:
        """Without a script: one call of a tool, its result, and from then on the caller's words."""
        turn = conversation[-1]
        if turn.results and not turn.said:
            return Answer(f"The result is: {list(turn.results.values())[-1][:300]}")
        tools = _usable(asked)
        if tools and not any(one.calls for one in conversation):
            tool = max(tools, key=lambda one: _mentions(turn.heard, one))
            values = Values(None, conversation, self._script.today)
            call = self._call(asked, tool, toolcall.arguments({}, values.guess, tool))
            return Answer(calls=(call,))
        return Answer(f"You said: {' '.join(turn.heard.replace(DAMAGED, '').split())}")

    def _called_for(self, asked: Asked, turn: Turn, answer: Answer, values: Values) -> Answer:
        """The answer, as a tool call if the request insists on one."""
        tools = [one for one in _usable(asked) if asked.tool_choice in ("required", one.name)]
        if not tools or answer.calls or turn.rounds >= MOST_ROUNDS:
            return answer

        def guess(parameter: str) -> object:
            return answer.text if parameter.lower() in side.TO_SPEAK else values.guess(parameter)

        call = self._call(asked, tools[0], toolcall.arguments({}, guess, tools[0]))
        return replace(answer, text="", calls=(call,))

    def _call(self, asked: Asked, tool: ToolOffered, arguments: dict[str, object]) -> ToolCallMade:
        names = f"{self._script.seed} {asked.digest} {tool.name}"
        digest = blake2b(names.encode(errors="replace"), digest_size=12).hexdigest()
        return ToolCallMade(f"call_{digest}", tool.name, arguments)


def _is_no_line(turn: Turn) -> bool:
    """Nothing was heard but hello, or what the agent is told to do first."""
    return not turn.heard or bool(_HELLO.fullmatch(turn.heard) or _TO_GREET.search(turn.heard))


def _in_json(asked: Asked, answer: Answer, values: Values) -> Answer:
    """The answer in the JSON that a conversation is held in, if it is."""
    spoken = side.spoken_in(asked)
    if spoken is None or asked.response_format is None:
        return answer

    def known(name: str) -> object:
        return answer.text if name == spoken else values.guess(name)

    told = example(side.schema_of(asked.response_format), known, every=True)
    return replace(answer, text=json.dumps(told), spoken=answer.text)


def _calls(dialogue: Dialogue) -> list[ToolCall]:
    return [reply.call for reply in dialogue.replies.values() if reply.call]


def _can_call(dialogue: Dialogue, tools: Sequence[ToolOffered]) -> bool:
    return all(toolcall.offered(call, tools) for call in _calls(dialogue))


def _usable(asked: Asked) -> Sequence[ToolOffered]:
    if asked.tool_choice in ("auto", "required"):
        return asked.tools
    return [tool for tool in asked.tools if tool.name == asked.tool_choice]


def _was_said(turn: Turn, place: Place | None) -> bool:
    """Whether the assistant's words were the answer, and not a filler while one is owed."""
    reply = place.dialogue.replies.get(place.line) if place else None
    if reply is None:
        return True
    said = Lines([reply.say, reply.then, reply.failed]).read(turn.said)
    return any(way.share >= _SAID for _, way in said)


def _result_of(turn: Turn, tool: str) -> str | None:
    """What the last call of a tool gave in this turn, None if it was not called or is running."""
    for call in reversed(turn.calls):
        if call.id in turn.results and naming.closest(tool, [call.name]):
            return turn.results[call.id]
    return None


def _runs(turn: Turn, tool: str) -> bool:
    """Whether the tool was called in this turn and is still at work."""
    return any(call.id in turn.running and naming.closest(tool, [call.name]) for call in turn.calls)


def _then(reply: Reply, text: str, values: Values) -> str:
    result = parse(text)
    if not failed(result):
        spoken, known = values.spoken(reply.then or wording.DONE)
        if known:
            return spoken
        if isinstance(result, str):
            return f"This is what I found: {result[:300]}"
    return _failed(reply, values)


def _failed(reply: Reply, values: Values) -> str:
    return values.spoken(reply.failed)[0] or wording.APOLOGY


def _mentions(heard: str, tool: ToolOffered) -> int:
    return sum(word in heard.lower() for word in naming.words(tool.name))
