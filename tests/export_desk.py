"""Who may export, from where and to where, as tests set it up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from connectors.fhir import shapes
from pipeline.audit_log import operating_user
from pipeline.landing import BuildOutcome, build_fhir, land_feed, list_feeds
from pipeline.run import open_ledger
from pipeline.run.exporting import Exported, ExportRequest, export_fhir
from pipeline.settings import Settings

REQUESTER, ORGANISATION = "A. Clerk", "QRV"
REASON = "the move to the new deployment"
_ENTRY = """
[[requester]]
name = "{name}"
account = "{account}"
organisation = "{organisation}"
purposes = ["export_migration", "export_direct_care"]
from = 2020-01-01
until = {until}
approved_by = "C. Guardian"
"""
OF_ITS_OWN = ("_file_id", "_row")  # the file that a record came in, which is another one there


def permit(settings: Settings, root: Path, *, until: date = date(2099, 12, 31)) -> Settings:
    """The settings with a folder for exports and one who may ask for them."""
    folder, listed = root / "exports", root / "requesters.toml"
    folder.mkdir(mode=0o700, exist_ok=True)
    entry = _ENTRY.format(
        name=REQUESTER, account=operating_user(), organisation=ORGANISATION, until=until.isoformat()
    )
    listed.write_text(entry, encoding="utf-8")
    listed.chmod(0o600)
    return replace(settings, export_folder=str(folder), requesters=listed)


def request(settings: Settings, name: str = "one", **more: Any) -> ExportRequest:
    """A request that nothing speaks against, but for what is given otherwise."""
    asked: dict[str, Any] = {
        "out": Path(settings.export_folder) / name, "requester": REQUESTER, "organisation": ORGANISATION,
        "purpose": "export_migration", "reason": REASON, **more,
    }  # fmt: skip
    return ExportRequest(**asked)


def export(settings: Settings, name: str = "one", **more: Any) -> Exported:
    """An export that nothing speaks against."""
    return export_fhir(settings, request(settings, name, **more))


def land(extracts: Path, settings: Settings, *, as_of: date, run_id: str) -> list[BuildOutcome]:
    """Land every feed below ``extracts`` and build its tables, as a night does."""
    ledger, built = open_ledger(settings), []
    for feed in list_feeds(ledger, extracts, as_of, home=settings.home):
        land_feed(settings, ledger, run_id=run_id, feed=feed, extracts=extracts, as_of=as_of)
        built.append(build_fhir(settings, ledger, run_id=run_id, feed=feed, as_of=as_of))
    return built


def tables(home: Path) -> dict[str, Path]:
    """The landed tables of a home that hold a record, by their place."""
    found = {str(path.relative_to(home)): path for path in home.glob("fhir/*/source=*/sender=*/data.parquet")}
    return {place: path for place, path in found.items() if duckdb.read_parquet(str(path)).fetchone()}


def differing(one: Path, other: Path, resource_type: str, *, but: tuple[str, ...] = OF_ITS_OWN) -> list[str]:
    """Columns in which two tables differ, record by record of one id; ``id`` where the records do."""
    hashed = tuple(shapes.SAID_HASH) if resource_type == "Patient" else ()
    names = [name for name in (*shapes.columns(resource_type), *hashed) if name not in (*but, "id")]
    counts = ", ".join(f'count_if(a."{name}" is distinct from b."{name}")' for name in names)
    found = duckdb.execute(
        f"""select count_if(a.id is null or b.id is null), {counts}
        from read_parquet(?, hive_partitioning = false) as a
        full join read_parquet(?, hive_partitioning = false) as b using (id)""",
        [str(one), str(other)],
    ).fetchone()
    return [name for name, rows in zip(("id", *names), found or (), strict=True) if rows]


def lines(folder: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Source, resource type and record of every line of an export that is not gzipped."""
    for path in sorted(folder.glob("*/*/*/*.ndjson")):
        for line in path.read_text("utf-8").splitlines():
            yield path.relative_to(folder).parts[0], path.name.split(".")[0], json.loads(line)
