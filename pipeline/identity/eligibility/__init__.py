"""Who and what may be in a product. Nothing is pseudonymised but through :func:`decide`.

====================== ============================== ==================================================
reason                 keeps out                      rule
====================== ============================== ==================================================
practice_not_sharing   a person, or one record        the current GP practice, or the one that the record
                                                      states, has no sharing agreement in force
confidential           a person, or one row           a Patient, or the row, is marked restricted
test_patient           a record                       the sender says that it is of no real person
legally_restricted     a row, in hospitals its spell  code list ``legally_restricted``
type_1_objection       a person, secondary use        latest Type 1 code is a dissent
national_opt_out       a person, secondary use        not in the reply in use
opt_out_not_checkable  a person, secondary use        no number established by number and birth date
====================== ============================== ==================================================
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.duck import literal
from pipeline.errors import ChecksRefusedError, InputRefusedError
from pipeline.identity.eligibility.reasons import ORDER
from pipeline.identity.eligibility.rows import find_rows
from pipeline.identity.link import write_parquet
from pipeline.identity.opt_outs import PRODUCT as SECONDARY_USE
from pipeline.identity.opt_outs import require_valid_reply
from pipeline.identity.standardise import fhir_view
from pipeline.settings import Settings
from pipeline.zones import Zones

_FOLDER = Path(__file__).parent
_TYPE_1_LISTS = ("type_1_dissent", "type_1_withdrawn")


def decide(connection: DuckDBPyConnection, settings: Settings, *, product: str, as_of: date) -> None:
    """Build ``record_eligibility`` and ``row_eligibility`` on a connection with the vault and all macros.

    ``record_eligibility``: source, sender, record_id, person_id, reason (null: may be in).
    ``row_eligibility``: source, sender, file_id, row, reason; only rows that stay out.
    Both are kept as Parquet in ``identity/eligibility``. Raises :class:`ChecksRefusedError` where
    objections cannot be honoured, :class:`InputRefusedError` without code lists.
    """
    zones = Zones(settings.home)
    connection.execute("set variable as_of = ?", [as_of])
    _codelist_view(connection, zones)
    fhir_view(connection, "organisation_row", zones=zones, resource_type="Organization", source="gp")
    connection.execute((_FOLDER / "records.sql").read_text(encoding="utf-8"))
    if product == SECONDARY_USE:
        _require_type_1_lists(connection)
        require_valid_reply(settings, connection, as_of)
        fhir_view(connection, "observation_row", zones=zones, resource_type="Observation")
        connection.execute((_FOLDER / "objections.sql").read_text(encoding="utf-8"))
    find_rows(connection, zones)
    _settle(connection)
    folder = zones.identity / "eligibility"
    write_parquet(
        connection, "select * from record_eligibility order by all", folder / f"{product}_records.parquet"
    )
    write_parquet(
        connection, "select * from row_eligibility order by all", folder / f"{product}_rows.parquet"
    )


def _codelist_view(connection: DuckDBPyConnection, zones: Zones) -> None:
    path = zones.reference / "codelists.parquet"
    if not path.exists():
        raise InputRefusedError("reference data: codelists is missing, so restricted codes are not known")
    connection.execute(f"""
create or replace temp view codelist as
with sent as (
    select codelist, regexp_matches(code_system, '(?i)^(icd|opcs)') as is_prefix, code
    from read_parquet({literal(path)})
)
select codelist, is_prefix, if(is_prefix, upper(replace(code, '.', '')), code) as code
from sent
where code is not null and code <> ''
""")


def _require_type_1_lists(connection: DuckDBPyConnection) -> None:
    found = {row[0] for row in connection.execute("select distinct codelist from codelist").fetchall()}
    if missing := [name for name in _TYPE_1_LISTS if name not in found]:
        raise ChecksRefusedError(
            f"{SECONDARY_USE} needs the code lists {', '.join(_TYPE_1_LISTS)}; "
            f"empty or missing: {', '.join(missing)}"
        )


def _settle(connection: DuckDBPyConnection) -> None:
    """One reason a record and one a row: the first of :data:`ORDER`."""
    listed = ", ".join(literal(reason) for reason in ORDER)
    connection.execute(f"""
create or replace temp table record_eligibility as
with first_reason as (
    select source, sender, record_id, arg_min(reason, list_position([{listed}], reason)) as reason
    from record_reason group by all
)
select r.source, r.sender, r.record_id, r.person_id, f.reason
from vault.record as r
left join first_reason as f using (source, sender, record_id);
create or replace temp table row_eligibility as
select source, sender, file_id, row, arg_min(reason, list_position([{listed}], reason)) as reason
from row_reason group by all;
""")
