"""What an export says of a record beside the record itself, as extensions that landing takes off again.

A record of a native source is named by its sender's own id, came on a day, and has no version; FHIR has no
element for the first two. So they travel with it, and a deployment that lands the export knows the record by
the name, the day and the elements that it had: nothing changes by being sent on.
"""

from __future__ import annotations

from duckdb.sqltypes import DuckDBPyType

from connectors.fhir import shapes, systems
from connectors.types import quoted

RECORD = systems.LOCAL_EXTENSION + "LandedRecord"  # valueString: the patient's id within the sender
DAY = systems.LOCAL_EXTENSION + "LandedOn"  # valueDate: of the extract that the record came in
LACKED = systems.LOCAL_EXTENSION + "LandedWithout"  # valueString: elements of meta that the export added
ADDED = ("versionId", "lastUpdated", "source")  # elements of meta that an export adds where there are none

EXPORTED = f"coalesce(len(list_filter(extension, lambda x: x.url = '{DAY}')) > 0, false)"
"""SQL predicate over the elements of a record: an export wrote it."""
_ALL = ", ".join(f"'{url}'" for url in (RECORD, DAY, LACKED))


def restored(table: str) -> str:
    """SELECT of the rows of ``table`` without the marks, and of what they said: ``_landed_record``,
    ``_landed_on`` (null where nothing was)."""
    added = _said(LACKED, "valueString")
    members = ", ".join(_of_meta(name, added) for name in _meta_names())
    return f"""
        select * replace (
            nullif(list_filter(extension, lambda x: coalesce(x.url not in ({_ALL}), true)), []) as extension,
            case when {added} is null then meta
                when coalesce(len(list_filter([{_kept(added)}], lambda x: x)) > 0, false) then {{{members}}}
            end as meta),
            {_said(RECORD, "valueString")} as _landed_record,
            try_cast({_said(DAY, "valueDate")} as date) as _landed_on
        from {quoted(table)}"""


def is_exported(name: str) -> bool:
    """Whether a file of this name was written by an export (``<ResourceType>.exported-<n>.ndjson[.gz]``)."""
    return ".exported-" in name.lower()


def _meta_names() -> tuple[str, ...]:
    return tuple(name for name, _ in DuckDBPyType(shapes.META).children)


def _of_meta(name: str, added: str) -> str:
    if name not in ADDED:
        return f"'{name}': meta.{quoted(name)}"
    return f"'{name}': if(list_contains(string_split({added}, ' '), '{name}'), null, meta.{quoted(name)})"


def _kept(added: str) -> str:
    """A flag each element of meta: it is there, and the export did not add it."""
    return ", ".join(
        f"meta.{quoted(name)} is not null"
        + (f" and not list_contains(string_split({added}, ' '), '{name}')" if name in ADDED else "")
        for name in _meta_names()
    )


def _said(url: str, value: str) -> str:
    return f"list_filter(extension, lambda x: x.url = '{url}')[1].{quoted(value)}"
