"""What a line sounds like after a bad line."""

from kernel.roll import pick, roll
from kernel.text import DAMAGED

ALPHABET = "abcdefghijklmnopqrstuvwxyz "


def damaged(text: str, share: float, *names: object) -> str:
    """`text` with so many of its characters wrong, lost, doubled or unreadable."""

    def heard(at: int, character: str) -> str:
        if roll(1, "hit", at, *names) >= share:
            return character
        wrong = pick(ALPHABET, 1, "letter", at, *names)
        return pick((DAMAGED, DAMAGED, wrong, "", character + wrong), 1, "how", at, *names)

    return "".join(heard(at, character) for at, character in enumerate(text))
