"""What the flaws of failure do to a caller whose turn fails."""

from __future__ import annotations

from typing import Any

from desk import phrases
from desk.call import Call
from desk.openai import Mind
from desk.retry import ProviderError
from desk.settings import Settings
from flaws.failure import (
    FAILURE,
    AbruptCall,
    HangsOn429,
    LoggingCall,
    NoTimeout,
    RestartingCall,
    RetryStorm,
)
from tests.agents.desk.test_call import Scene
from tests.agents.jumping import now, run


def failing(call: type[Call]) -> tuple[Scene, float]:
    """A call whose second turn fails a second after the caller's words, and when it ended."""

    async def main() -> tuple[Scene, float]:
        scene = Scene(call=call)
        scene.agent.broken = {"one"}
        scene.ear.soon(5, "one", end=True)
        await scene.play()
        return scene, now()

    return run(main())


def test_a_storm_never_waits() -> None:
    policy = RetryStorm.retry_policy
    refused = ProviderError("openai", 429, "", retry_after_s=60)
    assert {policy.delay_s(refused, attempt) for attempt in range(1, 50)} == {0.03}
    assert policy.delay_s(refused, 50) is None


def test_what_is_only_logged_nobody_hears_of() -> None:
    scene, ended_s = failing(LoggingCall)
    assert (scene.agent.announced, ended_s) == ([], 60)
    assert HangsOn429.retry_policy.delay_s(ProviderError("openai", 429, ""), 1) is None


def test_an_abrupt_call_ends_with_its_first_failure() -> None:
    scene, ended_s = failing(AbruptCall)
    assert (scene.agent.announced, scene.line.hung_up, ended_s) == ([], True, 6)


def test_a_restart_takes_the_transcription_along() -> None:
    scene, _ = failing(RestartingCall)
    assert (scene.agent.announced, scene.ear.reconnects) == ([phrases.REPEAT], 1)


def test_no_timeout_waits_ten_minutes_for_everything() -> None:
    session: Any = None
    desk = NoTimeout(Settings())
    mind = desk.mind(session)
    assert mind.timeout.total == desk.agent_type.answer_s == desk.comfort.first_s == 600
    assert Mind.timeout.total is None
    assert mind.timeout.sock_read is None


def test_each_has_a_name_of_its_own() -> None:
    assert len({flaw.name for flaw in FAILURE}) == len(FAILURE) == 5
