"""Trouble with one provider does not cost callers another one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from kernel.clock import SECOND_NS
from kernel.history import History
from kernel.records import FaultWindow
from kernel.units import Share

from ..analysis.windows import baseline
from ..check import Check
from ..finding import Evidence, Finding

_STAGE = "stt"
_FEWEST = 5
_AFTERMATH_NS = 2 * SECOND_NS


class StageIsolation(Check, frozen=True):
    """While a provider of another stage has a fault, transcription goes on as before: the agent
    opens no more transcription sockets than the calls and turns of that time need, measured by what
    they need at baseline. One socket for a call, one for a turn and a pool are all right. While
    transcription has a fault of its own as well, nothing is said.

    beyond  sockets beyond the need, as a share of the calls that are up; more fail
    """

    scalar: ClassVar[str] = "beyond"

    beyond: Share = Share(0.2)

    def look(self, history: History) -> Finding:
        calm = baseline(history)
        own = [fault for fault in history.faults if _is_own(fault)]
        others = [
            fault
            for fault in history.faults
            if not _is_own(fault) and not any(_overlap(fault, each, history) for each in own)
        ]
        if calm is None or not others:
            return self.unknown(
                "there is no unfaulted baseline, or no fault of another stage alone"
            )
        usual = _Window(history, calm.from_ns, calm.until_ns)
        windows = [_beside(fault, history) for fault in others]
        judged = [window for window in windows if len(window.up) >= _FEWEST]
        if len(usual.begun) < _FEWEST or not usual.sockets or not judged:
            return self.unknown(
                f"fewer than {_FEWEST} calls were up at baseline or beside a fault, or no "
                "transcription socket was opened"
            )
        worst = max(judged, key=lambda window: window.beyond(usual))
        beyond = worst.beyond(usual)
        return self.finding(
            "fail" if beyond > self.beyond else "pass",
            f"{worst.extra(usual):.0f} transcription sockets were opened beyond the need of "
            f"{len(worst.up)} calls while another provider had a fault",
            {
                "sockets": len(worst.sockets),
                "calls_up": len(worst.up),
                "sockets_beyond_need": worst.extra(usual),
            },
            worst.evidence if beyond > self.beyond else (),
        )


class _Window:
    """A stretch of the run: its transcription sockets, and what there was to transcribe."""

    def __init__(self, history: History, from_ns: int, until_ns: int) -> None:
        def within(at_ns: int | None) -> bool:
            return at_ns is not None and from_ns <= at_ns < until_ns

        self.sockets = [
            socket
            for socket in history.sockets
            if socket.stage == _STAGE and socket.opened and within(socket.from_ns)
        ]
        self.begun = [call for call in history.calls if within(call.answered_ns)]
        self.up = [
            call
            for call in history.calls
            if call.answered_ns is not None
            and call.answered_ns < until_ns
            and from_ns < call.ended_ns
        ]
        calls = {call.span: call for call in self.up}
        joined = ((work.socket, history.call_of(work)) for work in history.work)
        self._users = {socket: calls[call] for socket, call in joined if call in calls}
        self.turns = sum(within(turn.from_at_ns) for call in self.up for turn in call.turns)

    def extra(self, usual: _Window) -> float:
        """Sockets beyond what the calls that began, or the turns, would need at baseline."""
        by_call = len(self.begun) * len(usual.sockets) / len(usual.begun)
        by_turn = self.turns * len(usual.sockets) / max(1, usual.turns)
        per_turn = len(usual.sockets) > 1.5 * len(usual.begun)
        return max(0.0, len(self.sockets) - (max(by_call, by_turn) if per_turn else by_call))

    def beyond(self, usual: _Window) -> float:
        return self.extra(usual) / len(self.up)

    @property
    def evidence(self) -> Iterator[Evidence]:
        """Sockets that were opened in the middle of their call."""
        for socket in self.sockets:
            call = self._users.get(socket.span)
            if call and call.answered_ns and socket.from_ns > call.answered_ns + SECOND_NS:
                yield Evidence(call.span, socket.from_ns, f"another socket: {socket.span}")


def _is_own(fault: FaultWindow) -> bool:
    return fault.target.split("/")[0] == _STAGE


def _overlap(one: FaultWindow, other: FaultWindow, history: History) -> bool:
    return one.from_ns < _over_ns(other, history) and other.from_ns < _over_ns(one, history)


def _over_ns(fault: FaultWindow, history: History) -> int:
    return history.end_ns if fault.until_ns is None else fault.until_ns + _AFTERMATH_NS


def _beside(fault: FaultWindow, history: History) -> _Window:
    return _Window(history, fault.from_ns, _over_ns(fault, history))
