"""Who and what may be in a product. Nothing is pseudonymised but through :func:`decide`.

====================== ============================== ==================================================
reason                 keeps out                      rule
====================== ============================== ==================================================
deleted                a person                       decided here, and kept as a keyed hash
consent_withdrawn      a person                       decided here; the latest decision counts
practice_not_sharing   a person, or one record        the current GP practice, or the one that the record
                                                      states, has no sharing agreement in force
confidential           a person, or one row           a Patient, or the row, is marked restricted or
                                                      sensitive; what is attached to the row with it
test_patient           a record                       the sender says that it is of no real person, its
                                                      name does, or its number was never issued
legally_restricted     a row, in hospitals its spell  code list ``legally_restricted``; what rests on it
type_1_objection       a person, secondary use        latest Type 1 code is a dissent
national_opt_out       a person, secondary use        not in the reply in use
opt_out_not_checkable  a person, secondary use        no number established by number and birth date, or
                                                      not asked about by the request that was answered
====================== ============================== ==================================================
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.duck import literal
from pipeline.errors import ChecksRefusedError, InputRefusedError
from pipeline.identity.eligibility.reasons import LEGALLY_RESTRICTED, ORDER
from pipeline.identity.eligibility.rows import find_rows
from pipeline.identity.eligibility.type_1 import find_type_1
from pipeline.identity.link import write_parquet
from pipeline.identity.objections.state import PRODUCT as SECONDARY_USE
from pipeline.identity.objections.state import require_valid_reply
from pipeline.identity.objections.suppressed import find_suppressed
from pipeline.identity.standardise import fhir_view
from pipeline.keys import load_keys
from pipeline.settings import Settings
from pipeline.zones import Zones

_FOLDER = Path(__file__).parent


def decide(
    connection: DuckDBPyConnection, settings: Settings, *, product: str, as_of: date, run_id: str
) -> None:
    """Build ``record_eligibility`` and ``row_eligibility`` on a connection with the vault and all macros.

    ``record_eligibility``: source, sender, record_id, person_id, reason (null: may be in).
    ``row_eligibility``: source, sender, file_id, row, reason; only rows that stay out.
    Both are kept as Parquet in ``identity/eligibility``, marked with the run. Raises
    :class:`ChecksRefusedError` where objections cannot be honoured or, in production, no restricted codes are
    known; :class:`InputRefusedError` without code lists.
    """
    zones = Zones(settings.home)
    connection.execute("set variable as_of = ?", [as_of])
    _codelist_view(connection, zones)
    _require_restricted_codes(connection, settings)
    find_suppressed(connection, load_keys(settings))
    fhir_view(connection, "organisation_row", zones=zones, resource_type="Organization", source="gp")
    connection.execute((_FOLDER / "records.sql").read_text(encoding="utf-8"))
    if product == SECONDARY_USE:
        find_type_1(connection, zones)
        require_valid_reply(settings, connection, as_of)
        connection.execute((_FOLDER / "objections.sql").read_text(encoding="utf-8"))
    find_rows(connection, settings, run_id)
    _settle(connection)
    for subject in ("record", "row"):
        query = f"select *, {literal(run_id)} as run_id from {subject}_eligibility order by all"
        write_parquet(connection, query, decision_file(zones, product, subject))


def decision_file(zones: Zones, product: str, subject: str) -> Path:
    """Where the decision about every ``record`` or ``row`` of a product is kept until the next one."""
    return zones.identity / "eligibility" / f"{product}_{subject}s.parquet"


def restricted_codes(connection: DuckDBPyConnection) -> int:
    """How many legally restricted codes the lists in use name; needs the view ``codelist``."""
    found = connection.execute(
        f"select count(distinct (kind, code)) from codelist where codelist = '{LEGALLY_RESTRICTED}'"
    ).fetchone()
    return int(found[0]) if found else 0


def _codelist_view(connection: DuckDBPyConnection, zones: Zones) -> None:
    path = zones.reference / "codelists.parquet"
    if not path.exists():
        raise InputRefusedError("reference data: codelists is missing, so restricted codes are not known")
    connection.execute((_FOLDER / "codes.sql").read_text(encoding="utf-8"))
    connection.execute(f"""
create or replace temp view codelist as
select codelist, code_kind(code_system) as kind, code_written(code_kind(code_system), code) as code
from read_parquet({literal(path)})
where code_written(code_kind(code_system), code) <> ''
""")


def _require_restricted_codes(connection: DuckDBPyConnection, settings: Settings) -> None:
    """A list that was never loaded looks like a world without restricted codes: real data waits for it."""
    if settings.is_production and restricted_codes(connection) == 0:
        raise ChecksRefusedError(
            f"no legally restricted codes are known, so nothing may be published; valid: a code list "
            f"{LEGALLY_RESTRICTED} in <extracts>/reference/<date>/codelists.csv"
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
