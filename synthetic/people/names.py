"""Names: read from names.toml, given by naming tradition and sex, and varied as front desks do."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from synthetic.rows import Array

TRADITIONS = ("british", "irish", "european", "indian", "muslim", "african", "caribbean", "chinese")
UNFOLDED = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ı": "i"})


@cache
def _lists() -> dict[str, Any]:
    return tomllib.loads(files("synthetic.people").joinpath("names.toml").read_text(encoding="utf-8"))


@cache
def nicknames() -> dict[str, str]:
    """Given name to nickname."""
    return dict(_lists()["nicknames"])


@cache
def given_names(tradition: str, sex: int) -> Array:
    """Given names of a tradition for sex 1 (male) or 2 (female)."""
    return np.array(_lists()[tradition]["male" if sex == 1 else "female"], dtype=object)


@cache
def surnames(tradition: str) -> Array:
    """Surnames of a tradition, commonest first."""
    words = _lists()[tradition]
    made = [a + b for a in words.get("prefix", ()) for b in words.get("suffix", ())]
    order = np.random.default_rng(len(made)).permutation(len(made))
    return np.array([*words["surname"], *(made[i] for i in order)], dtype=object)


def pick(rng: np.random.Generator, names: Array, count: int) -> Array:
    """``count`` names; the n-th is drawn with weight 1 / sqrt(n), so that some are common."""
    weights = 1 / np.sqrt(np.arange(1, len(names) + 1))
    return np.asarray(names[rng.choice(len(names), count, p=weights / weights.sum())])


def draw_surnames(rng: np.random.Generator, tradition: Array) -> Array:
    """A surname each, by index of :data:`TRADITIONS`."""
    drawn = np.empty(len(tradition), dtype=object)
    for number, name in enumerate(TRADITIONS):
        mine = tradition == number
        drawn[mine] = pick(rng, surnames(name), int(mine.sum()))
    return drawn


def draw_given(rng: np.random.Generator, tradition: Array, sex: Array) -> Array:
    """A given name each, by tradition and sex."""
    drawn = np.empty(len(tradition), dtype=object)
    for number, name in enumerate(TRADITIONS):
        for one_sex in (1, 2):
            mine = (tradition == number) & (sex == one_sex)
            drawn[mine] = pick(rng, given_names(name, one_sex), int(mine.sum()))
    return drawn


def plain(name: str) -> str:
    """The name without accents, as a system that knows only English letters keeps it."""
    folded = unicodedata.normalize("NFKD", name.translate(UNFOLDED))
    return "".join(letter for letter in folded if not unicodedata.combining(letter))


def misspelt(name: str, draw: float) -> str:
    """The name with two neighbouring letters swapped, or one left out."""
    if len(name) < 4:
        return name + name[-1]
    at = 1 + int(draw * (len(name) - 3))
    if draw * 1000 % 1 < 0.5:
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return name[:at] + name[at + 1 :]
