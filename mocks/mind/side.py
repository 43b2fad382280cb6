"""Requests beside the conversation: guardrails, summaries, routers, titles."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from .conversation import Asked, turns
from .schema import Known, example

_HEAD = 400  # characters; what a prompt is for stands at its start
_TASKS = re.compile(
    r"\b(summari[sz]\w*|classif\w+|guardrails?|moderat\w+|titles?|rout(e|er|ing)|intents?"
    r"|extract\w*|judge|evaluat\w*|translat\w+|categori[sz]\w*|safety check)\b",
    re.IGNORECASE,
)
_SUMMARY = re.compile(r"\bsummar", re.IGNORECASE)
_TITLE = re.compile(r"\btitle", re.IGNORECASE)
_CHOICE = re.compile(r"\b([A-Z][A-Z_]+)\W+(?:or\W+)?[A-Z][A-Z_]+\b|[\"'`](\w+)[\"'`],? or ")


def is_side(asked: Asked, script_has_tools: bool) -> bool:
    """It wants JSON, or lacks the tools of the script and has another task."""
    if asked.response_format is not None and asked.response_format.get("type") != "text":
        return True
    return script_has_tools and not asked.tools and bool(_TASKS.search(_task(asked)))


def answer(asked: Asked, known: Known) -> str:
    """What such a request expects: JSON of its schema, one of its choices, or a few words."""
    if asked.response_format is not None:
        return json.dumps(example(_schema(asked.response_format), known, every=True))
    task = _task(asked)
    if _SUMMARY.search(task):
        heard = " ".join(turn.heard for turn in turns(asked.messages))
        return f"The caller said: {heard[-300:]}"
    if _TITLE.search(task):
        return "A call"
    choice = _CHOICE.search(task)
    return choice[1] or choice[2] if choice else "OK"


def _task(asked: Asked) -> str:
    last = asked.messages[-1].text if asked.messages else ""
    return f"{asked.instructions[:_HEAD]}\n{last[:_HEAD]}"


def _schema(response_format: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = response_format
    for key in ("json_schema", "schema"):
        found = found.get(key, found) if isinstance(found, Mapping) else found
    told = isinstance(found, Mapping) and ("properties" in found or "$ref" in found)
    return found if told else {"type": "object"}
