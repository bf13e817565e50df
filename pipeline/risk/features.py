"""What a model is trained on: the features of one variant in a built warehouse, as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import UsageError

Floats = NDArray[np.float64]
HOSPITAL_GP, WHOLE_SYSTEM = VARIANTS = ("hospital_gp", "whole_system")
_TABLES = {HOSPITAL_GP: "fct_risk_features", WHOLE_SYSTEM: "fct_risk_features_whole_system"}  # of marts
GROUPS = ("age_band", "sex", "ethnic_group", "imd_quintile")
_NOT_FEATURES = ("day_kind", "reference_day", "person_key", "has_two_years", "had_emergency_admission")
_LONG_AGO = "_366_730"

# A person's place in the split is a digest of key and seed: the same warehouse is always split alike.
_ROWS = """
select
    features.* exclude (day_kind, reference_day, person_key, has_two_years),
    ('0x' || left(md5(features.person_key || '|' || $seed::varchar), 8))::bigint / 4294967296.0 as place,
    {age_band} as age_band,
    people.sex as sex,
    people.ethnic_group as ethnic_group,
    coalesce(((people.imd_decile + 1) // 2)::varchar, 'unknown') as imd_quintile,
from marts.{table} as features
inner join marts.dim_person as people on features.person_key = people.person_key
where features.day_kind = $day_kind
order by features.person_key
"""
_AGE_BAND = """
    case when features.age_years < 18 then '0-17' when features.age_years < 65 then '18-64'
    when features.age_years < 75 then '65-74' when features.age_years < 85 then '75-84' else '85+' end"""
_DAYS = """
select distinct day_kind, reference_day::varchar, has_two_years from marts.{table}
where had_emergency_admission is not null
"""
_THERE = "select 1 from duckdb_tables() where schema_name = 'marts' and table_name = $table"
_NOT_BUILT = {
    HOSPITAL_GP: "build it again",
    WHOLE_SYSTEM: (
        "it is built on nights on which the legal bases of all its social care, community and mental health "
        "columns allow risk_stratification (connectors/register/law); those that ship do not"
    ),
}
_TOO_SHORT = {
    HOSPITAL_GP: "the warehouse needs hospital history of at least two years",
    WHOLE_SYSTEM: (
        "the warehouse needs history of at least two years of hospitals, and of contacts of social care, "
        "community and mental health"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """People registered on one reference day: a row each in every array.

    ``values`` people x features; ``outcome`` 1 where an emergency admission followed within 12 months;
    ``place`` from 0 to 1, by which people are split; ``groups``: name of the grouping -> each one's group.
    """

    reference_day: str
    has_two_years: bool
    names: tuple[str, ...]
    values: Floats
    outcome: Floats
    place: Floats
    groups: Mapping[str, NDArray[np.object_]]

    @property
    def usable(self) -> tuple[str, ...]:
        """Features whose band lies within the history that the warehouse has before the day."""
        return tuple(name for name in self.names if self.has_two_years or not name.endswith(_LONG_AGO))


def read_days(database: Path, seed: int, variant: str = HOSPITAL_GP) -> dict[str, Day]:
    """The days whose following year is known, by kind (``recent``, ``earlier``).

    Raises :class:`UsageError` where the warehouse has no features of the variant, or no such day.
    """
    table = _TABLES[variant]
    with duckdb.connect(str(database), read_only=True) as connection:
        if not connection.execute(_THERE, {"table": table}).fetchone():
            raise UsageError(f"the warehouse has no features of the variant {variant}: {_NOT_BUILT[variant]}")
        days = connection.execute(_DAYS.format(table=table)).fetchall()
        if not days:
            raise UsageError(f"no reference day whose following year is known: {_TOO_SHORT[variant]}")
        return {kind: _read(connection, table, kind, day, bool(two), seed) for kind, day, two in days}


def _read(
    connection: duckdb.DuckDBPyConnection, table: str, kind: str, day: str, has_two_years: bool, seed: int
) -> Day:
    found = connection.execute(
        _ROWS.format(table=table, age_band=_AGE_BAND), {"day_kind": kind, "seed": seed}
    ).fetchnumpy()
    groups = {name: np.asarray(found.pop(name), dtype=object) for name in GROUPS}
    place = np.asarray(found.pop("place"), dtype=np.float64)
    outcome = np.asarray(found.pop("had_emergency_admission"), dtype=np.float64)
    names = tuple(name for name in found if name not in _NOT_FEATURES)
    values = np.column_stack([np.asarray(found[name], dtype=np.float64) for name in names])
    return Day(
        reference_day=day, has_two_years=has_two_years, names=names, values=values, outcome=outcome,
        place=place, groups=groups,
    )  # fmt: skip
