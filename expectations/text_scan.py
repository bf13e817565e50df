"""Looks at every distinct value of every column of a product for what must not be there.

Texts, lists and structures are read as text; numbers where they are long enough to be an NHS number.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

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

    Reads ``published_column`` (:mod:`expectations.products`) and the macros of ``macros.sql``.
    Values that are keyed hashes or file ids (16, 32 or 64 hexadecimal digits) are left out, also where a text
    names them among other words.
    """
    listed = connection.execute(
        "select table_schema, table_name, column_name, data_type from published_column "
        "where not list_contains(?, data_type) and list_contains(?, table_schema) order by all",
        [list(_NEVER_LONG), list(schemas)],
    ).fetchall()
    connection.execute(
        "create or replace temp table text_finding (place varchar, values_checked bigint, nhs_numbers "
        "bigint, "
        "postcodes bigint, emails bigint, telephones bigint, long_texts bigint, dates bigint)"
    )
    for schema, table, column, kind in listed:
        connection.execute(_scan(schema, table, column, kind), _patterns())


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


def _scan(schema: str, table: str, column: str, kind: str) -> str:
    value = _as_text(_quoted(column), kind)
    is_code = str(column == "code" or column.endswith("_code")).lower()
    is_spoken = str(schema in _SPOKEN_SCHEMAS).lower()
    return f"""
        insert into text_finding
        with texts as (select {value} as text from {_quoted(schema)}.{_quoted(table)}),
        distinct_texts as (
            select distinct without_keys(plain_width(text)) as text
            from texts where text is not null and not is_key(text)
        )
        select
            '{schema}.{table}.{column}',
            count(*),
            count(*) filter (where holds_nhs_number(text, {is_code})),
            count(*) filter (where regexp_matches(text, $postcode, 'i')),
            count(*) filter (where regexp_matches(text, $email)),
            count(*) filter (where regexp_matches(text, $telephone)),
            count(*) filter (
                where {is_spoken} and length(text) > $longest and not regexp_full_match(text, $word_list)),
            count(*) filter (where regexp_matches(text, $date))
        from distinct_texts"""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
