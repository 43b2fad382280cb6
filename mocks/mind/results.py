"""What a tool answered, as the agent passes it on: JSON, a Python repr, or plain words."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

_LONGEST = 100_000
_IN_PROGRESS = "IN_PROGRESS"
_CANCELLED = re.compile(r"CANCELLED(: this tool call was cancelled.*)?", re.DOTALL)
_ASYNCHRONOUS = "async_tool"
_REPR_STARTS = ("{", "[", "(", "'", '"')
_DEEPEST = 4
_FAILURE = re.compile(
    r"^\W*(error|exception|traceback|failed|failure|timed? ?out|unknown (function|tool)"
    r"|(http\S* )?[45]\d\d\b)"
    r"|\b(http|status|code)\W{0,3}[45]\d\d\b"
    # What frameworks put in place of an exception.
    r"|\berror (has )?occurred\b|\bfailed and returned no\b|\breturned an invalid\b"
    r"|\bis not currently available\b",
    re.IGNORECASE,
)
_BAD_STATUS = re.compile(
    r"error|fail|unavailable|not.?found|conflict|denied|reject|time.?d?.?out|invalid|[45]\d\d$",
    re.IGNORECASE,
)


def parse(text: str) -> Any:
    """The value of a result; the text itself if it is neither JSON nor a Python literal."""
    if len(text) > _LONGEST:
        return text
    with suppress(ValueError, RecursionError):
        return json.loads(text)
    if text.lstrip()[:1] in _REPR_STARTS:
        # A backslash in somebody's text is nothing to warn of.
        with (
            warnings.catch_warnings(action="ignore"),
            suppress(ValueError, SyntaxError, TypeError, MemoryError, RecursionError),
        ):
            return ast.literal_eval(text.strip())
    return text


def runs(text: str) -> bool:
    """Whether a tool is still at work: Pipecat says so in place of its result."""
    return text == _IN_PROGRESS or _asynchronous(text).get("status") == "running"


def given_up(text: str) -> bool:
    """Whether a call was given up before it had a result, as Pipecat says: as if never made."""
    return _CANCELLED.fullmatch(text) is not None


def late(text: str) -> tuple[str, str] | None:
    """A result that comes as a message of its own after the conversation went on, as Pipecat tells
    it: the id of the call, and the text; None if it is none or not the last."""
    told = _asynchronous(text)
    if told.get("status") != "finished":
        return None
    return str(told.get("tool_call_id", "")), str(told.get("result", ""))


def _asynchronous(text: str) -> Mapping[str, Any]:
    found = parse(text) if text.startswith("{") and _ASYNCHRONOUS in text[:40] else None
    return found if isinstance(found, Mapping) and found.get("type") == _ASYNCHRONOUS else {}


def failed(result: Any) -> bool:
    """Whether a result tells of an error: by its words, an `error` in it, or its status."""
    if isinstance(result, str):
        return bool(_FAILURE.search(result))
    if not isinstance(result, Mapping):
        return False
    if result.get("error") or result.get("is_error") or result.get("isError"):
        return True
    if False in (result.get("ok"), result.get("success")):
        return True
    status = result.get("status", result.get("status_code", ""))
    if _BAD_STATUS.match(str(status)):
        return True
    # A lone key is a wrapper: {"result": …}
    return len(result) == 1 and any(
        isinstance(inner, Mapping) and failed(inner) for inner in result.values()
    )


def look_up(path: Sequence[str], results: Iterable[Any]) -> Any:
    """What stands at `path` in the first of `results` that has it, wrappers or not; else None."""
    for result in results:
        for inner in _inside(result, 0):
            found = inner
            for step in path:
                found = _step(found, step)
            if found is not None:
                return found
    return None


def _step(value: Any, step: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, list | tuple) and step.isdigit() and int(step) < len(value):
        return value[int(step)]
    return None


def _inside(value: Any, depth: int) -> Iterator[Any]:
    """The value, then what is wrapped in it, the outermost first of each branch."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        value = parse(value)
    yield value
    if depth < _DEEPEST and isinstance(value, Mapping | list | tuple):
        for inner in value.values() if isinstance(value, Mapping) else value:
            if isinstance(inner, Mapping | list | tuple | str):
                yield from _inside(inner, depth + 1)
