"""General practices, their networks (PCNs), their system and whether they share."""

from __future__ import annotations

import numpy as np

from synthetic.rates import places
from synthetic.rows import Array, Rows
from synthetic.streams import stream
from synthetic.world.geography import borough_shares

NAMES = (
    "Meadow",
    "Station",
    "Park",
    "Church",
    "Riverside",
    "Orchard",
    "Bridge",
    "Elm Tree",
    "Grove",
    "Canal",
    "High Street",
    "Green Lane",
    "Mill",
    "Willow",
    "Chestnut",
    "Common",
    "Market",
    "Hilltop",
    "Lock",
    "Beacon",
)
KINDS = ("Surgery", "Medical Centre", "Practice", "Health Centre", "Family Practice")
SHARING, NO_AGREEMENT, NOT_ACTIVATED, DISABLED, DELETED = range(5)


def make(seed: int, people: int) -> Rows:
    """Practices: code, name, borough, pcn (code), pcn_name, is_emis, agreement, shares, closed_on.

    One row a practice, ordered by borough. ``agreement`` says how a practice that does not share
    shows it; TPP practices that do not share are simply not visible in the feed.
    """
    count = max(places.FEWEST_PRACTICES, round(people / places.PEOPLE_A_PRACTICE))
    borough = _boroughs(count)
    rng = stream(seed, -1, "practices")
    within = np.arange(count) - np.searchsorted(borough, borough)
    pcn_within = within // places.PRACTICES_A_PCN
    agreement = _agreements(rng, is_emis=within % 2 == 0)
    return Rows(
        code=np.array([f"E99{number:03d}" for number in range(1, count + 1)], dtype=object),
        name=_names(rng, count),
        borough=borough,
        pcn=np.array([f"U99{b}{p:02d}" for b, p in zip(borough, pcn_within, strict=True)], dtype=object),
        pcn_name=np.array(
            [
                f"{places.BOROUGHS[b].name} Network {p + 1} PCN"
                for b, p in zip(borough, pcn_within, strict=True)
            ],
            dtype=object,
        ),
        is_emis=within % 2 == 0,
        agreement=agreement,
        shares=agreement == SHARING,
    )


def _boroughs(count: int) -> Array:
    """Borough of each practice: at least two each, the rest by population."""
    each = np.full(len(places.BOROUGHS), 2)
    ideal = borough_shares() * count
    while each.sum() < count:
        each[int(np.argmax(ideal - each))] += 1
    return np.repeat(np.arange(len(each)), each)


def _names(rng: np.random.Generator, count: int) -> Array:
    pairs = [f"{name} {kind}" for name in NAMES for kind in KINDS]
    order = rng.permutation(len(pairs))
    return np.array(
        [
            f"{pairs[order[i % len(pairs)]]}{'' if i < len(pairs) else f' {i // len(pairs) + 1}'}"
            for i in range(count)
        ],
        dtype=object,
    )


def _agreements(rng: np.random.Generator, *, is_emis: Array) -> Array:
    """Which practices do not share: the first is on EMIS, so that every economy has one to see."""
    count = max(1, round(places.NOT_SHARING_PRACTICES * len(is_emis)))
    chosen = np.concatenate(
        [rng.permutation(np.flatnonzero(is_emis))[:1], rng.permutation(np.flatnonzero(~is_emis))]
    )[:1]
    others = rng.permutation(np.setdiff1d(np.arange(len(is_emis)), chosen))[: count - 1]
    agreement = np.full(len(is_emis), SHARING)
    for order, practice in enumerate(np.concatenate([chosen, others])):
        agreement[practice] = 1 + order % 4
    return agreement
