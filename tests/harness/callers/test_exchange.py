from harness.callers.exchange import EARLY_NS, OVERLAP_NS, Exchange
from harness.callers.messages import Say, Utterance

S = 1_000_000_000


def exchange() -> Exchange:
    return Exchange(Say("Hi.", 1), 1 * S, 3 * S)


def test_concerns_what_starts_late_enough_or_lasts_long_enough() -> None:
    hi = exchange()
    assert hi.concerns(Utterance(3 * S - EARLY_NS, 4 * S))
    assert not hi.concerns(Utterance(3 * S - EARLY_NS - 1, 4 * S - 1))
    assert hi.concerns(Utterance(0, 3 * S + OVERLAP_NS))


def test_the_first_sound_is_the_first_after_the_end() -> None:
    hi = exchange()
    hi.sounds(2 * S)
    assert hi.first_sound_ns is None
    hi.sounds(3 * S + 7)
    hi.sounds(4 * S)
    assert hi.first_sound_ns == 3 * S + 7


def test_an_answer_may_come_in_parts() -> None:
    hi = exchange()
    assert not hi.answered
    hi.take_answer(Utterance(4 * S, 5 * S, "Sure."))
    hi.take_answer(Utterance(6 * S, 7 * S, "Nine."))
    turn = hi.turn(9 * S)
    assert turn.answer == "Sure. Nine."
    assert (turn.answer_at_ns, turn.answer_until_at_ns) == (4 * S, 7 * S)
    assert turn.owed_until_at_ns == turn.first_sound_at_ns == 4 * S


def test_an_answer_never_comes_before_the_end_of_the_question() -> None:
    hi = exchange()
    hi.take_answer(Utterance(3 * S - EARLY_NS, 5 * S, "Sure."))
    assert hi.turn(9 * S).answer_ms == 0


def test_without_answer_it_is_owed_until_told_otherwise() -> None:
    turn = exchange().turn(9 * S)
    assert turn.owed_until_at_ns == 9 * S
    assert (turn.answer_at_ns, turn.first_sound_at_ns, turn.answer) == (None, None, "")


def test_words_that_were_cut_off_end_where_they_were() -> None:
    turn = exchange().turn(2 * S)
    assert (turn.until_at_ns, turn.owed_until_at_ns) == (2 * S, 2 * S)
