"""Which pairs are compared at all: a residue record *asks* for the nodes that *hold* the same key.

Every block names at least two facts, or the number itself, so that it stays small in real data. A key that
more than ``largest_block`` nodes of a side hold, or that brings more than ``pairs_a_block`` pairs, is a
placeholder or a default, and finds nobody. Sizes are counted among all residue records, also where few of
them are new: what is compared must not depend on when a record came.
"""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from pipeline.duck import has_rows
from pipeline.identity.residue.nodes import define_macros, index_nodes, residue_nodes
from pipeline.identity.residue.rules import ResidueRules


@dataclass(frozen=True, slots=True)
class Block:
    """Pairs whose ``asked`` columns of the one equal the ``held`` columns of the other."""

    name: str
    held: tuple[str, ...]
    asked: tuple[str, ...]


def _same(name: str, *columns: str) -> Block:
    return Block(name, columns, columns)


def _swapped(name: str, column: str) -> Block:
    return Block(name, ("birth_date", column), ("swapped_birth", column))


BLOCKS = (
    _same("number", "number_compared"),
    _same("birth_family", "birth_date", "family_folded"),
    _same("birth_given", "birth_date", "given_root"),
    _same("birth_postcode", "birth_date", "postcode"),
    _same("birth_outcode", "birth_date", "outcode", "gender"),
    _same("birth_practice", "birth_date", "practice_code"),
    _swapped("swapped_family", "family_folded"),
    _swapped("swapped_given", "given_root"),
    _swapped("swapped_postcode", "postcode"),
    _same("name_day", "family_folded", "given_root", "birth_month", "birth_day"),
    _same("name_year", "family_folded", "given_root", "birth_year"),
    _same("family_postcode", "family_folded", "postcode"),
    _same("given_postcode", "given_root", "postcode"),
    _same("day_postcode", "birth_month", "birth_day", "postcode"),
    _same("year_postcode", "birth_year", "gender", "postcode"),
    _same("full_name", "family_folded", "given_root"),
    Block("names_swapped", ("family_folded", "given_folded"), ("given_folded", "family_folded")),
    _same("postcode_practice", "postcode", "practice_code", "left(given_root, 1)"),
)


def _key(place: int, columns: tuple[str, ...]) -> str:
    """Expression of a block's key, null where a column is not known."""
    known = " and ".join(f"{column} is not null" for column in columns)
    return f"if({known}, hash({place}, {', '.join(columns)}), null)"


def _keys(side: str) -> str:
    """Expression that lists all keys of a node, those it holds or those it asks for."""
    return "[" + ", ".join(_key(place, getattr(block, side)) for place, block in enumerate(BLOCKS)) + "]"


def keyed(nodes: str, side: str) -> str:
    """Query (node, key) over the nodes of a query; ``side`` is held or asked."""
    unnested = f"select node, unnest({_keys(side)}) as key from ({nodes})"
    return f"select node, key from ({unnested}) where key is not null"


def block_pairs(connection: DuckDBPyConnection, rules: ResidueRules) -> None:
    """Build ``blocked_pair`` (left_key, right_key): each pair once, none of two index persons.

    Reads ``residue_new``, ``residue_known`` and ``person_index``. The left is a residue record; where both
    are, left_key < right_key.
    """
    known = residue_nodes("residue_known")
    _table(connection, "asked_key", keyed(known, "asked"))
    _table(connection, "held_by_residue", keyed(known, "held"))
    held = keyed(index_nodes("person_index"), "held")
    _table(connection, "held_by_index", f"from ({held}) where key in (select key from asked_key)")
    new = "(select record_key from residue_new)"
    _table(
        connection,
        "blocked_pair",
        f"""
        select asked as left_key, held as right_key
        from ({_meeting("held_by_index", rules)}) where asked in {new}
        union
        select least(asked, held), greatest(asked, held)
        from ({_meeting("held_by_residue", rules)})
        where asked <> held and (asked in {new} or held in {new})""",
    )
    for table in ("asked_key", "held_by_residue", "held_by_index"):
        connection.execute(f"drop table {table}")


def find_touched(connection: DuckDBPyConnection) -> None:
    """Build ``residue_touched`` (record_key): residue records that share a block with anything that changed.

    Reads ``residue_known``, and two relations that hold every changed row as it was and as it is:
    ``residue_changed`` (columns of identity_record) and ``index_changed`` (of person_index). A pair's score
    depends on its two rows, and whether it is compared on the blocks that they share: so only pairs with a
    touched record can differ from last night's, and scoring these anew equals scoring all.
    """
    changed = has_rows(connection, "residue_changed") or has_rows(connection, "index_changed")
    if not (changed and has_rows(connection, "residue_known")):
        connection.execute("create or replace temp table residue_touched (record_key varchar)")
        return
    define_macros(connection)
    residue, index = residue_nodes("residue_changed"), index_nodes("index_changed")
    known = residue_nodes("residue_known")
    _table(
        connection,
        "residue_touched",
        f"""
        with changed_held as ({keyed(residue, "held")} union all {keyed(index, "held")}),
        changed_asked as ({keyed(residue, "asked")})
        select node as record_key from ({keyed(known, "asked")})
        where key in (select key from changed_held union all select key from changed_asked)
        union
        select node from ({keyed(known, "held")})
        where key in (select key from changed_held union all select key from changed_asked)""",
    )


def _meeting(held: str, rules: ResidueRules) -> str:
    """Query (asked, held) of the pairs that meet in a key small enough to mean something."""
    return f"""
        with size as (
            select key, count(*) as nodes from {held}
            group by key having count(*) <= {int(rules.largest_block)}
        ),
        small as (
            select a.key from asked_key as a join size as s on s.key = a.key
            group by a.key having count(*) * any_value(s.nodes) <= {int(rules.pairs_a_block)}
        )
        select a.node as asked, h.node as held
        from asked_key as a join {held} as h on h.key = a.key
        where a.key in (select key from small)"""


def _table(connection: DuckDBPyConnection, name: str, query: str) -> None:
    connection.execute(f"create or replace temp table {name} as {query}")
