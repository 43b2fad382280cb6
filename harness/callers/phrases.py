"""What people say to callers without answering them, told apart by its words."""

from __future__ import annotations

import re
from typing import Literal

Manner = Literal["filler", "idle_prompt", "reprompt", "refusal", "apology", "content"]


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b")


_LATER = (
    r"(?:call|try|phone|ring)(?: us| me)?(?: back| again)? (?:later|in a (?:while|few minutes))"
)
_REFUSAL = _any(
    _LATER,
    r"(?:lines?|agents?|operators?|systems?|everyone|we)(?: is| are|'re)(?: all| currently| very"
    r"| too)* busy(?! (?:on|at|that|this|then)\b)",
    r"(?:at|over|no) capacity",
    r"(?:cannot|can't|can not|unable to) take (?:your|any more|new|more) calls?",
)
_APOLOGY = _any(
    r"technical (?:difficult(?:y|ies)|problems?|issues?)",
    r"having (?:some |a (?:bit|little) of )?(?:trouble|difficult(?:y|ies)|problems)",
    r"something (?:went|has gone) wrong",
    r"(?:cannot|can't|can not|unable to) help you (?:right now|at the moment|now|today)",
    r"(?:service|system) is (?:currently |temporarily )?(?:down|unavailable|not available)",
)
_REPROMPT = _any(
    r"(?:say|repeat) (?:that|it|this)(?: (?:again|once more|one more time|for me|please))*",
    r"(?:could|can|would|will) you (?:please )?(?:repeat|rephrase)",
    r"please (?:repeat|rephrase)",
    r"(?:did not|didn't|could not|couldn't)(?: quite)?"
    r" (?:catch|hear|get|understand) (?:that|you|it)",
    r"i(?: did not|didn't) understand",
    r"(?:beg your )?pardon(?: me)?$",
    r"come again$",
    r"one more time",
)
_IDLE_PROMPT = _any(
    r"(?:are|is) (?:you|anyone|anybody|somebody) (?:still )?(?:there|here|on the line|with me)",
    r"(?:can|do) you (?:still )?hear me",
    r"you still there",
)
_SEEKING = r"(?:look|check|search|find|pull|work|wait)"
_SOUGHT = (
    r"(?: (?:into|on|up|for|at|through|out|with|in))*(?! forward)"
    r"(?: (?:it|that|this|you|(?:the|your|our|my) \w+(?: (?!for\b)\w+)?))?(?: up)?"
)
_FILLER = _any(
    r"(?:(?:just|only|give me|in) )*(?:one|a|1) (?:moment|second|sec|minute)",
    r"(?:hold(?: on| the line)?|stand by|bear with me|hang on|wait)",
    rf"(?:(?:i am|i'm|we are|we're) )?(?:(?:still|just|now) )*{_SEEKING}ing{_SOUGHT}",
    r"(?:let me|i'll|i will|let's|while i|while we)(?: just| quickly| go and)*"
    rf" {_SEEKING}{_SOUGHT}",
    r"(?:let me|let's) (?:see|have a look)",
    r"thank(?:s| you) for (?:holding|waiting|your patience)",
    r"(?:this|it) (?:may|might|will|can) take (?:a )?(?:moment|second|while|few seconds|minute)"
    r"(?: longer)?",
    r"almost (?:there|done|ready)",
    r"(?:uh|um|hm)+|mm+(?:-?hm+)?|hmm+|er+",
)
_COURTESY = _any(
    r"please|okay|ok|sure|yes|right|alright|great|certainly|thanks|sorry|so|well|now|and",
    r"all right",
    r"of course",
    r"thank you",
    r"no problem",
    r"i(?:'m| am) sorry",
    r"for (?:you|me)",
    r"(?:right )?now",
)
_ALONE_IDLE = re.compile(r"^(?:hello|hi)(?: (?:hello|there))?$")
_SENTENCES = re.compile(r"[.?!]+")
_NOT_WORDS = re.compile(r"[^a-z0-9' ]+")


def manner_of(text: str, *, opening: bool = False) -> Manner:
    """What an utterance does, by its words; `content` is all that none of the rest covers.

    A filler or courtesy in front of something else is content: "One moment. I have nine." answers.
    `opening` is the agent's first words, where "hello" is a greeting and no idle prompt.
    """
    plain = _plain(text)
    if _REFUSAL.search(plain):
        return "refusal"
    if _REPROMPT.search(plain):
        return "reprompt"
    if _IDLE_PROMPT.search(plain) or (not opening and _ALONE_IDLE.match(plain)):
        return "idle_prompt"
    if _APOLOGY.search(plain):
        return "apology"
    sentences = list(filter(None, map(_plain, _SENTENCES.split(text))))
    if any(map(_FILLER.search, sentences)) and all(map(_says_nothing, sentences)):
        return "filler"
    return "content"


def questions(text: str) -> str:
    """The sentences of a text that end with a question mark."""
    return " ".join(map(str.strip, re.findall(r"[^.?!]*\?", text)))


def _says_nothing(sentence: str) -> bool:
    return not _COURTESY.sub("", _FILLER.sub("", sentence)).strip()


def _plain(text: str) -> str:
    """Lower case, straight apostrophes, no other marks, single spaces."""
    return " ".join(_NOT_WORDS.sub(" ", text.lower().replace("’", "'")).split())
