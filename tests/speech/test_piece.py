from speech.alphabet import spell_text
from speech.piece import Recipe, bake
from speech.voice import VOICES

MIRA = VOICES["mira"]


def test_holes_come_first_and_after_the_first_word() -> None:
    piece = bake(Recipe(MIRA, 8000, 480, "no it is", opening=2, inner=1))
    assert piece.holes_n == (0, 480, 5 * 480)
    assert piece.length_n == 11 * 480
    assert len(piece.samples) == piece.length_n + 40
    assert piece.runs == ((0, 11),)


def test_an_empty_word_does_not_count_as_the_first() -> None:
    piece = bake(Recipe(MIRA, 8000, 480, "  no it", inner=1))
    assert piece.holes_n == (5 * 480,)


def test_values_are_the_text_alone() -> None:
    piece = bake(Recipe(MIRA, 8000, 480, "Hi yo", opening=1))
    assert piece.values == (57, 15, 16, 7, 32, 22)
    assert piece.last_word == (32, 22)
    assert bake(Recipe(MIRA, 8000, 480, "yo ")).last_word == ()


def test_characters_are_timed_by_their_symbols() -> None:
    piece = bake(Recipe(MIRA, 8000, 480, "Hi yo", opening=1))
    assert piece.starts_n.tolist() == [480, 1440, 1920, 2400, 2880]
    assert piece.ends_n.tolist() == [1440, 1920, 2400, 2880, 3360]


def test_a_hum_has_no_symbol() -> None:
    piece = bake(Recipe(MIRA, 8000, 480, "a, b", hums=((",", 1200),)))
    assert piece.runs == ((0, 2), (960 + 1200, 2))
    assert piece.starts_n.tolist() == [0, 480, 2160, 2640]
    assert piece.values == tuple(value for values in spell_text("a, b") for value in values)


def test_a_piece_cannot_be_written_to() -> None:
    assert not bake(Recipe(MIRA, 8000, 480, "a")).samples.flags.writeable
