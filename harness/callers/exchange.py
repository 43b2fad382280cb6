"""One exchange as it goes on: the caller's words, and what the agent makes of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from kernel.records import Turn

from .messages import Say, Utterance

EARLY_NS = 300_000_000
"""An answer may begin so long before the caller's last voiced sample: agents guess the end."""
OVERLAP_NS = 1_000_000_000
"""What began earlier is an answer as well if it still sounds so long after the caller's end."""


@dataclass(slots=True)
class Exchange:
    """What was said and what has come of it. Instants as in `kernel.records.Turn`."""

    say: Say
    from_ns: int
    until_ns: int
    first_sound_ns: int | None = None
    answer_ns: int | None = None
    answer_until_ns: int | None = None
    answers: list[str] = field(default_factory=list)

    @property
    def answered(self) -> bool:
        return self.answer_ns is not None

    def sounds(self, from_ns: int) -> None:
        """The agent is audible from `from_ns` on."""
        if self.first_sound_ns is None and from_ns >= self.until_ns - EARLY_NS:
            self.first_sound_ns = max(from_ns, self.until_ns)

    def concerns(self, utterance: Utterance) -> bool:
        """Whether an utterance can be a reaction to these words, by its times."""
        return (
            utterance.from_at_ns >= self.until_ns - EARLY_NS
            or utterance.until_at_ns >= self.until_ns + OVERLAP_NS
        )

    def take_answer(self, utterance: Utterance) -> None:
        """It is content: an answer, or more of it."""
        from_ns = max(utterance.from_at_ns, self.until_ns)
        if self.answer_ns is None:
            self.answer_ns = from_ns
        if self.first_sound_ns is None:
            self.first_sound_ns = from_ns
        self.answer_until_ns = utterance.until_at_ns
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
            answer=" ".join(self.answers),
            repeat=self.say.repeat,
        )
