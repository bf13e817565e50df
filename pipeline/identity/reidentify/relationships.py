"""With whom an organisation has a legitimate relationship on a day: set-based, over all landed records.

A relationship is one of four: the practice that the person is registered with, a hospital spell, a referral
or a care package that is open on that day. What never got an end is open for so long only as the settings
say since its last sign of activity. What is withheld from the product counts for nothing, so that
nobody is found through a record that is in no product.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.duck import literal
from pipeline.errors import SetupError
from pipeline.identity.standardise import define_macros, fhir_view
from pipeline.settings import Settings
from pipeline.zones import Zones

_SQL = Path(__file__).with_name("relationships.sql")
_ROWS = (  # relation, resource, source
    ("registration_row", "EpisodeOfCare", "gp"),
    ("encounter_row", "Encounter", "*"),
    ("referral_row", "ServiceRequest", "*"),
    ("package_row", "EpisodeOfCare", "social_care"),
    ("plan_row", "CarePlan", "social_care"),
)


def read_released(connection: DuckDBPyConnection, zones: Zones, product: str) -> None:
    """Build ``record_released`` and ``row_withheld``: what the product lets in and keeps out.

    Raises :class:`SetupError` where the product was never made.
    """
    folder = zones.identity / "eligibility"
    records, rows = folder / f"{product}_records.parquet", folder / f"{product}_rows.parquet"
    if not (records.exists() and rows.exists()):
        raise SetupError(f"{product} was never made here, so nobody's pseudonym can be resolved: run a night")
    connection.execute(f"""
create or replace temp table record_released as
select e.source, e.sender, e.record_id, r.person_id
from read_parquet({literal(records)}) as e
inner join vault.record as r using (source, sender, record_id)
where e.reason is null;
create or replace temp view row_withheld as
select source, sender, file_id, row from read_parquet({literal(rows)});
""")


def find_relationships(
    connection: DuckDBPyConnection, settings: Settings, *, organisation: str, as_of: date
) -> None:
    """Build ``legitimate_relationship`` (person_id, kind) for one organisation and day."""
    zones = Zones(settings.home)
    define_macros(connection)
    for name, resource_type, source in _ROWS:
        fhir_view(connection, name, zones=zones, resource_type=resource_type, source=source)
    connection.execute("set variable organisation = ?", [organisation])
    connection.execute("set variable as_of = ?", [as_of])
    connection.execute("set variable spell_days = ?", [settings.reidentify_spell_days])
    connection.execute("set variable referral_days = ?", [settings.reidentify_referral_days])
    connection.execute("set variable package_days = ?", [settings.reidentify_package_days])
    connection.execute(_SQL.read_text(encoding="utf-8"))
