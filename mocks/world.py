"""What every actor may look at: the brain, the latencies, the seed, the state behind the tools."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from kernel.clock import SECOND_NS
from kernel.fault import Arrival, Stage
from speech.identity import speaker_identity

from .exchange import Exchange
from .latency import DEFAULT_LATENCY, StageLatency
from .work import Limit, Limits

State = TypeVar("State")


class Brain(Protocol):
    """The scripted mind behind the language models; `mocks.brain` is the one there is."""

    def answer(self, asked: Any, ordinal: int = 0) -> Any: ...


@dataclass(frozen=True)
class Settings:
    """The bounds of a mock process.

    correlate           header whose value says which call a request belongs to, if there is one
    metadata            field of a request's metadata that says so, if there is one
    journal_events      events that the journal keeps
    body_bytes          longest request body, message_bytes longest WebSocket message
    unread_bytes        how much may wait for a client that does not read before it is dropped
    upload_s            how long a request body may take to arrive
    idle_s              after so long without a byte from the client a socket is dropped
    requests_per_minute, tokens_per_minute  the plan that rate limit headers tell of where no
                        fault limits anything
    """

    correlate: str = ""
    metadata: str = ""
    journal_events: int = 200_000
    body_bytes: int = 8 << 20
    message_bytes: int = 4 << 20
    unread_bytes: int = 4 << 20
    upload_s: float = 30.0
    idle_s: float = 900.0
    requests_per_minute: int = 10_000
    tokens_per_minute: int = 30_000_000

    def limits(self, tokens: int = 0) -> Limits:
        """How the plan's limits stand after one request of so many tokens."""
        requests, budget = self.requests_per_minute, self.tokens_per_minute
        return Limits(
            Limit(requests, requests - 1, 60 / requests),
            Limit(budget, max(0, budget - tokens), tokens * 60 / budget),
        )


@dataclass
class World:
    """Shared by all actors of a process.

    instance  tells the processes of one run apart
    epoch_ns  what the process's own clock showed at the Unix epoch, negated
    """

    brain: Brain
    seed: int = 0
    latency: Mapping[Stage, StageLatency] = field(default_factory=lambda: DEFAULT_LATENCY)
    settings: Settings = field(default_factory=Settings)
    instance: int = 0
    epoch_ns: int = 1_767_225_600 * SECOND_NS
    exchange: Exchange = field(default_factory=Exchange)
    _states: dict[Any, Any] = field(default_factory=dict)
    _spoken: int = 0
    _serial: int = 0

    def state(self, kind: Callable[[int], State]) -> State:
        """The one `kind(seed)` of this world, made when it is first asked for."""
        if kind not in self._states:
            self._states[kind] = kind(self.seed)
        found: State = self._states[kind]
        return found

    def serial(self) -> str:
        """Something to make an id of: different every time, and in every process of a run."""
        self._serial += 1
        return f"{self.instance}/{self._serial}"

    def utterance_identity(self) -> int:
        """The number that the next synthesised utterance carries in its sound."""
        self._spoken += 1
        return speaker_identity(self.instance, self._spoken)

    def reset(self) -> None:
        """Forget the tools' state and the telephone calls."""
        self._states.clear()
        self.exchange.reset()

    def wall_s(self, now_ns: int) -> int:
        """Seconds since the Unix epoch, for `created` fields."""
        return (self.epoch_ns + now_ns) // SECOND_NS

    def first_ns(self, arrival: Arrival) -> int:
        """How long this arrival waits for its first output when nothing is wrong."""
        return self.latency[arrival.stage].first_ns(self.seed, arrival)

    def between_ns(self, arrival: Arrival, index: int) -> int:
        """The gap before its output number `index`."""
        return self.latency[arrival.stage].between_ns(self.seed, arrival, index)
