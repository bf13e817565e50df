"""Rows that stay out of every product whoever they are about: confidential, test, legally restricted.

A restricted code (code list ``legally_restricted``) takes its native row out with everything made of
it. In hospital feeds it takes the whole spell: what is left of a spell would tell what is missing.
What is attached to a row that stays out stays out with it: what was written in a confidential contact, what
a confidential or restricted referral led to, the issues of such a prescription.
Builds the temp table ``row_reason`` (source, sender, file_id, row, reason).
"""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from connectors.fhir import shapes
from pipeline.duck import literal
from pipeline.file_state import state_of
from pipeline.identity.eligibility.attached import find_attached
from pipeline.identity.eligibility.codings import find_codings
from pipeline.identity.eligibility.concepts import every_coding, person_resources
from pipeline.identity.link import write_parquet
from pipeline.identity.standardise import fhir_view
from pipeline.keys import load_keys
from pipeline.settings import Settings
from pipeline.zones import Zones

_SPELLS = Path(__file__).with_name("spells.sql")


def files_of_rows(zones: Zones) -> list[Path]:
    """Every file that tells which rows stay out."""
    return [zones.reference / "codelists.parquet", *sorted(zones.fhir.rglob("*.parquet"))]


def find_rows(connection: DuckDBPyConnection, settings: Settings, run_id: str) -> None:
    """Build ``row_reason`` on a connection that has the view ``codelist``.

    Which rows stay out is the same for every product, so a run finds it once: it is kept with the state of
    the files that it was found in.
    """
    zones = Zones(settings.home)
    kept, state = kept_rows(zones), state_of([run_id], files_of_rows(zones))
    if _state_kept(connection, kept) == state:
        connection.execute(f"create or replace temp table row_reason as from read_parquet({literal(kept)})")
        return
    _find(connection, settings, zones)
    write_parquet(connection, "from row_reason order by all", kept, state=state)


def kept_rows(zones: Zones) -> Path:
    """Where what was found about rows is kept until the next run."""
    return zones.identity / "eligibility" / "rows.parquet"


def _state_kept(connection: DuckDBPyConnection, kept: Path) -> str | None:
    if not kept.exists():
        return None
    found = connection.execute(
        f"select decode(value) from parquet_kv_metadata({literal(kept)}) where decode(key) = 'state'"
    ).fetchone()
    return str(found[0]) if found else None


def _find(connection: DuckDBPyConnection, settings: Settings, zones: Zones) -> None:
    connection.execute(
        "create or replace temp table row_reason "
        "(source varchar, sender varchar, file_id varchar, row bigint, reason varchar)"
    )
    connection.execute(
        "create or replace temp table restricted_code as "
        "select distinct kind, code from codelist where codelist = 'legally_restricted'"
    )
    any_restricted = connection.execute("select 1 from restricted_code limit 1").fetchone()
    if any_restricted:
        find_codings(connection, settings, load_keys(settings))
    for resource in person_resources():
        fhir_view(connection, "resource_row", zones=zones, resource_type=resource)
        connection.execute(_MARKED)
        if any_restricted:
            connection.execute(_restricted_codings(resource))
            if connection.execute("select 1 from restricted_coding limit 1").fetchone():
                connection.execute(_restricted(resource))
    if any_restricted:
        _spread_over_spells(connection, zones)
    find_attached(connection, zones, person_resources())


def _spread_over_spells(connection: DuckDBPyConnection, zones: Zones) -> None:
    fhir_view(connection, "encounter_row", zones=zones, resource_type="Encounter")
    _view_of_references(connection, zones)
    connection.execute(_SPELLS.read_text(encoding="utf-8"))


_MARKED = """
insert into row_reason
select _source, _sender, _file_id, _row, if(is_marked_test(meta.security), 'test_patient', 'confidential')
from resource_row
where is_marked_test(meta.security) or is_marked_confidential(meta.security)
"""


def _restricted(resource: str) -> str:
    """Rows of ``resource`` with a restricted code in any concept, an extension's among them."""
    return f"""
insert into row_reason
select distinct _source, _sender, _file_id, _row, 'legally_restricted'
from ({every_coding(resource, "resource_row", "_source, _sender, _file_id, _row")})
semi join restricted_coding as r on r.sent = coding.code and r.system is not distinct from coding.system
"""


def _restricted_codings(resource: str) -> str:
    """Codings as they were sent that are restricted: few are different, so that each is compared once."""
    return f"""
create or replace temp table restricted_coding as
with sent as (
    select system, code as sent from different_coding where resource = {literal(resource)}
),
coded as (
    select system, sent, {{'system': system, 'code': sent}} as coding from sent
),
written as (
    select system, sent, coding_written(coding) as code,
        code_kind(coalesce(system, '')) as kind, is_of_unknown_system(coding) as is_unknown
    from coded
)
select distinct w.system, w.sent
from written as w
inner join restricted_code as l
    on l.code = w.code or l.code = w.sent
    or (l.kind = 'prefix' and (w.kind = 'prefix' or w.is_unknown)
        and starts_with(code_written('prefix', w.sent), l.code))
    or (l.kind = 'read' and w.is_unknown and length(w.sent) >= 5 and code_written('read', w.sent) = l.code)
"""


def _view_of_references(connection: DuckDBPyConnection, zones: Zones) -> None:
    """View ``encounter_reference``: which encounter each row of another resource belongs to."""
    parts = []
    for resource in person_resources():
        if "encounter" in shapes.SHAPES[resource]:
            view = f"{resource.lower()}_reference_row"
            fhir_view(connection, view, zones=zones, resource_type=resource)
            parts.append(
                "select _source, _sender, _file_id, _row, reference_id(encounter) as encounter_id "
                f"from {view}"
            )
    connection.execute("create or replace temp view encounter_reference as " + " union all ".join(parts))
