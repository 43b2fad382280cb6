"""How long a caller waits, and for what. Instants and durations in nanoseconds."""

from __future__ import annotations

from kernel.clock import SECOND_NS

from .manners import COMFORT_PATIENCE, LISTENING_PATIENCE, Manners


class Patience:
    """The limits of one caller: its own patience, and the manners that it shares."""

    def __init__(self, patience_s: float, pause_s: float, manners: Manners) -> None:
        self._patience_ns = _ns(patience_s)
        self.pause_ns = _ns(pause_s)
        self.greeting_ns = _ns(manners.greeting_wait_s)
        self.hello_ns = _ns(manners.hello_wait_s)
        self.goodbye_ns = _ns(manners.goodbye_wait_s)
        self.refusal_ns = _ns(manners.refusal_wait_s)
        self.length_ns = _ns(manners.length_s)
        self._more_ns = min(_ns(manners.more_wait_s), self._patience_ns)

    def greeting_until_ns(self, from_ns: int) -> int:
        """When it speaks although something sounds that may become a greeting yet; or, if it has
        been called and has heard nothing from `from_ns` on, when it gives up."""
        return from_ns + self._patience_ns

    def answer_until_ns(self, asked_ns: int, heard_ns: int) -> int:
        """When an answer has been awaited for too long; `heard_ns`: anything was heard last."""
        heard_ns = max(heard_ns, asked_ns)
        comforted_until_ns = asked_ns + COMFORT_PATIENCE * self._patience_ns
        return min(heard_ns + self._patience_ns, comforted_until_ns)

    def more_until_ns(self, asked_ns: int, heard_ns: int) -> int:
        """When more than a courtesy has been awaited for long enough."""
        return min(heard_ns + self._more_ns, self.answer_until_ns(asked_ns, heard_ns))

    def listens_until_ns(self, from_ns: int) -> int:
        """When words that began at `from_ns` have gone on for too long."""
        return from_ns + LISTENING_PATIENCE * self._patience_ns


def _ns(seconds: float) -> int:
    return round(seconds * SECOND_NS)
