"""Takes reference data into use: the newest delivered file of each name, typed, one row a key.

- Newest: of ``<extracts>/reference/<YYYY-MM-DD>/<name>`` the latest day; a file directly under ``reference``
  counts as the oldest.
- A delivered file with a bad header, or with a larger share of bad rows than :data:`BAD_ROWS_AT_MOST`, is
  refused whole and the last good one stays in use. Fewer bad rows are left out and counted.
- Code lists: a delivered list replaces the starter list of its name; all other starter lists stay.
- What was never delivered is an empty table and the outcome ``missing``: areas, PCNs or costs are then
  unknown in every product, which is told as a warning. No run stops for it: nobody is identified by it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from connectors import reference as declared
from connectors.declare import NativeFile, Severity
from connectors.types import SQL_TYPES, quoted
from pipeline import clock
from pipeline.duck import literal
from pipeline.landing.check import Verdict, applicable_rules, check_rows, checking
from pipeline.landing.desk import Desk, open_desk, put_in_place
from pipeline.landing.feeds import Feed
from pipeline.landing.header import read_header
from pipeline.landing.mapping import ordered_repr
from pipeline.landing.read_csv import normalised, read_rows
from pipeline.landing.receive import look_at, take_in
from pipeline.landing.scan import UnreadableError
from pipeline.landing.tables import count, write_parquet
from pipeline.ledger import Ledger
from pipeline.settings import Settings

BAD_ROWS_AT_MOST = 0.01  # share of a reference file; more says that the file is wrong
_FEED = Feed("reference", "national")
_UNDATED = date.min


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceOutcome:
    """One reference table: ``outcome`` is loaded, unchanged, refused (last good kept) or missing."""

    name: str
    outcome: str
    rows: int = 0
    message: str = ""


def load_reference(
    settings: Settings, ledger: Ledger, *, run_id: str, extracts: Path
) -> list[ReferenceOutcome]:
    """Bring ``landing/reference/<name>.parquet`` up to date; each table's outcome is also a ``step`` row."""
    with open_desk(settings, ledger, run_id, _FEED) as desk:
        desk.zones.reference.mkdir(mode=0o700, parents=True, exist_ok=True)
        return [_recorded(desk, file, extracts / "reference") for file in declared.FORMAT.files]


def _recorded(desk: Desk, file: NativeFile, folder: Path) -> ReferenceOutcome:
    started = clock.now()
    outcome = _load(desk, file, folder)
    desk.ledger.put(
        "step",
        [
            {
                "run_id": desk.run_id,
                "step": "load_reference",
                "subject": outcome.name,
                "started_at": started,
                "ended_at": clock.now(),
                "outcome": outcome.outcome,
                "message": outcome.message,
            }
        ],
    )
    return outcome


def _load(desk: Desk, file: NativeFile, folder: Path) -> ReferenceOutcome:
    target = desk.zones.reference / f"{file.stem}.parquet"
    found = newest_reference(folder, file.name)
    if found is None:
        return _without_delivery(desk, file, target)
    day, path = found
    received = look_at(path, _FEED, day)
    state = {"sha256": received.sha256, "made_by": _made_by(file)}
    if target.exists() and _state(target) == state:
        return _outcome(desk, target, "unchanged")
    try:
        verdict = _read(desk, file, take_in(desk.zones, received, path.name).path)
    except UnreadableError as error:
        _without_delivery(desk, file, target)
        return _outcome(desk, target, "refused", f"{error}; what was in use stays")
    _write(desk, file, target, _kept_sql(file, verdict), state)
    left_out = f"{verdict.quarantined} bad rows left out" if verdict.quarantined else ""
    return _outcome(desk, target, "loaded", left_out)


def newest_reference(folder: Path, name: str) -> tuple[date, Path] | None:
    """The newest delivery of a reference file and its day (the first day there is where it has none)."""
    found = [(_UNDATED, folder / name)]
    for path in sorted(folder.glob(f"????-??-??/{name}")):
        try:
            found.append((date.fromisoformat(path.parent.name), path))
        except ValueError:
            continue
    return max(((day, path) for day, path in found if path.is_file()), default=None)


def _read(desk: Desk, file: NativeFile, path: Path) -> Verdict:
    """Read and check a delivered file; raises :class:`UnreadableError` where it is wrong as a whole."""
    if path.stat().st_size == 0:
        raise UnreadableError("the file has no byte")
    text = normalised(path, desk.work)
    header = read_header(text, file)
    if not header.is_accepted:
        raise UnreadableError(f"{header.rule_id}: {header.difference}")
    asked = applicable_rules(file, declared.FORMAT)
    through = checking(file, declared.FORMAT, asked)
    reading = read_rows(desk.con, text, desk.work, names=header.names, file=file, checking=lambda _: through)
    verdict = check_rows(desk.con, file, asked, refused_lines=reading.refused_lines)
    if verdict.rows_in == 0:
        raise UnreadableError("the file has a header and no row")
    if verdict.quarantined > BAD_ROWS_AT_MOST * verdict.rows_in:
        rules = sorted({item.rule_id for item in verdict.broken if item.severity is Severity.ROW})
        raise UnreadableError(f"{verdict.quarantined} of {verdict.rows_in} rows are bad ({', '.join(rules)})")
    return verdict


def _kept_sql(file: NativeFile, verdict: Verdict) -> str:
    """The good rows of the checked file, one a key: of a key twice the later row."""
    columns = ", ".join(quoted(column.name) for column in file.columns)
    keys = ", ".join(quoted(name) for name in file.key_columns)
    return f"""
        select {columns} from checked where {verdict.passed}
        qualify row_number() over (partition by {keys} order by _row desc) = 1"""


def _without_delivery(desk: Desk, file: NativeFile, target: Path) -> ReferenceOutcome:
    """Nothing came: what is in use stays; at first the starter lists, or an empty table."""
    if target.exists() and _state(target).get("sha256"):
        return _outcome(desk, target, "unchanged")
    empty = ", ".join(f"null::{SQL_TYPES[column.kind]} as {quoted(column.name)}" for column in file.columns)
    _write(desk, file, target, f"select {empty} where false", {"made_by": _made_by(file)})
    outcome = "unchanged" if file is declared.CODELISTS else "missing"
    said = "no file was ever delivered" + ("; the starter lists are in use" if outcome == "unchanged" else "")
    return _outcome(desk, target, outcome, said)


def _write(desk: Desk, file: NativeFile, target: Path, rows: str, state: dict[str, str]) -> None:
    keys = ", ".join(quoted(name) for name in file.key_columns)
    part = desk.part(target)
    overlaid = _with_starter(rows) if file is declared.CODELISTS else rows
    write_parquet(desk.con, f"from ({overlaid}) order by {keys}", part)
    target.with_suffix(".json").unlink(missing_ok=True)
    put_in_place(part, target)
    target.with_suffix(".json").write_text(json.dumps(state), encoding="utf-8")


def _with_starter(delivered: str) -> str:
    starter = (
        f"select codelist, code_system, code, term from read_csv({literal(declared.STARTER_CODELISTS)}, "
        "header = true, all_varchar = true)"
    )
    return f"""
        with delivered as ({delivered}), starter as ({starter})
        select * from delivered
        union all by name
        select * from starter where codelist not in (select codelist from delivered)"""


def _made_by(file: NativeFile) -> str:
    """Changes when the declaration or the starter lists change."""
    starter = declared.STARTER_CODELISTS.read_text(encoding="utf-8") if file is declared.CODELISTS else ""
    return hashlib.sha256((ordered_repr(file) + starter).encode()).hexdigest()


def _outcome(desk: Desk, target: Path, outcome: str, message: str = "") -> ReferenceOutcome:
    rows = count(desk.con, f"select count(*) from read_parquet({literal(target)})")
    return ReferenceOutcome(name=target.stem, outcome=outcome, rows=rows, message=message)


def _state(target: Path) -> dict[str, str]:
    try:
        state: dict[str, str] = json.loads(target.with_suffix(".json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state
