"""Looks at every distinct value of every column of a product for what must not be there.

Texts, lists and structures are read as text; numbers where they are long enough to be an NHS number.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

KEYS_ONLY = "keys_only"  # kind of ``index_leak``: every value there is a keyed hash, written as ours are
LONGEST_WORDS = 120  # characters; a term or a list of reasons fits, a note does not
_SPOKEN_SCHEMAS = ("core", "wsic")  # where a long text could only come from a record

# Types too short for an identifier, and days, which the identity room compares with birth dates.
_NEVER_LONG = (
    "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER", "TIME", "DATE",
    "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS",
)  # fmt: skip

# Postcode areas of the United Kingdom (Royal Mail, 124 areas).
_AREAS = (
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E "
    "EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL "
    "LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN "
    "SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
).replace(" ", "|")
_POSTCODE = f"(^|[^A-Z0-9])({_AREAS})[0-9][0-9A-Z]? {{0,2}}[0-9][ABD-HJLNP-UW-Z]{{2}}($|[^A-Z0-9])"
_EMAIL = r"[^\s@]+@[^\s@]+\.[A-Za-z]{2,}"
_TELEPHONE = (
    r"(^|[^0-9A-Za-z])(\+44|0044|0) ?\(?0?\)? ?"
    r"(2[0-9]|[13789][0-9]{2,3})[ -]?[0-9]{3,4}[ -]?[0-9]{3,4}($|[^0-9])"
)
_DATE = r"(^|[^0-9])[0-3]?[0-9]/[01]?[0-9]/(19|20)[0-9]{2}($|[^0-9])"
_WORD_LIST = r"[a-z0-9_]+((, ?|; ?|\|)[a-z0-9_]+)*"


def scan_texts(connection: duckdb.DuckDBPyConnection, schemas: Iterable[str]) -> None:
    """Make ``text_finding``: place, values_checked and, by kind of leak, how many values show it.

    Reads ``published_column`` (:mod:`expectations.products`), the macros of ``macros.sql`` and, where it is
    there, ``index_leak``. Values that are keyed hashes or file ids (16, 32 or 64 hexadecimal digits) are left
    out, also where a text names them among other words; a column in which the identity room saw nothing but
    keys is not read a second time.
    """
    listed = connection.execute(
        "select table_schema, table_name, column_name, data_type from published_column "
        "where not list_contains(?, data_type) and list_contains(?, table_schema) order by all",
        [list(_NEVER_LONG), list(schemas)],
    ).fetchall()
    known = _keys_only(connection)
    columns = [column for column in listed if ".".join(column[:3]) not in known]
    texts = " union all by name ".join(_texts(*column) for column in columns) or _NO_TEXTS
    connection.execute(f"create or replace temp table published_text as {texts}")
    connection.execute(_FOUND, {**_patterns(), "places": [".".join(column[:3]) for column in listed]})
    connection.execute("drop table temp.published_text")


def _keys_only(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Places of which every value is a key."""
    if not connection.execute("select 1 from duckdb_tables() where table_name = 'index_leak'").fetchone():
        return set()
    found = connection.execute(f"select place from index_leak where kind = '{KEYS_ONLY}'").fetchall()
    return {place for (place,) in found}


_NO_TEXTS = "select '' as place, '' as text, false as is_code, false as is_spoken where false"
# Each text once for its column, as patterns cost far more than what tells two texts apart.
_FOUND = """
create or replace temp table text_finding as
with distinct_texts as (
    select distinct place, is_code, is_spoken, without_keys(plain_width(text)) as text
    from published_text where not is_key(text)
)
select
    place,
    count(text) as values_checked,
    count(*) filter (where holds_nhs_number(text, is_code)) as nhs_numbers,
    count(*) filter (where regexp_matches(text, $postcode, 'i')) as postcodes,
    count(*) filter (where regexp_matches(text, $email)) as emails,
    count(*) filter (where regexp_matches(text, $telephone)) as telephones,
    count(*) filter (where is_spoken and length(text) > $longest and not regexp_full_match(text, $word_list))
        as long_texts,
    count(*) filter (where regexp_matches(text, $date)) as dates
from (select unnest($places) as place) left join distinct_texts using (place)
group by place
"""


def _patterns() -> dict[str, str | int]:
    return {
        "postcode": _POSTCODE,
        "email": _EMAIL,
        "telephone": _TELEPHONE,
        "date": _DATE,
        "word_list": _WORD_LIST,
        "longest": LONGEST_WORDS,
    }


def _as_text(name: str, kind: str) -> str:
    """The values of a column as texts; of numbers only whole ones of ten digits."""
    if kind.endswith("INT") or kind in ("DOUBLE", "FLOAT") or kind.startswith("DECIMAL"):
        is_long = f"abs({name}) between 1000000000 and 9999999999 and {name} = round({name})"
        return f"case when {is_long} then abs({name})::bigint::varchar end"
    if kind == "VARCHAR":
        return name
    return f"unnest({name})" if kind == "VARCHAR[]" else f"{name}::varchar"


def _texts(schema: str, table: str, column: str, kind: str) -> str:
    """SELECT of place, text, is_code and is_spoken: the different texts of a column."""
    value = _as_text(_quoted(column), kind)
    is_code = str(column == "code" or column.endswith("_code")).lower()
    is_spoken = str(schema in _SPOKEN_SCHEMAS).lower()
    return f"""
        select distinct
            '{schema}.{table}.{column}' as place, text, {is_code} as is_code, {is_spoken} as is_spoken
        from (select {value} as text from {_quoted(schema)}.{_quoted(table)})
        where text is not null"""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
