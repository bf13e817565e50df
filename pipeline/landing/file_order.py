"""The files of one format in their order, as temp tables that choosing the current rows stands on.

``file_order``: ``_file_id, extract_date, name`` (as declared), ``part`` (as sent), ``place`` (among all
files), ``volume`` (0; lower for a content of a part that came again since), ``period`` (of the submission,
where a header file names it). ``whole_extract``: ``name, extract_date`` of the last extract in which a file
of that name holds everything, not only what changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from connectors.declare import Format, NativeFile
from connectors.types import SQL_TYPES, quoted
from pipeline.duck import literal
from pipeline.landing.desk import Desk
from pipeline.landing.scope import KnownFile, declared_name, header_file

LINEAGE = {
    "_source": "VARCHAR",
    "_sender": "VARCHAR",
    "_file_id": "VARCHAR",
    "_row": "BIGINT",
    "_extract_date": "DATE",
    "_record_id": "VARCHAR",
}


def make_file_order(desk: Desk, format_: Format, files: Sequence[KnownFile]) -> None:
    """Make ``file_order`` and ``whole_extract`` of ``files``, which come in their order."""
    desk.con.execute(
        "create or replace temp table file_order (_file_id varchar, extract_date date, name varchar, "
        "part varchar, place bigint, volume bigint, period varchar[])"
    )
    desk.con.execute("create or replace temp table whole_extract (name varchar, extract_date date)")
    if not files:
        return
    columns: list[list[object]] = [
        [file.file_id for file in files],
        [file.extract_date for file in files],
        [declared_name(format_, file.name) for file in files],
        [file.part for file in files],
        [*range(len(files))],
        [*_volumes(files)],
    ]
    desk.con.execute(
        "insert into file_order select unnest(?::varchar[]), unnest(?::date[]), unnest(?::varchar[]), "
        "unnest(?::varchar[]), unnest(?::bigint[]), unnest(?::bigint[]), null",
        columns,
    )
    if header_file(format_):
        _set_periods(desk, format_, files)
    if format_.listing:
        _find_whole(desk, format_, files)


def landed_sql(desk: Desk, format_: Format, native: NativeFile, files: Sequence[KnownFile]) -> str:
    """All landed rows of one file name, in the declared columns (null where an older landing lacks one)."""
    wanted = {column.name: SQL_TYPES[column.kind] for column in native.columns} | LINEAGE
    paths = [literal(desk.typed_path(format_.name, native.stem, file.stored_as)) for file in files]
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


def _volumes(files: Sequence[KnownFile]) -> Iterator[int]:
    """0 for what an extract is made of: its parts, and what mends one of them. Of a part that came again the
    content before counts -1, the one before that -2, and so on."""
    contents: dict[tuple[date, str], set[int]] = defaultdict(set)
    for file in files:
        contents[(file.extract_date, file.part)].add(file.content)
    for file in files:
        yield -sum(content > file.content for content in contents[(file.extract_date, file.part)])


def _set_periods(desk: Desk, format_: Format, files: Sequence[KnownFile]) -> None:
    """Every file of a submission is for the period that the submission's newest header names."""
    name, columns = format_.period or ("", ())
    header = format_.file(name)
    headers = [file for file in files if declared_name(format_, file.name) == name.lower()]
    period = ", ".join(f"{quoted(column)}::varchar" for column in columns)
    desk.con.execute(
        f"""update file_order set period = header.period from (
            select h._extract_date as extract_date, arg_max([{period}], o.place) as period
            from ({landed_sql(desk, format_, header, headers)}) h join file_order o using (_file_id)
            group by 1) header
        where header.extract_date = file_order.extract_date"""
    )


def _find_whole(desk: Desk, format_: Format, files: Sequence[KnownFile]) -> None:
    """Of a file listed more than once in an extract its newest list decides; of parts all must be whole."""
    if format_.listing is None:
        return
    listing = format_.listing
    lists = [file for file in files if declared_name(format_, file.name) == listing.file.lower()]
    rows = landed_sql(desk, format_, format_.file(listing.file), lists)
    said = desk.con.execute(
        f"""select _extract_date, file_name, arg_max(is_whole, (place, _row)) from (
            select r._extract_date, r._row, o.place, trim({quoted(listing.name_column)}) as file_name,
                coalesce({listing.whole_when}, false) as is_whole
            from ({rows}) r join file_order o using (_file_id))
        where file_name is not null group by 1, 2"""
    ).fetchall()
    whole: dict[tuple[date, str], bool] = {}
    for when, file_name, is_whole in said:
        native = format_.find(file_name) or format_.find(f"{file_name}.csv")
        if native:
            key = (when, native.name.lower())
            whole[key] = whole.get(key, True) and is_whole
    latest: dict[str, date] = {}
    for (when, name), is_whole in sorted(whole.items()):
        if is_whole:
            latest[name] = when
    if latest:
        desk.con.execute(
            "insert into whole_extract select unnest(?::varchar[]), unnest(?::date[])",
            [list(latest), list(latest.values())],
        )
