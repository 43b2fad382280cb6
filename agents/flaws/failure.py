"""Flaws that show when a provider throttles, stalls or fails."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

import aiohttp

from desk.agent import Agent
from desk.call import Call
from desk.comfort import Comfort
from desk.front import FrontDesk
from desk.openai import Mind
from desk.retry import ProviderDown, ProviderError, RetryPolicy
from desk.tasks import Work
from desk.tools import TOOLS

from .flaw import Flaw

log = logging.getLogger("desk")


class Storm(RetryPolicy):
    """Tries again at once, whatever the provider has asked for."""

    def delay_s(self, error: ProviderError, attempt: int) -> float | None:
        return 0.03 if attempt < self.attempts else None


class RetryStorm(FrontDesk):
    """Fifty attempts where three are enough, and hardly a pause between them."""

    retry_policy = stt_retry_policy = Storm(attempts=50, tokens=1_000_000)


class LoggingCall(Call):
    """Writes a failed turn into the log, and to nobody else."""

    async def _attempt(self, turn: Callable[[], Work], excuse: str) -> None:
        try:
            await turn()
        except ProviderDown as down:
            log.error("%s: %s", self._line.call_sid, down)


class HangsOn429(FrontDesk):
    """A request that is refused ends the turn, and the caller waits for an answer all the same."""

    call_type = LoggingCall
    retry_policy = RetryPolicy(attempts=1)


class AbruptCall(Call):
    """Ends with its first failure."""

    async def _attempt(self, turn: Callable[[], Work], excuse: str) -> None:
        try:
            await turn()
        except ProviderDown:
            await self._line.hang_up()


class NoApology(FrontDesk):
    """When a turn cannot be saved the call is torn down, as the finally: clause has it."""

    call_type = AbruptCall


class PatientAgent(Agent):
    """Knows no time after which an answer is of no use."""

    answer_s = 600.0


class PatientMind(Mind):
    """Keeps the timeout that the provider's SDK came with."""

    timeout = aiohttp.ClientTimeout(total=PatientAgent.answer_s)


class NoTimeout(FrontDesk):
    """Waits ten minutes for an answer, as the SDK does by default, and has no words for waiting."""

    agent_type = PatientAgent
    comfort = Comfort(first_s=PatientAgent.answer_s)

    def mind(self, session: aiohttp.ClientSession) -> Mind:
        return PatientMind(session, self._llm, self.settings, TOOLS)


class RestartingCall(Call):
    """Starts its pipeline anew after a failure, transcription included."""

    async def _attempt(self, turn: Callable[[], Work], excuse: str) -> None:
        await super()._attempt(partial(self._restarting, turn), excuse)

    async def _restarting(self, turn: Callable[[], Work]) -> None:
        try:
            await turn()
        except ProviderDown:
            await self._ear.reconnect()
            raise


class RestartsPipeline(FrontDesk):
    """Restarts everything when something fails: the model's trouble costs the transcription."""

    call_type = RestartingCall


FAILURE = (
    Flaw(
        "retry-storm",
        "answers a refusal with fifty more requests and ignores Retry-After",
        RetryStorm,
        scenario="throttle",
        fails=("retry_after_honoured", "retry_amplification", "backoff_grows"),
        may_fail=(
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
    Flaw(
        "hangs-on-429",
        "logs a refusal of the model and says nothing to the caller",
        HangsOn429,
        scenario="throttle",
        fails=("apology_spoken", "no_dead_air"),
        may_fail=(
            "explicit_refusal",
            "admitted_protected",
            "no_dropped_calls",
            "task_completed",
            "goodput_under_overload",
            "back_to_baseline",
        ),
    ),
    Flaw(
        "no-apology",
        "hangs up without a word when a provider fails for good",
        NoApology,
        scenario="throttle",
        fails=("apology_spoken", "no_dropped_calls", "explicit_refusal"),
        may_fail=(
            "admitted_protected",
            "task_completed",
            "goodput_under_overload",
            "back_to_baseline",
        ),
    ),
    Flaw(
        "restarts-pipeline",
        "restarts the transcription because the model fails",
        RestartsPipeline,
        scenario="throttle",
        fails=("stage_isolation",),
        may_fail=("no_dead_air", "task_completed", "goodput_under_overload", "back_to_baseline"),
    ),
    Flaw(
        "no-timeout",
        "waits ten minutes for an answer of the model",
        NoTimeout,
        scenario="stall",
        fails=("timeouts_bounded", "no_dead_air"),
        may_fail=(
            "explicit_refusal",
            "apology_spoken",
            "admitted_protected",
            "no_dropped_calls",
            "task_completed",
            "turn_latency",
            "goodput_under_overload",
            "back_to_baseline",
        ),
    ),
)
