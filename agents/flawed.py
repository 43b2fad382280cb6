"""The reference agent with one flaw: what a load test must be able to find.

python agents/flawed.py --flaw silent-drop --port 8650
python agents/flawed.py --list
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from aiohttp import web

import reference
from desk.settings import Settings
from flaws.ending import ENDING
from flaws.failure import FAILURE
from flaws.flaw import Flaw
from flaws.outbound import OUTBOUND
from flaws.overload import OVERLOAD
from flaws.recovery import RECOVERY

FLAWS = {flaw.name: flaw for flaw in (*OVERLOAD, *FAILURE, *RECOVERY, *ENDING, *OUTBOUND)}


def build_app(settings: Settings, flaw: Flaw) -> web.Application:
    """The reference agent with one flaw, as an aiohttp application."""
    return reference.build_app(settings, flaw.desk)


def main(argv: Sequence[str] | None = None) -> None:
    """Run a flawed agent, or list the flaws."""
    options = reference.parser()
    options.description = __doc__
    choice = options.add_mutually_exclusive_group(required=True)
    choice.add_argument("--flaw", choices=FLAWS, help="what is wrong with it")
    choice.add_argument("--list", action="store_true", help="print the flaws and exit")
    arguments = options.parse_args(argv)
    if arguments.list:
        for flaw in FLAWS.values():
            print(f"{flaw.name}: {flaw.why}; fails {', '.join(flaw.fails)}")
        return
    logging.basicConfig(level=logging.INFO if arguments.verbose else logging.WARNING)
    settings = reference.settings_from(arguments)
    asyncio.run(reference.serve(build_app(settings, FLAWS[arguments.flaw]), settings))


if __name__ == "__main__":
    main()
