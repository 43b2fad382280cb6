from harness.callers.manners import COMFORT_PATIENCE, LISTENING_PATIENCE, Manners
from harness.callers.patience import Patience

S = 1_000_000_000
PATIENT = Patience(8.0, 0.6, Manners())


def test_comfort_starts_patience_anew_up_to_a_bound() -> None:
    assert PATIENT.answer_until_ns(5 * S, 2 * S) == 13 * S
    assert PATIENT.answer_until_ns(5 * S, 10 * S) == 18 * S
    assert PATIENT.answer_until_ns(5 * S, 20 * S) == (5 + COMFORT_PATIENCE * 8) * S


def test_more_than_a_courtesy_is_awaited_for_less_long_than_an_answer() -> None:
    assert PATIENT.more_until_ns(5 * S, 6 * S) == 11 * S
    assert PATIENT.more_until_ns(5 * S, 20 * S) == PATIENT.answer_until_ns(5 * S, 20 * S)
    assert Patience(3.0, 0.6, Manners()).more_until_ns(5 * S, 6 * S) == 9 * S


def test_how_long_it_listens_and_waits_for_a_greeting() -> None:
    assert PATIENT.listens_until_ns(5 * S) == (5 + LISTENING_PATIENCE * 8) * S
    assert PATIENT.greeting_until_ns(2 * S) == 10 * S
