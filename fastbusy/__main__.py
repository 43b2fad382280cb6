"""`python -m fastbusy` is the `fastbusy` command, and what the installed command calls."""

import sys

_INTERRUPTED = 130


def main() -> int:
    """The exit code; a Ctrl-C while modules are still being loaded is one like any other."""
    try:
        from .cli import main as command

        return command()
    except KeyboardInterrupt:
        return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
