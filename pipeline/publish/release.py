"""Publishing one product: gate, copy, seal, swap. A crash anywhere leaves the last version served."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import duckdb

from expectations.products import check_marked
from expectations.results import RuleResult
from pipeline import audit_log, controlled, interrupts
from pipeline.checks import conclude, forget
from pipeline.clock import now
from pipeline.duck import connect
from pipeline.errors import ChecksRefusedError
from pipeline.gate_results import before_serving, before_writing
from pipeline.ledger import Ledger
from pipeline.publish import copying, gate
from pipeline.publish.announced import announced
from pipeline.publish.copies import check_copies
from pipeline.publish.public import manifest_path, public_models, public_tables
from pipeline.publish.versions import Shelf, flush, list_versions, prune, put_in_place, remove, shelf, swap
from pipeline.settings import Settings
from pipeline.zones import Zones

Inspect = Callable[[Path], None]  # looks at the database of a version; raises what it refuses
Write = Callable[
    [duckdb.DuckDBPyConnection, Path, Path], None
]  # connection, new database, new Parquet folder


def publish(settings: Settings, ledger: Ledger, run_id: str, product: str, *, inspect: Inspect) -> Path:
    """Publish what this run built and checked of ``product``; returns the version's path.

    The version is read-only (0444) and complete before ``current.duckdb`` is swapped to it. Raises as
    :func:`write_checked` does.
    """
    path = write_checked(settings, ledger, run_id, product, inspect=inspect)
    serve(settings, ledger, run_id, product)
    return path


def write_checked(settings: Settings, ledger: Ledger, run_id: str, product: str, *, inspect: Inspect) -> Path:
    """Write the version of what this run built and checked; nothing is served yet.

    Only tables of public dbt models are copied; ``inspect`` sees the database, with whose rows the Parquet
    beside it was compared before. Raises :class:`ChecksRefusedError` where it refuses, and where the checks
    of this run did not run, did not pass, or judged another state of the warehouse.
    """
    zones = Zones(settings.home)
    database = zones.warehouse(product)

    def write(connection: duckdb.DuckDBPyConnection, target: Path, parquet: Path) -> None:
        copying.copy_tables(
            connection, database, target, public_tables(manifest_path(zones, product), product)
        )
        controlled.control(connection, database, marked, name=copying.TARGET, before=before)
        copying.seal(connection, ledger, run_id=run_id, product=product)
        copying.write_parquet(connection, parquet)
        tables = copying.tables_of(connection)
        conclude(
            ledger, run_id, product, check_copies(connection, parquet, name=copying.TARGET, tables=tables)
        )
        # Flushes it, so that what is inspected is what is served.
        connection.execute(f"detach {copying.TARGET}")
        conclude(ledger, run_id, product, judge_marked(settings, database, target, marked, before))
        inspect(target)  # and with it the folder of Parquet, which was found to hold the same
        gate.require_passed(ledger, run_id, product, wanted=before_serving(product))

    try:
        audit_log.require_intact(settings, run_id=run_id, product=product)
        gate.require_passed(ledger, run_id, product, wanted=before_writing(product))
        gate.require_unchanged(database, run_id, product)
        forget(ledger, run_id, before_serving(product))
        marked = marked_tables(settings, product)
        before = versions_before(settings, run_id, product)
        return write_version(settings, run_id, product, write)
    except ChecksRefusedError as error:
        record(ledger, run_id, product, "refused", str(error))
        raise


def marked_tables(settings: Settings, product: str) -> list[controlled.Marked]:
    """The tables of ``product`` that its models or the site mark for disclosure control."""
    models = public_models(manifest_path(Zones(settings.home), product), product)
    return controlled.marked_tables(models, product, settings.disclosure_controlled)


def versions_before(settings: Settings, run_id: str, product: str) -> list[Path]:
    """What readers of ``product`` have, other than the version of ``run_id``; also while it is re-keyed."""
    place = shelf(settings, product)
    kept = {version.path.resolve() for version in list_versions(settings, product)}
    served = {place.current.resolve()} if place.current.exists() else set()
    return sorted(path for path in kept | served if path.stem != run_id)


def judge_marked(
    settings: Settings, source: Path, version: Path, marked: Sequence[controlled.Marked],
    before: Sequence[Path],
) -> list[RuleResult]:  # fmt: skip
    """Attack the ``marked`` tables of ``version``, which was made from the warehouse ``source``."""
    attacking, judging = connect(settings), connect(settings)
    try:
        return check_marked(judging, controlled.findings(attacking, source, version, marked, before))
    finally:
        attacking.close()
        judging.close()


def write_version(settings: Settings, run_id: str, product: str, write: Write) -> Path:
    """Write a version whole and put it on the shelf; nothing is served yet."""
    place = shelf(settings, product)
    place.prepare()
    database, parquet = place.new_database(run_id), place.new_parquet(run_id)
    try:
        connection = connect(settings)
        try:
            write(connection, database, parquet)
        finally:
            connection.close()
        make_lasting([database, *sorted(parquet.iterdir()), parquet])
    except BaseException:
        remove(parquet)
        remove(database)
        raise
    put_in_place(parquet, place.parquet(run_id))
    put_in_place(database, place.database(run_id))
    return place.database(run_id)


def make_lasting(paths: Iterable[Path]) -> None:
    """Make files read-only and wait until they are on the disk."""
    for path in paths:
        path.chmod(0o444 if path.is_file() else 0o755)  # whatever the umask
        flush(path)


def serve(
    settings: Settings, ledger: Ledger, run_id: str, product: str, *,
    details: Mapping[str, audit_log.Detail] = MappingProxyType({}),
) -> None:  # fmt: skip
    """Swap the link to this run's version, say so in the ledger, and clear old versions away.

    Nothing is served without its entry in the audit log, which has ``details`` besides its own: raises
    :class:`SetupError` where that cannot be written, :class:`ChecksRefusedError` where the log was tampered
    with.
    """
    place: Shelf = shelf(settings, product)
    with announced(settings, ledger, place, run_id=run_id, product=product, details=details):
        with interrupts.held():
            swap(place.current, Path("versions") / f"{run_id}.duckdb")
            place.settle()
            record(ledger, run_id, product, "published", "")
    prune(settings, product)


def record(ledger: Ledger, run_id: str, product: str, outcome: str, message: str) -> None:
    """Write the outcome of publishing into the ledger."""
    row = {"run_id": run_id, "product": product, "outcome": outcome, "at": now(), "message": message}
    ledger.put("publication", [row])
