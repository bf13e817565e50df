"""Publishing the open product: made, checked, and swapped in like the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from expectations.products import check_open_product
from expectations.results import RuleResult
from pipeline import audit_log
from pipeline.checks import Scan, conclude, forget
from pipeline.disclosure.tables import Tables
from pipeline.duck import connect, literal
from pipeline.errors import ChecksRefusedError, UsageError
from pipeline.gate_results import MADE_FROM as FROM
from pipeline.gate_results import before_serving, before_writing
from pipeline.ledger import Ledger
from pipeline.open_product import told
from pipeline.open_product.build import build, csv_selects, write_csv
from pipeline.open_product.form import COUNTED, RELEASED, lacking
from pipeline.open_product.uncounted import uncounted
from pipeline.open_product.verify import findings, record_cells
from pipeline.publish import gate
from pipeline.publish.copies import check_copies
from pipeline.publish.copying import TARGET, tables_of, write_parquet
from pipeline.publish.release import Inspect, record, serve, write_version
from pipeline.publish.versions import shelf
from pipeline.settings import OPEN_PRODUCT, Settings


def publish_open(settings: Settings, ledger: Ledger, run_id: str, *, scan: Scan, inspect: Inspect) -> Path:
    """Publish the open product from the ``secondary_use`` that this run published.

    DuckDB, Parquet and CSV (suppressed counts as ``*``) as for every product. ``scan`` is the identity
    room's look for identifiers of the person index, ``inspect`` its look at the ``secondary_use`` that is
    counted: people can have objected since it was published, and files lie open to hands. Raises
    :class:`ChecksRefusedError` where this run published no ``secondary_use`` or where the result
    breaks a disclosure rule.
    """
    source = shelf(settings, FROM).database(run_id)
    before: list[Path] = []

    def write(connection: duckdb.DuckDBPyConnection, target: Path, parquet: Path) -> None:
        tables = build(connection, source, target, name=TARGET, run_id=run_id, before=before)
        write_parquet(connection, parquet)
        write_csv(connection, parquet, name=TARGET)
        copies = _judge_copies(connection, parquet)
        connection.execute(f"detach {TARGET}")  # flushes it, so that the checks read what is published
        releases = {each.run_id for each in told.kept(settings, ledger)} - {run_id}
        note = partial(record_cells, ledger, run_id, releases_before=len(releases))
        found = judge_release(settings, source, target, before, scan=scan, note=note, tables=tables)
        conclude(ledger, run_id, OPEN_PRODUCT, [*found, *copies])
        gate.require_passed(ledger, run_id, OPEN_PRODUCT, wanted=before_serving(OPEN_PRODUCT))

    try:
        if not _is_published(ledger, run_id) or not source.exists():
            raise ChecksRefusedError(f"{OPEN_PRODUCT}: run {run_id} published no {FROM} to make it from")
        inspect(source)
        audit_log.require_intact(settings, run_id=run_id, product=OPEN_PRODUCT)
        gate.require_passed(ledger, run_id, OPEN_PRODUCT, wanted=before_writing(OPEN_PRODUCT))
        forget(ledger, run_id, before_serving(OPEN_PRODUCT))
        before += told_before(settings, ledger, source)
        path = write_version(settings, run_id, OPEN_PRODUCT, write)
        digest = told.keep(settings, ledger, run_id, release=path, source=source)
    except ChecksRefusedError as error:
        record(ledger, run_id, OPEN_PRODUCT, "refused", str(error))
        raise
    serve(settings, ledger, run_id, OPEN_PRODUCT, details={told.DETAIL: digest, **_lost(settings)})
    return path


def _is_published(ledger: Ledger, run_id: str) -> bool:
    statement = "select 1 from publication where run_id = ? and product = ? and outcome = 'published'"
    return bool(ledger.query(statement, (run_id, FROM)))


def told_before(settings: Settings, ledger: Ledger, source: Path) -> list[Path]:
    """The kept cells of all releases; those of releases of before cells were kept are kept now.

    Raises :class:`ChecksRefusedError` where one cannot be compared with.
    """
    for run_id, release in told.not_kept(settings, ledger).items():
        told.keep(settings, ledger, run_id, release=release, source=source)
    return [each.path for each in told.kept(settings, ledger)]


def _lost(settings: Settings) -> dict[str, audit_log.Detail]:
    """The releases that an operator has given up comparing with, for the audit log."""
    return {"releases_lost": settings.releases_lost.split()} if settings.releases_lost else {}


def judge_release(
    settings: Settings, source: Path, database: Path, before: Sequence[Path], *, scan: Scan,
    note: Callable[[pa.Table], None] = lambda _: None, tables: Tables | None = None,
) -> list[RuleResult]:  # fmt: skip
    """Every rule of the open product on ``database``, which was made from ``source``.

    ``note`` gets what :func:`findings` found, a row a count; ``tables`` are what the making found as proof.
    """
    attacking, judging = connect(settings), connect(settings)
    try:
        attacked = findings(attacking, source, database, before, tables)
        if attacked is not None:  # else the suite says that it could not be judged
            note(attacked)
        strange = uncounted(attacking)
        return check_open_product(
            judging, database, findings=attacked, uncounted=strange, index_leaks=scan(database)
        )
    finally:
        attacking.close()
        judging.close()


def judge_served(settings: Settings, ledger: Ledger, run_id: str, *, scan: Scan) -> list[RuleResult]:
    """Every rule that a publish holds the open product to, on the version of ``run_id`` and its copies.

    Raises :class:`UsageError` where the version that it was made from is kept no more, or was made by earlier
    code: then nobody can count again what it shows.
    """
    source, place = shelf(settings, FROM).database(run_id), shelf(settings, OPEN_PRODUCT)
    if not source.exists():
        raise UsageError(
            f"{OPEN_PRODUCT}: the {FROM} of run {run_id}, which it was made from, is kept no more; valid: a "
            "version whose source is kept (wsic publish list), or a night more"
        )
    database = place.database(run_id)
    _require_form(settings, run_id, {source: COUNTED, database: RELEASED})
    with TemporaryDirectory() as scratch:
        before = _read_only(settings, ledger, source, Path(scratch))
        found = judge_release(settings, source, database, before, scan=scan)
    connection = connect(settings)
    try:
        connection.execute(f"attach {literal(database)} as {TARGET} (read_only)")
        return [*found, *_judge_copies(connection, place.parquet(run_id))]
    finally:
        connection.close()


def _require_form(settings: Settings, run_id: str, wanted: Mapping[Path, Mapping[str, str]]) -> None:
    connection = connect(settings)
    try:
        for path, tables in wanted.items():
            connection.execute(f"attach {literal(path)} as version (read_only)")
            if absent := lacking(connection, "version", tables):
                raise UsageError(
                    f"{OPEN_PRODUCT}: {path} of run {run_id} was made by earlier code, without "
                    f"{', '.join(absent)}, so it cannot be counted again; make a version that can: wsic run "
                    "--extracts DIR --as-of YYYY-MM-DD, then check again"
                )
            connection.execute("detach version")
    finally:
        connection.close()


def _read_only(settings: Settings, ledger: Ledger, source: Path, scratch: Path) -> list[Path]:
    """As :func:`told_before`, for who may look and change nothing."""
    before = [each.path for each in told.kept(settings, ledger)]
    for run_id, release in told.not_kept(settings, ledger).items():
        path, connection = scratch / f"{run_id}.parquet", connect(settings)
        try:
            told.write_cells(connection, path, release=release, source=source)
        finally:
            connection.close()
        before.append(path)
    return before


def _judge_copies(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[RuleResult]:
    tables = tables_of(connection)
    return check_copies(connection, folder, name=TARGET, tables=tables, csv_selects=csv_selects(TARGET))
