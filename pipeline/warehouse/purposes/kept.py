"""What the register says of the columns of the pseudonymised zone: read from the files that lie beside the
rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow.parquet as pq

from pipeline.errors import SetupError
from pipeline.lineage import ROWS, Place
from pipeline.warehouse.purposes.project import HISTORY, SOURCE

_NOT_PERSONAL = "not_personal"
_OF_THE_RUN = ("reference", "ledger", "register")  # dbt sources that are about no person
_LINKAGE = "linkage"
_SINCE_WHEN = (HISTORY, "history_table")  # which night each history began with


@dataclass(frozen=True, slots=True)
class Kept:
    """How a column was handled, and what its legal bases allow."""

    handling: str
    purposes: frozenset[str]
    legal_bases: tuple[str, ...]


@dataclass(frozen=True)
class Register:
    """``tables``: (source, table) -> column -> what may be done with it; ``purposes`` a model may declare."""

    tables: Mapping[tuple[str, str], Mapping[str, Kept]]
    purposes: frozenset[str]

    @cached_property
    def not_personal(self) -> Kept:
        """Seeds, reference data and the ledger."""
        return Kept("keep", self.purposes, (_NOT_PERSONAL,))

    def of(self, place: Place) -> Kept:
        """Of one source column; that a row is there at all says as much as the row's columns together."""
        first, source, table = place.relation.split(".")
        if first != SOURCE or source in _OF_THE_RUN or (source, table) == _SINCE_WHEN:
            return self.not_personal
        columns = self.tables.get((source, table), {})
        if place.column != ROWS:
            return columns.get(place.column, Kept("", frozenset(), ()))
        allowed = self.purposes.intersection(*(kept.purposes for kept in columns.values()))
        return Kept("", allowed if columns else frozenset(), ())


def read_register(folder: Path) -> Register:
    """The register that the rows in ``folder`` were pseudonymised by; raises :class:`SetupError` without
    one."""
    paths = (folder / "register__handling.parquet", folder / "register__purposes.parquet")
    if not all(path.exists() for path in paths):
        raise SetupError(f"{folder.name}: no register of handling beside its rows; pseudonymise it again")
    tables: dict[tuple[str, str], dict[str, Kept]] = {}
    for row in pq.read_table(paths[0]).to_pylist():
        if row["layer"] == "pseudonymised":
            kept = Kept(
                row["handling"], frozenset(_words(row["purposes"])), tuple(_words(row["legal_bases"]))
            )
            tables.setdefault((row["source"], row["file_name"]), {})[row["column_name"]] = kept
    purposes = {row["purpose"] for row in pq.read_table(paths[1]).to_pylist() if row["is_product"]}
    return Register(tables, frozenset(purposes))


def source_columns(folder: Path, register: Register) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """Columns of every file in ``folder`` by relation; and the columns that the register does not have."""
    found: dict[str, tuple[str, ...]] = {}
    undeclared: list[str] = []
    for path in sorted(folder.glob("*.parquet")):
        source, _, table = path.stem.rpartition("__")
        source = source or _LINKAGE
        names = tuple(pq.read_schema(path).names)
        if source not in (*_OF_THE_RUN, HISTORY):  # a history is judged by what it is the history of
            known = register.tables.get((source, table), {})
            undeclared += [f"{path.stem}.{name}" for name in names if name not in known]
        found[f"{SOURCE}.{source}.{table}"] = names
    return found, undeclared


def _words(text: str) -> Iterable[str]:
    return (word for word in text.split(", ") if word)
