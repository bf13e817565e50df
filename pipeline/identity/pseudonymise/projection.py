"""From an entry of the register of handling to the SQL that makes its pseudonymised table.

Only what the register names is selected, so that a new element of a feed stays behind until
somebody decides on it. A word that is not known here stops the load.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from duckdb import DuckDBPyConnection

from connectors.declare import Handling
from connectors.fhir import shapes
from connectors.register import DOMAINS, Entity, Projection
from pipeline.duck import identifier, literal, parquet
from pipeline.identity.pseudonymise.newborns import moved

_AREAS = {"lsoa": "lsoa_code", "local_authority": "local_authority_code"}
_NEWBORN_DAY = "newborn_day"
_COUNTER = "outside_"
_OF_ROWS = "record"  # the kind of key that rows have, and references to them
_LOCAL_NUMBERS = {"spell_number_key": "spell"}  # numbers of the sender's own, each kind hashed apart
# Numbers that one sender gives and others repeat, so that their rows meet: hashed without the sender.
_SHARED_NUMBERS = {"ambulance_incident_key": "ambulance_incident"}


@dataclass(frozen=True, slots=True)
class Statements:
    """``rows`` selects the table, and counts values outside the domain of each column of ``checked``."""

    rows: str
    checked: tuple[str, ...]


def statements(entity: Entity, files: Sequence[Path]) -> Statements:
    """SQL over the landed ``files``; needs kept_record, row_eligibility, withheld_reference, postcode_area,
    ``keyed_hash``, ``newborn_day`` and the counters (:func:`begin_counting`).
    """
    columns = ",\n    ".join([*_lineage(entity), *(_written(column) for column in entity.columns)])
    return Statements(
        rows=f"{_raw(entity, files)}\nselect\n    {columns}\nfrom raw",
        checked=tuple(column.name for column in entity.columns if _pattern(column)),
    )


def begin_counting(connection: DuckDBPyConnection, checked: Iterable[str]) -> None:
    """Set a counter to nothing for each column that is checked.

    A sequence counts while the rows are written: to count them by a query of its own would evaluate every
    expression of the register twice, which is a fifth of the whole step.
    """
    for column in checked:
        connection.execute(f"create or replace temp sequence {identifier(_counter(column))}")


def counted(connection: DuckDBPyConnection) -> dict[str, int]:
    """Values outside their domain since the counters were set to nothing; only columns that have any."""
    found = connection.execute(
        "select sequence_name, last_value from duckdb_sequences() "
        "where temporary and last_value is not null and starts_with(sequence_name, ?)",
        [_COUNTER],
    ).fetchall()
    return {name.removeprefix(_COUNTER): int(values) for name, values in found}


def _counter(column: str) -> str:
    return f"{_COUNTER}{column}"


def _raw(entity: Entity, files: Sequence[Path]) -> str:
    """Rows that may leave, each register expression evaluated, nothing hashed or checked yet."""
    values = ",\n        ".join(f"{_value(column)} as {identifier(column.name)}" for column in entity.columns)
    person = "person_key, _file_id, _row, born_on, newborn_until," if entity.about_a_person else ""
    return f"""with landed as (
    {_landed(entity, parquet(files, shapes.columns(entity.resource)))}
),
raw as (
    select
        _source, _sender, {person}
        {_key(entity)} as _key,
        {values}
    from landed{_areas(entity)}
)"""


def _landed(entity: Entity, relation: str) -> str:
    if not entity.about_a_person:
        return f"select * from {relation}"
    items = ""
    if entity.unnest:
        element = identifier(entity.unnest)
        items = f", unnest({element}) as item, generate_subscripts({element}, 1) as item_number"
    record = "coalesce(f._record_id, f.id)" if entity.resource == "Patient" else "f._record_id"
    return f"""select f.*, k.person_key, k.born_on, k.newborn_until{items}
    from {relation} as f
    inner join kept_record as k on k.source = f._source and k.sender = f._sender and k.record_id = {record}
    anti join row_eligibility as w
        on w.source = f._source and w.sender = f._sender and w.file_id = f._file_id and w.row = f._row"""


def _key(entity: Entity) -> str:
    item = f" || '/{entity.unnest}/' || item_number" if entity.unnest else ""
    return f"'{entity.resource}/' || id{item}"


def _areas(entity: Entity) -> str:
    """The join that turns a postcode into its areas, where the entity generalises one."""
    postcodes = {column.expression for column in entity.columns if column.generalise in _AREAS}
    if len(postcodes) > 1:
        raise ValueError(f"{entity.name}: more than one postcode to generalise")
    for postcode in postcodes:
        return f"\n    left join postcode_area as area on area.postcode = postcode_folded({postcode})"
    return ""


def _value(column: Projection) -> str:
    if column.generalise and column.generalise != _NEWBORN_DAY:
        return f"area.{_AREAS[column.generalise]}"
    return f"try_cast(({column.expression}) as {column.type})"


def _lineage(entity: Entity) -> list[str]:
    """Columns that every table has; the key's message names the resource within its sender."""
    person = ["person_key"] if entity.about_a_person else []
    provenance = ["_file_id as source_file_id", "_row as source_row"] if entity.about_a_person else []
    key = f"{_hashed('record', '_key')} as {identifier(entity.name + '_key')}"
    return [key, *person, "_source as source", "_sender as sender", *provenance]


def _written(column: Projection) -> str:
    name = identifier(column.name)
    if column.handling is Handling.PSEUDONYMISE:
        kind = _kind_of_key(column)
        key = _hashed(kind, name)
        return f"{_unless_withheld(key, name) if kind == _OF_ROWS else key} as {name}"
    if column.generalise == _NEWBORN_DAY:
        return f"{moved(name, column.type)} as {name}"
    if pattern := _pattern(column):
        counter = literal(identifier(_counter(column.name)))
        return (
            f"case when {_is_inside(column.name, pattern)} then {name} "
            f"when nextval({counter}) is null then {name} end as {name}"  # never null: counted and left out
        )
    return name


def _hashed(kind: str, message: str) -> str:
    if kind in _SHARED_NUMBERS.values():
        return f"keyed_hash('{kind}|v1|' || {message})"
    return f"keyed_hash('{kind}|v1|' || _source || '|' || _sender || '|' || {message})"


def _unless_withheld(key: str, reference: str) -> str:
    """No key of a row that stays out, for that it exists is part of what stays out."""
    named = f"_source || '|' || _sender || '|' || {reference}"
    is_out = f"coalesce({named} in (select message from withheld_reference), false)"
    return f"case when not {is_out} then {key} end"


def _kind_of_key(column: Projection) -> str:
    if column.domain != "key" or column.type != "VARCHAR":
        raise ValueError(f"{column.name}: a pseudonym is VARCHAR in the domain key")
    if column.expression.startswith("reference_key("):
        return _OF_ROWS
    numbers = _LOCAL_NUMBERS | _SHARED_NUMBERS
    if column.name not in numbers:
        raise ValueError(f"{column.name}: what is hashed is neither a reference nor one of {sorted(numbers)}")
    return numbers[column.name]


def _pattern(column: Projection) -> str | None:
    """What a text may look like; a text without a pattern would be free text, and never leaves."""
    if column.handling is Handling.PSEUDONYMISE:
        return None
    pattern = DOMAINS[column.domain]
    if column.type == "VARCHAR" and pattern is None:
        raise ValueError(f"{column.name}: domain {column.domain} does not say what a text may look like")
    return pattern


def _is_inside(name: str, pattern: str) -> str:
    return f"coalesce(regexp_matches({identifier(name)}, {literal(pattern)}), true)"
