"""Characters as 6-bit symbol values, and the values that frame an utterance."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

from .crc import word_crc

SPACES = range(8)
"""A space is one of eight values: the CRC-3 of the word before it."""
SHIFT, PAGE2, ESCAPE = 57, 58, 59
START_CALLER, START_AGENT, END, IDENTITY = 60, 61, 62, 63
UNREADABLE = "\N{REPLACEMENT CHARACTER}"

_FIRST = SPACES.stop
_PAGE_1 = "abcdefghijklmnopqrstuvwxyz0123456789.,?!'-:\"()/@$"
_PAGE_2 = "%;&+=*#_<>[]{}|\\~^`\n\t€£éèàçäöüßñóíáúêô¿¡"
_PLAIN = {character: _FIRST + place for place, character in enumerate(_PAGE_1)}
_SECOND = {character: _FIRST + place for place, character in enumerate(_PAGE_2)}
_PLAIN_CHARACTER = {value: character for character, value in _PLAIN.items()}
_SECOND_CHARACTER = {value: character for character, value in _SECOND.items()}

# An escaped code point: digits of base 32, high first, and a last digit of base 28 that says so.
# 60 to 63 never occur in it, so that START, END and IDENTITY mean themselves everywhere.
_LAST_DIGIT, _LAST_BASE = 32, 28
_CODE_POINTS = 0x110000
_SURROGATES = range(0xD800, 0xE000)


class Role(Enum):
    """Whose voice it is; the value is the direction in which its symbol clock turns."""

    CALLER = 1
    AGENT = -1

    @property
    def start(self) -> int:
        """The value that opens an utterance of this role."""
        return START_CALLER if self is Role.CALLER else START_AGENT


ROLE_OF_START = {role.start: role for role in Role}


@lru_cache(maxsize=4096)
def spell(character: str) -> tuple[int, ...]:
    """The symbol values of one character other than space. A lone surrogate becomes U+FFFD."""
    if character in _PLAIN:
        return (_PLAIN[character],)
    if "A" <= character <= "Z":
        return (SHIFT, _PLAIN[character.lower()])
    if character in _SECOND:
        return (PAGE2, _SECOND[character])
    code_point = ord(character)
    if code_point in _SURROGATES:
        code_point = ord(UNREADABLE)
    high, low = divmod(code_point, _LAST_BASE)
    digits = [_LAST_DIGIT + low]
    while high:
        high, digit = divmod(high, 32)
        digits.insert(0, digit)
    return (ESCAPE, *digits)


def spell_text(text: str) -> list[tuple[int, ...]]:
    """The symbol values of each character of a text that begins a word."""
    spelled: list[tuple[int, ...]] = []
    word: list[int] = []
    for character in text:
        if character == " ":
            spelled.append((word_crc(word),))
            word.clear()
        else:
            values = spell(character)
            spelled.append(values)
            word.extend(values)
    return spelled


class Speller:
    """Reads characters back from the symbol values of a word."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget a character that began and cannot be finished."""
        self.prefix = 0
        """SHIFT, PAGE2 or ESCAPE within a character, else 0."""
        self._code_point = 0

    def read(self, value: int) -> str | None:
        """The character that `value` completes, or None where more values belong to it."""
        if not self.prefix:
            if SHIFT <= value <= ESCAPE:
                self.prefix = value
                return None
            return _PLAIN_CHARACTER.get(value, UNREADABLE)
        if self.prefix == ESCAPE:
            return self._read_escaped(value)
        page = _PLAIN_CHARACTER if self.prefix == SHIFT else _SECOND_CHARACTER
        character = page.get(value, UNREADABLE)
        if self.prefix == SHIFT:
            character = character.upper()
        self.reset()
        return character

    def _read_escaped(self, value: int) -> str | None:
        if value < _LAST_DIGIT:
            self._code_point = self._code_point << 5 | value
            if self._code_point < _CODE_POINTS:
                return None
            self.reset()
            return UNREADABLE
        code_point = self._code_point * _LAST_BASE + value - _LAST_DIGIT
        readable = code_point < _CODE_POINTS and code_point not in _SURROGATES
        self.reset()
        return chr(code_point) if readable else UNREADABLE
