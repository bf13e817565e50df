"""The current rows of one feed: views named as the file stems, of the latest row a business key.

Delta: of a key the row of the latest extract counts; within one extract the file received later, then the
file's own order. A tombstone removes its key's row. Snapshot: each file replaces what the sender sent before
for the same reporting period; of a key in several periods the latest period counts. Where the period stands
in the rows themselves, a later extract of the period replaces its rows; of a key the latest extract counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from connectors import registry
from connectors.declare import PERSON_ELSEWHERE, Format, Mode, NativeFile
from connectors.types import SQL_TYPES, quoted
from pipeline.duck import literal
from pipeline.landing.desk import Desk
from pipeline.landing.scope import KnownFile, Scope, declared_name

LINEAGE = {
    "_source": "VARCHAR",
    "_sender": "VARCHAR",
    "_file_id": "VARCHAR",
    "_row": "BIGINT",
    "_extract_date": "DATE",
    "_record_id": "VARCHAR",
}


def make_views(desk: Desk, scope: Scope) -> list[tuple[NativeFile, str]]:
    """Create a view for every native file of every format of the source; present even where nothing came.

    Returns each file with its view. Formats that the feed never sent have empty views and cost nothing.
    """
    made = []
    for format_ in registry.source(desk.feed.source).formats:
        files = [file for file in scope.counting if file.format == format_.name]
        _make_periods(desk, format_, files)
        for native in format_.files:
            own = [file for file in files if declared_name(format_, file.name) == native.name.lower()]
            _make_view(desk, format_, native, own)
            made.append((native, native.stem))
    return made


def _make_view(desk: Desk, format_: Format, native: NativeFile, files: Sequence[KnownFile]) -> None:
    landed = f"landed_{native.stem}"
    rows = _landed_sql(desk, format_, native, files)
    desk.con.execute(f"create or replace temp view {quoted(landed)} as {rows}")
    superseded = _superseded(desk, format_, native, files)
    rows = f"select * from {quoted(landed)}"
    if superseded:
        rows += f" anti join {quoted(superseded)} using (_file_id, _row)"
    desk.con.execute(
        f"create or replace temp view {quoted(native.stem)} as "
        f"select * from ({rows}) where not coalesce({native.deleted_when}, false)"
    )


def _landed_sql(desk: Desk, format_: Format, native: NativeFile, files: Sequence[KnownFile]) -> str:
    """All landed rows of one file name, in the declared columns (null where an older landing lacks one)."""
    wanted = {column.name: SQL_TYPES[column.kind] for column in native.columns} | LINEAGE
    paths = [literal(desk.typed_path(format_.name, native.stem, file.file_id)) for file in files]
    if not paths:
        empty = ", ".join(f"null::{kind} as {quoted(name)}" for name, kind in wanted.items())
        return f"select {empty} where false"
    source = f"read_parquet([{', '.join(paths)}], union_by_name = true, hive_partitioning = false)"
    present = {row[0] for row in desk.con.execute(f"describe select * from {source}").fetchall()}
    columns = ", ".join(
        quoted(name) if name in present else f"null::{kind} as {quoted(name)}"
        for name, kind in wanted.items()
    )
    return f"select {columns} from {source}"


def _make_periods(desk: Desk, format_: Format, files: Sequence[KnownFile]) -> None:
    """``file_order``: each counting file's place in time, and its period where a header file names it."""
    desk.con.execute(
        "create or replace temp table file_order "
        "(_file_id varchar, extract_date date, sequence bigint, name varchar, volume bigint, "
        "period varchar[])"
    )
    desk.con.execute(
        "insert into file_order select unnest(?::varchar[]), unnest(?::date[]), unnest(?::bigint[]), "
        "unnest(?::varchar[]), unnest(?::bigint[]), null",
        [
            [file.file_id for file in files],
            [file.extract_date for file in files],
            [file.sequence for file in files],
            [declared_name(format_, file.name) for file in files],
            _volumes(format_, files),
        ],
    )
    if _has_header(format_) and files:
        _set_periods(desk, format_, files)


def _volumes(format_: Format, files: Sequence[KnownFile]) -> list[int]:
    """Of each file a number that is the same for all that one extract is made of: the parts of a split file,
    and what mends one of them. Of a part sent again the earlier content keeps its own, lower number."""
    groups: dict[tuple[date, str], list[KnownFile]] = {}
    for file in files:
        groups.setdefault((file.extract_date, declared_name(format_, file.name)), []).append(file)
    volumes = {}
    for group in groups.values():
        latest = {file.part: file.file_id for file in group if not file.mends}  # in their order of receipt
        standing = set(latest.values())
        newest = max(file.sequence for file in group)
        for file in group:
            stands = (file.mends or file.file_id) in standing
            volumes[file.file_id] = newest if stands else file.sequence - 1
    return [volumes[file.file_id] for file in files]


def _set_periods(desk: Desk, format_: Format, files: Sequence[KnownFile]) -> None:
    """Every file of a submission is for the period that the submission's newest header names."""
    name, columns = format_.period or ("", ())
    header = format_.file(name)
    headers = [file for file in files if declared_name(format_, file.name) == name.lower()]
    period = ", ".join(f"{quoted(column)}::varchar" for column in columns)
    desk.con.execute(
        f"""update file_order set period = header.period from (
            select h._extract_date as extract_date, arg_max([{period}], o.sequence) as period
            from ({_landed_sql(desk, format_, header, headers)}) h join file_order o using (_file_id)
            group by 1) header
        where header.extract_date = file_order.extract_date"""
    )


def _has_header(format_: Format) -> bool:
    return format_.mode is Mode.SNAPSHOT and format_.period is not None and len(format_.files) > 1


def _superseded(desk: Desk, format_: Format, native: NativeFile, files: Sequence[KnownFile]) -> str | None:
    """Name of a table (``_file_id``, ``_row``) of the rows that a later one replaced; none if none can be."""
    if len(files) < 2 and not any(file.has_duplicates for file in files):
        return None
    table = f"superseded_{native.stem}"
    desk.con.execute(f"create or replace temp table {quoted(table)} as {_superseded_sql(format_, native)}")
    return table


def _superseded_sql(format_: Format, native: NativeFile) -> str:
    landed = quoted(f"landed_{native.stem}")
    keys = ", ".join(quoted(name) for name in native.key_columns)
    replaced = _replaced_sql(format_, native)
    return f"""
        with replaced as (select _file_id, _row from ({replaced})),
        standing as (select * from {landed} anti join replaced using (_file_id, _row)),
        repeated as (select hash({keys}) as fingerprint from standing group by 1 having count(*) > 1),
        ranked as (
            select s._file_id, s._row, row_number() over (
                partition by {keys}
                order by {_last_first("o.period") + ", " if _has_header(format_) else ""}
                    s._extract_date desc, o.sequence desc,
                    {_last_first(native.order_by)}, s._row desc) as place
            from standing s join file_order o on o._file_id = s._file_id
            where hash({keys}) in (select fingerprint from repeated)
        )
        select _file_id, _row from replaced
        union all by name select _file_id, _row from ranked where place > 1"""


def _replaced_sql(format_: Format, native: NativeFile) -> str:
    """Rows of snapshots that a later snapshot of the same period replaced as a whole."""
    landed = quoted(f"landed_{native.stem}")
    if format_.mode is not Mode.SNAPSHOT or format_.period is None:
        return f"select _file_id, _row from {landed} where false"
    if _has_header(format_):
        return f"""select _file_id, _row from {landed} where _file_id not in (
            select _file_id from file_order where name = {literal(native.name.lower())}
            qualify (extract_date, volume) = max((extract_date, volume)) over (partition by period))"""
    period = ", ".join(quoted(column) for column in format_.period[1])
    return f"""
        select l._file_id, l._row, (o.extract_date, o.volume) as placed
        from {landed} l join file_order o on o._file_id = l._file_id
        qualify placed < max(placed) over (partition by {period})"""


def _last_first(order_by: str) -> str:
    return f"row({order_by}) desc" if "," in order_by else f"({order_by}) desc"


def current_on(native: NativeFile, view: str, people: str) -> str:
    """SELECT of the fate of each current row of one file: ``file_id, row, record_id, supporting``.

    ``people`` is a SELECT of ``_file_id, _row, record_id``: of whom the resources of a row speak. It is asked
    where a row does not say itself whom it is about (a contact, whose person is its referral's).
    """
    if native.record_id != PERSON_ELSEWHERE:
        return (
            f'select _file_id as file_id, _row as "row", _record_id as record_id, '
            f"{native.supporting} as supporting from {quoted(view)}"
        )
    return (
        f'select c._file_id as file_id, c._row as "row", p.record_id, {native.supporting} as supporting '
        f"from {quoted(view)} as c left join ({people}) as p on p._file_id = c._file_id and p._row = c._row"
    )
