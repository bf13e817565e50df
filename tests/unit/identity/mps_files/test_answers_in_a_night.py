"""A night that uses what the national service answered, until the record is another than was asked about."""

import csv
from pathlib import Path

from pipeline.identity import ask_national, keep_answers, link
from pipeline.identity.mps_files import RESPONSE_FIELDS
from tests.identity_economy import AS_OF, Economy, nhs_number

A = nhs_number(1)
GP = {"source": "gp", "sender": "YGM01"}
ACUTE = {"source": "acute", "sender": "RYJ"}


def night(economy: Economy, run_id: str) -> dict[str, str]:
    economy.land()
    link(economy.settings, economy.ledger, run_id, AS_OF)
    return {key[2]: row["person_id"] for key, row in economy.links().items()}


def answer(path: Path, number: str) -> Path:
    """The service's response to the one record of ``path``."""
    with path.open(encoding="utf-8", newline="") as file:
        (asked,) = csv.DictReader(file)
    response = path.with_name("response.csv")
    with response.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, RESPONSE_FIELDS)
        writer.writeheader()
        writer.writerow(
            {
                "UNIQUE_REFERENCE": asked["UNIQUE_REFERENCE"],
                "ERROR_SUCCESS_CODE": "00",
                "MATCHED_NHS_NO": number,
                "MATCHED_ALGORITHM_INDICATOR": "4",
                "MATCHED_CONFIDENCE_PERCENTAGE": "93",
            }
        )
    return response


def test_an_answer_is_used_while_the_record_is_what_was_asked_about(economy: Economy, tmp_path: Path) -> None:
    economy.person("g", A, **GP)
    economy.person("a", None, birth="1961", **ACUTE)
    before = night(economy, "r1")
    assert before["a"] != before["g"]

    assert ask_national(economy.settings, tmp_path / "request.csv") == 1
    assert keep_answers(economy.settings, answer(tmp_path / "request.csv", A)) == 1
    after = night(economy, "r2")
    assert after["a"] == after["g"] == before["g"]
    linked = economy.links()["acute", "RYJ", "a"]
    assert (linked["link_step"], linked["link_confidence"]) == ("algorithmic", 93)

    economy.rows.clear()
    economy.person("g", A, **GP)
    economy.person("a", None, birth="1962", **ACUTE)
    changed = night(economy, "r3")
    assert changed["a"] != changed["g"]


def test_a_number_that_no_practice_holds_founds_its_person(economy: Economy, tmp_path: Path) -> None:
    economy.person("g", A, **GP)
    economy.person("a", None, birth="1961", **ACUTE)
    before = night(economy, "r1")
    ask_national(economy.settings, tmp_path / "request.csv")
    keep_answers(economy.settings, answer(tmp_path / "request.csv", nhs_number(9)))
    after = night(economy, "r2")
    assert after["g"] == before["g"] != after["a"]
