import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.text import DAMAGED, MARK, Template, Text


@pytest.mark.parametrize(
    ("original", "characters"),
    [
        ("Hi, THERE!", " hi there "),
        ("that's  all\n", " thats all "),
        ("…", " "),
        ("", " "),
        ("9:30", " 9 30 "),
        (f"Mar{DAMAGED}a", f" mar{DAMAGED}a "),
        ("Ärger in İzmir", " ärger in izmir "),
    ],
)
def test_texts_are_compared_by_their_letters(original: str, characters: str) -> None:
    assert Text(original).characters == characters


@given(st.text())
def test_every_character_knows_where_it_came_from(original: str) -> None:
    text = Text(original)
    assert len(text) == len(text.origin)
    assert text.origin == sorted(text.origin)
    assert text.characters[0] == text.characters[-1] == " "
    assert "  " not in text.characters
    for character, at in zip(text.characters, text.origin, strict=True):
        assert character == " " or original[at].lower()[0] == character
    assert text.walls[0] == text.stops[0] == 0
    assert set(text.walls) <= set(text.stops)


def test_words_are_given_back_as_they_were_written() -> None:
    text = Text("Hi, this is Maria  Lopez!")
    at = text.characters.index("maria")
    assert text.words(at, at + len("maria lopez")) == "Maria  Lopez"


def test_sentences_stop_at_full_stops_and_not_within_a_time() -> None:
    text = Text('Hi. It is 9.30, or 9:30: "yes" then')
    stops = [text.characters[at:].split()[0] for at in text.stops[:-1]]
    walls = [text.characters[at:].split()[0] for at in text.walls[:-1]]
    assert stops == ["hi", "it", "yes", "then"]
    assert walls == ["hi", "yes", "then"]


@pytest.mark.parametrize(
    ("line", "characters", "slots"),
    [
        ("Hi.", " hi ", []),
        ("Hi, {name}.", f" hi {MARK} ", [("name",)]),
        ("{when} is fine.", f" {MARK} is fine ", [("when",)]),
        ("I am {name}, {phone}. Hi", f" i am {MARK} hi ", [("name", "phone")]),
        ("{a} {b} x {c}", f" {MARK} x {MARK} ", [("a", "b"), ("c",)]),
        ("{a}", f" {MARK} ", [("a",)]),
    ],
)
def test_neighbouring_slots_share_a_mark(
    line: str, characters: str, slots: list[tuple[str, ...]]
) -> None:
    template = Template(line)
    assert (template.characters, template.slots) == (characters, slots)
    assert template.wordless == (line == "{a}")
    assert template.own == len("".join(filter(str.strip, characters.split(MARK))))


def test_a_part_of_the_original_is_on_one_line() -> None:
    text = Text("I am Ada\nKing, really.")
    assert text.words(6, 14) == "Ada King"
