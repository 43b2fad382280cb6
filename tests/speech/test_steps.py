from __future__ import annotations

from speech.steps import Steps, at_once


def counting(to: int, done: list[int]) -> Steps[int]:
    for number in range(to):
        done.append(number)
        yield
    return sum(done)


def test_work_rests_until_it_is_resumed() -> None:
    done: list[int] = []
    steps = counting(3, done)
    assert done == []
    next(steps)
    assert done == [0]


def test_the_result_comes_after_the_last_step() -> None:
    done: list[int] = []
    assert at_once(counting(4, done)) == 6
    assert done == [0, 1, 2, 3]
    assert at_once(counting(0, [])) == 0
