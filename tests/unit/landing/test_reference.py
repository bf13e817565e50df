"""Reference data: the newest good delivery counts, code lists overlay the starter lists."""

from __future__ import annotations

from pathlib import Path

from pipeline.landing import ReferenceOutcome, load_reference
from tests.landing_house import House, rows_of

POSTCODES = "postcode,lsoa_code,local_authority_code"


def deliver(house: House, name: str, *lines: str, on: str = "") -> None:
    path = house.extracts / "reference" / on / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def load(house: House) -> dict[str, ReferenceOutcome]:
    found = load_reference(house.settings, house.ledger, run_id="r1", extracts=house.extracts)
    return {outcome.name: outcome for outcome in found}


def table(house: House, name: str) -> Path:
    return house.zones.reference / f"{name}.parquet"


def test_what_was_never_delivered_is_empty_and_missing(house: House) -> None:
    outcomes = load(house)

    assert {name: outcome.outcome for name, outcome in outcomes.items()} == {
        "organisations": "missing",
        "postcodes": "missing",
        "deprivation": "missing",
        "unit_costs": "missing",
        "codelists": "unchanged",
    }
    assert rows_of(table(house, "postcodes"), "postcode") == []
    steps = house.ledger.query(
        "select count(*) as n from step where step = 'load_reference' and outcome = 'missing'"
    )
    assert steps == [{"n": 4}]


def test_the_newest_delivery_counts_and_of_a_key_the_later_row(house: House) -> None:
    deliver(house, "postcodes.csv", POSTCODES, "ZZ1 1AA,E01000001,E09000001")
    deliver(house, "postcodes.csv", POSTCODES, "ZZ1 1AA,E01000002,E09000001", on="2026-01-01")
    deliver(
        house,
        "postcodes.csv",
        POSTCODES,
        "ZZ1 1AA,E01000003,E09000001",
        "ZZ1 1AA,E01000004,E09000001",
        on="2026-02-01",
    )
    assert load(house)["postcodes"].outcome == "loaded"
    assert rows_of(table(house, "postcodes"), "lsoa_code") == [("E01000004",)]
    assert load(house)["postcodes"].outcome == "unchanged"


def test_columns_have_their_types(house: House) -> None:
    deliver(
        house,
        "unit_costs.csv",
        "currency,financial_year,unit_cost_gbp,price_year,source",
        "day_case,2025/26,900.5,2024/25,x",
    )
    deliver(house, "deprivation.csv", "lsoa_code,imd_version,imd_rank,imd_decile", "E01000001,2019,12,1")
    load(house)
    assert rows_of(table(house, "unit_costs"), "typeof(unit_cost_gbp), unit_cost_gbp") == [("DOUBLE", 900.5)]
    assert rows_of(table(house, "deprivation"), "typeof(imd_rank), imd_decile") == [("BIGINT", 1)]


def test_a_bad_delivery_is_refused_and_the_last_good_one_stays(house: House) -> None:
    deliver(house, "postcodes.csv", POSTCODES, "ZZ1 1AA,E01000001,E09000001")
    load(house)
    for day, lines in (
        ("2026-01-01", ["postcode,area", "ZZ1 1AA,x"]),
        ("2026-01-02", [POSTCODES, ",E01000009,"]),
        ("2026-01-03", []),
    ):
        deliver(house, "postcodes.csv", *lines, on=day)
        outcome = load(house)["postcodes"]
        assert (outcome.outcome, outcome.rows) == ("refused", 1)
        assert rows_of(table(house, "postcodes"), "lsoa_code") == [("E01000001",)]


def test_a_delivered_list_replaces_the_starter_list_of_its_name_only(house: House) -> None:
    load(house)
    starter = rows_of(table(house, "codelists"), "codelist, code")
    assert ("type_1_dissent", "827241000000103") in starter
    assert ("type_1_withdrawn", "827261000000102") in starter

    deliver(
        house,
        "codelists.csv",
        "codelist,code_system,code,term",
        "type_1_dissent,snomed,123456789,stand-in",
        "legally_restricted,icd10,ZZ99,stand-in",
    )
    assert load(house)["codelists"].outcome == "loaded"
    overlaid = rows_of(table(house, "codelists"), "codelist, code")
    replaced = [row for row in starter if row[0] != "type_1_dissent"]
    assert overlaid == sorted([*replaced, ("type_1_dissent", "123456789"), ("legally_restricted", "ZZ99")])
