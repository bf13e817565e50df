"""Emergency department attendances, and the emergency spells that follow from them."""

from __future__ import annotations

import numpy as np

from synthetic.days import NEVER
from synthetic.lives import causes, draws
from synthetic.people import Block
from synthetic.rates import hospital as rates
from synthetic.rates import population
from synthetic.rates.causes import CAUSES, INDEX
from synthetic.rows import Array, Rows, stack


def arrivals(block: Block) -> Rows:
    """Everyone who comes in an emergency: person, day, cause, must_stay, terminal.

    Ordinary arrivals by rate, more in the last 90 days of life, and one last admission for
    those who die in hospital (``terminal``).
    """
    rng = block.rng("emergency arrivals")
    ordinary = draws.events(rng, block, _rate(rng, block), until=block.span.end)
    ordinary["cause"] = causes.draw(rng, block, ordinary["person"], ordinary["day"])
    ordinary["must_stay"] = np.zeros(ordinary.height, dtype=bool)
    ordinary["terminal"] = np.zeros(ordinary.height, dtype=bool)
    return stack([ordinary, _near_death(rng, block)])


def _rate(rng: np.random.Generator, block: Block) -> Array:
    age = block.age(block.span.middle)
    rate = draws.by_band(age, rates.ATTENDANCE_AGES, rates.ATTENDANCES_A_YEAR)
    rate = rate * draws.deprivation(block, rates.MOST_DEPRIVED_FACTOR)
    rate = rate * (0.82 + rates.LONG_TERM_CONDITION_FACTOR * block.long_term)
    rate = np.where(block.rows["is_homeless"], rate * rates.HOMELESS_FACTOR, rate)
    return np.asarray(rate * rng.gamma(rates.UNEVENNESS, 1 / rates.UNEVENNESS, len(rate)))


def _near_death(rng: np.random.Generator, block: Block) -> Rows:
    dying = np.flatnonzero(block.rows["death"] < NEVER)
    first = np.maximum(block.exposure()[0][dying], block.rows["death"][dying] - 90)
    extra = np.repeat(np.arange(len(dying)), rng.poisson(rates.LAST_90_DAYS_ADMISSIONS, len(dying)))
    day = first[extra] + np.floor(
        rng.random(len(extra)) * (block.rows["death"][dying[extra]] - first[extra])
    ).astype(np.int64)
    in_hospital = np.flatnonzero(rng.random(len(dying)) < population.DIES_IN_HOSPITAL)
    last = np.maximum(first, block.rows["death"][dying] - rng.geometric(0.13, len(dying)))[in_hospital]
    person = np.concatenate([dying[extra], dying[in_hospital]])
    days = np.concatenate([day, last])
    return Rows(
        person=person,
        day=days,
        cause=causes.draw(rng, block, person, days),
        must_stay=np.ones(len(person), dtype=bool),
        terminal=np.arange(len(person)) >= len(extra),
    )


def attend(block: Block, come: Rows, purpose: str) -> Rows:
    """Attendances of the arrivals: trust, department, times, and whether they are admitted.

    Columns: those of ``come``, and trust, department, category, minute (of the day), wait
    (minutes), is_admitted, by_ambulance, left_early, detail (uniform draw for codes).
    """
    rng = block.rng(purpose)
    count, person = come.height, come["person"]
    rows = Rows(come)
    rows["trust"] = draws.acute_trust(rng, block, person)
    minor = np.array([cause.minor for cause in CAUSES])[come["cause"]] & ~come["must_stay"]
    draw = rng.random(count)
    department = np.where(minor & (draw < rates.URGENT_CENTRE_FOR_MINOR), "03", "01")
    department = np.where((department == "01") & (draw > 1 - rates.MONO_SPECIALTY) & minor, "02", department)
    department = np.where((department == "01") & ~minor & (draw < rates.SAME_DAY_CARE), "05", department)
    rows["department"] = np.where(come["must_stay"], "01", department).astype(object)
    rows["category"] = np.where(
        (rng.random(count) < rates.FOLLOW_UP_ATTENDANCE) & ~come["must_stay"], "2", "1"
    ).astype(object)
    chance = np.array([cause.admitted for cause in CAUSES])[come["cause"]]
    chance = chance * np.array(rates.ADMISSION_AGE_FACTOR)[causes.bands(block, person, come["day"])]
    admitted = (rng.random(count) < np.minimum(chance, 0.98)) & (rows["department"] == "01")
    rows["is_admitted"] = (admitted & (rows["category"] == "1")) | come["must_stay"]
    rows["minute"] = np.floor((rng.beta(2.2, 1.7, count) * 20 + 4) % 24 * 60).astype(np.int64)
    median = np.select(
        [rows["is_admitted"], rows["department"] == "03"],
        [rates.WAIT_MINUTES_ADMITTED, rates.WAIT_MINUTES_URGENT_CENTRE],
        default=rates.WAIT_MINUTES,
    )
    rows["wait"] = np.maximum(5, median * rng.lognormal(0, rates.WAIT_SPREAD, count)).astype(np.int64)
    rows["left_early"] = ~rows["is_admitted"] & (rng.random(count) < rates.LEFT_BEFORE_SEEN)
    rows["by_ambulance"] = rng.random(count) < np.where(rows["is_admitted"], 0.55, 0.16)
    rows["detail"] = rng.random(count)
    return rows


def admissions(block: Block, attended: Rows, purpose: str) -> Rows:
    """Emergency spells: of those admitted from the department, and direct ones beside them.

    Columns: person, trust, admit, leave, method, source, cause, terminal, attendance (row or -1).
    """
    rng = block.rng(purpose)
    row = np.flatnonzero(attended["is_admitted"])
    from_department = attended.take(row)
    direct = _direct(rng, block, from_department)
    person = np.concatenate([from_department["person"], direct["person"]])
    admit = np.concatenate(
        [
            from_department["day"] + (from_department["minute"] + from_department["wait"]) // 1440,
            direct["day"],
        ]
    )
    cause = np.concatenate([from_department["cause"], direct["cause"]])
    age = (admit - block.rows["birth"][person]) / 365.25
    terminal = np.concatenate([from_department["terminal"], np.zeros(direct.height, dtype=bool)])
    death = block.rows["death"][person]
    stay = causes.stays(rng, cause, age)
    admit = np.where(terminal, np.minimum(admit, death), admit)
    return Rows(
        person=person,
        admit=admit,
        leave=np.where(terminal, death, admit + stay),
        cause=cause,
        terminal=terminal,
        trust=np.concatenate([from_department["trust"], draws.acute_trust(rng, block, direct["person"])]),
        method=np.concatenate([np.full(len(row), "21", dtype=object), direct["method"]]),
        source=np.where(block.rows["in_care_home"][person], "85", "19").astype(object),
        attendance=np.concatenate([row, np.full(direct.height, -1)]),
    )


def _direct(rng: np.random.Generator, block: Block, like: Rows) -> Rows:
    """Direct emergency admissions: other people's like those from the department, on other days."""
    count = rng.binomial(like.height, rates.DIRECT_ADMISSIONS) if like.height else 0
    chosen = rng.integers(0, max(like.height, 1), count)
    first, last = block.exposure()
    person = like["person"][chosen]
    day = first[person] + np.floor(
        rng.random(count) * np.maximum(np.minimum(last[person], block.span.end + 1) - first[person], 1)
    ).astype(np.int64)
    cause = like["cause"][chosen]
    cause = np.where(cause == INDEX["hip_fracture"], INDEX["abdominal_pain"], cause)
    return Rows(
        person=person,
        day=day,
        cause=cause,
        method=np.array(["22", "23", "24", "2A", "2D"], dtype=object)[
            rng.choice(5, count, p=[0.5, 0.05, 0.25, 0.12, 0.08])
        ],
    )


def readmissions(block: Block, spells: Rows) -> Rows:
    """Arrivals of people who come back within 30 days of an emergency spell."""
    rng = block.rng("readmissions")
    back = ~spells["terminal"] & (rng.random(spells.height) < rates.READMITTED)
    again = spells.take(back)
    day = again["leave"] + 1 + rng.integers(0, 29, again.height)
    last = np.minimum(block.exposure()[1][again["person"]], block.span.end + 1)
    possible = day < last
    again, day = again.take(possible), day[possible]
    fresh = causes.draw(rng, block, again["person"], day)
    same = rng.random(len(day)) < rates.READMITTED_SAME_CAUSE
    return Rows(
        person=again["person"],
        day=day,
        cause=np.where(same, again["cause"], fresh),
        must_stay=np.ones(len(day), dtype=bool),
        terminal=np.zeros(len(day), dtype=bool),
    )
