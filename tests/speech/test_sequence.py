from speech.alphabet import START_AGENT, START_CALLER, Role
from speech.sequence import LOST, Sequence
from speech.tracker import Symbol


def symbol(value: int, clock: int, at_s: float, *, strong: bool = True) -> Symbol:
    return Symbol(0, at_s, value, clock, 0.97 if strong else 0.55, strong)


def opened(role: Role = Role.CALLER) -> Sequence:
    sequence = Sequence()
    sequence.open(symbol(role.start, 0, 0.06), role)
    return sequence


def values(symbols: tuple[Symbol, ...]) -> list[int]:
    return [each.value for each in symbols]


def test_neighbours_follow() -> None:
    sequence = opened()
    assert values(sequence.place(symbol(8, 1, 0.12))) == [8]
    assert values(sequence.place(symbol(8, 2, 0.18))) == [8]
    assert values(opened(Role.AGENT).place(symbol(8, 3, 0.12))) == [8]


def test_skipped_clocks_are_lost_symbols() -> None:
    placed = opened().place(symbol(8, 3, 0.24))
    assert values(placed) == [LOST, LOST, 8]
    assert [each.clock for each in placed] == [1, 2, 3]
    assert placed[0].confidence == 0


def test_a_weak_symbol_counts_where_its_neighbours_confirm_it() -> None:
    sequence = opened()
    assert sequence.place(symbol(9, 1, 0.12, strong=False)) == ()
    assert sequence.place(symbol(10, 3, 0.16, strong=False)) == ()
    placed = sequence.place(symbol(11, 2, 0.18))
    assert values(placed) == [9, 11]
    assert placed[0].confidence <= 0.49


def test_a_weak_symbol_before_silence_is_dropped() -> None:
    sequence = opened()
    sequence.place(symbol(9, 1, 0.12, strong=False))
    sequence.fall_silent()
    assert values(sequence.place(symbol(11, 2, 0.3))) == [LOST, 11]


def test_the_halves_of_one_symbol_are_one() -> None:
    sequence = opened()
    sequence.place(symbol(8, 1, 0.12))
    assert sequence.place(symbol(20, 1, 0.2)) == ()
    assert sequence.place(symbol(20, 1, 0.5)) == ()
    assert values(sequence.place(symbol(9, 2, 0.56))) == [9]


def test_a_long_gap_is_not_counted() -> None:
    assert values(opened().place(symbol(8, 3, 1.2))) == [8]


def test_a_start_heard_twice_is_one() -> None:
    sequence = opened()
    assert not sequence.open(symbol(START_CALLER, 0, 0.2), Role.CALLER)
    assert sequence.open(symbol(START_CALLER, 1, 0.26), Role.CALLER)
    assert sequence.open(symbol(START_AGENT, 1, 0.32), Role.AGENT)
    assert sequence.open(symbol(START_AGENT, 1, 1.32), Role.AGENT)


def test_steps_tell_whose_voice_it_is() -> None:
    for role, turn in ((Role.CALLER, 1), (Role.AGENT, -1)):
        sequence = Sequence()
        for place in range(3):
            assert sequence.place(symbol(8 + place, place * turn % 4, 0.06 * place)) == ()
        placed = sequence.place(symbol(11, 3 * turn % 4, 0.18))
        assert values(placed) == [8, 9, 10, 11]
        assert sequence.role is role


def test_another_voice_gives_itself_away() -> None:
    sequence = opened()
    sequence.place(symbol(8, 1, 0.12))
    for place in range(2):
        sequence.place(symbol(20 + place, -place % 4, 0.18 + 0.06 * place))
        assert sequence.role is Role.CALLER
    placed = sequence.place(symbol(22, 2, 0.3))
    assert sequence.role is Role.AGENT
    assert values(placed) == [8, 20, 21, 22]


def test_forgetting_begins_anew() -> None:
    sequence = opened()
    sequence.forget()
    assert sequence.role is None
    assert sequence.place(symbol(8, 1, 0.12)) == ()
