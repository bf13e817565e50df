"""LSOAs, postcodes and their deprivation: made up, on real outward codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synthetic.rates import places
from synthetic.rows import Array, Rows
from synthetic.streams import stream

INWARD_LETTERS = np.array(list("ABDEFGHJLNPQRSTUWXYZ"))  # no C I K M O V (Royal Mail)
FIRST_LSOA = 90_0000  # E01900000 and on: well formed, above the codes that ONS has issued
NO_FIXED_ABODE = "ZZ99 3VZ"  # NHS Postcode Directory pseudo-postcodes


@dataclass(frozen=True, slots=True)
class Geography:
    """``lsoas``: code, borough, decile, rank_2019, rank_2025; ``postcodes``: postcode, lsoa (index)."""

    lsoas: Rows
    postcodes: Rows

    @property
    def postcode_borough(self) -> Array:
        """Index of the borough of each postcode."""
        return np.asarray(self.lsoas["borough"][self.postcodes["lsoa"]])


def borough_shares() -> Array:
    """Share of the people in each borough."""
    thousands = np.array([borough.people_thousands for borough in places.BOROUGHS])
    return np.asarray(thousands / thousands.sum())


def make(seed: int, people: int) -> Geography:
    """Areas for ``people`` people; at least six LSOAs a borough and four postcodes an LSOA."""
    rng = stream(seed, -1, "geography")
    wanted = people * borough_shares() / places.PEOPLE_AN_LSOA
    borough = np.repeat(np.arange(len(places.BOROUGHS)), np.maximum(6, np.ceil(wanted)).astype(int))
    return Geography(_lsoas(rng, borough), _postcodes(rng, borough, people=people))


def _lsoas(rng: np.random.Generator, borough: Array) -> Rows:
    mean = np.array([b.imd_mean_decile for b in places.BOROUGHS])[borough]
    score = np.clip(rng.normal(mean - 0.5, 2.2), 0.05, 9.95) / 10  # 0 = most deprived
    later = np.clip(score + rng.normal(0, 0.05, len(score)), 0.001, 0.999)
    size = places.LSOAS_IN_ENGLAND
    return Rows(
        code=np.array([f"E01{FIRST_LSOA + number:06d}" for number in range(len(borough))], dtype=object),
        borough=borough,
        rank_2019=np.ceil(score * size["2019"]).astype(np.int64),
        rank_2025=np.ceil(later * size["2025"]).astype(np.int64),
        decile=np.ceil(score * 10).astype(np.int64),
        decile_2025=np.ceil(later * 10).astype(np.int64),
    )


def _postcodes(rng: np.random.Generator, borough: Array, *, people: int) -> Rows:
    households = people / 2.5
    each = max(4, round(households / places.HOUSEHOLDS_A_POSTCODE / len(borough)))
    lsoa = np.repeat(np.arange(len(borough)), each)
    taken: dict[str, int] = {}
    outward = [places.BOROUGHS[b].outcodes for b in borough[lsoa]]
    names = [
        f"{codes[index]} {_inward(taken, codes[index])}"
        for codes, index in zip(outward, _district(rng, lsoa, outward), strict=True)
    ]
    return Rows(postcode=np.array(names, dtype=object), lsoa=lsoa)


def _district(rng: np.random.Generator, lsoa: Array, outward: list[tuple[str, ...]]) -> list[int]:
    """One outward code an LSOA, so that neighbours share it."""
    draw = rng.random(int(lsoa.max()) + 1)
    return [int(draw[area] * len(codes)) for area, codes in zip(lsoa, outward, strict=True)]


def _inward(taken: dict[str, int], outcode: str) -> str:
    """The next inward code of ``outcode``: a digit and two letters, never twice."""
    number = taken.get(outcode, 0) * 37 % 4000  # 37 and 4000 share no factor: every code once
    taken[outcode] = taken.get(outcode, 0) + 1
    letters = number % 400
    return f"{number // 400}{INWARD_LETTERS[letters // 20]}{INWARD_LETTERS[letters % 20]}"
