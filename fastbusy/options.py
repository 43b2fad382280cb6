"""Options of a command that may also come from the environment: `--seed 7` is FASTBUSY_SEED=7."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Mapping
from typing import Any

from kernel.errors import UsageError

_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def variable(option: str) -> str:
    """The variable of an option: `--agent-command` → `FASTBUSY_AGENT_COMMAND`."""
    return f"FASTBUSY_{option.strip('-').replace('-', '_').upper()}"


def from_environment(
    command: argparse.ArgumentParser, environ: Mapping[str, str]
) -> dict[str, Any]:
    """Destination → value of every option that a variable sets; an empty one sets nothing.

    These options have no default in `command` any more: what is absent after parsing is ours to
    fill in, so that the command line wins. UsageError if a value cannot be the option's.
    """
    found: dict[str, Any] = {}
    # argparse has no public way to list the options of a parser.
    for action in command._actions:
        is_flag = action.nargs == 0
        if not action.option_strings or (is_flag and action.const is not True):
            continue
        name = variable(action.dest)
        if text := environ.get(name, ""):
            found[action.dest] = _flag(name, text) if is_flag else _value(action, name, text)
            action.default, action.required = argparse.SUPPRESS, False
    return found


def unknown_option(command: argparse.ArgumentParser, words: list[str]) -> UsageError:
    """What to say about words that a command does not know."""
    word = words[0].partition("=")[0]
    known = sorted(option for action in command._actions for option in action.option_strings)
    close = difflib.get_close_matches(word, known, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    return UsageError(
        f"{word!r} means nothing to {command.prog}", remedy=f"{hint}see {command.prog} --help"
    )


def _flag(name: str, text: str) -> bool:
    if text.lower() not in (*_YES, *_NO):
        raise UsageError(f"{text!r} is neither yes nor no", where=name, remedy="write 1 or 0")
    return text.lower() in _YES


def _value(action: argparse.Action, name: str, text: str) -> Any:
    try:
        value = action.type(text) if callable(action.type) else text
    except UsageError as error:
        raise UsageError(error.what, where=name, remedy=error.remedy) from error
    except ValueError as error:
        kind = getattr(action.type, "__name__", "value")
        raise UsageError(f"{text!r} is no {kind}", where=name, remedy="set another one") from error
    if action.choices is not None and value not in action.choices:
        listed = ", ".join(map(str, action.choices))
        raise UsageError(f"{text!r} is not a choice", where=name, remedy=f"one of: {listed}")
    return [value] if isinstance(action, argparse._AppendAction) else value
