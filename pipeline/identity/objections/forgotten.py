"""Keeps those who were deleted, or withdrew consent, out of an answer about an earlier night.

What was known then is told as it was known, but for them: a decision to forget somebody holds for every
answer that is given after it.
"""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.duck import literal, values_hidden
from pipeline.identity.keyed_hash import keyed
from pipeline.identity.link import write_parquet
from pipeline.identity.objections.suppressed import MACROS, find_suppressed
from pipeline.identity.standardise import define_macros, fhir_view
from pipeline.identity.vault import open_vault, vault_path
from pipeline.keys import PERSON_ID, load_keys
from pipeline.settings import Settings
from pipeline.zones import Zones

_SQL = Path(__file__).with_name("forgotten.sql")


def leave_out_forgotten(settings: Settings, answer: Path) -> dict[str, int]:
    """Take the rows of forgotten people out of ``answer``, a folder with ``fhir/`` and ``current/`` as the
    zones have them; returns how many of its records by act (``deleted``, ``consent_withdrawn``).

    Files with none of them are not touched. A row that did not say then whose it is goes too, where it does
    now. Raises :class:`SetupError` for a wrong key or a damaged vault.
    """
    if not vault_path(settings).exists():
        return {}
    keys = load_keys(settings)
    with (
        open_vault(settings, keys, read_only=True) as connection,
        values_hidden("leaving out who is forgotten"),
    ):
        if connection.execute("select 1 from vault.subject_decision limit 1").fetchone() is None:
            return {}
        find_suppressed(connection, keys)
        define_macros(connection)
        _view_of_patients(connection, answer)
        with keyed(connection, keys.key(PERSON_ID)):
            connection.execute(MACROS)
            connection.execute(_SQL.read_text(encoding="utf-8"))
        forgotten = _counted(connection)
        _find_rows(connection, Zones(settings.home), answer)
        for path in sorted((answer / "fhir").rglob("*.parquet")):
            _without(connection, path, "_source, _sender, _record_id", "_source, _sender, _file_id, _row")
        for path in sorted((answer / "current").rglob("*.parquet")):
            own = f"{literal(path.parent.name)}, {literal(path.stem)}"
            _without(connection, path, f"{own}, record_id", f'{own}, file_id, "row"')
        return forgotten


def _view_of_patients(connection: DuckDBPyConnection, answer: Path) -> None:
    fhir_view(connection, "patient_then", zones=Zones(answer), resource_type="Patient")


def _find_rows(connection: DuckDBPyConnection, zones: Zones, answer: Path) -> None:
    """``forgotten_row`` (source, sender, file_id, row): what is of a forgotten record by today's tables."""
    connection.execute(
        "create or replace temp table forgotten_row "
        "(source varchar, sender varchar, file_id varchar, row bigint)"
    )
    for then in sorted((answer / "current").rglob("*.parquet")):
        path = zones.home / "landing" / "current" / then.parent.name / then.name
        if path.exists():
            connection.execute(
                f"""insert into forgotten_row select f.source, f.sender, c.file_id, c.row
                from read_parquet({literal(path)}) as c
                inner join forgotten_record as f
                    on f.source = {literal(then.parent.name)} and f.sender = {literal(then.stem)}
                    and f.record_id = c.record_id"""
            )


def _without(connection: DuckDBPyConnection, path: Path, record: str, row: str) -> None:
    """Write a Parquet file anew without forgotten rows, in their order, if there are any in it."""
    rows = f"read_parquet({literal(path)}, hive_partitioning = false)"
    out = (
        f"coalesce(({record}) in (select (source, sender, record_id) from forgotten_record), false) "
        f"or coalesce(({row}) in (select (source, sender, file_id, row) from forgotten_row), false)"
    )
    if connection.execute(f"select 1 from {rows} where {out} limit 1").fetchone():
        write_parquet(connection, f"select * from {rows} where not ({out})", path)


def _counted(connection: DuckDBPyConnection) -> dict[str, int]:
    rows = connection.execute(
        """select f.act, count(*) from forgotten_record as f
        where exists (select 1 from patient_then as p
            where p._source = f.source and p._sender = f.sender and p._record_id = f.record_id)
        group by f.act order by f.act"""
    ).fetchall()
    return dict(rows)
