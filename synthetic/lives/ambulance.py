"""Calls to the ambulance service: journeys to the emergency department, and what was settled without one."""

from __future__ import annotations

import numpy as np

from synthetic.lives import causes, draws
from synthetic.people import Block
from synthetic.rates import ambulance as rates
from synthetic.rows import Array, Rows, stack

CONVEYED, OUT_OF_AREA, SEEN, HEARD = range(4)
_KINDS = {CONVEYED: "conveyed", OUT_OF_AREA: "conveyed", SEEN: "seen", HEARD: "heard"}


def make(block: Block, attended: Rows) -> Rows:
    """Every incident, by streams of its own, so that no other table knows whether it was asked for.

    Columns: person, cause, kind, category (index), attendance (row or -1) and its trust, detail; call,
    clock, scene, left, hospital, handover, closed (seconds since 1970), day (of the close).
    """
    rng = block.rng("ambulance incidents")
    rows = stack([_journeys(attended), _elsewhere(rng, block, attended), _settled(rng, block)])
    rows["category"] = _categories(rng, rows["kind"])
    rows["detail"] = rng.random(rows.height)
    _times(rng, rows)
    rows["day"] = rows["closed"] // 86_400
    return draws.identify(block, rows.take(_happened(block, rows)))


def _happened(block: Block, rows: Rows) -> Array:
    return np.asarray((rows["day"] <= block.span.end) & (rows["call"] // 86_400 >= block.span.start))


def _journeys(attended: Rows) -> Rows:
    """The way to each attendance that came by ambulance; ``anchor`` is the arrival there."""
    row = np.flatnonzero(attended["by_ambulance"])
    came = attended.take(row)
    return Rows(
        person=came["person"], cause=came["cause"], attendance=row, trust=came["trust"],
        kind=np.full(len(row), CONVEYED), anchor=came["day"] * 86_400 + came["minute"] * 60,
    )  # fmt: skip


def _elsewhere(rng: np.random.Generator, block: Block, attended: Rows) -> Rows:
    """Journeys like those, on other days, to hospitals that do not send here."""
    came = attended.take(np.flatnonzero(attended["by_ambulance"]))
    chosen = rng.integers(0, max(came.height, 1), rng.binomial(came.height, rates.OUT_OF_AREA))
    return _alone(rng, block, came["person"][chosen], OUT_OF_AREA, came["day"][chosen] - 3)


def _settled(rng: np.random.Generator, block: Block) -> Rows:
    age = block.age(block.span.middle)
    rate = draws.by_band(age, rates.AGES, rates.NOT_CONVEYED_A_YEAR) * draws.deprivation(block, 1.3)
    calls = draws.events(rng, block, rate, until=block.span.end)
    heard = rng.random(calls.height) < rates.BY_TELEPHONE
    kind = np.where(heard, HEARD, SEEN)
    return _alone(rng, block, calls["person"], kind, calls["day"])


def _alone(rng: np.random.Generator, block: Block, person: Array, kind: Array | int, day: Array) -> Rows:
    """Incidents that no attendance follows; ``anchor`` is the call."""
    minute = np.floor((rng.beta(2.2, 1.7, len(person)) * 20 + 4) % 24 * 60).astype(np.int64)
    nothing = np.full(len(person), -1)
    return Rows(
        person=person, cause=causes.draw(rng, block, person, day), attendance=nothing, trust=nothing,
        kind=np.broadcast_to(kind, person.shape).copy(), anchor=day * 86_400 + minute * 60,
    )  # fmt: skip


def _categories(rng: np.random.Generator, kind: Array) -> Array:
    draw, found = rng.random(len(kind)), np.zeros(len(kind), dtype=np.int64)
    for number, word in _KINDS.items():
        bounds = np.cumsum(rates.CATEGORY_SHARES[word])
        which = kind == number
        found[which] = np.searchsorted(bounds, draw[which], side="right")
    return np.minimum(found, len(rates.CATEGORIES) - 1)


def _times(rng: np.random.Generator, rows: Rows) -> None:
    """The moments around the anchor: forwards from a call, backwards from an arrival."""

    def around(minutes: Array | float, spread: float = 0.45) -> Array:
        return np.asarray(np.floor(minutes * 60 * rng.lognormal(0, spread, rows.height)).astype(np.int64))

    queue = rng.integers(5, 150, rows.height)
    response = around(np.array(rates.RESPONSE_MINUTES)[rows["category"]])
    on_scene, travel = around(rates.ON_SCENE_MINUTES), around(rates.TRAVEL_MINUTES)
    journey = queue + response + on_scene + travel
    to_hospital = rows["anchor"] - rng.integers(0, 360, rows.height)
    rows["call"] = np.where(rows["kind"] == CONVEYED, to_hospital - journey, rows["anchor"])
    rows["clock"] = rows["call"] + queue
    rows["scene"] = rows["clock"] + response
    rows["left"] = rows["scene"] + on_scene
    rows["hospital"] = rows["left"] + travel
    rows["handover"] = rows["hospital"] + around(rates.HANDOVER_MINUTES, 0.7)
    heard, seen = rows["clock"] + around(rates.ON_THE_TELEPHONE), rows["left"]
    rows["closed"] = np.select(
        [rows["kind"] == HEARD, rows["kind"] == SEEN], [heard, seen], default=rows["handover"] + around(12.0)
    )
