"""What a caller notices of the agent: whether it sounds, what it says, and what that is for."""

from __future__ import annotations

import re

from kernel.records import Heard

from .exchange import Exchange
from .messages import Speech, Utterance
from .phrases import manner_of

_SETTLING = ("reprompt", "apology", "refusal")
"""Roles of what is no answer, but after which none is owed any more."""

_CLAUSE_END = re.compile(r"[.,;:?!…](?=\s|$)")
_BEGUN_WORD = re.compile(r"\S*[^\s.?!]")
_TELLING_WORDS = 5
"""Fewer, in a clause that is not complete, may be the beginning of a filler."""
_AUDIBLE_NS = 200_000_000
"""Who was heard so recently is taken to speak yet."""

_OPENING = {
    "refusal": "refusal",
    "apology": "refusal",
    "filler": "filler",
    "hesitation": "hesitation",
}
"""Manners of the first words that are no greeting → role."""


class Attention:
    """Follows the agent through a call.

    sounds          it is audible
    speaks_from_ns  what sounds is known to be speech, since then; None if it is not
    heard_ns        when it was last heard: the end of its speech, or the beginning of a sound
    settled_ns      when it last began to ask again, to apologise or to refuse
    roles           of what it said since the caller last took its turn
    last_role       of the last thing that it said at all
    """

    def __init__(self) -> None:
        self.sounds = False
        self.speaks_from_ns: int | None = None
        self._speech: Speech | None = None
        self.heard_ns = self.settled_ns = 0
        self.roles: list[str] = []
        self.last_role = ""

    def sound_began(self, at_ns: int) -> None:
        self.sounds = True
        self.heard_ns = max(self.heard_ns, at_ns)

    @property
    def speaks(self) -> bool:
        return self.speaks_from_ns is not None

    def speech_began(self, at_ns: int, speech: Speech | None) -> None:
        self.speaks_from_ns, self._speech = at_ns, speech

    def tells(self, now_ns: int, *, opening: bool) -> bool:
        """It is audible, and what was heard of its speech until now has content."""
        if self._speech is None or now_ns - self._speech.voiced_until_ns > _AUDIBLE_NS:
            return False
        said = self._speech.so_far
        complete = said[: max((end.end() for end in _CLAUSE_END.finditer(said)), default=0)]
        words = said[len(complete) :].split()[:-1]  # the last may be half a word
        told = [complete, *words] if len(words) >= _TELLING_WORDS else [complete]
        return any(told) and manner_of(" ".join(told), opening=opening) == "content"

    @property
    def so_far(self) -> Utterance | None:
        """What it says, as far as it was heard, None if it does not speak."""
        if self.speaks_from_ns is None:
            return None
        speech = self._speech
        until_ns = speech.voiced_until_ns if speech else self.speaks_from_ns
        return Utterance(self.speaks_from_ns, until_ns, speech.so_far if speech else "")

    @property
    def refuses(self) -> bool:
        """It has refused or apologised last; a goodbye after a refusal takes nothing back."""
        return "refusal" in self.roles or self.last_role in ("refusal", "apology")

    def caller_began(self) -> None:
        """The caller takes its turn, and an apology before it excuses nothing after it."""
        self.roles = []
        if self.last_role == "apology":
            self.last_role = "other"

    def take_roles(self) -> set[str]:
        """The roles noted so far; they begin anew."""
        roles, self.roles = set(self.roles), []
        return roles

    def note(self, utterance: Utterance, exchange: Exchange | None) -> Heard:
        """An utterance is over; `exchange` holds the caller's last words, if there were any."""
        self.sounds, self.speaks_from_ns, self._speech = False, None, None
        role = _role(utterance, exchange)
        self.roles.append(role)
        if utterance.sound != "noise":
            self.heard_ns = max(self.heard_ns, utterance.until_at_ns)
            self.last_role = role
        if role in _SETTLING:
            self.settled_ns = utterance.from_at_ns
        return Heard(
            from_at_ns=utterance.from_at_ns,
            until_at_ns=utterance.until_at_ns,
            text=utterance.text,
            verified=utterance.verified,
            identity=utterance.identity,
            sound=utterance.sound,
            role=role,
            turn=exchange.say.index if exchange else 0,
            confidence=utterance.confidence,
        )


def _broke_off(utterance: Utterance) -> bool:
    """In its first word: nobody goes on as if that were an answer."""
    return not utterance.verified and bool(_BEGUN_WORD.fullmatch(utterance.text))


def _role(utterance: Utterance, exchange: Exchange | None) -> str:
    """See `kernel.records.Heard.role`."""
    if utterance.sound == "clip":
        return "filler" if utterance.clip == "comfort" else utterance.clip
    if utterance.sound != "speech" or not utterance.text:
        return "other"
    manner = manner_of(utterance.text, opening=exchange is None)
    if exchange is None:  # nothing has been asked yet: what has content greets
        return _OPENING.get(manner, "greeting")
    if _broke_off(utterance) and not exchange.interrupted:
        return "other"
    if manner in ("content", "acknowledgement") and not exchange.concerns(utterance):
        return "other"
    return "answer" if manner == "content" else manner
