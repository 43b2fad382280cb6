"""The `fastbusy` command: finds the command's file, and turns errors into exit codes."""

from __future__ import annotations

import argparse
import difflib
import importlib
import os
import platform
import sys
import traceback
from collections.abc import Mapping, Sequence
from types import ModuleType

from kernel.errors import FastbusyError, StackError, UsageError, brief
from kernel.version import version

from .options import from_environment, unknown_option

COMMANDS = {
    "demo": "three minutes that show the whole thing",
    "run": "run a scenario against an agent and judge it",
    "mocks": "serve the mocked providers",
    "env": "print the environment that points an agent at the mocks",
    "plan": "check a scenario and show what it would do",
    "check": "judge a run folder again",
    "report": "write the report of a run folder anew",
    "doctor": "look at this machine, and at the wiring of an agent",
    "hear": "print what an ear hears in a recording",
    "say": "write a text as call audio that carries it",
}
LATER = ("init", "record", "compare", "ab", "query", "faults", "incident", "replay", "promote")
USAGE, BROKEN, INTERRUPTED = 2, 4, 130
_EXTRA = ("rich", "plotly")

EPILOG = """\
options may also come from the environment: FASTBUSY_SEED=7 is --seed 7; the command line wins

exit codes: 0 pass or warn · 1 fail · 2 wrong usage, wrong file, taken port, agent not wired up ·
3 unknown (the run cannot tell) · 4 the stack or the harness broke · 130 interrupted
"""


def parser(wanted: str = "") -> tuple[argparse.ArgumentParser, argparse.ArgumentParser]:
    """The command line, and that of the one command that is wanted, if there is one of that name.

    Only that command's file is imported: `mocks` and `env` work without the harness extra.
    """
    top = command = argparse.ArgumentParser(
        prog="fastbusy",
        description="Does your voice agent push back, refuse politely, protect its calls, recover?",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    shown = f"fastbusy {version() or 'from a clone'}, Python {platform.python_version()}"
    top.add_argument("--version", action="version", version=shown)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, help in COMMANDS.items():
        sub = commands.add_parser(
            name, help=help, allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )  # fmt: skip
        if name == wanted:
            module, command = _module(name), sub
            sub.description = module.__doc__
            module.arguments(sub)
    return top, command


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code, whatever happens."""
    words = sys.argv[1:] if argv is None else list(argv)
    try:
        args = _read(words, os.environ)
        return int(_module(args.command).run(args))
    except SystemExit as exit:
        return exit.code if isinstance(exit.code, int) else USAGE
    except FastbusyError as error:
        notes = getattr(error, "__notes__", ())
        print(f"fastbusy: {error}", *(f"  {note}" for note in notes), sep="\n", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        try:
            sys.stdout.flush()
        except OSError:
            _fall_silent()
        return INTERRUPTED
    except BrokenPipeError:
        _fall_silent()
        return 0
    except Exception:
        # Python's own exit code for this is 1, which says that the agent failed.
        traceback.print_exc()
        print("fastbusy: this is a bug of ours; please report it", file=sys.stderr)
        return BROKEN


def _fall_silent() -> None:
    """The reader of our output has gone; Python would complain again while it shuts down."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _read(words: list[str], environ: Mapping[str, str]) -> argparse.Namespace:
    for word in words:
        if "\0" in word:
            raise UsageError(f"a NUL character stands in {brief(word)}", remedy="take it out")
    wanted = next((word for word in words if not word.startswith("-")), "")
    if wanted and wanted not in COMMANDS:
        raise _no_such_command(wanted)
    top, command = parser(wanted)
    if not words:
        top.print_help(sys.stderr)
        raise SystemExit(USAGE)
    given = from_environment(command, environ)
    args, unknown = top.parse_known_args(words)
    if unknown:
        raise unknown_option(command, unknown)
    for option, value in given.items():
        if not hasattr(args, option):
            setattr(args, option, value)
    return args


def _no_such_command(word: str) -> UsageError:
    if word in LATER:
        built = ", ".join(COMMANDS)
        return UsageError(f"the command {word!r} is not built yet", remedy=f"there are: {built}")
    close = difflib.get_close_matches(word, COMMANDS, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return UsageError(f"there is no command {word!r}", remedy=f"{hint}see fastbusy --help")


def _module(command: str) -> ModuleType:
    try:
        return importlib.import_module(f"fastbusy.commands.{command}")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        raise StackError(
            f"{command} needs the package {error.name}", remedy="pip install 'fastbusy[harness]'"
        ) from error
