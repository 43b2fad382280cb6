"""The `fastbusy` command: finds the command's file, and turns errors into exit codes."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from kernel.errors import FastbusyError

COMMANDS = {
    "demo": "two minutes that show the whole thing",
    "run": "run a scenario against an agent and judge it",
    "mocks": "serve the mocked providers",
    "env": "print the environment that points an agent at the mocks",
    "plan": "check a scenario and show what it would do",
    "check": "judge a run folder again",
    "report": "write the report of a run folder anew",
    "doctor": "look at this machine: ports, open files, disk, packages",
    "hear": "print what an ear hears in a recording",
    "say": "write a text as call audio that carries it",
}
LATER = ("init", "record", "compare", "ab", "query", "faults", "incident", "replay", "promote")
USAGE, INTERRUPTED = 2, 130

EPILOG = """\
exit codes: 0 pass or warn · 1 fail · 2 wrong usage, wrong file, agent not wired up ·
3 unknown (the run cannot tell) · 4 the stack or the harness broke · 130 interrupted
"""


def _module(command: str) -> ModuleType:
    return importlib.import_module(f"fastbusy.commands.{command}")


def parser(wanted: str = "") -> argparse.ArgumentParser:
    """The command line, with the options of the one command that is wanted.

    Only that command's file is imported: `mocks` and `env` work without the harness extra. Options
    may also come from the environment: FASTBUSY_SEED=7.
    """
    top = argparse.ArgumentParser(
        prog="fastbusy",
        description="Does your voice agent push back, refuse politely, protect its calls, recover?",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, help in COMMANDS.items():
        sub = commands.add_parser(name, help=help, allow_abbrev=False)
        if name == wanted:
            module = _module(name)
            sub.description = module.__doc__
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
    wanted = next((word for word in words if not word.startswith("-")), "")
    try:
        args = parser(wanted).parse_args(words)
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
