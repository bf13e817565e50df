"""The effective register: everything is in it, and nothing that stays goes into what is kept."""

from __future__ import annotations

from connectors import registry
from connectors.declare import Handling
from connectors.register import entities
from pipeline.handling import effective_register
from pipeline.handling.mapped import native_columns

STAYS = (Handling.IDENTIFIER, Handling.DROP, Handling.FREE_TEXT)


def test_every_native_column_has_a_word_a_purpose_and_a_legal_basis() -> None:
    declared = {
        (source.word, format_.name, file.name, column.name)
        for source in registry.SOURCES.values()
        for format_ in source.formats
        for file in format_.files
        for column in file.columns
    }
    entries = [entry for entry in effective_register() if entry.layer == "native"]
    assert {(e.source, e.format, e.file_name, e.column_name) for e in entries} == declared
    assert all(entry.purposes and entry.legal_bases for entry in effective_register())


def test_no_native_column_that_stays_is_mapped_into_what_leaves_readable() -> None:
    """By the SQL of every mapping: only keyed hashes may be made of an identifier, of free text nothing at
    all."""
    words = {
        (e.format, e.file_name, e.column_name): e.handling
        for e in effective_register()
        if e.layer == "native"
    }
    found = [
        (format_.name, *place, f"{entity.name}.{column.name}")
        for source in registry.SOURCES.values()
        for format_ in source.formats
        for entity in entities().values()
        for column in entity.columns
        if column.handling is not Handling.PSEUDONYMISE
        for path in column.reads
        for place in native_columns(source.word, format_.name, path)
        if words[(format_.name, *place)] in STAYS
    ]
    assert found == []


def test_a_column_is_traced_to_the_native_one_it_is_mapped_from() -> None:
    assert native_columns("gp", "emis", "Patient.birthDate") == {("Admin_Patient.csv", "DateOfBirth")}
    assert native_columns("social_care", "cld", "EpisodeOfCare.extension(UnitCost).valueDecimal") == {
        ("CLD.csv", "Unit Cost")
    }
    assert native_columns("gp", "tpp", "Patient.address.postalCode") == {
        ("SRPatientAddressHistory.csv", "FullPostCode")
    }


def test_a_column_of_social_care_allows_no_risk_stratification() -> None:
    allowed = {
        entry.source
        for entry in effective_register()
        if entry.layer == "pseudonymised" and "risk_stratification" in entry.purposes
    }
    assert allowed == {"gp", "acute"}
