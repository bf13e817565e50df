"""A file checked again: only the rows that were refused are judged anew, what had landed stays as it is.

Works on what a check leaves on the connection: the table ``quarantined``, and a condition of the rows that go
on. Which rows were refused is the table ``refused_before`` (``_row``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from connectors.declare import Severity
from pipeline.duck import literal
from pipeline.errors import InputRefusedError
from pipeline.landing.desk import put_in_place
from pipeline.landing.judged import Judged
from pipeline.landing.outcomes import Broken
from pipeline.landing.quarantine import COLUMNS
from pipeline.landing.tables import count, write_parquet

WAS_REFUSED = "_row in (select _row from refused_before)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What is known of the earlier check. ``landed``: the typed rows that stay, which join those that pass
    now; none where the rows come from a mended file, whose other rows landed from the file that it mends."""

    rows_in: int
    landed: Path | None

    def judge(self, con: duckdb.DuckDBPyConnection, judged: Judged) -> Judged:
        """The verdict on the rows that were refused before; of the others nothing is asked."""
        if judged.rows_in != self.rows_in:
            other = Broken("other_rows", Severity.FILE, judged.rows_in)
            return replace(judged, broken=(*judged.broken, other))
        con.execute(f"create temp table if not exists quarantined ({COLUMNS})")
        con.execute(f"delete from quarantined where _row is not null and not ({WAS_REFUSED})")
        quarantined = count(con, "select count(distinct _row) from quarantined")
        broken = [item for item in judged.broken if item.severity is not Severity.ROW]
        rows_in = self.rows_in if self.landed else count(con, "select count(*) from refused_before")
        return replace(
            judged,
            rows_in=rows_in,
            quarantined=quarantined,
            broken=(*broken, *(_still_broken(con) if quarantined else [])),
            message=f"{quarantined} rows refused still" if quarantined else "",
            passed=f"({judged.passed}) and {WAS_REFUSED}",
        )

    def join(self, con: duckdb.DuckDBPyConnection, part: Path) -> None:
        """Put the rows that had landed before beside those just written to ``part``, in order of row."""
        if self.landed is None:
            return
        joined = part.with_name(f"{part.name}.joined")
        landed, now = (
            f"read_parquet({literal(path)}, hive_partitioning = false)" for path in (self.landed, part)
        )
        if _columns(con, landed) != _columns(con, now):
            part.unlink()
            raise InputRefusedError(
                "the declared columns have changed since the file landed, so that its rows cannot stand "
                "beside those that pass now; nothing was changed; valid: a replay of the whole file (--whole)"
            )
        rows = f"select * from {landed} union all select * from {now} order by _row"
        write_parquet(con, rows, joined)
        put_in_place(joined, part)


def remember(con: duckdb.DuckDBPyConnection, quarantined: Path, *, rows_in: int, is_refused: bool) -> None:
    """Make ``refused_before``: the rows of one file that lie in quarantine, all of them where it was refused
    as a whole."""
    if not is_refused and not quarantined.exists():
        con.execute("create or replace temp table refused_before (_row bigint)")
        return
    rows = (
        f"select unnest(range(1, {int(rows_in) + 1})) as _row"
        if is_refused
        else f"select distinct _row from read_parquet({literal(quarantined)}, hive_partitioning = false)"
    )
    con.execute(f"create or replace temp table refused_before as {rows}")


def _columns(con: duckdb.DuckDBPyConnection, rows: str) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in con.execute(f"describe select * from {rows}").fetchall()]


def _still_broken(con: duckdb.DuckDBPyConnection) -> list[Broken]:
    found = con.execute(
        "select rule_id, coalesce(column_name, ''), count(distinct _row) from quarantined "
        "where _row is not null group by all order by all"
    ).fetchall()
    return [Broken(rule_id, Severity.ROW, rows, column) for rule_id, column, rows in found]
