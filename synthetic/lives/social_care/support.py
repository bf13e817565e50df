"""How support begins: long ago, out of hospital, on request, and for those who care."""

from __future__ import annotations

import numpy as np

from synthetic.days import NEVER, YEAR, working_day
from synthetic.lives import draws
from synthetic.lives.social_care.events import Events
from synthetic.lives.social_care.words import (
    ASSESSMENT,
    CARER,
    COMMUNITY,
    COMPONENTS,
    NURSING,
    REQUEST,
    RESIDENTIAL,
    SERVICE,
    ST_MAX,
)
from synthetic.people import Block
from synthetic.rates import social_care as rates
from synthetic.rows import Array, Rows


def standing(rng: np.random.Generator, block: Block, events: Events) -> None:
    """Long-term support that was open before the history, or began in it by ageing."""
    rows, start, end = block.rows, block.span.start, block.span.end
    impaired = disabled(block)
    age = block.age(start)
    chance = chance_of_support(block, age, impaired)
    has = np.flatnonzero((rng.random(rows.height) < chance) & (age >= 18) & ~rows["is_test"])
    begun = end - np.floor(rng.gamma(*rates.PACKAGE_DAYS, len(has))).astype(np.int64)
    begun = np.maximum(begun, rows["came_on"][has] + 1)
    begun = np.maximum(begun, rows["birth"][has] + int(18 * YEAR))
    service, component = service_of(rng, rows["in_care_home"][has], impaired[has])
    lasts = np.where(rng.random(len(has)) < rates.PACKAGE_CHANGED, begun + 365, NEVER)
    outcome = np.where(lasts < NEVER, 5, 0)
    events.add(SERVICE, has, begun, lasts, service=service, component=component, outcome=outcome)
    again = lasts < end
    never = np.full(int(again.sum()), NEVER)
    follows = {"service": service[again], "component": component[again]}
    events.add(SERVICE, has[again], lasts[again] + 1, never, **follows)
    fresh = begun > start
    ask(rng, events, has[fresh], begun[fresh] - 30, route=2)


def disabled(block: Block) -> Array:
    """Whether each person has a learning disability or a severe physical one."""
    return np.asarray(
        block.with_condition("learning_disability") | block.with_condition("severe_physical_disability")
    )


def chance_of_support(block: Block, age: Array, impaired: Array) -> Array:
    """Chance that a person has long-term support, by the first reason that fits."""
    reasons = {
        rates.CARE_HOME_FUNDED: block.rows["in_care_home"],
        rates.LONG_TERM_FRAIL: block.frailty >= 0.24,
        rates.LONG_TERM_OTHERS_75: age >= 75,
        rates.LONG_TERM_DISABLED: impaired,
        rates.LONG_TERM_SMI: block.with_condition("serious_mental_illness"),
    }
    return np.select(list(reasons.values()), list(reasons), default=0.0)


def service_of(rng: np.random.Generator, in_home: Array, impaired: Array) -> tuple[Array, Array]:
    """Service type and component of each person's support."""
    nursing = in_home & (rng.random(len(in_home)) < 0.4)
    service = np.select([nursing, in_home], [NURSING, RESIDENTIAL], default=COMMUNITY)
    living = impaired & (rng.random(len(in_home)) < 0.5)
    names = ("Long Term Nursing Care", "Long Term Residential Care", "Supported Living")
    places = [COMPONENTS.index(name) for name in names]
    at_home = _home_component(rng, len(in_home))
    return service, np.select([nursing, in_home, living], places, default=at_home)


def _home_component(rng: np.random.Generator, count: int) -> Array:
    return np.array([2, 3, 5, 6])[rng.choice(4, count, p=[0.55, 0.22, 0.13, 0.10])]


def ask(rng: np.random.Generator, events: Events, person: Array, day: Array, *, route: int) -> None:
    """A request and the assessment that follows it."""
    asked = working_day(day)
    done = asked + rng.integers(0, 4, len(person))
    events.add(REQUEST, person, asked, done, route=route, outcome=2)
    assessed = working_day(done + rng.integers(3, 20, len(person)))
    events.add(ASSESSMENT, person, assessed, assessed + rng.integers(0, 7, len(person)), outcome=3)


def after_hospital(rng: np.random.Generator, block: Block, events: Events, spells: Rows) -> None:
    """Discharge to reablement (ST-Max), and the long-term support that follows some of it."""
    age = (spells["leave"] - block.rows["birth"][spells["person"]]) / YEAR
    left = (
        spells["is_emergency"] & ~spells["died"] & ~spells["moved_on"] & (spells["leave"] > spells["admit"])
    )
    left &= (spells["leave"] <= block.span.end) & (age >= 65)
    home = left & (spells["destination"] == "19") & (rng.random(spells.height) < rates.REABLEMENT)
    person, leave = spells["person"][home], spells["leave"][home]
    events.add(REQUEST, person, leave - rng.integers(0, 4, len(person)), leave, route=1, outcome=1)
    begun = leave + rng.integers(*rates.REABLEMENT_START, len(person))
    done = begun + np.minimum(70, 7 + rng.poisson(rates.REABLEMENT_DAYS - 7, len(person)))
    stays = rng.random(len(person)) < rates.AFTER_REABLEMENT_LONG_TERM
    events.add(SERVICE, person, begun, done, service=ST_MAX, component=1, outcome=np.where(stays, 3, 5))
    moved = rng.random(len(person)) < rates.HOME_TO_CARE_HOME
    _long_term(rng, events, person[stays], done[stays] + 1, in_home=moved[stays])
    to_care = (
        left & np.isin(spells["destination"], ["54", "85"]) & ~block.rows["in_care_home"][spells["person"]]
    )
    person, leave = spells["person"][to_care], spells["leave"][to_care]
    events.add(REQUEST, person, leave - 5, leave - 2, route=1, outcome=2)
    _long_term(rng, events, person, leave, in_home=np.ones(len(person), dtype=bool))


def _long_term(
    rng: np.random.Generator, events: Events, person: Array, start: Array, *, in_home: Array
) -> None:
    nursing = in_home & (rng.random(len(person)) < 0.4)
    service = np.select([nursing, in_home], [NURSING, RESIDENTIAL], default=COMMUNITY)
    component = np.select([nursing, in_home], [8, 7], default=_home_component(rng, len(person)))
    events.add(ASSESSMENT, person, start - 5, start - 1, outcome=3)
    events.add(SERVICE, person, start, np.full(len(person), NEVER), service=service, component=component)


def from_community(rng: np.random.Generator, block: Block, events: Events) -> None:
    age = block.age(block.span.middle)
    rate = np.where(
        age >= 65,
        rates.COMMUNITY_REQUESTS_A_YEAR[1],
        np.where(age >= 18, rates.COMMUNITY_REQUESTS_A_YEAR[0], 0),
    )
    asked = draws.events(rng, block, rate * (0.5 + 4 * block.frailty), until=block.span.end)
    draw = rng.random(asked.height)
    plain = asked.take(draw >= rates.ASSESSED)
    day = working_day(plain["day"])
    events.add(REQUEST, plain["person"], day, day + rng.integers(0, 5, plain.height), route=2, outcome=7)
    taken = asked.take(draw < rates.ASSESSED)
    ask(rng, events, taken["person"], taken["day"], route=2)
    served = taken.take(rng.random(taken.height) < rates.SERVED)
    events.add(
        SERVICE,
        served["person"],
        working_day(served["day"] + 35),
        np.full(served.height, NEVER),
        service=COMMUNITY,
        component=_home_component(rng, served.height),
    )


def carers(rng: np.random.Generator, block: Block, events: Events) -> None:
    """The other adult of the household, for some people with long-term support at home."""
    rows = block.rows
    cared = np.concatenate(
        [part["person"][(part["kind"] == SERVICE) & (part["service"] == COMMUNITY)] for part in events.parts]
    )
    cared = np.unique(cared)
    first = np.searchsorted(rows["household"], rows["household"][cared])
    other = np.where(first == cared, np.minimum(first + 1, rows.height - 1), first)
    known = (rows["household"][other] == rows["household"][cared]) & (other != cared)
    known &= (block.age(block.span.start)[other] >= 18) & (rng.random(len(cared)) < rates.CARERS)
    carer, cared = other[known], cared[known]
    day = working_day(block.span.start + rng.integers(10, block.span.days - 31, len(carer)))
    events.add(ASSESSMENT, carer, day, day + 5, outcome=3, cared_for=cared)
    events.add(
        SERVICE,
        carer,
        day + 14,
        np.where(rng.random(len(carer)) < 0.5, day + 200, NEVER),
        service=CARER,
        component=np.where(rng.random(len(carer)) < 0.5, 3, 9),
        cared_for=cared,
    )
