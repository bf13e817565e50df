"""Cells of a marked table that tie those of other figures and measures: periods in periods, same people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from pipeline.controlled.words import Marked, Same, Spans
from pipeline.duck import identifier, literal


def lines(marked: Marked, placed: Sequence[str], relation: str) -> Iterator[str]:
    """Statements that add the lines; ``placed`` are the columns of a cell's place, the figure first."""
    where = [name for name in placed if name != "figure_name"]
    if marked.spans is not None:
        yield _spans(marked, marked.spans, where, relation)
    columns = [*marked.groups, *chain.from_iterable((kind.kind,) for kind in marked.kinds)]
    for same in marked.same:
        yield _same(same, columns, placed)


def _spans(marked: Marked, spans: Spans, where: Sequence[str], relation: str) -> str:
    """Of a flow, the parts add up to the whole; of a stock, the part that ends with it is it."""
    figure = ", ".join(f"t.{identifier(column)}::varchar" for column in marked.figures)
    stock = ", ".join(literal(measure) for measure in spans.stock) or "''"
    kind, first, last = (f"t.{identifier(name)}" for name in (spans.kind, spans.first, spans.last))
    same = " and ".join(f"part.{name} = total.{name}" for name in ("measure", *where))
    return (
        f"insert into line with span as (select distinct concat_ws(' ', {figure}) as figure_name, "
        f"{kind} as kind, {first} as first, {last} as last from {relation} as t), "
        "placed as (select cell.*, span.* exclude figure_name from cell "
        "inner join span using (figure_name)), "
        "tied as (select part.cell_id as part, total.cell_id as total from placed as part "
        f"inner join placed as total on {same} and part.last between total.first and total.last "
        f"and (part.last = total.last or total.measure not in ({stock})) "
        f"where part.kind = {literal(spans.part)} and total.kind = {literal(spans.whole)}) "
        "select concat_ws('|', 'span', total), part, 1 from tied "
        "union all select distinct concat_ws('|', 'span', total), total, -1 from tied"
    )


def _same(same: Same, columns: Sequence[str], placed: Sequence[str]) -> str:
    """The one is the other, for each of the values, or everywhere."""
    of_values = ""
    if same.column is not None:
        values = ", ".join(literal(value) for value in same.values)
        of_values = f"and v{columns.index(same.column)} in ({values})"
    return (
        "insert into line with pairs as (select one.cell_id as one, other.cell_id as other "
        f"from cell as one inner join cell as other using ({', '.join(placed)}) "
        f"where one.measure = {literal(same.measure)} and other.measure = {literal(same.of)} "
        f"{of_values}) "
        "select concat_ws('|', 'same', one, other), unnest([one, other]), unnest([1, -1]) from pairs"
    )
