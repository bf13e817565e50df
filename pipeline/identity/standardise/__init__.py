"""From ``fhir/Patient`` to one identity record a (source, sender, record id): ``identity_record``.

Columns of that temp table, one row a record:

``record_key``
    source, sender and record id, joined by ``|``; then each of them
``nhs_number``, ``nhs_number_outcome``, ``nhs_number_status``
    the digits as sent, what they are worth (:mod:`pipeline.identity.nhs_number`), and the sender's
    status 01 to 08 (NHS Data Dictionary, NHS NUMBER STATUS INDICATOR CODE)
``traceable_number``, ``is_superseded_number``
    the number that the trace may trust: a usable one, or the current one of a superseded one
    (:mod:`pipeline.identity.standardise.supersession`); null where neither is known
``birth_date``, ``birth_year``, ``birth_month``, ``birth_day``
    the date only where it is whole; the parts as far as they are known
``family_name``, ``given_name``, ``other_given_name``
    upper case, without the characters that the Master Person Service strips, accents kept; null for
    names that stand in for one (:file:`names.sql`)
``family_folded``, ``given_folded``, ``given_root``
    the same without accents, spaces, hyphens and punctuation; the root is the full name of a diminutive
``is_of_several_born``
    a name that stands in for one says "twin", or numbers the newborn or unknown person
``former_names``, ``former_family_names``, ``former_given_names``
    other names of the record: as (family_name, given_name), and folded
``gender``, ``postcode``, ``outcode``, ``former_postcodes``, ``practice_code``
    FHIR administrative gender; postcodes upper case, without space, letters O and digits 0 put right
``is_registered``, ``registered_on``
    GP records: by the registration that is current at ``as_of``
``death_date``, ``is_restricted``, ``is_test``
    as the record says
``file_id``, ``file_row``
    lineage of the Patient row
``content_hash``
    64 bits over every column that linking reads: all but the lineage
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from duckdb import DuckDBPyConnection

from connectors.fhir import shapes
from pipeline.duck import is_first, parquet
from pipeline.identity import nhs_number
from pipeline.identity.standardise import nicknames, supersession
from pipeline.settings import Settings
from pipeline.zones import Zones

_HERE = Path(__file__)
_FHIR_MACROS = Path(shapes.__file__).with_name("macros.sql")
_MACROS = ("demographics.sql", "names.sql", "postcodes.sql", "record_hash.sql")
_STEPS = ("forms.sql", "records.sql")

__all__ = [
    "choose_rows",
    "define_macros",
    "fhir_view",
    "read_registrations",
    "standardise",
    "standardise_relations",
    "standardise_rows",
]


def define_macros(connection: DuckDBPyConnection) -> None:
    """Define the macros that read FHIR elements, NHS numbers, names and postcodes, once a connection."""
    if not is_first(connection, "macros_of_standardise"):
        return
    connection.execute(_FHIR_MACROS.read_text(encoding="utf-8"))
    nhs_number.define_macros(connection)
    for name in _MACROS:
        connection.execute(_HERE.with_name(name).read_text(encoding="utf-8"))


def fhir_view(
    connection: DuckDBPyConnection, name: str, *, zones: Zones, resource_type: str, source: str = "*"
) -> None:
    """Temp view ``name`` over every landed row of a resource type, empty where none landed."""
    files = sorted((zones.fhir / resource_type).glob(f"source={source}/sender=*/*.parquet"))
    hashed = shapes.SAID_HASH if resource_type == "Patient" else {}
    relation = parquet(files, {**shapes.columns(resource_type), **hashed})
    connection.execute(f"create or replace temp view {name} as select * from {relation}")


def standardise(connection: DuckDBPyConnection, settings: Settings, as_of: date) -> None:
    """Build ``identity_record`` of every landed Patient, from what they say alone."""
    zones = Zones(settings.home)
    define_macros(connection)
    fhir_view(connection, "patient_row", zones=zones, resource_type="Patient")
    fhir_view(connection, "registration_row", zones=zones, resource_type="EpisodeOfCare", source="gp")
    standardise_relations(connection, settings, as_of)


def standardise_relations(connection: DuckDBPyConnection, settings: Settings, as_of: date) -> None:
    """Build ``supersession`` and ``identity_record`` from the relations patient_row and registration_row."""
    connection.execute("set variable as_of = ?", [as_of])
    connection.execute("set variable allow_synthetic_numbers = ?", [settings.allow_synthetic_numbers])
    read_registrations(connection)
    choose_rows(connection)
    supersession.learn(connection)
    supersession.accept(connection, "supersession", said="superseding_said", holder="number_holder_said")
    supersession.follow(connection)
    standardise_rows(connection)


def read_registrations(connection: DuckDBPyConnection) -> None:
    """Build ``gp_registration`` from the relation registration_row and the variable as_of."""
    connection.execute(_HERE.with_name("registrations.sql").read_text(encoding="utf-8"))


def choose_rows(connection: DuckDBPyConnection) -> None:
    """Build ``chosen_patient``, one row a record, from the relation patient_row."""
    connection.execute(_HERE.with_name("chosen.sql").read_text(encoding="utf-8"))


def standardise_rows(connection: DuckDBPyConnection) -> None:
    """Build ``identity_record`` from ``chosen_patient`` (:func:`choose_rows`).

    Needs the macros of :func:`define_macros`, ``gp_registration``, ``current_number``
    (:func:`pipeline.identity.standardise.supersession.follow`) and the variable allow_synthetic_numbers.
    """
    nicknames.load(connection)
    for name in _STEPS:
        connection.execute(_HERE.with_name(name).read_text(encoding="utf-8"))
