"""Both sides of the linkage in one shape: a *node* is a residue record or an index person.

Columns: node (record_key, or ``nhs|`` and the number), number_compared (the number as far as it is one),
claimed_number (verified, or the index person's own: no two of them in one cluster), is_index, family_folded,
family_core (without particles), family_instances, given_folded, given_root, given_instances, birth_date,
birth_year, birth_month, birth_day, swapped_birth, gender, postcode, sector, outcode, postcode_instances,
practice_code, death_date.
"""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.duck import is_first
from pipeline.identity import standardise

_MACROS = Path(__file__).with_name("macros.sql")

_PERSON = """
    family_folded,
    family_core(family_name, family_folded) as family_core,
    known_words(
        [family_folded] || coalesce(former_family_names, []) || coalesce(name_halves(family_name), [])
    ) as family_instances,
    given_folded,
    given_root,
    known_words(
        [given_folded, given_root, letters_of(other_given_name)] || coalesce(former_given_names, [])
    ) as given_instances,
    birth_date,
    {parts},
    swapped_birth(birth_date) as swapped_birth,
    if(gender in ('male', 'female'), gender, null) as gender,
    placed(postcode) as postcode,
    nullif(left(placed(postcode), greatest(length(postcode) - 2, 0)), '') as sector,
    if(placed(postcode) is null, null, outcode) as outcode,
    known_words([placed(postcode)] || coalesce(former_postcodes, [])) as postcode_instances,
    practice_code,
    death_date
"""
_RESIDUE = """
select
    record_key as node,
    coalesce(
        traceable_number,
        if(
            nhs_number_outcome <> 'disallowed_pattern' and length(nhs_number) between 9 and 11,
            nhs_number,
            null
        )
    ) as number_compared,
    case
        when nhs_number_outcome = 'valid_traced' then traceable_number
        when nhs_number_outcome = 'superseded' and nhs_number_status = '01'
            then coalesce(traceable_number, nhs_number)
    end as claimed_number,
    false as is_index,
    {person}
from {relation}
"""
_INDEX = """
select
    'nhs|' || nhs_number as node,
    nhs_number as number_compared,
    nhs_number as claimed_number,
    true as is_index,
    {person}
from {relation}
"""
_KNOWN_PARTS = (
    "birth_year::integer as birth_year, birth_month::integer as birth_month, birth_day::integer as birth_day"
)
_WHOLE_PARTS = (
    "year(birth_date)::integer as birth_year, month(birth_date)::integer as birth_month, "
    "day(birth_date)::integer as birth_day"
)


def define_macros(connection: DuckDBPyConnection) -> None:
    """Define the macros that nodes are made with, those of standardising among them, once a connection."""
    standardise.define_macros(connection)
    if is_first(connection, "macros_of_nodes"):
        connection.execute(_MACROS.read_text(encoding="utf-8"))


def residue_nodes(relation: str) -> str:
    """Query that gives the residue records of ``relation`` (columns of identity_record) as nodes."""
    return _RESIDUE.format(person=_PERSON.format(parts=_KNOWN_PARTS), relation=relation)


def index_nodes(relation: str) -> str:
    """Query that gives the persons of ``relation`` (columns of person_index) as nodes."""
    return _INDEX.format(person=_PERSON.format(parts=_WHOLE_PARTS), relation=relation)
