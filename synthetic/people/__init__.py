"""The people of one block: who they are, where they live, whom they are registered with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from synthetic.days import NEVER, YEAR, uniform_between
from synthetic.people import conditions, households, moves
from synthetic.rates import errors
from synthetic.rates import population as rates
from synthetic.rates.conditions import CONDITIONS, INDEX, LONG_TERM
from synthetic.rows import Array, Rows
from synthetic.span import Span
from synthetic.streams import stream
from synthetic.world import World


@dataclass(frozen=True)
class Block:
    """People of one block, numbered ``base`` and on, with their conditions.

    ``rows``: see :func:`make`. ``conditions``: person (row), condition (index), onset (day).
    """

    world: World
    span: Span
    number: int
    base: int
    rows: Rows
    conditions: Rows

    def rng(self, purpose: str) -> np.random.Generator:
        """The block's random numbers for a purpose."""
        return stream(self.world.seed, self.number, purpose)

    @cached_property
    def has(self) -> Array:
        """Boolean matrix people x conditions."""
        return conditions.matrix(self.conditions, self.rows.height)

    @cached_property
    def onset(self) -> Array:
        """Day of onset, people x conditions; NEVER where absent."""
        days = np.full((self.rows.height, len(CONDITIONS)), NEVER)
        days[self.conditions["person"], self.conditions["condition"]] = self.conditions["onset"]
        return days

    def with_condition(self, name: str) -> Array:
        """Boolean column: has the condition."""
        return np.asarray(self.has[:, INDEX[name]])

    @cached_property
    def long_term(self) -> Array:
        """Number of long-term conditions each person has."""
        return np.asarray(self.has[:, LONG_TERM].sum(axis=1))

    @cached_property
    def frailty(self) -> Array:
        """Electronic frailty index, 0 to about 0.6: deficits of 36 (Clegg et al., Age and Ageing 2016)."""
        age = self.age(self.span.end)
        noise = self.rng("frailty").normal(0, 0.05, self.rows.height)
        index = 0.028 * self.long_term + 0.0045 * np.maximum(age - 62, 0) + noise
        index = index + np.where(self.rows["in_care_home"], 0.10, 0)
        return np.clip(np.where(age >= 50, index, 0), 0, 0.65)

    def age(self, day: int) -> Array:
        """Age in years on a day."""
        return np.asarray((day - self.rows["birth"]) / YEAR)

    @cached_property
    def decile(self) -> Array:
        """Deprivation decile of the last home."""
        geography = self.world.geography
        lsoa = geography.postcodes["lsoa"][self.rows["postcode_now"]]
        return np.asarray(geography.lsoas["decile"][lsoa])

    @cached_property
    def borough(self) -> Array:
        """Index of the borough at the end."""
        return np.asarray(self.world.geography.postcode_borough[self.rows["postcode_now"]])

    def postcode_on(self, person: Array, day: Array) -> Array:
        """Postcode (index) where a person lived on a day."""
        moved = self.rows["moved_on"][person]
        return np.where(day >= moved, self.rows["postcode_now"][person], self.rows["postcode"][person])

    def exposure(self) -> tuple[Array, Array]:
        """First and last-but-one day each person can use services within the history."""
        rows, span = self.rows, self.span
        first = np.maximum(np.maximum(rows["birth"], rows["came_on"]), span.start)
        last = np.minimum(np.minimum(rows["death"], rows["left_on"]), span.horizon)
        return first, np.where(rows["is_test"], first, np.maximum(last, first))


def make(world: World, span: Span, *, number: int, base: int, size: int) -> Block:
    """The block's people, ``size`` of them (dummy patients among them, at the end).

    Beside the columns of :func:`households.make`: death, takes_a_place, nhs_number, old_number (or 0),
    number_replaced_on, the columns of :mod:`synthetic.people.moves`, in_care_home, dissent_on,
    withdrawn_on, opted_out_on (national), is_confidential, is_sensitive, is_test, is_homeless.
    """
    rng = stream(world.seed, number, "people")
    rows = households.make(rng, world.geography, people=size, end=span.end)
    rows["in_care_home"] = rows["role"] == "R"
    rows["is_test"] = np.arange(size) >= size - round(rates.TEST_PATIENTS * size)
    decile = world.geography.lsoas["decile"][world.geography.postcodes["lsoa"][rows["postcode"]]]
    found = conditions.make(rng, rows, decile=decile, end=span.end)
    found = found.take(~rows["is_test"][found["person"]])
    has = conditions.matrix(found, size)
    rows["is_homeless"] = has[:, INDEX["homeless"]]
    rows["death"], rows["takes_a_place"] = _deaths(rng, rows, has, span)
    found = found.take(found["onset"] < rows["death"][found["person"]])
    moves.add(rng, world, rows, span)
    _numbers(rng, world, rows, base=base, span=span)
    _wishes(rng, world, rows, span)
    return Block(world, span, number, base, rows, found)


def _deaths(rng: np.random.Generator, rows: Rows, has: Array, span: Span) -> tuple[Array, Array]:
    """Day of death within the history, by age and illness, NEVER for those who live; who comes for the dead.

    In two years those who die are missed by few. A longer history would run out of old people, and its
    first year have most of the deaths: there, as many come in the course of it as die.
    """
    age = (span.end - rows["birth"]) / YEAR
    hazard = rates.MORTALITY_LEVEL * np.exp(rates.MORTALITY_SLOPE * age)
    severe = has[:, [INDEX[name] for name in ("cancer", "heart_failure", "copd", "dementia")]].any(axis=1)
    hazard = hazard * np.where(severe, rates.SEVERE_ILLNESS_DEATHS, rates.OTHERS_DEATHS)
    hazard = hazard * np.where(rows["in_care_home"], rates.CARE_HOME_DEATHS, 1.0)
    first = np.maximum(rows["birth"], span.start)
    if span.is_longer:
        dies, comes = _lots(rng, hazard * span.years)
        day = uniform_between(rng, first + 1, np.full(rows.height, span.end + 1))
        comes &= (rows["birth"] < span.start) & ~rows["is_test"]
    else:
        wait = rng.exponential(1.0, rows.height) / hazard * YEAR
        day = first + 1 + np.floor(np.minimum(wait, NEVER)).astype(np.int64)
        dies, comes = day <= span.end, np.zeros(rows.height, dtype=bool)
    return np.where(dies & ~rows["is_test"] & (day <= span.end), day, NEVER), comes


def _lots(rng: np.random.Generator, expected: Array) -> tuple[Array, Array]:
    """Who dies and who comes, each with one chance: a place whose holders die at ``expected`` in all.

    Of all who ever hold such a place, the share expected / (1 + expected) is followed by another.
    """
    share = np.minimum(expected / (1 + expected), 0.5)
    draw = rng.random(len(expected))
    return draw < share, (draw >= share) & (draw < 2 * share)


def _numbers(rng: np.random.Generator, world: World, rows: Rows, *, base: int, span: Span) -> None:
    rows["nhs_number"] = world.numbers[base : base + rows.height]
    replaced = rng.random(rows.height) < errors.REPLACED_NUMBER
    spare = world.numbers[world.people + int(base * errors.SPARE_NUMBERS) :]
    old = np.zeros(rows.height, dtype=np.int64)
    old[replaced] = spare[: int(replaced.sum())]
    rows["old_number"] = old
    rows["number_replaced_on"] = np.where(
        replaced, rng.integers(span.start - 700, span.end - 30, rows.height), NEVER
    )


def _wishes(rng: np.random.Generator, world: World, rows: Rows, span: Span) -> None:
    """Objections and marks: Type 1 dissent and withdrawal, national opt-out, confidential, sensitive.

    Only EMIS has columns that say confidential or sensitive, so only its patients are.
    """
    count = rows.height
    dissents = (rng.random(count) < rates.TYPE_1_OBJECTION) & ~rows["is_test"]
    first = np.maximum(span.start - 2_000, rows["birth"])
    said = first + np.floor(rng.random(count) * (span.end - first)).astype(np.int64)
    rows["dissent_on"] = np.where(dissents, said, NEVER)
    withdraws = dissents & (rng.random(count) < rates.TYPE_1_WITHDRAWN)
    later = said + 1 + np.floor(rng.random(count) * (span.end - said)).astype(np.int64)
    rows["withdrawn_on"] = np.where(withdraws, np.minimum(later, span.end), NEVER)
    opts_out = (rng.random(count) < rates.NATIONAL_OPT_OUT) & ~rows["is_test"]
    since = span.end - rng.integers(1, 2_500, count)
    rows["opted_out_on"] = np.where(opts_out, np.maximum(since, rows["birth"]), NEVER)
    can_say = _with_emis(world, rows["practice"]) | _with_emis(world, rows["practice_now"])
    can_say &= ~rows["is_test"]
    rows["is_confidential"] = (rng.random(count) < rates.CONFIDENTIAL) & can_say
    rows["is_sensitive"] = (rng.random(count) < rates.SPINE_SENSITIVE) & can_say


def _with_emis(world: World, practice: Array) -> Array:
    """Whether each practice (index, -1: none) keeps its records in EMIS."""
    return np.asarray((practice >= 0) & world.practices["is_emis"][practice])
