"""Reference data: what the delivered files hold, and the starter code lists that they overlay.

Organisations as the Organisation Data Service publishes them, postcodes as the ONS Postcode Directory,
deprivation as the English Indices of Deprivation, unit costs as the National Cost Collection. None of it is
about a person.
"""

from __future__ import annotations

from pathlib import Path

from connectors.columns import code, day, kept
from connectors.declare import Column, Format, Handling, Kind, Mode, NativeFile

STARTER_CODELISTS = Path(__file__).with_name("codelists.csv")
ROLES = ("gp_practice", "pcn", "trust", "site", "council", "icb")


def _text(name: str, meaning: str) -> Column:
    return Column(name, Kind.TEXT, Handling.KEEP, meaning)


def _key(name: str, meaning: str) -> Column:
    return code(name, meaning, key=True, required=True)


ORGANISATIONS = NativeFile(
    name="organisations.csv",
    supporting=True,
    columns=(
        _key("ods_code", "Code of the organisation in the Organisation Data Service"),
        _text("name", "Its name"),
        code("role", "What it is", *ROLES),
        code("parent_ods_code", "The organisation that it belongs to: practice to PCN to ICB"),
        day("valid_from", "First day on which this holds", key=True),
        day("valid_to", "Last day on which this holds; blank while it does"),
    ),
)
POSTCODES = NativeFile(
    name="postcodes.csv",
    supporting=True,
    columns=(
        _key("postcode", "Postcode"),
        code("lsoa_code", "Lower-layer super output area in which it lies"),
        code("local_authority_code", "Local authority (GSS code) in which it lies"),
    ),
)
DEPRIVATION = NativeFile(
    name="deprivation.csv",
    supporting=True,
    columns=(
        _key("lsoa_code", "Lower-layer super output area"),
        _key("imd_version", "Which Index of Multiple Deprivation, by year"),
        kept("imd_rank", "Rank of the area, 1 the most deprived", Kind.INTEGER),
        kept("imd_decile", "Decile of the area, 1 the most deprived", Kind.INTEGER),
    ),
)
UNIT_COSTS = NativeFile(
    name="unit_costs.csv",
    supporting=True,
    columns=(
        _key("currency", "What is costed"),
        _key("financial_year", "Year in which it applies"),
        kept("unit_cost_gbp", "Cost of one, in pounds", Kind.DECIMAL, required=True),
        _text("price_year", "Year of the prices"),
        _text("source", "Where the figure comes from"),
    ),
)
CODELISTS = NativeFile(
    name="codelists.csv",
    supporting=True,
    columns=(
        _key("codelist", "Name of the list"),
        _key("code_system", "Whose code it is: snomed, icd10, opcs4, dmd, ..."),
        _key("code", "The code; a block of ICD-10 stands for all below it"),
        _text("term", "What it means, in short"),
    ),
)
FORMAT = Format(
    name="reference",
    recognised_by=(),
    mode=Mode.SNAPSHOT,
    files=(ORGANISATIONS, POSTCODES, DEPRIVATION, UNIT_COSTS, CODELISTS),
)
