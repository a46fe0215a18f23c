"""Seeded draws: the same seed gives the same numbers, on every machine and for ever."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from math import floor, log
from random import Random
from typing import TypeVar

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


class Dice:
    """Draws built on uniform numbers alone, the one stream that Python promises not to change."""

    def __init__(self, seed: int) -> None:
        self._uniform = Random(seed).random  # noqa: S311 - nothing here is a secret

    def chance(self, probability: float) -> bool:
        """Return true with that probability."""
        return self._uniform() < probability

    def within(self, span: tuple[float, float]) -> float:
        """Return a number between two others."""
        low, high = span
        return low + (high - low) * self._uniform()

    def whole(self, span: tuple[int, int]) -> int:
        """Return a whole number between two others, both included."""
        low, high = span
        return low + floor((high - low + 1) * self._uniform())

    def beyond(self, mean: float) -> float:
        """Return a number of at least 0, mostly small, with that mean."""
        return -mean * log(1.0 - self._uniform())

    def one_of(self, things: Sequence[T]) -> T:
        """Return one of the things."""
        return things[floor(len(things) * self._uniform())]

    def some_of(self, things: Sequence[T], count: int) -> list[T]:
        """Return so many of the things, in an order drawn."""
        left = list(things)
        return [left.pop(floor(len(left) * self._uniform())) for _ in range(count)]

    def some_by_weight(self, weights: Mapping[K, float], count: int) -> list[K]:
        """Return so many keys, the heavier the likelier.

        Source: Efraimidis and Spirakis, weighted random sampling with a reservoir (2006).
        """
        keys = {key: -log(1.0 - self._uniform()) / weight for key, weight in weights.items()}
        return sorted(keys, key=keys.__getitem__)[:count]
