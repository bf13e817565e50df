"""Nights of a product in memory: its tables as each night published them, and the history that dbt keeps.

The SQL is that which dbt compiled from the project's own models; a night fills the relations that it reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from pipeline.handling.histories import BEGINNINGS, History, history_tables
from pipeline.identity.carried import KNOWN

Row = Mapping[str, object]
OF_THE_RUN = ("published_from", "published_until")
_KEYS = {
    "core.person_history": ("person_key",),
    "core.practice_history": ("person_key",),
    "core.registration_history": ("registration_key",),
    "core.condition_history": ("person_key", "condition_id"),
    "core.care_package_history": ("care_package_key",),
    "wsic.population_segment_history": ("person_key",),
    "wsic.risk_stratification_history": ("person_key", "model_id", "variant"),
}


def histories() -> list[History]:
    """Every history table that tells of people."""
    return [history for history in history_tables() if history.table != BEGINNINGS]


def key_of(history: History) -> tuple[str, ...]:
    """What names a thing within a night."""
    return _KEYS[history.table]


def remembered(history: History) -> list[str]:
    """Its columns but for the nights."""
    return [name for name in history.columns if name not in OF_THE_RUN]


class Nights:
    """A database called as the built one, and one history table in it, night after night."""

    def __init__(self, compiled: Path, history: History, *, product: str = "direct_care") -> None:
        self.history, self.product = history, product
        name = history.table.partition(".")[2]
        self._sql = (compiled / f"fct_{name}.sql").read_text(encoding="utf-8")
        self._staging = f"built.staging.stg_history__{name}"
        self.connection = duckdb.connect()
        self.connection.execute(
            "attach ':memory:' as built; create schema built.core; create schema built.wsic; "
            "create schema built.marts; create schema built.staging; create schema built.seeds; use built"
        )
        self.connection.execute(
            "create table seeds.population_segments (segment_id varchar, min_age integer, max_age integer);"
            "insert into seeds.population_segments values ('children', 0, 15), ('adults', 16, 74), "
            "('older', 75, 150), ('cancer', 16, 150)"
        )

    def publish(
        self, as_of: date, people: Mapping[str, date | None], rows: Iterable[Row], before: Sequence[Row],
        *, known: Sequence[str] | None = None,
    ) -> list[Row]:  # fmt: skip
        """The history after a night that published ``rows``.

        ``people``: those of the product, and their birth months; ``before``: the history carried into it, of
        a version with the columns ``known``.
        """
        columns, known = remembered(self.history), known or list(self.history.columns)
        self._fill("built.staging.stg_ledger__current_run", "as_of date, product varchar",
                   [{"as_of": as_of, "product": self.product}])  # fmt: skip
        self._fill("built.marts.dim_person", "person_key varchar, birth_month date",
                   [{"person_key": key, "birth_month": month} for key, month in people.items()])  # fmt: skip
        typed = ", ".join(f"{name} {self.history.columns[name]}" for name in columns)
        self._fill(f"built.{self.history.of}", typed, rows)
        carried = [
            {name: row[name] if name in known else None for name in self.history.columns}
            | {KNOWN: [name for name in known if name in self.history.columns]}
            for row in before if row["person_key"] in people
        ]  # fmt: skip
        typed = ", ".join(f"{name} {kind}" for name, kind in reversed(self.history.columns.items()))
        self._fill(self._staging, f"{KNOWN} varchar[], {typed}", carried)
        return self._rows(self._sql)

    def as_published(self, history: Iterable[Row], night: date) -> list[Row]:
        """What the history says that ``night`` published, as the documentation asks it."""
        typed = ", ".join(f"{name} {kind}" for name, kind in self.history.columns.items())
        self._fill("built.staging.asked", typed, history)
        return self._rows(
            f"select * exclude (published_from, published_until) from staging.asked where published_from <= "
            f"date '{night}' and (published_until is null or published_until > date '{night}')"
        )

    def _fill(self, relation: str, columns: str, rows: Iterable[Row]) -> None:
        self.connection.execute(f"create or replace table {relation} ({columns})")
        listed = list(rows)
        if listed:
            names = ", ".join(f'"{name}"' for name in listed[0])
            marks = ", ".join(f"({', '.join('?' for _ in row)})" for row in listed)
            values = [row[name] for row in listed for name in listed[0]]
            self.connection.execute(f"insert into {relation} ({names}) values {marks}", values)

    def _rows(self, query: str) -> list[Row]:
        found = self.connection.execute(query)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def alike(rows: Iterable[Row], columns: Sequence[str]) -> list[tuple[str, ...]]:
    """Rows as something to compare, in no order."""
    return sorted(tuple(repr(row.get(name)) for name in columns) for row in rows)
