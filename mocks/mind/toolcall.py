"""Which of the offered tools the script means, and arguments that fit its schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kernel.dialogue import ToolCall

from . import naming
from .conversation import ToolOffered
from .schema import Known, example, properties, required, resolved

_UNMISTAKABLE = 0.7
_DEEPEST = 3  # objects within objects
_MARGIN = 0.1  # by so much the best tool is better than the next
_KINDS = {
    "date": "date",
    "day": "date",
    "time": "time",
    "slot": "time",
    "name": "person",
    "customer": "person",
    "phone": "us_phone",
    "number": "number",
    "reference": "reference",
}
# Where nobody knows a fact that a tool requires, a value that the tool can read.
_PLAIN = {
    "date": "2026-01-05",
    "time": "09:00",
    "person": "Sam Doe",
    "us_phone": "+12015550100",
    "number": "1",
    "reference": "KX4712",
}


def kind_of(name: str) -> str | None:
    """The kind of fact that a parameter of such a name asks for."""
    return next((_KINDS[word] for word in naming.words(name) if word in _KINDS), None)


def offered(call: ToolCall, tools: Sequence[ToolOffered]) -> ToolOffered | None:
    """The tool of this name, or the one that unmistakably is it, by its name and parameters."""
    fits = sorted(((_fit(call, tool), tool) for tool in tools), key=lambda pair: -pair[0])
    if not fits or fits[0][0] < _UNMISTAKABLE:
        return None
    rivals = [fit for fit, _ in fits[1:] if fits[0][0] < 1 and fits[0][0] - fit < _MARGIN]
    return None if rivals else fits[0][1]


def _fit(call: ToolCall, tool: ToolOffered) -> float:
    alike = naming.likeness(call.name, tool.name)
    if alike == 1:
        return alike
    return 0.8 * alike + 0.2 * naming.shared(call.arguments, [name for name, _ in _leaves(tool)])


def arguments(given: Mapping[str, Any], guess: Known, tool: ToolOffered) -> dict[str, Any]:
    """What the script gives under the tool's names, and a value for whatever else it requires.

    given  by the script's names; None where nobody knows the value
    guess  name of a required parameter that the script does not give → its value, or None
    """
    if not properties(resolved(tool.parameters, tool.parameters)):
        return {name: value for name, value in given.items() if value is not None}
    named = _under_its_names({k: v for k, v in given.items() if v is not None}, tool)

    def guess_or_plain(name: str) -> Any:
        guessed = guess(name)
        return _PLAIN.get(kind_of(name) or "") if guessed is None else guessed

    made = example(tool.parameters, named.get, guess_or_plain)
    return made if isinstance(made, dict) else {}


def _under_its_names(given: Mapping[str, Any], tool: ToolOffered) -> dict[str, Any]:
    """By likeness of names, else by kind, else the one that is left to the one that is left."""
    free = dict(_leaves(tool))
    found: dict[str, Any] = {}
    for match in (naming.closest, _of_same_kind):
        for name in [name for name in given if name not in found.values()]:
            if property := match(name, free):
                found[property] = name
                del free[property]
    left = [name for name in given if name not in found.values()]
    needed = [property for property, is_needed in free.items() if is_needed]
    if len(left) == len(needed) == 1:
        found[needed[0]] = left[0]
    return {property: given[name] for property, name in found.items()}


def _of_same_kind(name: str, among: Mapping[str, bool]) -> str | None:
    kind = kind_of(name)
    return next((other for other in among if kind and kind_of(other) == kind), None)


def _leaves(tool: ToolOffered) -> Iterator[tuple[str, bool]]:
    """The parameters, those within objects too: (name, whether it is required)."""
    waiting: list[tuple[Any, int]] = [(tool.parameters, 0)]
    while waiting:
        schema, depth = waiting.pop(0)
        schema = resolved(schema, tool.parameters)
        for name, inner in properties(schema).items():
            if depth < _DEEPEST and properties(resolved(inner, tool.parameters)):
                waiting.append((inner, depth + 1))
            else:
                yield name, name in required(schema)
