"""One exchange as it goes on: the caller's words, and what the agent makes of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from kernel.records import Turn

from .manners import TURN_QUIET_NS
from .messages import Say, Utterance

EARLY_NS = 300_000_000
"""An answer may begin so long before the caller's last voiced sample: agents guess the end."""
OVERLAP_NS = 1_000_000_000
"""What began earlier is an answer as well if it still sounds so long after the caller's end."""


@dataclass(slots=True)
class Exchange:
    """What was said and what has come of it. Instants as in `kernel.records.Turn`.

    courtesies  mere acknowledgements: the beginning of the answer if it follows in the same turn,
                the whole of it only if the caller takes them for that
    announced   the agent has said that the answer is coming
    into_ns     when the agent began the words that these were spoken into, None if it was silent
    interrupted the caller has spoken into the answer to these
    """

    say: Say
    from_ns: int
    until_ns: int
    first_sound_ns: int | None = None
    answer_ns: int | None = None
    answer_until_ns: int | None = None
    answers: list[str] = field(default_factory=list)
    courtesies: list[Utterance] = field(default_factory=list)
    announced: bool = False
    into_ns: int | None = None
    interrupted: bool = False

    @property
    def answered(self) -> bool:
        return self.answer_ns is not None

    def sounds(self, from_ns: int) -> None:
        """The agent is audible from `from_ns` on."""
        if self.first_sound_ns is None and from_ns >= self.until_ns - EARLY_NS:
            self.first_sound_ns = max(from_ns, self.until_ns)

    def concerns(self, utterance: Utterance) -> bool:
        """Whether an utterance can be a reaction to these words, by its times.

        What the caller interrupted is none. What it talked over is, if it came to its end.
        """
        if self.into_ns is not None and utterance.from_at_ns <= self.into_ns:
            return utterance.verified and not self.say.barge_in
        return (
            utterance.from_at_ns >= self.until_ns - EARLY_NS
            or utterance.until_at_ns >= self.until_ns + OVERLAP_NS
        )

    def take(self, utterance: Utterance, role: str) -> None:
        """Something was said; `role` as in `kernel.records.Heard`."""
        match role:
            case "answer":
                self._take_answer(utterance)
            case "acknowledgement" if not self.answered:
                self.courtesies.append(utterance)
            case "filler":
                self.announced = True

    def _take_answer(self, utterance: Utterance) -> None:
        if self.answer_ns is None:
            for courtesy in self._leading_to(utterance):
                self._add(courtesy)
        self._add(utterance)

    def settle_for_courtesies(self) -> None:
        """They are all that the agent has to say."""
        for courtesy in self.courtesies:
            self._add(courtesy)

    def _leading_to(self, utterance: Utterance) -> list[Utterance]:
        """The courtesies that the agent has begun the same turn with."""
        leading: list[Utterance] = []
        for courtesy in reversed(self.courtesies):
            follows = leading[0] if leading else utterance
            if follows.from_at_ns - courtesy.until_at_ns > TURN_QUIET_NS:
                break
            leading.insert(0, courtesy)
        return leading

    def _add(self, utterance: Utterance) -> None:
        from_ns = max(utterance.from_at_ns, self.until_ns)
        if self.answer_ns is None:
            self.answer_ns = from_ns
        if self.first_sound_ns is None:
            self.first_sound_ns = from_ns
        self.answer_until_ns = max(utterance.until_at_ns, self.answer_ns)
        self.answers.append(utterance.text)

    def turn(self, owed_until_ns: int) -> Turn:
        """The record; `owed_until_ns` counts where no answer came."""
        until_ns = min(self.until_ns, max(self.from_ns, owed_until_ns))
        owed_ns = max(owed_until_ns if self.answer_ns is None else self.answer_ns, until_ns)
        return Turn(
            index=self.say.index,
            text=self.say.text,
            from_at_ns=self.from_ns,
            until_at_ns=until_ns,
            owed_until_at_ns=owed_ns,
            first_sound_at_ns=self.first_sound_ns,
            answer_at_ns=self.answer_ns,
            answer_until_at_ns=self.answer_until_ns,
            answer=" ".join(filter(None, self.answers)),
            repeat=self.say.repeat,
            interrupted=self.interrupted,
            barge_in=self.say.barge_in,
            keys=self.say.keys,
        )
