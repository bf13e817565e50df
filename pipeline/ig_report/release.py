"""The release that is told of: one run, what the ledger says of it, and the versions that it published."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipeline.duck import connect, literal
from pipeline.errors import UsageError
from pipeline.ledger import Ledger
from pipeline.settings import OPEN_PRODUCT, PRODUCTS, Settings
from pipeline.zones import Zones

ALL_PRODUCTS = (*PRODUCTS, OPEN_PRODUCT)
Row = dict[str, Any]
Rows = Sequence[Row]
"""``None`` in place of rows: it could not be told, which is not the same as none."""

_LATEST = """
    select run_id from run
    order by run_id in (select run_id from publication where outcome = 'published') desc,
        (select max(at) from publication as p where p.run_id = run.run_id and outcome = 'published') desc,
        started_at desc, run_id desc limit 1"""
# The release before it, and the one after it: by when something was published, whatever the runs are called.
_SINCE = """
    select max(at) as at from publication
    where outcome = 'published' and run_id <> :run_id and at <= coalesce((
        select min(at) from publication where run_id = :run_id and outcome = 'published'),
        (select started_at from run where run_id = :run_id))"""
_UNTIL = """
    select min(at) as at from publication
    where outcome = 'published' and run_id <> :run_id and at > coalesce((
        select max(at) from publication where run_id = :run_id and outcome = 'published'),
        (select started_at from run where run_id = :run_id))"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One run and its evidence; times are UTC.

    Between ``since`` and ``until`` (the releases before and after it; empty: none) lies what people did that
    the page tells.
    """

    settings: Settings
    ledger: Ledger
    run: Row
    since: str
    until: str

    @property
    def run_id(self) -> str:
        """Id of the run."""
        return str(self.run["run_id"])

    def rows(self, statement: str, **more: object) -> list[Row]:
        """Rows of the ledger; the statement may use ``:run_id``, ``:since`` and ``:until``."""
        known = {"run_id": self.run_id, "since": self.since, "until": self.until or "9999"}
        return self.ledger.query(statement, {**known, **more})

    def database(self, product: str) -> Path:
        """The version that this run published of ``product``, where it did."""
        return Zones(self.settings.home).published(product) / "versions" / f"{self.run_id}.duckdb"

    def in_product(self, product: str, statement: str) -> list[Row] | None:
        """Rows of the version; ``None`` where there is none, or where it has no such table."""
        path = self.database(product)
        return _query(lambda: duckdb.connect(str(path), read_only=True), statement) if path.exists() else None

    def in_pseudonymised(self, product: str, table: str, statement: str) -> list[Row] | None:
        """Rows of ``statement`` over the view ``{table}`` of what the release was built from.

        ``None`` where another run has written over it since, or it was never written.
        """
        folder = Zones(self.settings.home).pseudonymised(product)
        run = literal(folder / "ledger__current_run.parquet")
        made = self._of_files(f"select run_id from read_parquet({run})")
        if made != [{"run_id": self.run_id}] or not (folder / f"{table}.parquet").exists():
            return None
        return self._of_files(statement.format(table=f"read_parquet({literal(folder / f'{table}.parquet')})"))

    def _of_files(self, statement: str) -> list[Row] | None:
        return _query(lambda: connect(self.settings), statement)

    def is_within(self, at: str) -> bool:
        """Whether a moment lies after the release before and not after the release that followed."""
        return self.since < at and (not self.until or at <= self.until)


def _query(open_database: Callable[[], duckdb.DuckDBPyConnection], statement: str) -> list[Row] | None:
    """Rows of a database that is only read; ``None`` where it cannot be told."""
    try:
        with open_database() as connection:
            found = connection.execute(statement)
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    except duckdb.Error:
        return None  # its text may hold a value


def find_release(settings: Settings, ledger: Ledger, run_id: str | None) -> Release:
    """The release of ``run_id``; of the run that published last, or of the latest, where none is named.

    Raises :class:`UsageError` where there is no such run.
    """
    if run_id is None:
        latest = ledger.query(_LATEST)
        if not latest:
            raise UsageError("no night was run yet, so there is nothing to report; start with: wsic run")
        run_id = str(latest[0]["run_id"])
    found = ledger.query("select * from run where run_id = ?", (run_id,))
    if not found:
        raise UsageError(f"run {run_id!r} is not in the ledger; `wsic runs` lists those that are")
    bounds = (ledger.query(statement, {"run_id": run_id})[0]["at"] or "" for statement in (_SINCE, _UNTIL))
    since, until = bounds
    return Release(settings=settings, ledger=ledger, run=found[0], since=since, until=until)
