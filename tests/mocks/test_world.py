from __future__ import annotations

from kernel.fault import Arrival
from mocks.world import Settings
from speech.identity import split_speaker_identity

from .echo import a_world


class Counter:
    def __init__(self, seed: int) -> None:
        self.seed = seed


def test_state_is_made_once_and_forgotten_by_a_reset() -> None:
    world = a_world(seed=5)
    first = world.state(Counter)
    assert first.seed == 5
    assert world.state(Counter) is first
    world.reset()
    assert world.state(Counter) is not first


def test_utterances_are_told_apart_across_processes() -> None:
    here, there = a_world(instance=1), a_world(instance=2)
    identities = {here.utterance_identity(), here.utterance_identity(), there.utterance_identity()}
    assert len(identities) == 3
    assert split_speaker_identity(there.utterance_identity()) == (2, 2)


def test_the_plan_says_how_its_limits_stand() -> None:
    limits = Settings(requests_per_minute=60, tokens_per_minute=600).limits(tokens=30)
    assert limits.requests is not None
    assert limits.tokens is not None
    assert (limits.requests.limit, limits.requests.remaining, limits.requests.reset_s) == (
        60,
        59,
        1,
    )
    assert (limits.tokens.limit, limits.tokens.remaining, limits.tokens.reset_s) == (600, 570, 3)


def test_the_wall_clock_is_the_own_clock_moved() -> None:
    world = a_world(epoch_ns=1_000_000_000_000)
    assert world.wall_s(5_500_000_000) == 1005


def test_latencies_are_those_of_the_stage() -> None:
    world = a_world()
    arrival = Arrival("tts", "echo", "POST /echo", "request", "tts-w1", "x")
    assert world.first_ns(arrival) == 0
    assert world.between_ns(arrival, 3) == 0
