"""What callers know, by kind: how it is said, what a computer calls it, and the way from the one
to the other.

Any other kind is a text that all calls share, as a choice of one; none at all is free text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from itertools import combinations, pairwise

from .dialogue import Fact

Kind = str | tuple[str, ...]
"""A kind's name, or the choices that a fact is one of."""

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CARDINALS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
_ORDINALS = (
    *("zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"),
    *("ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth"),
    *("sixteenth", "seventeenth", "eighteenth", "nineteenth"),
)
_TENS = {"twent": 20, "thirt": 30, "fort": 40, "fift": 50}
_NUMBER_WORDS = {
    **{word: number for words in (_CARDINALS, _ORDINALS) for number, word in enumerate(words)},
    **{stem + "y": tens for stem, tens in _TENS.items()},
    **{stem + "ieth": tens for stem, tens in _TENS.items()},
    **{
        f"{stem}y {words[unit]}": tens + unit
        for stem, tens in _TENS.items()
        for words in (_CARDINALS, _ORDINALS)
        for unit in range(1, 10)
    },
}
_NUMBER_WORD = re.compile(
    rf"\b({'|'.join(sorted(_NUMBER_WORDS, key=len, reverse=True))})\b".replace(" ", "[ -]")
)
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # no I and O: they are heard as digits

# North American area codes but for N11 (services), N9X, 37X and 96X (reserved), 555 and 8XX.
_AREAS = tuple(
    code
    for code in range(201, 790)
    if code % 100 // 10 != 9 and code % 100 != 11 and code // 10 not in (37, 96) and code != 555
)
PHONES = 100 * len(_AREAS)
"""How many different numbers `phone_fact` knows."""
REFERENCES = 10_000 * len(_LETTERS) ** 2
"""How many different references `reference_fact` knows."""


def date_fact(day: dt.date) -> Fact:
    """Said `December 3rd`, valued 2026-12-03."""
    return Fact("date", f"{MONTHS[day.month - 1]} {day.day}{_suffix(day.day)}", day.isoformat())


def time_fact(time: dt.time) -> Fact:
    """Said `9:30`, valued 09:30."""
    return Fact("time", f"{time.hour}:{time.minute:02}", f"{time.hour:02}:{time.minute:02}")


def person_fact(name: str) -> Fact:
    return Fact("person", name, name)


def phone_fact(number: int) -> Fact:
    """Said `415 555 0134`, valued +14155550134; of the numbers that are kept for fiction.

    IndexError unless `number` < `PHONES`.
    """
    area, line = _AREAS[number // 100], 100 + number % 100
    return Fact("us_phone", f"{area} 555 {line:04}", f"+1{area}555{line:04}")


def number_fact(number: int) -> Fact:
    return Fact("number", str(number), str(number))


def reference_fact(number: int) -> Fact:
    """Said `KX 4712`, valued KX4712. IndexError unless `number` < `REFERENCES`."""
    letters, digits = divmod(number, 10_000)
    first, second = divmod(letters, len(_LETTERS))
    code = _LETTERS[first] + _LETTERS[second]
    return Fact("reference", f"{code} {digits:04}", f"{code}{digits:04}")


def choice_fact(choice: str) -> Fact:
    """One of the choices that a dialogue lists, or a text that all of its calls share."""
    return Fact("choice", choice, choice)


@lru_cache(maxsize=4096)
def value_of(kind: Kind, heard: str, today: dt.date) -> str | None:
    """The value of what was heard; None if it is nothing of this kind, or damaged past repair.

    A date said without its year is the next one from `today` on.
    """
    heard = heard.strip(" ,.;:!?\n")
    if not kind:
        return heard or None
    if isinstance(kind, str) and kind in KINDS:
        return KINDS[kind](heard, today)
    choices = (kind,) if isinstance(kind, str) else kind
    return _nearest(heard, {choice.lower(): choice for choice in choices}, 0.6)


def apart(kinds: Sequence[Kind], heard: str, today: dt.date) -> list[str]:
    """What was heard in slots side by side, a text for each: cut where the most kinds fit.

    The last are empty if there are fewer words than slots.
    """
    words = heard.split()
    if len(words) < len(kinds):
        return words + [""] * (len(kinds) - len(words))

    def cut(places: Iterable[int]) -> list[str]:
        edges = (0, *places, len(words))
        return [" ".join(words[a:b]).strip(" ,;") for a, b in pairwise(edges)]

    def fit(texts: list[str]) -> int:
        pairs = zip(kinds, texts, strict=True)
        return sum(value_of(kind, text, today) is not None for kind, text in pairs)

    return max(map(cut, combinations(range(1, len(words)), len(kinds) - 1)), key=fit)


def _suffix(day: int) -> str:
    return "th" if day // 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _nearest(word: str, known: Mapping[str, str], cutoff: float) -> str | None:
    """What `known` has for this word, or for the one that is most like it."""
    word = word.lower()
    if word in known:
        return known[word]
    found = get_close_matches(word, known, n=1, cutoff=cutoff)
    return known[found[0]] if found else None


def _in_digits(heard: str) -> str:
    """In lower case, with the numbers up to 59 in digits: `half past nine` → `half past 9`."""

    def digits(word: re.Match[str]) -> str:
        return str(_NUMBER_WORDS[word[1].replace("-", " ")])

    return _NUMBER_WORD.sub(digits, heard.lower())


_MONTH_NAMES = {name.lower(): f"{month}" for month, name in enumerate(MONTHS, 1)}
_ABBREVIATIONS = {name[:3]: month for name, month in _MONTH_NAMES.items()}
_WEEKDAY_NAMES = {name.lower(): f"{day}" for day, name in enumerate(WEEKDAYS)}
_DAY_OF_MONTH = re.compile(r"(?<!\S)(\d{1,2})(?:st|nd|rd|th)?(?!\S)")
_YEAR = re.compile(r"(?<!\S)(\d{4})(?!\S)")


def _date(heard: str, today: dt.date) -> str | None:
    text = re.sub(r"[,.;]", " ", _in_digits(heard))
    if match := re.fullmatch(r"(\d{4})-(\d\d?)-(\d\d?)", text):
        return _next_date(int(match[2]), int(match[3]), int(match[1]), today)
    if match := re.fullmatch(r"(\d\d?)/(\d\d?)(?:/(\d{4}))?", text):
        return _next_date(int(match[1]), int(match[2]), int(match[3] or 0), today)
    if text in ("today", "tomorrow"):
        return (today + dt.timedelta(days=text == "tomorrow")).isoformat()
    words = [word for word in text.split() if word.replace("\ufffd", "").isalpha()]
    day, year = _DAY_OF_MONTH.search(text), _YEAR.search(text)
    month = next((found for word in words if (found := _month(word))), None)
    if month and day:
        return _next_date(int(month), int(day[1]), int(year[1]) if year else 0, today)
    weekday = next((found for word in words if (found := _nearest(word, _WEEKDAY_NAMES, 0.8))), "")
    if month or day or not weekday:
        return None
    days = (int(weekday) - today.weekday() - 1) % 7 + 1
    return (today + dt.timedelta(days=days)).isoformat()


def _month(word: str) -> str | None:
    return _ABBREVIATIONS.get(word) or _nearest(word, _MONTH_NAMES, 0.65)


def _next_date(month: int, day: int, year: int, today: dt.date) -> str | None:
    """The date in `year`, or if that is 0 the next there is; None if there is none."""
    # February 29th is at most eight years away.
    for candidate in [year] if year else range(today.year, today.year + 9):
        try:
            date = dt.date(candidate, month, day)
        except ValueError:
            continue
        if year or date >= today:
            return date.isoformat()
    return None


_TIME = re.compile(
    r"(?:at |around |about )?(?:(half past|a? ?quarter past|a? ?quarter to) )?"
    r"(\d{1,2})(?: ?[:.h] ?(\d{2})| (\d{2}))?(?: ?o.?clock)?(?: ?([ap])\.? ?m\.?)?"
)
_PARTS = {"": 0, "half past": 30, "quarter past": 15, "quarter to": -15}
_NAMED_TIMES = {"noon": "12:00", "midday": "12:00", "midnight": "00:00"}


def _time(heard: str, today: dt.date) -> str | None:
    match = _TIME.fullmatch(_in_digits(heard))
    if not match:
        return _NAMED_TIMES.get(heard.lower())
    part, hour, minute = match[1] or "", int(match[2]), int(match[3] or match[4] or 0)
    if match[5]:
        hour = hour % 12 + 12 * (match[5] == "p")
    if hour > 23 or minute > 59:
        return None
    minutes = (60 * hour + minute + _PARTS[part.removeprefix("a").strip()]) % 1440
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _person(heard: str, today: dt.date) -> str | None:
    words = heard.split()
    if not 1 <= len(words) <= 4 or not re.fullmatch(r"([^\W\d_]|[-'’. \ufffd])+", heard):
        return None
    # Between them stands a `van` or a `de`, but a sentence begins or ends otherwise.
    name, ends = " ".join(words), words[0][0] + words[-1][0]
    if any(map(str.islower, ends)) and (not name.islower() or len(words) > 2):
        return None
    name = name.replace("\ufffd", "")
    return (name.title() if name.islower() else name) or None


def _us_phone(heard: str, today: dt.date) -> str | None:
    digits = re.sub(r"[\s().-]", "", _in_digits(heard)).removeprefix("+")
    match = re.fullmatch(r"1?(\d{10})", digits)
    return f"+1{match[1]}" if match else None


def _number(heard: str, today: dt.date) -> str | None:
    text = re.sub(r"(?<=\d)[\s,-]+(?=\d)", "", _in_digits(heard))
    return text if re.fullmatch(r"-?\d+(\.\d+)?", text) else None


def _reference(heard: str, today: dt.date) -> str | None:
    code = re.sub(r"[\s.-]", "", heard).upper()
    return code if re.fullmatch(r"(?=.*\d)[A-Z0-9]{3,}", code) else None


KINDS: Mapping[str, Callable[[str, dt.date], str | None]] = {
    "date": _date,
    "time": _time,
    "person": _person,
    "us_phone": _us_phone,
    "number": _number,
    "reference": _reference,
}
"""Kind → the way from what was heard to its value, given today's date."""
