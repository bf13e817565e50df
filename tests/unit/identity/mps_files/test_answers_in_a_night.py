"""A night that uses what the national service answered, until the record is another than was asked about."""

import csv
from pathlib import Path

from pipeline.identity import RecordName, ask_national, keep_answers, link, list_queue, override
from pipeline.identity.mps_files import RESPONSE_FIELDS
from tests.identity_economy import AS_OF, Economy, nhs_number

A, B, NOBODYS = nhs_number(1), nhs_number(2), nhs_number(9)
GP = {"source": "gp", "sender": "YGM01"}
ACUTE = {"source": "acute", "sender": "RYJ"}


SIGNED = {"reason": "their letter says so", "author": "A. Clerk"}


def name(record_id: str) -> RecordName:
    where = GP if record_id in "gh" else ACUTE
    return RecordName(where["source"], where["sender"], record_id)


def night(economy: Economy, run_id: str) -> dict[str, str]:
    economy.land()
    link(economy.settings, economy.ledger, run_id, AS_OF)
    return {key[2]: row["person_id"] for key, row in economy.links().items()}


def answer(path: Path, number: str, *, several: bool = False, **more: str) -> Path:
    """The service's response to each record of ``path``."""
    with path.open(encoding="utf-8", newline="") as file:
        asked = list(csv.DictReader(file))
    response = path.with_name("response.csv")
    with response.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, RESPONSE_FIELDS)
        writer.writeheader()
        writer.writerows(
            {
                "UNIQUE_REFERENCE": row["UNIQUE_REFERENCE"],
                "REQ_NHS_NO": row["NHS_NO"],
                "DATE_OF_BIRTH": row["DATE_OF_BIRTH"],
                "ERROR_SUCCESS_CODE": "97" if several else "00",
                "MATCHED_NHS_NO": number,
                "MATCHED_ALGORITHM_INDICATOR": "0" if several else "4",
                "MATCHED_CONFIDENCE_PERCENTAGE": "93",
                **more,
            }
            for row in asked
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
    keep_answers(economy.settings, answer(tmp_path / "request.csv", NOBODYS))
    after = night(economy, "r2")
    assert after["g"] == before["g"] != after["a"]


def answered(economy: Economy, tmp_path: Path, number: str, *, sent: str | None = None) -> dict[str, str]:
    """Two people of a practice (g, h) and a hospital's record, to which the service gives ``number``."""
    economy.person("g", A, **GP)
    economy.person("h", B, "1931-01-05", **GP)
    economy.person("a", sent, birth="1961-04-05", **ACUTE)
    before = night(economy, "r1")
    assert ask_national(economy.settings, tmp_path / "request.csv") == 1
    keep_answers(economy.settings, answer(tmp_path / "request.csv", number))
    return before


def test_a_decision_that_two_are_different_goes_before_the_answer(economy: Economy, tmp_path: Path) -> None:
    before = answered(economy, tmp_path, A)
    assert night(economy, "r2")["a"] == before["g"]
    override(economy.settings, name("a"), name("g"), verdict="different", **SIGNED)
    after = night(economy, "r3")
    assert after["a"] not in (after["g"], after["h"])
    assert [pair for pair in list_queue(economy.settings) if pair.kind == "contradiction"] == []


def test_a_decision_that_it_is_somebody_else_goes_before_the_answer(economy: Economy, tmp_path: Path) -> None:
    before = answered(economy, tmp_path, A)
    override(economy.settings, name("a"), name("h"), verdict="same", **SIGNED)
    assert night(economy, "r2")["a"] == before["h"]
    assert economy.links()["acute", "RYJ", "a"]["link_step"] == "decided"


def test_an_answer_that_confirms_the_records_own_number_makes_the_decision_a_contradiction(
    economy: Economy, tmp_path: Path
) -> None:
    before = answered(economy, tmp_path, B, sent=B)
    override(economy.settings, name("a"), name("g"), verdict="same", **SIGNED)
    assert night(economy, "r2")["a"] == before["h"]
    (pair,) = [pair for pair in list_queue(economy.settings) if pair.kind == "contradiction"]
    assert (pair.left, pair.right) == (name("a"), name("g"))
    assert pair.reason is not None and "two different established" in pair.reason


def test_a_decision_is_obeyed_beside_an_answer_that_no_practice_holds(
    economy: Economy, tmp_path: Path
) -> None:
    answered(economy, tmp_path, NOBODYS)
    economy.person("c", None, birth="1975-05-05", **ACUTE)
    night(economy, "r2")
    override(economy.settings, name("a"), name("c"), verdict="same", **SIGNED)
    after = night(economy, "r3")
    assert after["a"] == after["c"] not in (after["g"], after["h"])
    assert [pair for pair in list_queue(economy.settings) if pair.kind == "contradiction"] == []


def test_several_matches_of_the_service_are_listed_without_another_side(
    economy: Economy, tmp_path: Path
) -> None:
    economy.person("g", A, **GP)
    economy.person("a", None, birth="1961-04-05", **ACUTE)
    night(economy, "r1")
    ask_national(economy.settings, tmp_path / "request.csv")
    keep_answers(economy.settings, answer(tmp_path / "request.csv", "9999999999", several=True))
    night(economy, "r2")
    (pair,) = [pair for pair in list_queue(economy.settings) if pair.kind == "several_close"]
    assert (pair.left, pair.right) == (name("a"), None)


NOBODY = {
    "ERROR_SUCCESS_CODE": "98", "MATCHED_ALGORITHM_INDICATOR": "0", "MATCHED_CONFIDENCE_PERCENTAGE": "0",
}  # fmt: skip


def asked_of_verified(economy: Economy, tmp_path: Path, **more: str) -> dict[str, str]:
    """A hospital's record of a verified number and another birth date than the practice's; answered: B."""
    economy.person("h", B, "1931-01-05", **GP)
    economy.person("a", NOBODYS, "1961-04-05", status="01", **ACUTE)
    night(economy, "r1")
    ask_national(economy.settings, tmp_path / "request.csv", everyone=True)
    text = answer(tmp_path / "request.csv", B, **more).read_text(encoding="utf-8").splitlines()
    (tmp_path / "response.csv").write_text("\n".join(text[:2]), encoding="utf-8")  # of the hospital's alone
    keep_answers(economy.settings, tmp_path / "response.csv")
    return night(economy, "r2")


def test_an_answer_with_another_number_than_the_verified_one_is_not_used_but_listed(
    economy: Economy, tmp_path: Path
) -> None:
    after = asked_of_verified(economy, tmp_path)
    assert after["a"] != after["h"]
    (pair,) = [pair for pair in list_queue(economy.settings) if pair.kind == "national_contradiction"]
    assert (pair.left, pair.right) == (name("a"), name("h"))


def test_a_verified_number_that_the_service_calls_replaced_is_followed(
    economy: Economy, tmp_path: Path
) -> None:
    after = asked_of_verified(economy, tmp_path, ERROR_SUCCESS_CODE="90")
    assert after["a"] == after["h"]
    assert list_queue(economy.settings) == []


def test_a_replaced_number_that_a_practice_still_holds_is_not_followed(
    economy: Economy, tmp_path: Path
) -> None:
    economy.person("g", NOBODYS, "1961-04-05", **GP)
    after = asked_of_verified(economy, tmp_path, ERROR_SUCCESS_CODE="90")
    assert after["a"] == after["g"] != after["h"]


def test_an_answer_to_what_the_record_said_before_is_not_used(economy: Economy, tmp_path: Path) -> None:
    economy.person("g", A, **GP)
    economy.person("a", None, birth="1961", **ACUTE)
    night(economy, "r1")
    ask_national(economy.settings, tmp_path / "request.csv")
    late = answer(tmp_path / "request.csv", A)
    economy.rows.clear()
    economy.person("g", A, **GP)
    economy.person("a", None, birth="1962", **ACUTE)
    night(economy, "r2")
    ask_national(economy.settings, tmp_path / "again.csv")
    keep_answers(economy.settings, late)
    after = night(economy, "r3")
    assert after["a"] != after["g"]


def test_records_of_one_national_id_are_one_person_that_lasts(economy: Economy, tmp_path: Path) -> None:
    economy.person("a", None, "1944-01-01", **ACUTE)
    economy.person("b", None, "1944-11-09", **ACUTE)
    before = night(economy, "r1")
    assert before["a"] != before["b"]
    ask_national(economy.settings, tmp_path / "request.csv", with_local_id=True)
    keep_answers(economy.settings, answer(tmp_path / "request.csv", "0000000000", MPS_ID="A123", **NOBODY))
    after = night(economy, "r2")
    assert after["a"] == after["b"] in before.values()
    assert economy.links()["acute", "RYJ", "a"]["link_step"] == "bucket"
    assert night(economy, "r3") == after


def founded(economy: Economy, tmp_path: Path, birth: str) -> tuple[dict[str, str], str]:
    """The service gives a number that nobody here holds; another sender gave it to one born ``birth``."""
    economy.person("a", None, "1944-01-01", gender="female", **ACUTE)
    night(economy, "r1")
    ask_national(economy.settings, tmp_path / "request.csv")
    keep_answers(economy.settings, answer(tmp_path / "request.csv", NOBODYS))
    economy.person("b", NOBODYS, birth, gender="male", **ACUTE)
    return night(economy, "r2"), economy.links()["acute", "RYJ", "b"]["link_step"]


def test_a_number_of_the_services_answer_is_no_proof_with_another_birth_date(
    economy: Economy, tmp_path: Path
) -> None:
    people, step = founded(economy, tmp_path, "1999-09-09")
    assert people["a"] != people["b"]
    assert step == "birth_date_conflict"


def test_a_number_of_the_services_answer_is_proof_with_the_birth_date(
    economy: Economy, tmp_path: Path
) -> None:
    people, step = founded(economy, tmp_path, "1944-01-01")
    assert people["a"] == people["b"]
    assert step == "number_founded"
