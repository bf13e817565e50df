"""Registers and scores of made-up people, worked out a second time; the tables of the papers."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from pathlib import Path

import duckdb

from connectors.reference import STARTER_CODELISTS
from tests.recomputed.conditions import TABLES, compare

SEEDS = Path(__file__).parents[3] / "dbt_project" / "seeds"
SCORES = {
    "charlson_1987", "charlson_2011", "hospital_frailty_risk", "cambridge_multimorbidity_general",
    "efi_coded", "efi_computed",
}  # fmt: skip


def seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_registers_and_scores_are_what_the_rows_say(built, pseudonymised: Path) -> None:
    found = compare(pseudonymised, built.database)
    assert {table: differing for table, (_, differing) in found.items()} == dict.fromkeys(TABLES, 0)
    assert found["disease_register"][0] > 200
    assert found["clinical_score"][0] > 400


def test_the_comparison_sees_a_single_wrong_row_of_each_table(
    built, pseudonymised: Path, tmp_path: Path
) -> None:
    copied = Path(shutil.copy(built.database, tmp_path / "wrong.duckdb"))
    with duckdb.connect(str(copied)) as connection:
        for table, wrong in (("disease_register", "reason = 'x'"), ("clinical_score", "evidence = 'x'")):
            connection.execute(
                f"update wsic.{table} set {wrong} where rowid = (select min(rowid) from wsic.{table})"
            )
    assert {table: n for table, (_, n) in compare(pseudonymised, copied).items()} == dict.fromkeys(TABLES, 2)


def test_the_made_up_people_show_every_score_and_many_reasons(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Else the comparison would show little. Nobody's frailty was coded; unit tests show the coded index."""
    scores = warehouse.execute("select distinct score_id from wsic.clinical_score").fetchall()
    assert {score for (score,) in scores} == SCORES - {"efi_coded"}
    reasons = warehouse.execute("select distinct reason from wsic.disease_register").fetchall()
    assert {reason for (reason,) in reasons} >= {
        "diagnosed", "drug", "under_age", "ended", "no_drug", "no_confirming_list",
    }  # fmt: skip
    lacking = "select count(*) from wsic.clinical_score where is_complete = (note is not null)"
    assert warehouse.execute(lacking).fetchone() == (0,)
    counts = "select distinct n_components_told, n_components_in_all"
    told = counts + " from wsic.clinical_score where score_id = '{}'"
    assert warehouse.execute(told.format("efi_computed")).fetchall() == [(32, 36)]


def test_the_tables_of_the_papers_are_whole() -> None:
    parts = seed("clinical_score_components")
    count = Counter(part["score_id"] for part in parts)
    assert count == {
        "charlson_1987": 17, "charlson_2011": 17, "hospital_frailty_risk": 109,
        "cambridge_multimorbidity_general": 20, "efi_computed": 36,
    }  # fmt: skip
    weight = {(part["score_id"], part["component"]): float(part["weight"]) for part in parts}
    risk = {code: points for (score, code), points in weight.items() if score == "hospital_frailty_risk"}
    published = {
        "F00": 7.1, "G81": 4.4, "G30": 4.0, "I69": 3.7, "R29": 3.6, "N39": 3.2, "F05": 3.2, "W19": 3.2,
        "S00": 3.2, "R31": 3.0, "B96": 2.9, "R41": 2.7, "R26": 2.6, "R50": 0.1,
    }  # fmt: skip
    assert published.items() <= risk.items()
    assert max(risk, key=risk.__getitem__) == "F00" and min(risk, key=risk.__getitem__) == "R50"


def test_every_group_of_charlson_has_codes_and_every_score_its_parts() -> None:
    coded = {row["comorbidity"] for row in seed("comorbidity_codes")}
    groups = {
        part["component"] for part in seed("clinical_score_components") if part["needs"] == "comorbidity"
    }
    assert groups == coded
    assert {row["score_id"] for row in seed("clinical_scores")} == SCORES


def test_no_starter_list_has_a_name_that_nothing_reads() -> None:
    with STARTER_CODELISTS.open(encoding="utf-8", newline="") as file:
        names = {row["codelist"] for row in csv.DictReader(file)}
    named = {
        row["codelist"] for name in ("disease_register", "clinical_score") for row in seed(f"{name}_lists")
    }
    assert {name for name in names if name.startswith(("disease_", "efi_", "drug_"))} <= named
