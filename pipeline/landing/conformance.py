"""FHIR records against FHIR's own definitions: members that are unknown, empty, missing, or of a wrong form.

The typed read leaves out what the declared shape does not have, and takes a null for nothing. So the text is
looked at too: every line for the members at its top and for signs of something empty, and what is in doubt is
followed down, member by member, by the definitions of R4. A file of up to a thousand lines is followed down
whole; of a longer one about a thousand lines spread over it, and all of it where one does not conform that
nothing else refuses: a line that is refused anyway says nothing of those that are not.
"""

from __future__ import annotations

import duckdb

from connectors.declare import Severity
from connectors.fhir import definitions
from pipeline.duck import literal
from pipeline.landing.extensions import said_place
from pipeline.landing.outcomes import Broken
from pipeline.landing.tables import count

_WALK = definitions.WALK.read_text(encoding="utf-8")
_AT_ONCE = 20_000  # lines whose every node is in memory together
LOOKED_AT = 1000  # lines that are followed down without being in doubt
# An empty list or object, a null or an empty text shows in the text. Inside a text it means nothing, and is
# looked at in vain.
SIGNS = ("null", '""', "[]", "{}", "[ ", "{ ")
_SIGNS = " or ".join(f"contains(line, {literal(sign)})" for sign in SIGNS)
_COLUMNS = "'owner': 'varchar', 'name': 'varchar', 'type': 'varchar', 'is_list': 'boolean', 'least': 'bigint'"
_ELEMENTS = f"""
    select * replace (coalesce(choice, '') as choice)
    from read_csv({literal(definitions.TABLE)}, header = true, auto_detect = false,
        columns = {{{_COLUMNS}, 'choice': 'varchar'}})"""
_PRIMITIVES = "select * from (values {}) as p (type, json_types, is_dated)".format(
    ", ".join(
        f"({literal(name)}, {json_types.split()}, {name in definitions.DATED})"
        for name, (json_types, _) in definitions.PRIMITIVES.items()
    )
)
# A pattern that is written out is read once; one that stands in a column, for every row.
_IS_OF_FORM = "case kind {} else true end".format(
    " ".join(
        f"when {literal(name)} then regexp_full_match(said, {literal(form)})"
        for name, (_, form) in definitions.PRIMITIVES.items()
        if form
    )
)


def look(con: duckdb.DuckDBPyConnection, lines: str, resource_type: str, *, rows: int) -> bool:
    """Make ``nonconforming`` (``_row, rule_id, names``) of the lines in doubt and of those that are looked at
    anyway; returns whether one of the latter does not conform and is not refused yet: then all are to be
    followed down.

    Reads ``resources`` (for its broken lines, which are not looked at), ``refused_resources`` and the SELECT
    ``lines`` of ``_row, line``, which may leave out lines that are not in doubt and not :func:`looked_at`.
    ``rows``: of the file.
    """
    define(con, resource_type)
    _doubt(con, lines, resource_type, rows)
    _follow(con, lines, "select _row from doubted union select _row from looked_at_anyway")
    return bool(
        count(
            con,
            """select count(*) from nonconforming semi join looked_at_anyway using (_row)
            anti join refused_resources using (_row)""",
        )
    )


def follow_all(con: duckdb.DuckDBPyConnection, lines: str) -> None:
    """Make ``nonconforming`` of every line that is not broken."""
    _follow(con, lines, "select _row from resources where _problem is null")


def refuse_nonconforming(con: duckdb.DuckDBPyConnection) -> list[Broken]:
    """Add to ``refused_resources`` the records that do not conform; returns what was broken, by path. Of a
    record that the same rule refuses already nothing is added."""
    con.execute(
        f"""create or replace temp table nonconforming_said as
        select distinct _row, rule_id, '$.' || {said_place("names")} as column_name from nonconforming
        anti join refused_resources as r using (_row, rule_id)"""
    )
    con.execute("insert into refused_resources select _row, rule_id, column_name from nonconforming_said")
    found = con.execute(
        "select rule_id, column_name, count(*) from nonconforming_said group by all order by all"
    ).fetchall()
    return [Broken(rule_id, Severity.ROW, rows, place) for rule_id, place, rows in found]


def looked_at(rows: int) -> int:
    """Every how manieth line of a file of so many rows is followed down without being in doubt."""
    return max(rows // LOOKED_AT, 1)


def define(con: duckdb.DuckDBPyConnection, resource_type: str) -> None:
    """Make ``fhir_element``, ``fhir_primitive`` and ``is_of_form``, and name the resource type, for what
    follows."""
    con.execute("set variable resource_type = ?", [resource_type])
    con.execute(f"create temp table if not exists fhir_element as {_ELEMENTS}")
    con.execute(f"create temp table if not exists fhir_primitive as {_PRIMITIVES}")
    con.execute(f"create temp macro if not exists is_of_form(kind, said) as {_IS_OF_FORM}")


def _doubt(con: duckdb.DuckDBPyConnection, lines: str, resource_type: str, rows: int) -> None:
    """Make ``doubted`` (``_row``: lines whose top or text gives cause) and ``looked_at_anyway``."""
    con.execute(
        f"""create or replace temp table line_top as
        select _row, json_keys(if(json_valid(line), line, null)) as names, {_SIGNS} as is_marked
        from ({lines}) anti join (select _row from resources where _problem is not null) using (_row)"""
    )
    con.execute(
        f"""create or replace temp table doubted as
        with strange as (  -- few lines have members of their own
            select names from (select any_value(names) as names from line_top group by names)
            where {is_strange(con, resource_type)}
        )
        select _row from line_top where is_marked or names in (select names from strange)"""
    )
    con.execute(
        f"""create or replace temp table looked_at_anyway as
        select _row from line_top anti join doubted using (_row) where _row % {looked_at(rows)} = 0"""
    )


def is_strange(con: duckdb.DuckDBPyConnection, resource_type: str) -> str:
    """SQL predicate over ``names``: the members at the top of a record are not those that it can have."""
    rows = con.execute(
        "select name, least, choice from fhir_element where owner = ? order by name", [resource_type]
    ).fetchall()
    groups: dict[str, list[str]] = {}
    for name, _, choice in rows:
        groups.setdefault(choice or name, []).append(name)
    known = ", ".join(literal(name) for name in ("resourceType", *(row[0] for row in rows)))
    doubts = [f"len(list_filter(names, lambda n: n not in ({known}))) > 0"]
    for name in dict.fromkeys(choice or name for name, least, choice in rows if least):
        doubts.append(f"not list_has_any(names, {_listed(groups[name])})")
    for choice in dict.fromkeys(choice for *_, choice in rows if choice):
        doubts.append(f"len(list_intersect(names, {_listed(groups[choice])})) > 1")
    return " or ".join(doubts)


def _listed(names: list[str]) -> str:
    return "[" + ", ".join(literal(name) for name in names) + "]"


def _follow(con: duckdb.DuckDBPyConnection, lines: str, chosen: str) -> None:
    """Make ``nonconforming`` of the rows ``chosen`` selects, some at a time: each has hundreds of nodes."""
    con.execute(
        f"""create or replace temp table followed as
        select _row, line, (row_number() over () - 1) // {_AT_ONCE} as part
        from ({lines}) semi join ({chosen}) using (_row)"""
    )
    con.execute(
        "create or replace temp table nonconforming_parts (_row bigint, rule_id varchar, names varchar[])"
    )
    for part in range(count(con, "select max(part) + 1 from followed")):
        con.execute(
            "create or replace temp table looked_into as select _row, line from followed where part = $1",
            [part],
        )
        con.execute(_WALK)
        con.execute("insert into nonconforming_parts select _row, rule_id, names from nonconforming")
    con.execute("create or replace temp table nonconforming as from nonconforming_parts")
    for table in (
        "looked_into",
        "followed",
        "nonconforming_parts",
        "fhir_node",
        "fhir_walked",
        "fhir_member",
    ):
        con.execute(f"drop table if exists {table}")
