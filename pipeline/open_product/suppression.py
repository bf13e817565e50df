"""Primary and secondary suppression of a set of counts.

Primary: :mod:`pipeline.disclosure`. Secondary: where a total is published and exactly one of its
parts is suppressed, that part could be worked out, so the next smallest part is suppressed too.
A cell lies in several breakdowns (by age, by sex, by area), and a cell hidden for one of them may
stand alone in another, so the search goes on until no breakdown has a lone suppressed part.
"""

from __future__ import annotations

import duckdb

from pipeline.disclosure import disclosed_sql

_LONE_PARTS = """
create or replace temp table to_hide as
with judged as (
    select
        line.line_id,
        cell.cell_id,
        cell.people,
        cell.is_hidden,
        line.is_total,
        count(*) filter (where cell.is_hidden and not line.is_total) over lines as hidden_parts,
        count(*) filter (where line.is_total and not cell.is_hidden) over lines > 0 as is_total_shown,
    from line
    inner join cell using (cell_id)
    window lines as (partition by line.line_id)
)
select cell_id
from judged
where hidden_parts = 1 and is_total_shown and not is_hidden
-- A part of nobody hides nothing, so it comes after the others; the total itself is the last resort.
qualify row_number() over (partition by line_id order by is_total, people = 0, people, cell_id) = 1
"""


def suppress(connection: duckdb.DuckDBPyConnection) -> None:
    """Set ``is_hidden`` and ``shown`` of the temporary table ``cell`` (cell_id, people).

    ``line`` (line_id, cell_id, is_total) says which cells add up to which total. ``shown`` is the
    rounded count, null where the cell is hidden.
    """
    connection.execute("alter table cell add column is_hidden boolean")
    connection.execute(f"update cell set is_hidden = ({disclosed_sql('people')}) is null")
    while _hide_lone_parts(connection):
        pass  # each round hides at least one cell more, so the rounds end
    connection.execute("alter table cell add column shown bigint")
    connection.execute(f"update cell set shown = {disclosed_sql('people')} where not is_hidden")


def _hide_lone_parts(connection: duckdb.DuckDBPyConnection) -> int:
    """One round over all breakdowns; returns how many cells it hid."""
    connection.execute(_LONE_PARTS)
    connection.execute("update cell set is_hidden = true where cell_id in (select cell_id from to_hide)")
    row = connection.execute("select count(*) from to_hide").fetchone()
    return int(row[0]) if row else 0
