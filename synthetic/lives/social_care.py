"""Adult social care: requests, assessments, services and reviews, as events."""

from __future__ import annotations

import numpy as np

from synthetic.days import NEVER, YEAR, working_day
from synthetic.lives import draws
from synthetic.people import Block
from synthetic.rates import social_care as rates
from synthetic.rates.conditions import INDEX as CONDITION
from synthetic.rows import Array, Rows, stack

EVENT_TYPES = ("Request", "Assessment", "Service", "Review")
SERVICES = (
    "",
    "Short Term Support: ST-Max",
    "Long Term Support: Community",
    "Long Term Support: Residential Care",
    "Long Term Support: Nursing Care",
    "Carer Support: Direct to Carer",
    "Short Term Support: Other Short Term",
)
COMPONENTS = (
    "",
    "Reablement",
    "Home Support",
    "Direct Payment",
    "Supported Living",
    "Day Support",
    "Telecare",
    "Long Term Residential Care",
    "Long Term Nursing Care",
    "Carer Respite",
    "Short Term Residential Care",
)
ROUTES = (
    "",
    "Discharge from Hospital",
    "Community / Other route",
    "Planned Entry (Transition)",
    "Self-funder with depleted funds",
)
OUTCOMES = (
    "",
    "Progress to Reablement/ST-Max",
    "Progress to Assessment",
    "Progress to Support Planning / Services",
    "No change in package",
    "Service ended as planned",
    "NFA – Deceased",
    "NFA – Information & Advice / Signposting only",
    "Progress to Re-assessment / Unplanned Review",
    "Provision of service",
    "NFA – Moved to another LA",
    "Admitted to hospital",
)
ST_MAX, COMMUNITY, RESIDENTIAL, NURSING, CARER, OTHER_SHORT = range(1, 7)
REQUEST, ASSESSMENT, SERVICE, REVIEW = range(4)


class _Events:
    """Collects events; every column a number, words are looked up where they are rendered."""

    def __init__(self) -> None:
        self.parts: list[Rows] = []

    def add(
        self,
        kind: int,
        person: Array,
        start: Array,
        stop: Array,
        *,
        service: int | Array = 0,
        component: int | Array = 0,
        route: int | Array = 0,
        outcome: int | Array = 0,
        cared_for: Array | None = None,
    ) -> None:
        """Add events of a kind; ``cared_for`` (row of a person) marks an event of a carer."""
        count = len(person)

        def column(value: int | Array) -> Array:
            return np.broadcast_to(np.asarray(value, dtype=np.int64), (count,)).copy()

        self.parts.append(
            Rows(
                kind=np.full(count, kind),
                person=person,
                start=column(start),
                stop=column(stop),
                service=column(service),
                component=column(component),
                route=column(route),
                outcome=column(outcome),
                cared_for=np.full(count, -1) if cared_for is None else cared_for,
            )
        )


def make(block: Block, spells: Rows) -> Rows:
    """Service events and the rest: kind, person, start, stop (NEVER: open), service, component, route,
    outcome (indexes of the words above), cared_for (person row or -1), borough, mechanism, cost, id."""
    rng = block.rng("social care")
    events = _Events()
    _standing(rng, block, events)
    _after_hospital(rng, block, events, spells)
    _from_community(rng, block, events)
    _carers(rng, block, events)
    rows = _lived(block, stack(events.parts))
    rows = stack([rows, _reviews(rng, block, rows)])
    rows = rows.take(np.lexsort((rows["service"], rows["kind"], rows["start"], rows["person"])))
    return _priced(rng, block, draws.identify(block, rows))


def _standing(rng: np.random.Generator, block: Block, events: _Events) -> None:
    """Long-term support that was open before the history, or began in it by ageing."""
    rows, start, end = block.rows, block.span.start, block.span.end
    age = block.age(start)
    disabled = block.with_condition("learning_disability") | block.with_condition(
        "severe_physical_disability"
    )
    chance = np.select(
        [
            rows["in_care_home"],
            block.frailty >= 0.24,
            age >= 75,
            disabled,
            block.with_condition("serious_mental_illness"),
        ],
        [
            rates.CARE_HOME_FUNDED,
            rates.LONG_TERM_FRAIL,
            rates.LONG_TERM_OTHERS_75,
            rates.LONG_TERM_DISABLED,
            rates.LONG_TERM_SMI,
        ],
        default=0.0,
    )
    has = np.flatnonzero((rng.random(rows.height) < chance) & (age >= 18) & ~rows["is_test"])
    begun = end - np.floor(rng.gamma(1.3, 650, len(has))).astype(np.int64)
    begun = np.maximum(begun, rows["came_on"][has] + 1)
    begun = np.maximum(begun, rows["birth"][has] + int(18 * YEAR))
    in_home = rows["in_care_home"][has]
    nursing = in_home & (rng.random(len(has)) < 0.4)
    service = np.select([nursing, in_home], [NURSING, RESIDENTIAL], default=COMMUNITY)
    component = np.select(
        [nursing, in_home, disabled[has] & (rng.random(len(has)) < 0.5)],
        [
            COMPONENTS.index("Long Term Nursing Care"),
            COMPONENTS.index("Long Term Residential Care"),
            COMPONENTS.index("Supported Living"),
        ],
        default=_home_component(rng, len(has)),
    )
    lasts = np.where(rng.random(len(has)) < rates.PACKAGE_CHANGED, begun + 365, NEVER)
    events.add(
        SERVICE,
        has,
        begun,
        lasts,
        service=service,
        component=component,
        outcome=np.where(lasts < NEVER, 5, 0),
    )
    again = lasts < end
    events.add(
        SERVICE,
        has[again],
        lasts[again] + 1,
        np.full(int(again.sum()), NEVER),
        service=service[again],
        component=component[again],
    )
    fresh = begun > start
    _asked(rng, events, has[fresh], begun[fresh] - 30, route=2)


def _home_component(rng: np.random.Generator, count: int) -> Array:
    return np.array([2, 3, 5, 6])[rng.choice(4, count, p=[0.55, 0.22, 0.13, 0.10])]


def _asked(rng: np.random.Generator, events: _Events, person: Array, day: Array, *, route: int) -> None:
    """A request and the assessment that follows it."""
    asked = working_day(day)
    done = asked + rng.integers(0, 4, len(person))
    events.add(REQUEST, person, asked, done, route=route, outcome=2)
    assessed = working_day(done + rng.integers(3, 20, len(person)))
    events.add(ASSESSMENT, person, assessed, assessed + rng.integers(0, 7, len(person)), outcome=3)


def _after_hospital(rng: np.random.Generator, block: Block, events: _Events, spells: Rows) -> None:
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
    rng: np.random.Generator, events: _Events, person: Array, start: Array, *, in_home: Array
) -> None:
    nursing = in_home & (rng.random(len(person)) < 0.4)
    service = np.select([nursing, in_home], [NURSING, RESIDENTIAL], default=COMMUNITY)
    component = np.select([nursing, in_home], [8, 7], default=_home_component(rng, len(person)))
    events.add(ASSESSMENT, person, start - 5, start - 1, outcome=3)
    events.add(SERVICE, person, start, np.full(len(person), NEVER), service=service, component=component)


def _from_community(rng: np.random.Generator, block: Block, events: _Events) -> None:
    age = block.age(block.span.end - 365)
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
    _asked(rng, events, taken["person"], taken["day"], route=2)
    served = taken.take(rng.random(taken.height) < rates.SERVED)
    events.add(
        SERVICE,
        served["person"],
        working_day(served["day"] + 35),
        np.full(served.height, NEVER),
        service=COMMUNITY,
        component=_home_component(rng, served.height),
    )


def _carers(rng: np.random.Generator, block: Block, events: _Events) -> None:
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
    day = working_day(block.span.start + rng.integers(10, 700, len(carer)))
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


def _lived(block: Block, rows: Rows) -> Rows:
    """Events of people alive and here; services end with death or departure; nothing after the end."""
    last = np.minimum(block.rows["death"], block.rows["left_on"])[rows["person"]]
    rows = rows.take(
        (rows["start"] < last)
        & (rows["start"] <= block.span.end)
        & (rows["start"] > block.rows["birth"][rows["person"]] + 17 * YEAR)
        & (rows["start"] >= block.rows["came_on"][rows["person"]])
    )
    last = np.minimum(block.rows["death"], block.rows["left_on"])[rows["person"]]
    died = block.rows["death"][rows["person"]] == last
    cut = last < rows["stop"]
    rows["stop"] = np.minimum(rows["stop"], last)
    rows["outcome"] = np.where(cut & (last < NEVER), np.where(died, 6, 10), rows["outcome"])
    return rows


def _reviews(rng: np.random.Generator, block: Block, rows: Rows) -> Rows:
    long = rows.take((rows["kind"] == SERVICE) & np.isin(rows["service"], [COMMUNITY, RESIDENTIAL, NURSING]))
    parts = []
    for year in range(3):
        day = working_day(long["start"] + 365 * year + rng.integers(40, 360, long.height))
        held = (day >= block.span.start) & (day <= np.minimum(long["stop"], block.span.end))
        held &= rng.random(long.height) < rates.REVIEWED_A_YEAR
        seen = long.take(held)
        seen["start"], seen["stop"] = day[held], day[held] + rng.integers(0, 5, seen.height)
        seen["kind"], seen["outcome"] = np.full(seen.height, REVIEW), np.full(seen.height, 4)
        parts.append(seen)
    return _lived(block, stack(parts))


def _priced(rng: np.random.Generator, block: Block, rows: Rows) -> Rows:
    """Cost columns of services, the council, delivery mechanism and a spare draw."""
    count = rows.height
    cost = np.array([rates.COSTS.get(name, (0.0, "", 0.0))[0] for name in COMPONENTS])[rows["component"]]
    units = np.array([rates.COSTS.get(name, (0.0, "", 0.0))[2] for name in COMPONENTS])[rows["component"]]
    cost = np.round(cost * rng.lognormal(0, rates.COST_SPREAD, count), 2)
    cost = np.where(rng.random(count) < rates.COST_NEGATIVE, -cost, cost)
    missing = (rng.random(count) < rates.COST_MISSING) | (rows["kind"] != SERVICE)
    rows["cost"] = np.where(missing, np.nan, cost)
    hourly = units > 1
    rows["units"] = np.where(
        missing, np.nan, np.where(hourly, np.maximum(1, np.round(units * rng.gamma(4, 0.25, count))), units)
    )
    blank = rng.random(count) < rates.MECHANISM_BLANK
    direct = rows["component"] == 3
    rows["mechanism"] = np.where(
        blank | (rows["kind"] != SERVICE), 0, np.where(direct, 1, np.where(rng.random(count) < 0.6, 3, 2))
    )
    rows["detail"] = rng.random(count)
    rows["borough"] = block.world.geography.postcode_borough[block.postcode_on(rows["person"], rows["start"])]
    mild = block.onset[rows["person"], CONDITION["dementia"]] <= rows["start"]
    rows["dementia"] = mild
    rows["reason"] = np.select(
        [
            rows["cared_for"] >= 0,
            block.with_condition("learning_disability")[rows["person"]],
            mild,
            block.with_condition("serious_mental_illness")[rows["person"]],
        ],
        [4, 3, 2, 5],
        default=rows["person"] % 2,
    )
    return rows
