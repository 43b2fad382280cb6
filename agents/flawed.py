"""The reference agent with one flaw: what a load test must be able to find.

python agents/flawed.py --flaw silent-drop --port 8650
python agents/flawed.py --list
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

import reference
from desk.front import FrontDesk
from desk.line import Line
from desk.retry import ProviderError, RetryPolicy
from desk.settings import Settings


class SilentDrop(FrontDesk):
    """Lets every call connect and leaves those beyond the limit to silence."""

    def admit(self, call_sid: str) -> bool:
        super().admit(call_sid)
        return True

    async def refuse(self, line: Line) -> None:
        await line.receive(lambda frame: None)


class Storm(RetryPolicy):
    """Tries again at once, whatever the provider has asked for."""

    def delay_s(self, error: ProviderError, attempt: int) -> float | None:
        return 0.03 if attempt < self.attempts else None


class RetryStorm(FrontDesk):
    """Fifty attempts where three are enough, and hardly a pause between them."""

    retry_policy = stt_retry_policy = Storm(attempts=50, tokens=1_000_000)


@dataclass(frozen=True, slots=True)
class Flaw:
    """A flaw, the checks that must fail because of it, and those that may."""

    name: str
    why: str
    desk: type[FrontDesk]
    fails: tuple[str, ...]
    may_fail: tuple[str, ...] = ()


FLAWS = {
    flaw.name: flaw
    for flaw in (
        Flaw(
            "silent-drop",
            "takes calls beyond its limit and never says a word to them",
            SilentDrop,
            fails=("explicit_refusal",),
            may_fail=(
                "exact_shed",
                "refusal_is_fast",
                "no_dead_air",
                "no_dropped_calls",
                "task_completed",
                "turn_latency",
                "goodput_under_overload",
                "admission_restored",
                "back_to_baseline",
                "samples",
            ),
        ),
        Flaw(
            "retry-storm",
            "answers a refusal with fifty more requests and ignores Retry-After",
            RetryStorm,
            fails=("retry_after_honoured", "retry_amplification"),
            may_fail=(
                "backoff_grows",
                "retries_not_synchronised",
                "no_retry_of_permanent_errors",
                "throttling_sustained",
                "bounded_concurrency",
                "no_dead_air",
                "apology_spoken",
                "task_completed",
                "turn_latency",
                "no_dropped_calls",
                "goodput_under_overload",
                "back_to_baseline",
                "samples",
            ),
        ),
    )
}


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
