from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import roll as roll_module
from kernel.errors import UsageError
from kernel.roll import LARGEST_SEED, normal, pick, roll, seed_for, seed_of

names = st.lists(st.text(max_size=8) | st.integers(), max_size=4)


@given(st.integers(), names)
def test_the_same_names_give_the_same_number_between_0_and_1(seed: int, of: list[object]) -> None:
    assert 0 < roll(seed, *of) < 1
    assert roll(seed, *of) == roll(seed, *of)


def test_every_name_and_their_order_matter() -> None:
    asked: list[tuple[Any, ...]] = [
        (1,),
        (2,),
        (1, "a"),
        (1, "b"),
        (1, "a", "b"),
        (1, "b", "a"),
        (1, "ab"),
        (1, 1),
    ]
    assert len({roll(*of) for of in asked}) == len(asked)


def test_names_are_what_they_print_as() -> None:
    assert roll(1, 2) == roll(1, "2")


@pytest.mark.parametrize("bits", [0, 2**64 - 1])
def test_neither_0_nor_1_ever_comes_out(bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roll_module, "_bits", lambda *_: bits)
    assert 0 < roll(0) < 1
    assert pick("ab", 0) in "ab"
    assert -9 < normal(0) < 9


def test_numbers_are_spread_evenly() -> None:
    tenths = Counter(int(roll(3, "even", n) * 10) for n in range(10_000))
    assert set(tenths) == set(range(10))
    assert all(900 < count < 1100 for count in tenths.values())


def test_normal_numbers_have_mean_0_and_deviation_1() -> None:
    numbers = [normal(3, "bell", n) for n in range(10_000)]
    mean = sum(numbers) / len(numbers)
    deviation = (sum((number - mean) ** 2 for number in numbers) / len(numbers)) ** 0.5
    assert abs(mean) < 0.05
    assert abs(deviation - 1) < 0.05


def test_each_choice_is_picked_about_as_often() -> None:
    picked = Counter(pick("abcd", 1, "letter", n) for n in range(4000))
    assert set(picked) == set("abcd")
    assert all(850 < count < 1150 for count in picked.values())


def test_nothing_can_be_picked_from_nothing() -> None:
    with pytest.raises(IndexError):
        pick([], 1)


@given(st.integers(), names)
def test_a_seed_for_others_has_53_bits(seed: int, of: list[object]) -> None:
    assert 0 <= seed_for(seed, *of) < 2**53
    assert seed_for(seed, *of) == seed_for(seed, *of)


def test_seeds_for_others_differ() -> None:
    assert len({seed_for(1, n) for n in range(1000)}) == 1000


def test_lone_surrogates_are_names_too() -> None:
    assert roll(1, "\ud800") != roll(1, "\ud801")


@pytest.mark.parametrize("text", ["-1", "1.5", "seven", "", "٣", "9" * 16, "9" * 5000])
def test_what_is_no_seed(text: str) -> None:
    with pytest.raises(
        UsageError, match=r"--seed: .* is no seed\n  → give a whole number"
    ) as error:
        seed_of(text)
    assert len(str(error.value)) < 200


def test_seeds() -> None:
    assert [seed_of("0"), seed_of(str(LARGEST_SEED))] == [0, LARGEST_SEED]
