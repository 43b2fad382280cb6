from collections.abc import Iterator

from speech.cache import SoundCache
from speech.piece import Recipe
from speech.steps import at_once
from speech.voice import VOICES


def recipe(text: str) -> Recipe:
    return Recipe(VOICES["mira"], 8000, 480, text)


def test_a_recipe_is_rendered_once() -> None:
    cache = SoundCache()
    assert cache.piece(recipe("a")) is cache.piece(recipe("a"))
    assert (cache.hits, cache.misses) == (1, 1)


def test_the_least_recently_used_piece_goes() -> None:
    probe = SoundCache()
    probe.piece(recipe("a"))
    cache = SoundCache(limit_bytes=2 * probe.size_bytes)
    kept = cache.piece(recipe("a"))
    cache.piece(recipe("b"))
    cache.piece(recipe("a"))
    cache.piece(recipe("c"))
    assert cache.size_bytes <= cache.limit_bytes
    assert cache.piece(recipe("a")) is kept
    cache.piece(recipe("b"))
    assert cache.misses == 4


def test_a_piece_larger_than_the_cache_is_still_given() -> None:
    cache = SoundCache(limit_bytes=1)
    assert cache.piece(recipe("a")).length_n == 480
    assert cache.piece(recipe("b")).length_n == 480


def test_fetching_rests_while_it_renders_and_not_when_there_is_nothing_to_render() -> None:
    cache = SoundCache()
    first = list(steps_of(cache, "a"))
    assert len(first) > 2
    assert list(steps_of(cache, "a")) == []
    assert (cache.hits, cache.misses) == (1, 1)


def test_what_two_render_at_a_time_is_kept_once() -> None:
    cache = SoundCache()
    one, other = cache.fetching(recipe("a")), cache.fetching(recipe("a"))
    next(one)
    next(other)
    assert at_once(one) is at_once(other)
    assert cache.size_bytes == cache.piece(recipe("a")).size_bytes


def steps_of(cache: SoundCache, text: str) -> Iterator[None]:
    yield from cache.fetching(recipe(text))
