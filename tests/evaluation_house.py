"""A product of drawn people whose truth is known: how often they fall ill, and what an intervention does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

AS_OF = date(2026, 3, 31)
FIRST_DAY = date(2024, 3, 1)
_DAYS = (AS_OF - FIRST_DAY).days
_STARTS = tuple((day - FIRST_DAY).days for day in (date(2025, 3, 10), date(2025, 3, 17), date(2025, 3, 24)))

_PRODUCT = Path(__file__).with_suffix(".sql")


@dataclass(frozen=True, slots=True)
class House:
    """Where the product lies, and the list of those who got the intervention."""

    home: Path
    interventions: Path


def build_house(folder: Path, *, effect: float, people: int = 12_000, seed: int = 1) -> House:
    """Whoever was admitted more often in the year before is chosen more often, and falls ill ``effect`` times
    as often from then on. How often somebody falls ill otherwise is their own, and on no record."""
    generator = np.random.default_rng(seed)
    number = np.arange(people)
    keys = np.array([f"{one:064x}" for one in number * 7919 + 12345])
    own_rate = generator.gamma(0.8, 1 / 0.8, people)
    who = np.repeat(number, generator.poisson(own_rate * _DAYS / 365))
    day = generator.integers(0, _DAYS, len(who))
    start = np.array(_STARTS)[generator.integers(0, len(_STARTS), people)]
    before = np.bincount(who[(day < start[who]) & (day >= start[who] - 365)], minlength=people)
    is_treated = generator.random(people) < np.minimum(0.02 + 0.08 * before, 0.35)
    is_prevented = is_treated[who] & (day >= start[who]) & (generator.random(len(who)) > effect)
    who, day = who[~is_prevented], day[~is_prevented]
    left = generator.integers(300, _DAYS, people)
    home = folder / "home"
    published = home / "published" / "secondary_use"
    published.mkdir(parents=True)
    with duckdb.connect(str(published / "current.duckdb")) as connection:
        connection.register("drawn_person", pa.table({
            "person_key": keys, "number": number,
            "age": generator.integers(65 * 12, 90 * 12, people, dtype=np.int32),  # months
            "sex": np.where(generator.random(people) < 0.5, "male", "female"),
            "imd_decile": generator.integers(1, 11, people),
            "left_after": np.where(generator.random(people) < 0.04, left, _DAYS).astype(np.int32),
        }))  # fmt: skip
        connection.register("drawn_event", pa.table({
            "person_key": keys[who], "day": day.astype(np.int32),
            "nights": generator.integers(0, 9, len(who), dtype=np.int32),
        }))  # fmt: skip
        connection.execute(_PRODUCT.read_text("utf-8").format(as_of=AS_OF, first=FIRST_DAY, days=_DAYS))
        connection.register(
            "listed", pa.table({"person_key": keys[is_treated], "start": start[is_treated].astype(np.int32)})
        )
        listed = folder / "interventions.csv"
        connection.execute(
            "copy (select person_key, 'virtual_ward' as intervention_id, "
            f"(date '{FIRST_DAY}' + start)::varchar as started_on from listed order by all) "
            f"to '{listed}' (header)"
        )
    return House(home, listed)
