"""What a SELECT reads: values and rows, through steps, unions and subqueries; what cannot be followed is
said."""

from __future__ import annotations

import pytest

from pipeline.lineage import Graph, LineageError, Place, Reading, parsed, reading_of

SCHEMA = {"a.b.x": ("k", "v", "w"), "a.b.y": ("k", "z")}


def _reading(sql: str) -> tuple[dict[str, set[str]], set[str]]:
    found = reading_of(parsed(sql), SCHEMA)
    values = {name: {_short(place) for place in places} for name, places in found.columns.items()}
    return values, {_short(place) for place in found.rows}


def _short(place: Place) -> str:
    return f"{place.relation[-1]}.{place.column or 'rows'}"


@pytest.mark.parametrize(
    ("sql", "values", "rows"),
    [
        ("select count(*) as n from a.b.x", {"n": set()}, {"x.rows"}),
        ("select k from a.b.x where w = 1", {"k": {"x.k"}}, {"x.rows", "x.w"}),
        (
            "select k from a.b.x semi join a.b.y on x.k = y.k",
            {"k": {"x.k"}},
            {"x.rows", "x.k", "y.rows", "y.k"},
        ),
        (
            "select k from a.b.x where exists (select 1 from a.b.y as y where y.z = x.w)",
            {"k": {"x.k"}},
            {"x.rows", "x.w", "y.rows", "y.z"},
        ),
        (
            "select k, (select max(z) from a.b.y) as m from a.b.x",
            {"k": {"x.k"}, "m": {"y.z", "y.rows"}},
            {"x.rows", "y.rows"},
        ),
        (
            "with t as (select *, row_number() over (partition by k order by w) as n from a.b.x) "
            "select k from t where n = 1",
            {"k": {"x.k"}},
            {"x.rows", "x.k", "x.w"},
        ),
        (
            "select k from a.b.x union all by name select z from a.b.y",
            {"k": {"x.k"}, "z": {"y.z"}},
            {"x.rows", "y.rows"},
        ),
        (
            "select * exclude (w) replace (v || 'a' as v) from a.b.x",
            {"k": {"x.k"}, "v": {"x.v"}},
            {"x.rows"},
        ),
        (
            "select list_transform(string_split(v, ','), lambda q: q || w) as l from a.b.x",
            {"l": {"x.v", "x.w"}},
            {"x.rows"},
        ),
        (
            "with recursive t as (select k as i, v as j from a.b.x union all "
            "select t.j as i, y.z as j from t inner join a.b.y as y on t.i = y.k) select t.i from t",
            {"i": {"x.k", "x.v", "y.z", "y.k", "x.rows", "y.rows"}},
            {"x.rows", "x.k", "x.v", "y.rows", "y.k", "y.z"},
        ),
        (
            "with m as (unpivot a.b.x on v, w into name n value amount) select m.k, m.n, m.amount from m",
            {"k": {"x.k"}, "n": set(), "amount": {"x.v", "x.w"}},
            {"x.rows"},
        ),
    ],
)
def test_values_and_rows_are_followed(sql: str, values: dict[str, set[str]], rows: set[str]) -> None:
    assert _reading(sql) == (values, rows)


@pytest.mark.parametrize(
    "sql",
    [
        "select columns('k|v') from a.b.x",  # a pattern may pick anything
        "select x from a.b.x as x",  # a whole row
        "select k from read_csv('/tmp/any')",
        "select nope from a.b.x",
        "select k from a.b.elsewhere",
        "pivot a.b.x on k using sum(v)",
    ],
)
def test_what_cannot_be_followed_is_never_taken_for_nothing(sql: str) -> None:
    with pytest.raises(LineageError):
        reading_of(parsed(sql), SCHEMA)


def test_a_graph_reaches_through_conditions_of_what_lies_between() -> None:
    middle = reading_of(parsed("select k from a.b.x where w = 1"), SCHEMA)
    top = reading_of(parsed("select k from m.m.m"), {"m.m.m": ("k",)})
    graph = Graph({"m.m.m": middle, "t.t.t": top})
    assert graph.values(Place("t.t.t", "k")) == {Place("a.b.x", "k")}
    assert Place("a.b.x", "w") in graph.read_by("t.t.t")


def test_a_relation_that_could_not_be_followed_is_taken_to_read_all() -> None:
    opaque = Reading({}, frozenset({Place("a.b.y", "z"), Place("a.b.y", "k")}))
    top = reading_of(parsed("select k from m.m.m"), {"m.m.m": ("k",)})
    graph = Graph({"m.m.m": opaque, "t.t.t": top})
    assert graph.read_by("t.t.t") == {Place("a.b.y", "z"), Place("a.b.y", "k")}
