"""The `fastbusy` command: finds the command's file, and turns errors into exit codes."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from kernel.errors import FastbusyError

COMMANDS = ("demo", "run", "mocks", "env", "plan", "check", "report", "doctor", "hear", "say")
LATER = ("init", "record", "compare", "ab", "query", "faults", "incident", "replay", "promote")
USAGE, INTERRUPTED = 2, 130

EPILOG = """\
exit codes: 0 pass or warn · 1 fail · 2 wrong usage, wrong file, agent not wired up ·
3 unknown (the run cannot tell) · 4 the stack or the harness broke · 130 interrupted
"""


def _module(command: str) -> ModuleType:
    return importlib.import_module(f"fastbusy.commands.{command}")


def parser() -> argparse.ArgumentParser:
    """The whole command line. Options may also come from the environment: FASTBUSY_SEED=7."""
    top = argparse.ArgumentParser(
        prog="fastbusy",
        description="Does your voice agent push back, refuse politely, protect its calls, recover?",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS:
        module = _module(name)
        sub = commands.add_parser(
            name, help=module.HELP, description=module.__doc__, allow_abbrev=False
        )
        module.arguments(sub)
        _defaults_from_environment(sub)
    return top


def _defaults_from_environment(sub: argparse.ArgumentParser) -> None:
    for action in sub._actions:
        # argparse has no public way to list an option's names.
        value = os.environ.get(f"FASTBUSY_{action.dest.upper()}")
        if value is not None and action.option_strings and action.nargs != 0:
            action.default = [value] if isinstance(action, argparse._AppendAction) else value


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    words = sys.argv[1:] if argv is None else list(argv)
    if words and words[0] in LATER:
        print(f"fastbusy {words[0]} is not built yet", file=sys.stderr)
        return USAGE
    args = parser().parse_args(words)
    try:
        return int(_module(args.command).run(args))
    except FastbusyError as error:
        print(f"fastbusy: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone; Python would complain again while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
