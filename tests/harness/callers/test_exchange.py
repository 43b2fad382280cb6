import pytest

from harness.callers.exchange import EARLY_NS, OVERLAP_NS, Exchange
from harness.callers.manners import TURN_QUIET_NS
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
    hi.take(Utterance(4 * S, 5 * S, "Sure, nine."), "answer")
    hi.take(Utterance(6 * S, 7 * S, "Or ten?"), "answer")
    turn = hi.turn(9 * S)
    assert turn.answer == "Sure, nine. Or ten?"
    assert (turn.answer_at_ns, turn.answer_until_at_ns) == (4 * S, 7 * S)
    assert turn.owed_until_at_ns == turn.first_sound_at_ns == 4 * S


def test_an_answer_never_comes_before_the_end_of_the_question() -> None:
    hi = exchange()
    hi.take(Utterance(3 * S - EARLY_NS, 5 * S, "Nine."), "answer")
    assert hi.turn(9 * S).answer_ms == 0


def test_without_answer_it_is_owed_until_told_otherwise() -> None:
    turn = exchange().turn(9 * S)
    assert turn.owed_until_at_ns == 9 * S
    assert (turn.answer_at_ns, turn.first_sound_at_ns, turn.answer) == (None, None, "")


def test_words_that_were_cut_off_end_where_they_were() -> None:
    turn = exchange().turn(2 * S)
    assert (turn.until_at_ns, turn.owed_until_at_ns) == (2 * S, 2 * S)


@pytest.mark.parametrize(("gap_ns", "from_s"), [(TURN_QUIET_NS, 4), (TURN_QUIET_NS + 1, 7)])
def test_a_courtesy_begins_the_answer_only_in_the_same_turn(gap_ns: int, from_s: int) -> None:
    hi = exchange()
    hi.take(Utterance(4 * S, 5 * S, "Okay."), "acknowledgement")
    hi.take(Utterance(5 * S + 1, 7 * S - gap_ns, "Sure."), "acknowledgement")
    assert not hi.answered
    hi.take(Utterance(7 * S, 8 * S, "Nine is free."), "answer")
    assert hi.turn(9 * S).answer_at_ns == from_s * S
    assert hi.turn(9 * S).answer.endswith("Nine is free.")
    assert ("Okay." in hi.turn(9 * S).answer) is (from_s == 4)


def test_courtesies_that_are_all_have_their_own_time() -> None:
    hi = exchange()
    hi.take(Utterance(4 * S, 5 * S, "Okay."), "acknowledgement")
    hi.settle_for_courtesies()
    turn = hi.turn(9 * S)
    assert (turn.answer, turn.answer_at_ns, turn.owed_until_at_ns) == ("Okay.", 4 * S, 4 * S)


def test_only_a_filler_announces() -> None:
    hi = exchange()
    for role in ("acknowledgement", "hesitation", "idle_prompt"):
        hi.take(Utterance(4 * S, 5 * S, "…"), role)
    assert not hi.announced
    hi.take(Utterance(5 * S, 6 * S, "One moment."), "filler")
    assert hi.announced
    assert not hi.answered


def test_what_the_caller_interrupted_is_no_reaction_however_long_it_lasts() -> None:
    hi = Exchange(Say("Hi.", 1, barge_in=True), 1 * S, 3 * S, into_ns=S // 2)
    assert not hi.concerns(Utterance(S // 2, 9 * S, verified=True))
    assert hi.concerns(Utterance(3 * S, 9 * S))


def test_what_the_caller_talked_over_is_one_if_it_came_to_its_end() -> None:
    hi = Exchange(Say("Hi.", 1, 1), 1 * S, 3 * S, into_ns=S // 2)
    assert hi.concerns(Utterance(S // 2, 2 * S, verified=True))
    assert not hi.concerns(Utterance(S // 2, 9 * S))


def test_a_turn_tells_who_interrupted_whom() -> None:
    hi = Exchange(Say("Hi.", 1, barge_in=True), 1 * S, 3 * S)
    assert (hi.turn(9 * S).barge_in, hi.turn(9 * S).interrupted) == (True, False)
    hi.interrupted = True
    assert hi.turn(9 * S).interrupted


def test_an_answer_that_was_talked_over_to_its_end_lasts_no_negative_time() -> None:
    over = Exchange(Say("Hi. Hi. Hi.", 1, repeat=1), 4 * S, 9 * S, into_ns=3 * S)
    over.take(Utterance(3 * S, 6 * S, "Nine.", verified=True), "answer")
    turn = over.turn(12 * S)
    assert (turn.answer_at_ns, turn.answer_until_at_ns) == (9 * S, 9 * S)


def test_keys_are_told_apart_from_words() -> None:
    assert Exchange(Say("12#", 1, keys=True), 1 * S, 2 * S).turn(3 * S).keys
    assert not exchange().turn(4 * S).keys
