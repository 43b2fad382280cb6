"""Serve the mocked providers until Ctrl-C: `fastbusy mocks`, or only some: `fastbusy mocks stt`."""

from __future__ import annotations

import argparse

from ..env import DEFAULT_PORT_BASE


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("stages", nargs="*", metavar="STAGE", help="stt, llm, tts, tools, or all")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port-base", type=int, default=DEFAULT_PORT_BASE)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--latency", action="append", default=[], metavar="STAGE.FIELD=LATENCY",
        help="for example llm.first='lognormal(350ms, 800ms)'",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    # Only this command needs the server side.
    from mocks.__main__ import main

    words = [*args.stages, "--host", args.host, "--port-base", str(args.port_base)]
    words += ["--seed", str(args.seed)]
    for change in args.latency:
        words += ["--latency", change]
    return main(words)
