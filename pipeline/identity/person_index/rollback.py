"""Undoing a linking: the vault as it was before it."""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from pipeline.errors import UsageError, one_of
from pipeline.identity.person_index.history import KEPT_LINKINGS, VERSIONED, restore_rows, standing_tables


@dataclass(frozen=True, slots=True)
class Undone:
    """The runs whose links are undone, oldest first, and the run whose links stand again, if any."""

    run_ids: tuple[str, ...]
    back_to: str | None


def undo(connection: DuckDBPyConnection, run_id: str) -> Undone:
    """Bring the vault back to before the first linking of ``run_id``, in one transaction.

    What people decided stays: it was no run's doing, and the next run obeys it. A run that is undone
    already, with none after it, is undone again without effect, so that a rollback cut short can be
    repeated. Raises :class:`UsageError` for a run that did not link, or one too long ago.
    """
    first = _first_linking(connection, run_id)
    connection.execute("begin")
    try:
        for table in standing_tables(connection, VERSIONED):
            restore_rows(connection, table, seq=first)
        connection.execute(f"delete from vault.person_event where seq >= {first}")
        connection.execute(f"update vault.linking set is_rolled_back = true where seq >= {first}")
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    undone = connection.execute(
        f"select run_id from vault.linking where seq >= {first} group by run_id order by min(seq)"
    ).fetchall()
    back = connection.execute(
        f"select run_id from vault.linking where seq < {first} and not is_rolled_back "
        "order by seq desc limit 1"
    ).fetchone()
    return Undone(tuple(row[0] for row in undone), back[0] if back else None)


def runs_undone_by(connection: DuckDBPyConnection, run_id: str) -> frozenset[str]:
    """The runs that no link stands of once ``run_id`` is undone, those undone earlier among them."""
    first = _first_linking(connection, run_id)
    found = connection.execute(
        "select run_id from vault.linking group by run_id "
        f"having not bool_or(seq < {first} and not is_rolled_back)"
    ).fetchall()
    return frozenset(row[0] for row in found)


def _first_linking(connection: DuckDBPyConnection, run_id: str) -> int:
    """The number of the run's first linking that stands, or of one undone with nothing after it."""
    rows = connection.execute("select seq, run_id, is_rolled_back from vault.linking order by seq").fetchall()
    standing = [row for row in rows if not row[2]]
    last = standing[-1][0] if standing else 0
    found = [seq for seq, name, undone in rows if name == run_id and (not undone or seq > last)]
    if not found:
        raise UsageError(one_of("run", run_id, [row[1] for row in standing] or ["none has linked yet"]))
    oldest = rows[-1][0] - KEPT_LINKINGS
    if found[0] <= oldest:
        raise UsageError(
            f"run {run_id!r} linked too long ago: the last {KEPT_LINKINGS} linkings can be undone; "
            f"valid: {', '.join(dict.fromkeys(row[1] for row in standing if row[0] > oldest))}"
        )
    return int(found[0])
