from desk.admission import Admission


def test_takes_calls_up_to_its_limit() -> None:
    admission = Admission(2)
    assert admission.reserve("a", 0)
    assert admission.enter("b", 0)
    assert not admission.reserve("c", 0)
    assert admission.count(0) == 2


def test_a_reservation_is_the_place_of_its_call() -> None:
    admission = Admission(1)
    assert admission.reserve("a", 0)
    assert admission.reserve("a", 1), "Twilio asks twice when an answer got lost"
    assert admission.enter("a", 2)
    assert admission.count(2) == 1
    assert not admission.enter("b", 2)


def test_a_reservation_lapses() -> None:
    admission = Admission(1, reservation_s=10)
    assert admission.reserve("a", 0)
    assert not admission.reserve("b", 9.9)
    assert admission.reserve("b", 10)
    assert not admission.enter("a", 10)


def test_a_place_is_free_again_when_its_call_ends() -> None:
    admission = Admission(1)
    assert admission.enter("a", 0)
    admission.leave("a")
    admission.leave("a")
    assert admission.enter("b", 0)


def test_closed_it_takes_only_those_it_has_promised() -> None:
    admission = Admission(9)
    assert admission.reserve("a", 0)
    admission.close()
    assert not admission.reserve("b", 1)
    assert admission.enter("a", 1)


def test_a_place_is_held_for_as_long_as_it_rings() -> None:
    admission = Admission(1)
    assert admission.hold("place-1", 0, 40)
    assert not admission.reserve("a", 39)
    admission.name("place-1", "b")
    assert admission.enter("b", 39)
    assert admission.count(39) == 1


def test_a_place_that_nobody_comes_for_is_free_again() -> None:
    admission = Admission(1)
    assert admission.hold("place-1", 0, 40)
    admission.release("place-1")
    admission.release("place-1")
    assert admission.reserve("a", 1)
    assert not admission.hold("place-2", 1, 40)
    admission.name("place-1", "b")
    assert not admission.reserve("b", 1)
