"""How rare an equal name is, told so that it does not tell the name.

The exact weight of a frequency, looked up in the model (which is public), would name it. What is shown is one
of at most three words and a whole number of bits, each of them of no fewer than :data:`LEAST_NAMES` names.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from statistics import median
from typing import Any

from pipeline.identity.residue.model import Model

LEAST_NAMES = 20
_WORDS = {1: ("usual",), 2: ("common", "rare"), 3: ("common", "usual", "rare")}


@dataclass(frozen=True, slots=True)
class Rarity:
    """A class of names: its word, and the middle of what its names weigh, in whole bits."""

    word: str
    bits: int


@dataclass(frozen=True, slots=True)
class Rarities:
    """The class of each name that the model lists, and that of all others: the rarest."""

    by_name: Mapping[str, Rarity]
    of_others: Rarity


def rarities(model: Model, column: str, level: Mapping[str, Any]) -> Rarities:
    """Classes of the names of ``column``, as many to each; weighed as the ``level`` of equal names does."""
    chance, power = float(level["u_probability"]), float(level.get("tf_adjustment_weight", 1.0))
    listed = sorted(model.term_frequencies[column].items(), key=lambda item: (-item[1], item[0]))
    return _rarities(tuple(listed), model.rare[column], chance, power)


@cache
def _rarities(listed: tuple[tuple[str, float], ...], rare: float, chance: float, power: float) -> Rarities:
    words = _WORDS[max(1, min(3, len(listed) // LEAST_NAMES))]
    found: dict[str, Rarity] = {}
    last = Rarity(words[-1], round(power * math.log2(chance / rare)))
    for place, word in enumerate(words):
        names = listed[place * len(listed) // len(words) : (place + 1) * len(listed) // len(words)]
        shares = [share for _, share in names] + ([rare] if word == words[-1] else [])
        last = Rarity(word, round(power * math.log2(chance / median(shares))))
        found |= {name: last for name, _ in names}
    return Rarities(found, last)
