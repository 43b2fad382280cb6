"""What a check is: figures with units that a user may set, and a finding about a history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

import msgspec

from kernel.history import History

from .correlation.correlate import attribution
from .finding import Evidence, Finding, Outcome

_EVIDENCE = 10

Measures = Mapping[str, float | int | str | None]


class Check(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file in `harness/checks/`; its fields are its YAML under `gate:`, its docstring the
    definition that users read. Pure: history in, finding out.

    scalar      the field that a bare value sets (`no_dead_air: 5s`)
    instrument  it speaks of the harness: a bad one voids the run, and is `unknown`, never `fail`
    per_call    it needs to know which provider work belongs to which call
    """

    scalar: ClassVar[str]
    instrument: ClassVar[bool] = False
    per_call: ClassVar[bool] = False

    @property
    def name(self) -> str:
        return type(self).__module__.rpartition(".")[2]

    @property
    def calls_needed(self) -> int:
        """Calls after the warm-up without which it can only say `unknown`."""
        return 0

    @property
    def bites_needed(self) -> int:
        """Calls that every fault has to bite, or it can only say `unknown`."""
        return 0

    def __call__(self, history: History) -> Finding:
        """The finding; where joins are missing that it needs, what holds without them."""
        if self.per_call:
            joins = attribution(history)
            if not joins.enough:
                return self.look_without_joins(history) or self.unknown(
                    f"only {joins.joined} of {joins.total} pieces of provider work could be "
                    "joined to calls; see the check `attributed`"
                )
        return self.look(history)

    def look(self, history: History) -> Finding:
        raise NotImplementedError

    def look_without_joins(self, history: History) -> Finding | None:
        """A fault that is certain though too little work is joined; None if there is none."""
        return None

    def finding(
        self,
        outcome: Outcome,
        summary: str,
        measures: Measures | None = None,
        evidence: Iterable[Evidence] = (),
        breach: float | None = None,
    ) -> Finding:
        return Finding(
            name=self.name,
            outcome=outcome,
            summary=summary,
            measures=dict(measures or {}),
            evidence=tuple(evidence)[:_EVIDENCE],
            instrument=self.instrument,
            breach=breach,
        )

    def unknown(self, summary: str, measures: Measures | None = None) -> Finding:
        return self.finding("unknown", summary, measures)
