"""Request and response of the national trace: what leaves, and what is refused on its way back."""

import csv
from pathlib import Path

import pytest

from pipeline.errors import InputRefusedError
from pipeline.identity.mps_files import (
    REQUEST_FIELDS,
    RESPONSE_FIELDS,
    read_response,
    use_answers,
    write_request,
)
from tests.identity_economy import nhs_number
from tests.trace_desk import Desk

FOUND = {
    "ERROR_SUCCESS_CODE": "00",
    "MATCHED_NHS_NO": nhs_number(7),
    "MATCHED_ALGORITHM_INDICATOR": "4",
    "MATCHED_CONFIDENCE_PERCENTAGE": "88",
}


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.connection.execute(
        "create table vault.mps_reference "
        "(unique_reference varchar, record_key varchar, requested_run varchar, content_hash ubigint, "
        "asked_number varchar, asked_birth_date varchar)"
    )
    desk.asks(
        "local-1",
        number=nhs_number(1),
        family="Ó Briain",
        given="Zöe",
        other="Mary Ann",
        birth="1992-01-02",
        gender="female",
        postcode="sw1a2aa",
        practice="E1",
        death="2020-03-04",
    )
    desk.asks("local-2", family="Gray, Smith", birth="1992", gender="other", postcode="LS1", number="12")
    desk.index()
    return desk


def requested(desk: Desk, path: Path, **how: bool) -> list[dict[str, str]]:
    write_request(desk.connection, path, run_id="r1", **how)
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert tuple(reader.fieldnames or ()) == REQUEST_FIELDS
        return list(reader)


def references(desk: Desk) -> list[str]:
    """Of local-1 and local-2, as the last request asked about them."""
    found = desk.table("vault.mps_reference order by record_key")
    return [row["unique_reference"] for row in found] or ["none", "none"]


def answered(desk: Desk, path: Path, *rows: dict[str, str], fields: tuple[str, ...] = RESPONSE_FIELDS) -> int:
    asked = references(desk)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fields, extrasaction="ignore")
        writer.writeheader()
        writer.writerows([{"UNIQUE_REFERENCE": asked[n], **FOUND, **row} for n, row in enumerate(rows)])
    return read_response(desk.connection, path)


def test_a_request_has_every_field_in_the_form_of_the_service(desk: Desk, tmp_path: Path) -> None:
    first, second = requested(desk, tmp_path / "request.csv")
    assert first == {
        **dict.fromkeys(REQUEST_FIELDS, ""),
        "UNIQUE_REFERENCE": references(desk)[0],
        "NHS_NO": nhs_number(1),
        "FAMILY_NAME": "Ó BRIAIN",
        "GIVEN_NAME": "ZÖE",
        "OTHER_GIVEN_NAME": "MARY ANN",
        "GENDER": "2",
        "DATE_OF_BIRTH": "19920102",
        "DATE_OF_DEATH": "20200304",
        "POSTCODE": "SW1A 2AA",
        "GP_PRACTICE_CODE": "E1",
    }
    assert (second["FAMILY_NAME"], second["DATE_OF_BIRTH"], second["GENDER"]) == ("GRAY, SMITH", "", "9")
    assert (second["POSTCODE"], second["NHS_NO"]) == ("LS1", "")
    assert (tmp_path / "request.csv").stat().st_mode & 0o777 == 0o600


def test_no_id_of_a_sender_leaves_unless_it_is_asked_for(desk: Desk, tmp_path: Path) -> None:
    requested(desk, tmp_path / "request.csv")
    assert "local-1" not in (tmp_path / "request.csv").read_text()
    assert requested(desk, tmp_path / "with.csv", with_local_id=True)[0]["LOCAL_PATIENT_ID"] == "local-1"


def test_a_record_keeps_its_reference_while_it_is_as_it_was(desk: Desk, tmp_path: Path) -> None:
    before = {row["FAMILY_NAME"]: row["UNIQUE_REFERENCE"] for row in requested(desk, tmp_path / "1.csv")}
    desk.asks("local-0", family="Aaron", birth="1970-01-01")
    desk.patients[1]["birthDate"] = "1993"
    desk.index()
    after = {row["FAMILY_NAME"]: row["UNIQUE_REFERENCE"] for row in requested(desk, tmp_path / "2.csv")}
    assert set(after) == {*before, "AARON"}
    assert after["Ó BRIAIN"] == before["Ó BRIAIN"]
    assert after["GRAY, SMITH"] != before["GRAY, SMITH"]


def test_references_of_two_deployments_have_none_in_common(desk: Desk, tmp_path: Path) -> None:
    requested(desk, tmp_path / "1.csv")
    here = set(references(desk))
    desk.connection.execute("delete from vault.mps_reference")
    requested(desk, tmp_path / "2.csv")
    assert len(here | set(references(desk))) == 4
    assert all(len(reference) == 32 for reference in here)


def test_an_answer_is_of_the_record_as_it_was_asked_about(desk: Desk, tmp_path: Path) -> None:
    requested(desk, tmp_path / "1.csv")
    first = desk.table("identity_record where record_id = 'local-2'")[0]["content_hash"]
    reference = references(desk)[1]
    desk.patients[1]["birthDate"] = "1993"
    desk.index()
    requested(desk, tmp_path / "2.csv")
    answered(desk, tmp_path / "late.csv", {"UNIQUE_REFERENCE": reference})
    assert desk.table("mps_answer")[0]["content_hash"] == first


def test_a_response_becomes_the_result_of_a_trace(desk: Desk, tmp_path: Path) -> None:
    requested(desk, tmp_path / "request.csv")
    nobody = {
        "MATCHED_NHS_NO": "0000000000",
        "MATCHED_ALGORITHM_INDICATOR": "0",
        "MATCHED_CONFIDENCE_PERCENTAGE": "0",
        "ERROR_SUCCESS_CODE": "98",
        "MPS_ID": "A123~~~B456",
    }
    assert answered(desk, tmp_path / "response.csv", {}, nobody) == 2
    first, second = desk.table("mps_answer")
    assert first["record_key"] == "acute|RYJ|local-1"
    assert (first["link_step"], first["matched_number"], first["link_confidence"]) == (
        "algorithmic",
        nhs_number(7),
        88,
    )
    assert (second["link_step"], second["matched_number"], second["code"]) == (None, None, "98")
    assert second["mps_id"] == "A123"
    desk.traced()
    columns = [row["column_name"] for row in desk.table("(describe trace_result)")]
    assert [row["column_name"] for row in desk.table("(describe mps_answer)")] == [
        *columns, "mps_id", "is_restricted", "content_hash",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("indicator", "step"), [("1", "cross_check"), ("2", "alphanumeric"), ("3", "alphanumeric")]
)
def test_indicators(desk: Desk, tmp_path: Path, indicator: str, step: str) -> None:
    requested(desk, tmp_path / "request.csv")
    answered(desk, tmp_path / "response.csv", {"MATCHED_ALGORITHM_INDICATOR": indicator})
    assert desk.table("mps_answer")[0]["link_step"] == step


def test_several_matches_are_no_match(desk: Desk, tmp_path: Path) -> None:
    requested(desk, tmp_path / "request.csv")
    answered(desk, tmp_path / "response.csv", {"MATCHED_NHS_NO": "9999999999", "ERROR_SUCCESS_CODE": "97"})
    row = desk.table("mps_answer")[0]
    assert (row["matched_number"], row["link_confidence"], row["code"]) == (None, 0, "97")


BAD = [
    ({"UNIQUE_REFERENCE": "4711"}, "UNIQUE_REFERENCE", "4711"),
    ({"UNIQUE_REFERENCE": "that of the first"}, "one row a reference", None),
    ({"REQ_NHS_NO": nhs_number(5)}, "REQ_NHS_NO", nhs_number(5)),
    ({"DATE_OF_BIRTH": "19930405"}, "DATE_OF_BIRTH", "19930405"),
    ({"UNIQUE_REFERENCE": ""}, "UNIQUE_REFERENCE", None),
    ({"MATCHED_ALGORITHM_INDICATOR": "7"}, "MATCHED_ALGORITHM_INDICATOR", None),
    ({"MATCHED_ALGORITHM_INDICATOR": ""}, "MATCHED_ALGORITHM_INDICATOR", None),
    ({"ERROR_SUCCESS_CODE": "42"}, "ERROR_SUCCESS_CODE", "42"),
    ({"MATCHED_NHS_NO": "9434765910"}, "MATCHED_NHS_NO", "9434765910"),
    ({"MATCHED_NHS_NO": ""}, "MATCHED_NHS_NO", None),
    ({"ERROR_SUCCESS_CODE": "98"}, "MATCHED_NHS_NO", nhs_number(7)),
    ({"MATCHED_ALGORITHM_INDICATOR": "0"}, "MATCHED_NHS_NO", nhs_number(7)),
    ({"MATCHED_CONFIDENCE_PERCENTAGE": "101"}, "MATCHED_CONFIDENCE_PERCENTAGE", "101"),
    (
        {"ALGORITHMIC_TRACE_DOB_SCORE_PERC": "Quillfeather"},
        "ALGORITHMIC_TRACE_DOB_SCORE_PERC",
        "Quillfeather",
    ),
]


@pytest.mark.parametrize(("change", "said", "never"), BAD)
def test_a_bad_row_refuses_the_file(
    desk: Desk, tmp_path: Path, change: dict[str, str], said: str, never: str | None
) -> None:
    requested(desk, tmp_path / "request.csv")
    echoed = {"REQ_NHS_NO": nhs_number(1), "DATE_OF_BIRTH": "19920102"}
    answered(desk, tmp_path / "good.csv", echoed)
    if said == "one row a reference":
        change = {"UNIQUE_REFERENCE": references(desk)[0]}
    with pytest.raises(InputRefusedError, match=r"bad\.csv: row") as caught:
        answered(desk, tmp_path / "bad.csv", {}, change)
    message = str(caught.value)
    assert said in message and "valid" in message
    assert not (never and never in message)
    assert "mps_answer" not in {row["name"] for row in desk.table("(show all tables)")}


def test_a_header_that_lacks_a_field_refuses_the_file(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(InputRefusedError, match="lacks MATCHED_NHS_NO"):
        answered(
            desk, tmp_path / "r.csv", {}, fields=tuple(f for f in RESPONSE_FIELDS if f != "MATCHED_NHS_NO")
        )


def test_a_file_that_is_no_table_is_refused_without_its_text(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(b'\xff\xfeQuillfeather\x00,"\n1,2,3')
    with pytest.raises(InputRefusedError) as caught:
        read_response(desk.connection, path)
    assert "uillfeather" not in str(caught.value)


def test_answers_take_the_place_of_our_own(desk: Desk, tmp_path: Path) -> None:
    requested(desk, tmp_path / "request.csv")
    desk.traced()
    desk.connection.execute("create temp view record_known as from identity_record")
    answered(desk, tmp_path / "response.csv", {})
    assert use_answers(desk.connection) == 1
    by_key = {row["record_key"]: row["matched_number"] for row in desk.table("trace_result")}
    assert by_key == {"acute|RYJ|local-1": nhs_number(7), "acute|RYJ|local-2": None}


@pytest.mark.parametrize(
    ("sent", "restricted"),
    [
        ({}, False),
        ({"SENSITIVITY_FLAG": "n"}, False),
        ({"SENSITIVITY_FLAG": "S"}, True),
        ({"ERROR_SUCCESS_CODE": "92"}, True),
    ],
)
def test_whom_the_service_calls_sensitive(
    desk: Desk, tmp_path: Path, sent: dict[str, str], restricted: bool
) -> None:
    requested(desk, tmp_path / "request.csv")
    answered(desk, tmp_path / "response.csv", sent)
    assert desk.table("mps_answer")[0]["is_restricted"] is restricted
