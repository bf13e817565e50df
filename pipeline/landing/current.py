"""The current rows of one feed: views named as the file stems, of the latest row a business key.

Delta: of a key the row of the latest extract counts; within one extract the content received later of one
name, then the rows' own order, then the file of the later name, then the later row. A tombstone removes its
key's row. A file that the extract's own list calls whole replaces all that the sender sent before of that
name. Snapshot: each file replaces what the sender sent before for the same reporting period; of a key in
several periods the latest period counts. Where the period stands in the rows themselves, a later extract of
the period replaces its rows; of a key the latest extract counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from connectors import registry
from connectors.declare import PERSON_ELSEWHERE, Format, Mode, NativeFile
from connectors.types import quoted
from pipeline.duck import literal
from pipeline.landing.desk import Desk
from pipeline.landing.file_order import landed_sql, make_file_order
from pipeline.landing.scope import KnownFile, Scope, declared_name, header_file


def make_views(desk: Desk, scope: Scope, *, of_all_landed: bool = False) -> list[tuple[NativeFile, str]]:
    """Create a view for every native file of every format of the source; present even where nothing came.

    Returns each file with its view. Formats that the feed never sent have empty views and cost nothing. With
    ``of_all_landed`` the views hold superseded rows and tombstones too.
    """
    made = []
    for format_ in registry.source(desk.feed.source).formats:
        files = [file for file in scope.counting if file.format == format_.name]
        make_file_order(desk, format_, files)
        for native in format_.files:
            own = [file for file in files if declared_name(format_, file.name) == native.name.lower()]
            _make_view(desk, format_, native, own, of_all_landed=of_all_landed)
            made.append((native, native.stem))
    return made


def _make_view(
    desk: Desk, format_: Format, native: NativeFile, files: Sequence[KnownFile], *, of_all_landed: bool
) -> None:
    landed = f"landed_{native.stem}"
    rows = landed_sql(desk, format_, native, files)
    desk.con.execute(f"create or replace temp view {quoted(landed)} as {rows}")
    if of_all_landed:
        desk.con.execute(f"create or replace temp view {quoted(native.stem)} as from {quoted(landed)}")
        return
    superseded = _superseded(desk, format_, native, files)
    rows = f"select * from {quoted(landed)}"
    if superseded:
        rows += f" anti join {quoted(superseded)} using (_file_id, _row)"
    desk.con.execute(
        f"create or replace temp view {quoted(native.stem)} as "
        f"select * from ({rows}) where not coalesce({native.deleted_when}, false)"
    )


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
    own_order = _last_first(native.order_by) if native.order_by else ""
    return f"""
        with replaced as (select _file_id, _row from ({replaced})),
        standing as (select * from {landed} anti join replaced using (_file_id, _row)),
        repeated as (select hash({keys}) as fingerprint from standing group by 1 having count(*) > 1),
        again as (
            select s.*, o.place as file_place, o.period, o.place = max(o.place) over (
                partition by {keys}, o.extract_date, o.part) as is_latest_content
            from standing s join file_order o on o._file_id = s._file_id
            where hash({keys}) in (select fingerprint from repeated)
        ),
        ranked as (
            select _file_id, _row, row_number() over (
                partition by {keys}
                order by {"period desc, " if header_file(format_) else ""}
                    _extract_date desc, is_latest_content desc, {own_order} file_place desc, _row desc
            ) as place
            from again
        )
        select _file_id, _row from replaced
        union all by name select _file_id, _row from ranked where place > 1"""


def _replaced_sql(format_: Format, native: NativeFile) -> str:
    """Rows that a later file replaced as a whole: one of their period, or one that holds everything."""
    landed = quoted(f"landed_{native.stem}")
    name = literal(native.name.lower())
    if format_.listing:
        return f"""select _file_id, _row from {landed} where _file_id in (
            select o._file_id from file_order o join whole_extract w using (name)
            where o.name = {name} and (o.extract_date, o.volume) < (w.extract_date, 0))"""
    if format_.mode is not Mode.SNAPSHOT or format_.period is None:
        return f"select _file_id, _row from {landed} where false"
    if header_file(format_):
        return f"""select _file_id, _row from {landed} where _file_id not in (
            select _file_id from file_order where name = {name}
            qualify (extract_date, volume) = max((extract_date, volume)) over (partition by period))"""
    period = ", ".join(quoted(column) for column in format_.period[1])
    return f"""
        select l._file_id, l._row, (o.extract_date, o.volume) as placed
        from {landed} l join file_order o on o._file_id = l._file_id
        qualify placed < max(placed) over (partition by {period})"""


def _last_first(order_by: str) -> str:
    return f"row({order_by}) desc," if "," in order_by else f"({order_by}) desc,"


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
