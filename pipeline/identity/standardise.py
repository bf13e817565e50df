"""From ``fhir/Patient`` to one identity record a (source, sender, record id): ``identity_record``.

The columns of that temp table: source, sender, record_id, nhs_number (digits as sent), nhs_number_outcome
(:mod:`pipeline.identity.nhs_number`), nhs_number_status (01 to 08, NHS Data Dictionary), birth_date
(only where the whole date is known), family_name and given_name (upper case, without accents and
punctuation), gender, postcode (upper case, without space), practice_code, is_registered and
registered_on (GP records: by the registration that is current at ``as_of``), death_date,
is_restricted, is_test.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from duckdb import DuckDBPyConnection

from connectors.fhir import shapes
from pipeline.duck import parquet
from pipeline.identity import nhs_number
from pipeline.settings import Settings
from pipeline.zones import Zones

_FHIR_MACROS = Path(shapes.__file__).with_name("macros.sql")
_DEMOGRAPHICS = Path(__file__).with_name("demographics.sql")
_STANDARDISE = Path(__file__).with_name("standardise.sql")


def define_macros(connection: DuckDBPyConnection) -> None:
    """Define the macros that read FHIR elements and NHS numbers."""
    connection.execute(_FHIR_MACROS.read_text(encoding="utf-8"))
    nhs_number.define_macros(connection)
    connection.execute(_DEMOGRAPHICS.read_text(encoding="utf-8"))


def fhir_view(
    connection: DuckDBPyConnection, name: str, *, zones: Zones, resource_type: str, source: str = "*"
) -> None:
    """Temp view ``name`` over every landed row of a resource type, empty where none landed."""
    files = sorted((zones.fhir / resource_type).glob(f"source={source}/sender=*/*.parquet"))
    relation = parquet(files, shapes.columns(resource_type))
    connection.execute(f"create or replace temp view {name} as select * from {relation}")


def standardise(connection: DuckDBPyConnection, settings: Settings, as_of: date) -> None:
    """Build ``identity_record`` on a connection that has the vault attached."""
    zones = Zones(settings.home)
    define_macros(connection)
    fhir_view(connection, "patient_row", zones=zones, resource_type="Patient")
    fhir_view(connection, "registration_row", zones=zones, resource_type="EpisodeOfCare", source="gp")
    connection.execute("set variable as_of = ?", [as_of])
    connection.execute("set variable allow_synthetic_numbers = ?", [settings.allow_synthetic_numbers])
    connection.execute(_STANDARDISE.read_text(encoding="utf-8"))
