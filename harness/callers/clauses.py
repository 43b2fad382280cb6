"""What single clauses of an agent do, told by their words and by who is to do what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal[
    "turned_away",
    "busy",
    "apology",
    "excuse",
    "reprompt",
    "idle_prompt",
    "filler",
    "acknowledgement",
    "hesitation",
    "formula",
    "content",
]
"""turned_away  no call is taken, or the caller is to call another time
busy         everybody is, at this moment
excuse       something that the agent is not able to do
filler       an announcement: the answer will come
hesitation   words without any meaning, such as "um" or "well"
formula      greetings and goodbyes
"""


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence. `invites` if it asks the caller something or offers to go on."""

    kind: Kind
    words: int
    invites: bool


def clauses(text: str) -> Iterator[Clause]:
    """The clauses of a text, in order. A name put into a sentence is none: "Sure, Ada."

    Who refuses does it without an "if": in a conditional sentence nothing refuses or apologises.
    """
    for sentence in re.findall(r".+?(?:[.?!…]+(?=\s|$)|$)", text, re.DOTALL):
        conditional = _CONDITION.search(plain(sentence))
        parts = list(filter(plain, _BETWEEN_CLAUSES.split(sentence)))
        for place, part in enumerate(parts):
            words = plain(part)
            kind = _kind(words)
            if conditional and kind in ("turned_away", "busy", "apology"):
                kind = "content"
            if not (place and kind == "content" and _is_name(part)):
                asks = kind == "content" and "?" in sentence
                yield Clause(kind, len(words.split()), asks or bool(_OFFER.search(words)))


def plain(text: str) -> str:
    """Lower case, straight apostrophes, no other marks, single spaces."""
    return " ".join(_NOT_WORDS.sub(" ", text.lower().replace("’", "'")).split())


@lru_cache(maxsize=4096)
def _kind(words: str) -> Kind:  # agents say the same to many callers
    for kind, pattern in _TELLING.items():
        if pattern.search(words):
            return kind
    rest = _FILLER.sub("", words)
    if _nothing(_EMPTY.sub("", _COURTESY.sub("", rest))):
        if rest != words:
            return "filler"
        return "acknowledgement" if _COURTESY.search(words) else "hesitation"
    return "formula" if _FORMULA.search(words) else "content"


def _nothing(words: str) -> bool:
    return not words.strip()


def _is_name(part: str) -> bool:
    names = re.findall(r"[\w'’-]+", part)
    capital = len(names) <= 2 and all(name[0].isupper() for name in names)
    return capital and not _NO_NAME.search(plain(part))


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b")


_BETWEEN_CLAUSES = re.compile(r"[,;:]\s+|\s[—–-]+\s|…\s*|\b(?:but|however)\b", re.IGNORECASE)
_NOT_WORDS = re.compile(r"[^a-z0-9' ]+")
_CONDITION = re.compile(r"\b(?:if|in case|unless|when|whenever|should you|once you)\b(?! not\b)")

_DAY = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|tomorrow|noon|midnight|o'clock"
    r"|january|february|april|june|july|august|september|october|november|december)"
)
_NO_NAME = _any(
    _DAY, r"march|may|am|pm|yes|no|\d+",
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve",
)  # fmt: skip
_NOW = rf"^(?!.*\b{_DAY}\b)"
"""What is said of a day is not about this moment."""
_OURS = r"^(?:(?!\b(?:you|you're|your|he|she|they|no|not|any|without|solved|fixed|resolved)\b).)*"
"""Nobody else is spoken of until then."""

_CANNOT = r"(?:cannot|can't|can not|unable to|not able to)"
_VERY = r"(?: (?:all|both|currently|still|very|too|just|now|really))*"
_ARE = rf"(?:'re|'s|'m| is| are| am){_VERY}"
_STAFF = (
    r"(?:lines?|agents?|operators?|systems?|representatives?|colleagues|advis[eo]rs?|everyone"
    r"|everybody|we)"
)
_ANOTHER_TIME = (
    r"(?:at (?!the moment|this (?:time|moment)|present)|this (?!moment)|on (?!(?:the )?other)"
    r"|that|then|from|until|till|in|with (?!other|another))"
)
# The caller is the one who is to call: told to, or asked to, not merely free to.
_YOU_ARE_TO = (
    r"(?:^|\bplease |\b(?:could|can|would|will|must|should) you (?:please )?"
    r"|(?:^|\bsorry |\bafraid |\band |\bso )"
    r"you(?:'ll have to| will have to| have to| must| should| need to) "
    r"|\b(?:ask|asking|advise|invite|request) you to |\bhang up and )"
)
_ERRAND = r"(?! than\b)(?!.* to (?:confirm|change|cancel|move|reschedule|check|collect)\b)"
_TURNED_AWAY = re.compile(
    rf"{_YOU_ARE_TO}(?:call|try|phone|ring)(?: us| me)?(?: back| again)?"
    rf" (?:later|(?:at )?another time|in a (?:while|few (?:minutes|hours)))\b{_ERRAND}"
    rf"|{_YOU_ARE_TO}(?:call|try|phone|ring)(?: us| me)? (?:back|again)"
    rf" (?:tomorrow|during (?:our |the )?(?:office|opening|business) hours)\b{_ERRAND}"
    rf"|{_NOW}.*\b(?:(?:i|we|i'm|we're|are|am) {_CANNOT}|(?:no one|nobody) can)"
    r" (?:take|accept|answer) (?:(?:your|any more|any|new|more) )?calls?\b(?! for\b)"
    r"|\b(?:nobody|no one) is available\b"
    rf"|{_NOW}.*\b(?:we|systems?|lines?|agents?|service|cent(?:er|re))\b.*"
    r"\b(?:at|over|no|out of)(?: full| maximum| more| free)? capacity\b"
)
_BUSY = re.compile(
    rf"{_NOW}(?!.*\b(?:your|his|her|their|doctor's) (?:\w+ )?(?:line|system)\b).*\b{_STAFF}{_ARE}"
    rf" (?:busy\b(?! {_ANOTHER_TIME})|(?:helping|serving|assisting|with) other\b)"
    rf"|{_NOW}.*\bhigh(?:er)?(?: than \w+)? (?:call volumes?|volumes? of calls)\b"
)
_APOLOGY = re.compile(
    rf"{_OURS}\btechnical (?:difficult(?:y|ies)|problems?|issues?|trouble)\b"
    rf"|{_OURS}\b(?:having|experiencing)(?: some| an?(?: bit| little)?(?: of)?)?"
    r" (?:trouble|difficult(?:y|ies)|problems?|issues?)\b(?! free)"
    rf"|{_OURS}\bthere(?:'s| is| was| seems to be) (?:an?|some) (?:problem|issue|error)\b"
    r"(?! (?:with|in|on) your)"
    rf"|{_OURS}\bsomething (?:went|has gone) wrong\b(?! (?:with|in|during|at|on) your)"
    rf"|\b(?:i|we|i'm|we're|am|are) {_CANNOT} help you (?:right now|at the moment|now|today)$"
    rf"|{_NOW}.*\b(?:service|system)s?(?: is| are|'s) (?:(?:currently|temporarily|unfortunately) )*"
    r"(?:down|unavailable|not available)\b(?! (?:in|until|from|to|on) )"
)
_OFFER = re.compile(r"^(?:i|we) (?:can|could) (?!not\b|call|only)")
_EXCUSE = re.compile(
    r"^(?:and |so )?(?:i|we)(?:'m| am|'re| are| was| were)?"
    rf" (?:{_CANNOT}|could not|couldn't|was not able to|wasn't able to|did not manage to)\b"
)
_REPROMPT = re.compile(
    r"(?:^|\bplease |\bsorry |\byou (?:please |to |just )*)(?:say|repeat) (?:that|it|this)\b"
    r"|\b(?:could|can|would|will) you (?:please )?(?:repeat|rephrase)\b"
    r"|(?:^|\bplease )(?:rephrase|repeat (?!after))"
    r"|(?:^|\bi |\bwe |\bsorry )(?:did not|didn't|could not|couldn't)(?: quite)?"
    r" (?:catch|hear|get|understand) (?:that|you|it|what you)\b"
    r"|\bi (?:did not|didn't) understand\b"
    r"|^(?:i )?(?:beg your )?pardon(?: me)?$"
    r"|^come again$"
    r"|^(?:please )?(?:try (?:that )?again|once more|one more time)(?: please)?$"
)
_IDLE_PROMPT = re.compile(
    r"\b(?:are|is) (?:you|anyone|anybody|somebody|someone) (?:still )?"
    r"(?:here|(?:there|on the line|with me)(?: \w+)?)$"
    r"|\b(?:can|do) you (?:still )?hear me\b"
    r"|\byou still there\b"
    r"|^i (?:cannot|can't|can not) hear (?:you|anything)\b"
)
_ON_HOLD = re.compile(
    r"\b(?:stay|remain) on the line\b"
    r"|\b(?:continue|keep)(?: to)? hold(?:ing)?\b"
    r"|\b(?:someone|somebody|we|i|agent|operator|representative|colleague)(?: will|'ll) be"
    r" (?:right )?(?:with you|back)\b"
    r"|\byou(?: are|'re) (?:number|caller|next) (?:\w+ )?in (?:the |our )?(?:queue|line)\b"
)
_TELLING: dict[Kind, re.Pattern[str]] = {
    "turned_away": _TURNED_AWAY,
    "busy": _BUSY,
    "reprompt": _REPROMPT,
    "idle_prompt": _IDLE_PROMPT,
    "apology": _APOLOGY,
    "filler": _ON_HOLD,
    "excuse": _EXCUSE,
}
_SEEKING = r"(?:look|check|search|find|pull|work|wait)"
_SOUGHT = (
    r"(?: (?:into|on|up|for|at|through|out|with|in))*(?! forward)"
    r"(?: (?:it|that|this|you|(?:the|your|our|my) \w+(?: (?!for\b)\w+)?))?(?: up)?(?: again)?"
)
_FILLER = _any(
    r"(?:(?:just|only|give me|in|for) )*(?:one|a|1) (?:moment|second|sec|minute)",
    r"(?:(?:could|can|would|will) you )?(?:please )?"
    r"(?:hold(?: on| the line)?|stand by|bear with (?:me|us)|hang on|wait)",
    rf"(?:(?:i am|i'm|we are|we're) )?(?:(?:still|just|now) )*{_SEEKING}ing{_SOUGHT}",
    r"(?:let me|i'll|i will|let's|while i|while we)(?: just| quickly| go and)*"
    rf" {_SEEKING}{_SOUGHT}",
    r"(?:let me|let's) (?:see|have a look)|(?:i'm|i am) having a look",
    r"thank(?:s| you) for (?:holding|waiting|your patience)",
    r"(?:this|it) (?:may|might|will|can) take (?:a )?(?:moment|second|while|few seconds|minute)"
    r"(?: longer)?",
    r"almost (?:there|done|ready)",
    r"(?:(?:let me|i'll|i will|i'm|i am|we're|while i|while we) )?(?:just )?"
    r"(?:transfer(?:ring)?|connect(?:ing)?|put(?:ting)?) you(?: through| over| on hold)?(?: now)?",
)
_COURTESY = _any(
    r"okay|ok|sure|yes|yeah|yep|right|alright|great|perfect|certainly|absolutely|definitely",
    r"thanks|thank you(?: so much| very much)?|got it|i see|i understand|understood|noted",
    r"all right|of course|no problem|sure thing|very (?:well|good)|good|wonderful|excellent|fine",
    r"sounds (?:good|great)|no worries|gotcha|indeed|exactly|that's (?:fine|great|right)",
    r"(?:(?:i'm|i am|i'd be|i would be) )?(?:happy|glad) to help(?: you)?(?: with that)?",
    r"i can(?: certainly)? help(?: you)?(?: with that)?",
    r"(?:you're|you are) (?:very |most )?welcome|(?:it's )?my pleasure|uh huh|mm+ ?hm+|mhm+",
    r"sorry|i(?:'m| am) (?:so |very )?sorry",
)
_EMPTY = _any(
    r"(?:uh|um|hm)+|mm+|hmm+|er+m?|ah|oh|oops",
    r"please|so|well|now|then|and|just",
    r"for (?:you|me)|right now|unfortunately|i'm afraid",
)
_FORMULA = re.compile(
    r"^(?:hello|hi|good (?:morning|afternoon|evening)|welcome to)\b"
    r"|^(?:thanks|thank you) for (?:calling|your call)\b"
    r"|^(?:you have|you've) reached\b|^this is the\b"
    r"|\b(?:good ?bye|bye|good night|take care)\b"
    r"|\bhave a (?:very )?(?:nice|good|great|lovely|wonderful|pleasant)\b"
    r"|^(?:we|i)(?:'re| are|'m| am)? (?:apologi[sz]e|so sorry|sorry) for\b"
)
