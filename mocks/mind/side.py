"""Requests beside the conversation: guardrails, summaries, routers, titles."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from kernel.dialogue import SideRequest, ToolCall

from .conversation import Asked, turns
from .harmless import harmless
from .schema import Known, example, properties, resolved
from .sketch import drawn, wants_json
from .toolcall import offered

TO_SPEAK = ("message", "text", "response", "reply", "answer", "speech", "content")
"""Parameters of a tool by which a model speaks."""

_SPOKEN = ("response", "reply", "speech", "utterance", "say")  # and properties of JSON
_HEAD = 400  # characters; what a prompt is for stands at its start
_TASK = re.compile(
    r"\b(summar(y|ies|i[sz]\w*)|classif\w+|guardrails?|moderat\w+|titles?|rout(e|er|ing)|intents?"
    r"|extract\w*|judge|evaluat\w*|translat\w+|categori[sz]\w*|safety check)\b",
    re.IGNORECASE,
)
# A prompt that begins so has no other task.
_PLAIN_TASK = re.compile(
    r"""\W* (?:
        you\ are\ (?:now\ )? (?:
            (?:an?\ )? (?:\w+[ -]){0,3} (?:classifier|guardrail|moderator|summari[sz]er)
            | (?:summari[sz]|classify|moderat)ing
        )
        | (?:your\ (?:task|job)\ is\ to\ |please\ )? (?:
            summari[sz]e|compress|condense|classify|categori[sz]e|moderate|extract|evaluate
            | (?:check|determine|decide|detect)\ (?:whether|if)
            | (?:generate|write|give|suggest)(?:\ me)?(?:\ \w+){0,3}\ (?:title|summary)
        )
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_SUMMARY = re.compile(r"\b(summar|compress|condense)", re.IGNORECASE)
_TITLE = re.compile(r"\btitle", re.IGNORECASE)
_OR = r"\W{0,2}\s*(?:[,/|]|\bor\b)\s*(?:or\s+)?\W{0,2}"
_CHOICES = re.compile(
    rf"\b[A-Z][A-Z_]+\b(?:{_OR}\b[A-Z][A-Z_]+\b)+|[\"'`]\w+[\"'`](?:{_OR}\w+[\"'`])+"
)


def is_side(asked: Asked, calls: Sequence[ToolCall], named: Sequence[SideRequest] = ()) -> bool:
    """Whether a request is beside the conversation.

    It is `named` to be; it wants JSON that holds no words to be spoken; it insists on a tool that
    is none of the script's `calls`; or it offers none of the tools that a script has, and has
    another task.
    """
    if answered_by(asked, named) is not None:
        return True
    if asked.response_format is not None and asked.response_format.get("type") != "text":
        return spoken_in(asked) is None
    if calls and _insists_on_another_tool(asked, calls):
        return True
    if asked.tools:
        return False
    has_task = bool(calls) and bool(_TASK.search(_task(asked)))
    return has_task or _is_plain_task(asked)


def spoken_in(asked: Asked) -> str | None:
    """The property of the JSON by which a model speaks, if a conversation is held in JSON."""
    if asked.response_format is None or _is_plain_task(asked):
        return None
    schema = schema_of(asked.response_format)
    found = properties(resolved(schema, schema))
    return next((name for name in found if name.lower() in _SPOKEN), None)


def answered_by(asked: Asked, named: Sequence[SideRequest]) -> SideRequest | None:
    """The first of those that a scenario names which this request is."""
    return next((side for side in named if _is(side, asked)), None)


def answer(asked: Asked, known: Known, retold: str = "") -> str:
    """What such a request expects: JSON of its schema, one of its choices, or a few words.

    known   name of a property → its value, None if nobody knows
    retold  what the caller said, as far as it is in the script
    """
    prompt = f"{asked.instructions}\n{_last(asked)}"
    if asked.response_format is not None:
        schema = schema_of(asked.response_format)
        found = example(schema, known, every=True) if schema else drawn(prompt, known)
        return json.dumps(found)
    task = _task(asked)
    if _SUMMARY.search(task):
        heard = " ".join(" ".join(turn.heard for turn in turns(asked.messages)).split())
        return f"The caller said: {retold or heard[-300:]}"
    if wants_json(prompt):
        return json.dumps(drawn(prompt, known))
    if _TITLE.search(task):
        return "A call"
    found = _CHOICES.search(task)
    options = [one for one in re.findall(r"\w+", found[0]) if one != "or"] if found else ["OK"]
    return str(harmless(options))


def _is(side: SideRequest, asked: Asked) -> bool:
    return (
        side.model in ("", asked.model)
        and side.system.lower() in asked.instructions.lower()
        and side.json in (None, asked.response_format is not None)
        and side.tools in (None, bool(asked.tools))
    )


def _insists_on_another_tool(asked: Asked, calls: Sequence[ToolCall]) -> bool:
    """A structured answer often is asked for as a call of a tool; but so are words to be spoken."""
    forced = [tool for tool in asked.tools if tool.name == asked.tool_choice]
    if asked.tool_choice == "required" and len(asked.tools) == 1:
        forced = list(asked.tools)
    if not forced or any(offered(call, forced) for call in calls):
        return False
    names = properties(resolved(forced[0].parameters, forced[0].parameters))
    return not any(name.lower() in TO_SPEAK for name in names)


def _is_plain_task(asked: Asked) -> bool:
    return bool(_PLAIN_TASK.match(asked.instructions or _last(asked)))


def _last(asked: Asked) -> str:
    return asked.messages[-1].text if asked.messages else ""


def _task(asked: Asked) -> str:
    return f"{asked.instructions[:_HEAD]}\n{_last(asked)[:_HEAD]}"


def schema_of(response_format: Mapping[str, Any]) -> Mapping[str, Any]:
    """The JSON schema in a response format; empty if there is none."""
    found: Any = response_format
    for key in ("json_schema", "schema"):
        found = found.get(key, found) if isinstance(found, Mapping) else found
    told = isinstance(found, Mapping) and ("properties" in found or "$ref" in found)
    return found if told else {}
