"""The economy's fixed parts, made once from the seed and the number of people."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from synthetic.rates.errors import SPARE_NUMBERS
from synthetic.rows import Array, Rows
from synthetic.streams import stream
from synthetic.world import geography, nhs_numbers, practices


@dataclass(frozen=True)
class World:
    """Places and organisations of one economy.

    ``numbers`` holds three valid NHS numbers a person (index = person number: current; then
    superseded; then spare ones that belong to nobody).
    """

    seed: int
    people: int
    geography: geography.Geography
    practices: Rows

    @cached_property
    def numbers(self) -> Array:
        """All NHS numbers of the economy: first the people's, then superseded, then nobody's."""
        rng = stream(self.seed, -1, "nhs numbers")
        return nhs_numbers.draw(rng, int(self.people * (1 + 2 * SPARE_NUMBERS)) + 2_000)


def build(seed: int, people: int) -> World:
    """The world for ``people`` people."""
    return World(seed, people, geography.make(seed, people), practices.make(seed, people))


def practices_of(world: World) -> list[Array]:
    """Indexes of the practices of each borough."""
    borough = world.practices["borough"]
    return [np.flatnonzero(borough == number) for number in range(int(borough.max()) + 1)]
