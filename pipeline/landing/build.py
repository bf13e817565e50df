"""Builds the FHIR tables of one feed from its current rows, and says what became of every landed row.

Left behind: ``fhir/<ResourceType>/source=<s>/sender=<x>/data.parquet``; the fates of the current rows,
``landing/current/<source>/<sender>.parquet``, with a state file beside them; stage ``current`` in the ledger
for every good file of the feed (rows that are held back with their extract count as withheld).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.clock import now
from pipeline.duck import literal, values_hidden
from pipeline.landing.current import current_on, make_views
from pipeline.landing.desk import Desk, open_desk, put_in_place
from pipeline.landing.feeds import Feed
from pipeline.landing.latest import fates_of, sent_as_fhir, types_sent_as_fhir
from pipeline.landing.mapping import fingerprint, keep_native_ids, union_of, write_resources
from pipeline.landing.outcomes import FHIR
from pipeline.landing.references import count_references, record_references
from pipeline.landing.scope import Scope, in_scope
from pipeline.landing.tables import write_parquet
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.zones import Zones

_NO_FATE = "select '' as file_id, 0::bigint as \"row\", '' as record_id, false as supporting where false"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOutcome:
    """What a build came to. ``rows_held`` lie in extracts that are held back."""

    source: str
    sender: str
    rows_landed: int
    rows_current: int
    rows_held: int
    is_rebuilt: bool

    @property
    def rows_superseded(self) -> int:
        """Landed rows that a later row or a tombstone replaced."""
        return self.rows_landed - self.rows_current - self.rows_held


def build_fhir(settings: Settings, ledger: Ledger, *, run_id: str, feed: Feed, as_of: date) -> BuildOutcome:
    """Bring the feed's FHIR tables to ``as_of``; does nothing but count where nothing changed.

    Other feeds' tables are not touched, and the feed's own only once all of them are written.
    """
    known_seq = last_known(ledger)
    scope = in_scope(ledger, feed, as_of)
    # In their order: a content that its sender took back to counts for more than it did.
    state = {"files": [file.stored_as for file in scope.counting], "code": fingerprint(feed.source)}
    before = _read_state(state_path(Zones(settings.home), feed))
    is_rebuilt = {key: before.get(key) for key in state} != state or "references" not in before
    current, references = before.get("current", {}), before.get("references", [])
    if is_rebuilt and feed.sender:
        with open_desk(settings, ledger, run_id, feed) as desk:
            current, references = _build(desk, scope, state)
    _record(ledger, run_id, scope, current)
    record_references(ledger, run_id, source=feed.source, sender=feed.sender, counted=references)
    if feed.sender:
        _record_built(ledger, run_id, feed, as_of=as_of, known_seq=known_seq, code=str(state["code"]))
    return BuildOutcome(
        source=feed.source,
        sender=feed.sender,
        rows_landed=sum(file.rows_landed for file in (*scope.counting, *scope.held)),
        rows_current=sum(current.values()),
        rows_held=sum(file.rows_landed for file in scope.held),
        is_rebuilt=is_rebuilt,
    )


def current_rows(zones: Zones, feed: Feed) -> Path:
    """Parquet of the fate of each current row: ``file_id, row, record_id, supporting``."""
    return zones.home / "landing" / "current" / feed.source / f"{feed.sender}.parquet"


def state_path(zones: Zones, feed: Feed) -> Path:
    """What the last build was made of: file ids, code fingerprint, current rows by file."""
    return current_rows(zones, feed).with_suffix(".json")


def _build(
    desk: Desk, scope: Scope, state: Mapping[str, object]
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    types = derive(desk, scope)
    with values_hidden(f"{desk.feed}: references"):
        references = count_references(desk, types, desk.work)
    counts = _counts(desk)
    state_path(desk.zones, desk.feed).unlink(missing_ok=True)  # a build cut short is made again
    _replace_tables(desk, types)
    target = current_rows(desk.zones, desk.feed)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    put_in_place(desk.work / "fates.parquet", target)
    _write_state(state_path(desk.zones, desk.feed), {**state, "current": counts, "references": references})
    return counts, references


def derive(desk: Desk, scope: Scope) -> list[str]:
    """Write what follows from the files in ``scope`` to the desk's work folder: ``<ResourceType>.parquet`` of
    every type that the feed can have, and ``fates.parquet`` of the current rows; returns the types.

    Reads nothing but the typed rows of those files, so that it gives the same whenever it is asked.
    """
    with values_hidden(f"{desk.feed}: current rows"):
        native_ids = _native_ids(desk, scope)
        views = make_views(desk, scope)
        resources = sent_as_fhir(desk, scope, native_ids)
    types = write_resources(desk, resources, desk.work)
    with values_hidden(f"{desk.feed}: fates of current rows"):
        people = _people(desk, types)
        own = (current_on(native, view, people) for native, view in views)
        _write_fates(desk, union_of([_NO_FATE, *own, *fates_of(resources)]))
    return types


def _native_ids(desk: Desk, scope: Scope) -> dict[str, str]:
    """Where the feed came both natively and as FHIR: the ids that its native files ever spoke of."""
    types = types_sent_as_fhir(scope)
    if not types or all(file.format == FHIR for file in scope.counting):
        return {}
    make_views(desk, scope, of_all_landed=True)
    return keep_native_ids(desk, types)


def _people(desk: Desk, types: Sequence[str]) -> str:
    """SELECT of ``_file_id, _row, record_id``: of whom the resources just written speak."""
    spoken_of = (
        f"select _file_id, _row, _record_id from read_parquet({literal(desk.work / f'{name}.parquet')})"
        for name in types
    )
    return (
        f"select _file_id, _row, min(_record_id) as record_id from ({' union all '.join(spoken_of)}) "
        "where _record_id is not null group by _file_id, _row"
    )


def _write_fates(desk: Desk, fates: str) -> None:
    write_parquet(desk.con, fates, desk.work / "fates.parquet")


def _counts(desk: Desk) -> dict[str, int]:
    fates = f"read_parquet({literal(desk.work / 'fates.parquet')})"
    rows = desk.con.execute(f"select file_id, count(*) from {fates} group by 1 order by 1").fetchall()
    return dict(rows)


def _replace_tables(desk: Desk, types: list[str]) -> None:
    place = Path(f"source={desk.feed.source}") / f"sender={desk.feed.sender}"
    for resource_type in types:
        target = desk.zones.fhir / resource_type / place / "data.parquet"
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        put_in_place(desk.work / f"{resource_type}.parquet", target)
    for folder in desk.zones.fhir.iterdir():
        if folder.name not in types:
            (folder / place / "data.parquet").unlink(missing_ok=True)


def _record(ledger: Ledger, run_id: str, scope: Scope, current: Mapping[str, int]) -> None:
    rows = [(file, current.get(file.file_id, 0), 0) for file in scope.counting]
    rows += [(file, 0, file.rows_landed) for file in scope.held]
    ledger.put(
        "stage",
        [
            {
                "run_id": run_id,
                "product": "",
                "file_id": file.file_id,
                "stage": "current",
                "rows_in": file.rows_landed,
                "rows_out": rows_out,
                "rows_withheld": held,
                "rows_superseded": file.rows_landed - rows_out - held,
            }
            for file, rows_out, held in rows
        ],
    )


def last_known(ledger: Ledger) -> int:
    """The number of what became known last."""
    return int(ledger.query("select coalesce(max(known_seq), 0) as number from file_known")[0]["number"])


def _record_built(ledger: Ledger, run_id: str, feed: Feed, *, as_of: date, known_seq: int, code: str) -> None:
    row = {
        "run_id": run_id,
        "source": feed.source,
        "sender": feed.sender,
        "as_of": as_of.isoformat(),
        "built_at": now(),
        "known_seq": known_seq,
        "code": code,
    }
    ledger.put("feed_built", [row])


def _read_state(path: Path) -> dict[str, Any]:
    try:
        state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state


def _write_state(path: Path, state: Mapping[str, object]) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_text(json.dumps(state), encoding="utf-8")
    put_in_place(part, path)
