"""What people say to callers without answering them, told apart by its words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from .clauses import Clause, Kind, clauses, plain

Manner = Literal[
    "filler",
    "hesitation",
    "acknowledgement",
    "idle_prompt",
    "reprompt",
    "refusal",
    "apology",
    "content",
]
"""filler           announces that the answer is coming: "One moment, let me check."
hesitation       announces nothing: "Um." "Well…"
acknowledgement  courtesies alone: "Okay." "Sure, Ada."
content          all that none of the rest covers
"""

_BESIDE_AN_APOLOGY: frozenset[Kind] = frozenset(
    ("apology", "excuse", "filler", "acknowledgement", "hesitation", "formula")
)
_ALONE_IDLE = re.compile(r"^(?:hello|hi)(?: (?:hello|there))?$")
_WHAT = re.compile(r"^\s*(?:i['’]m |i am )?(?:sorry|excuse me|what|what was that)\s*\?\s*$", re.I)
_GOODBYE = re.compile(
    r"\b(?:good ?bye|bye|good night|take care|see you|(?:talk|speak) to you (?:soon|later))\b"
    r"|\bhave a (?:very )?(?:nice|good|great|lovely|wonderful|pleasant)\b"
)


def manner_of(text: str, *, opening: bool = False) -> Manner:
    """What an utterance does, by its words.

    An answer stays one, whatever stands beside it: "One moment. I have nine." and "Sorry for the
    trouble, nine is free." are content. Only a refusal is not undone by what is told with it,
    unless something is asked or offered after it: who refuses does neither. Everybody busy and the
    caller asked to hold the line is a queue, and announces an answer.
    `opening` is the agent's first words, where "hello" is a greeting and no idle prompt.
    """
    found = list(clauses(text))
    kinds = [clause.kind for clause in found]
    if _refuses(found):
        return "refusal"
    if "reprompt" in kinds or _WHAT.match(text):
        return "reprompt"
    if _prompts(kinds) or (not opening and _ALONE_IDLE.match(plain(text))):
        return "idle_prompt"
    if "apology" in kinds and all(map(_excuses, found)):
        return "filler" if "filler" in kinds[kinds.index("apology") :] else "apology"
    return _empty(kinds) or "content"


def questions(text: str) -> str:
    """The sentences of a text that end with a question mark."""
    return " ".join(map(str.strip, re.findall(r"[^.?!]*\?", text)))


def says_goodbye(text: str) -> bool:
    """The last sentence of a text takes leave, and asks nothing."""
    sentences = [each for each in re.split(r"(?<=[.?!])\s+", text.strip()) if plain(each)]
    last = sentences[-1] if sentences else ""
    return "?" not in last and bool(_GOODBYE.search(plain(last)))


def _refuses(found: Sequence[Clause]) -> bool:
    kinds = [clause.kind for clause in found]
    refusing = [place for place, kind in enumerate(kinds) if kind in ("turned_away", "busy")]
    if not refusing:
        return False
    after = found[refusing[-1] + 1 :]
    invites = any(clause.invites for clause in after)
    holds = "turned_away" not in kinds and any(clause.kind == "filler" for clause in after)
    return not invites and not holds


def _prompts(kinds: Sequence[Kind]) -> bool:
    """The first words with a meaning ask whether anybody is there."""
    empty = ("filler", "acknowledgement", "hesitation", "formula")
    return next((kind for kind in kinds if kind not in empty), "") == "idle_prompt"


def _excuses(clause: Clause) -> bool:
    """It is no answer where the agent apologises; fragments are none either."""
    return clause.kind in _BESIDE_AN_APOLOGY or clause.words <= 2


def _empty(kinds: Sequence[Kind]) -> Manner | None:
    """Nothing but words without a meaning of their own; the strongest of them counts."""
    if not kinds or set(kinds) - {"filler", "acknowledgement", "hesitation", "busy"}:
        return None
    if "filler" in kinds:
        return "filler"
    return "acknowledgement" if "acknowledgement" in kinds else "hesitation"
