"""Extensions of FHIR records: a modifier refuses its record at any depth, an unknown one is stripped and
counted.

An explicit read leaves out what the shape does not have, without a word. So each line's text is compared
with what the read has of it: lines that say ``extension`` more often, that name a modifier anywhere, or
that may spell a key with escapes, are taken apart whole. All of it is set-based, and most lines are never
parsed twice.
"""

from __future__ import annotations

import duckdb
from duckdb.sqltypes import DuckDBPyType

from connectors.declare import Severity
from connectors.fhir import shapes
from connectors.register.fhir import element_names, extension_places, extensions
from connectors.types import quoted
from pipeline.duck import literal
from pipeline.landing.outcomes import Broken, Stripped
from pipeline.landing.tables import count

MODIFIER = "unknown_modifier"
OTHER = "(other)"  # in place of a name that is no element of FHIR: it may be anything
_TOP = "$.modifierExtension"  # which the record rules refuse already
# A URL is said as it is where it is one and can hold no number of a person. Of any other no more than
# twelve bits of a hash: enough to tell two apart, too little to find out what it was.
_PLAIN_URL = r"https?://[A-Za-z0-9.-]{1,100}(:[0-9]{1,5})?(/[A-Za-z0-9._~-]{1,80}){0,12}/?"


def find(con: duckdb.DuckDBPyConnection, lines: str, resource_type: str) -> None:
    """Make ``extension_seen``: ``_row, place, url, is_modifier`` of every modifier and unknown extension.

    Reads the typed rows ``resources`` and, beside them, their text: the SELECT ``lines`` of ``_row, line``.
    """
    _mark_lines(con, lines, resource_type)
    marked = count(con, "select count(*) from line_marked")
    texts = f"select _row, line from ({lines}) semi join line_marked using (_row)"
    nothing = "select 0 as _row, '' as line where false"
    con.execute(f"create or replace temp table looked_into as {texts if marked else nothing}")
    # A table of its own: the engine would put the place of every node of a line into words to filter by it.
    con.execute(f"create or replace temp table extension_found as {_found(resource_type)}")
    con.execute(f"create or replace temp table extension_seen as {_seen(resource_type)}")
    con.execute("drop table looked_into")
    con.execute("drop table extension_found")


def refuse_modifiers(con: duckdb.DuckDBPyConnection) -> list[Broken]:
    """Add to ``refused_resources`` the records with a modifier below their top; returns what was broken,
    by path."""
    con.execute(
        f"""create or replace temp table modified as
        select distinct _row, '$.' || place as column_name from extension_seen
        where is_modifier and '$.' || place <> '{_TOP}'"""
    )
    con.execute(f"insert into refused_resources select _row, '{MODIFIER}', column_name from modified")
    found = con.execute("select column_name, count(*) from modified group by 1 order by 1").fetchall()
    return [Broken(MODIFIER, Severity.ROW, rows, place) for place, rows in found]


def stripped(con: duckdb.DuckDBPyConnection, resource_type: str) -> tuple[Stripped, ...]:
    """What is taken off the records that go on: by element and URL, with how many of how many records."""
    rows = con.execute(
        """select place, url, count(distinct _row), count(*) from extension_seen
        where not is_modifier and _row not in (select _row from refused_resources)
        group by all order by all"""
    ).fetchall()
    return tuple(Stripped(resource_type, *row) for row in rows)


def kept_elements(resource_type: str, found: tuple[Stripped, ...]) -> str:
    """Select items of the elements of ``resource_type``, without its unknown extensions where there are
    any."""
    places = {f"{resource_type}.{item.place}" for item in found}
    return ", ".join(_element(resource_type, name, places) for name in shapes.SHAPES[resource_type])


def kept_elements_of(resource_type: str, *, suspects: str) -> str:
    """As :func:`kept_elements` before it is known what there is: of the rows for which the predicate
    ``suspects`` holds every unknown extension is taken off. Others are known to have none.

    An element without any is left as it is: where one row of many is written otherwise, all are copied."""
    places = set(extension_places(resource_type))
    return ", ".join(
        f"case when {suspects} and {_has_unknown(resource_type, name)} then {stripping} "
        f"else {quoted(name)} end as {quoted(name)}"
        if (stripping := _stripping(resource_type, name, places))
        else quoted(name)
        for name in shapes.SHAPES[resource_type]
    )


def _has_unknown(resource_type: str, name: str) -> str:
    """SQL predicate: an element has an unknown extension; never null. Of elements that can have one."""
    path = f"{resource_type}.{name}"
    found = " or ".join(
        f"coalesce(len({_unknown_items(place, resource_type)}) > 0, false)"
        for place in extension_places(resource_type)
        if place == path or place.startswith(f"{path}.")
    )
    return f"({found})"


def _element(resource_type: str, name: str, places: set[str]) -> str:
    stripping = _stripping(resource_type, name, places)
    return f"{stripping} as {quoted(name)}" if stripping else quoted(name)


def _stripping(resource_type: str, name: str, places: set[str]) -> str:
    """SQL of an element without the unknown extensions at or below it; empty where ``places`` has none."""
    path, kind = f"{resource_type}.{name}", shapes.SHAPES[resource_type][name]
    below = {place for place in places if place == path or place.startswith(f"{path}.")}
    if not below & set(extension_places(resource_type)):
        return ""
    return _without_unknown(quoted(name), path, DuckDBPyType(kind))


def _without_unknown(value: str, path: str, kind: DuckDBPyType) -> str:
    """``value`` with the unknown extensions taken out of every list of them below ``path``."""
    if path.rsplit(".", 1)[-1] == "extension":
        known = ", ".join(literal(url) for url in _known_urls(path)) or "null"
        return f"nullif(list_filter({value}, lambda x: coalesce(x.url in ({known}), false)), [])"
    if not any(place.startswith(f"{path}.") for place in extension_places(path.split(".", 1)[0])):
        return value
    if kind.id == "list":
        item = DuckDBPyType(str(kind).removesuffix("[]"))
        return f"list_transform({value}, lambda i: {_without_unknown('i', path, item)})"
    members = ", ".join(
        f"{literal(name)}: {_without_unknown(f'{value}.{quoted(name)}', f'{path}.{name}', child)}"
        for name, child in kind.children
        if isinstance(child, DuckDBPyType)
    )
    return f"if({value} is null, null, {{{members}}})"


def _known_urls(place: str) -> list[str]:
    return sorted(extension.url for extension in extensions() if extension.place == place)


def hidden_names(line: str) -> str:
    """SQL predicate: the text ``line`` names a modifier, or may spell a name with escapes. Never null."""
    escaped = f"(contains({line}, '\\u00') and regexp_matches({line}, '\\\\u00[4-7]'))"
    return f"(contains({line}, 'odifierExtension') or {escaped})"


def told_otherwise(line: str, resource_type: str) -> str:
    """SQL predicate: the text ``line`` has not as many lists of extensions as its typed row. Never null."""
    return f"len(string_split({line}, '\"extension\"')) - 1 <> {_lists_of(resource_type)}"


def _mark_lines(con: duckdb.DuckDBPyConnection, lines: str, resource_type: str) -> None:
    """``line_marked``: rows whose text says more than the typed row, without the text itself."""
    con.execute(
        f"""create or replace temp table line_marked as
        select _row from ({lines}) join resources using (_row)
        where (contains(line, 'xtension') or contains(line, '\\u00')) and _problem is null
            and ({hidden_names("line")} or {told_otherwise("line", resource_type)})"""
    )


def _lists_of(resource_type: str) -> str:
    """SQL of how many lists of extensions the typed row holds."""
    return " + ".join(
        _counted(place.split(".")[1:], resource_type) for place in extension_places(resource_type)
    )


def _counted(names: list[str], resource_type: str) -> str:
    first, *rest = names
    if not rest:
        return f"({quoted(first)} is not null)::int"
    if shapes.SHAPES[resource_type][first].endswith("[]"):
        return f"coalesce(len(list_filter({quoted(first)}, lambda i: i.{quoted(rest[0])} is not null)), 0)"
    return f"({quoted(first)}.{quoted(rest[0])} is not null)::int"


def _found(resource_type: str) -> str:
    typed = (_typed(place, resource_type) for place in extension_places(resource_type))
    return " union all by name ".join([*typed, _taken_apart()])


def _seen(resource_type: str) -> str:
    known = ", ".join(
        f"({literal(item.place.split('.', 1)[1])}, {literal(item.url)})"
        for item in extensions()
        if item.place.split(".")[0] == resource_type
    )
    is_known = f"coalesce((place, url) in ({known}), false)" if known else "false"
    return f"""
        with placed as (
            select _row, url, is_modifier, {said_place("names")} as place
            from extension_found
        )
        select _row, place, {_said_url("url")} as url, is_modifier from placed
        where is_modifier or not {is_known}"""


def _typed(place: str, resource_type: str) -> str:
    """Extensions of the typed rows that were not taken apart and that the register does not know there."""
    names, items = place.split(".")[1:], _unknown_items(place, resource_type)
    return f"""
        select _row, {names!r} as names, item.url as url, false as is_modifier
        from (select _row, unnest({items}) as item from resources
            where _problem is null and _row not in (select _row from looked_into))"""


def _unknown_items(place: str, resource_type: str) -> str:
    """SQL of the extensions at one place that the register does not know there, as one list."""
    names = place.split(".")[1:]
    first, rest = names[0], names[1:]
    items = quoted(first)
    if rest and shapes.SHAPES[resource_type][first].endswith("[]"):
        items = f"flatten(list_transform({items}, lambda i: coalesce(i.{quoted(rest[0])}, [])))"
    elif rest:
        items = f"{items}.{quoted(rest[0])}"
    known = ", ".join(literal(url) for url in _known_urls(place)) or "null"
    return f"list_filter({items}, lambda x: not coalesce(x.url in ({known}), false))"


def _taken_apart() -> str:
    """Every modifier and every extension of the lines that were looked into."""
    return """
        select _row, string_split(regexp_replace(ltrim(place, '$.'), '\\[[0-9]+\\]', '', 'g'), '.') as names,
            url, is_modifier
        from (
            select _row, t.fullkey as place, null::varchar as url, true as is_modifier
            from looked_into, json_tree(looked_into.line) as t
            where t.key = 'modifierExtension' and t.value not in ('[]', 'null')
            union all
            select _row, t.path as place, json_extract_string(t.value, '$.url') as url, false as is_modifier
            from looked_into, json_tree(looked_into.line) as t
            where regexp_matches(t.path, '(^|\\.)extension$') and t.type <> 'NULL'
        )"""


def said_place(names: str) -> str:
    """A path of FHIR's own words; a name that is none of them may be anything, and is not repeated."""
    listed = ", ".join(literal(name) for name in sorted(element_names()))
    said = f"list_transform({names}, lambda x: if(ltrim(x, '_') in ({listed}), x, '{OTHER}'))"
    return f"array_to_string({said}, '.')"


def _said_url(url: str) -> str:
    digits = f"regexp_replace({url}, '[^A-Za-z0-9]', '', 'g')"
    return f"""case
        when {url} is null then '(no url)'
        when regexp_full_match({url}, '{_PLAIN_URL}') and not regexp_matches({digits}, '[0-9]{{8}}')
            then {url}
        else 'hash:' || left(sha256({url}), 3)
    end"""
