"""A hospital that sends UK Core FHIR as NDJSON, from its lines to the published tables."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from pipeline.settings import PRODUCTS
from tests.bad_nights import BAD, FHIR_FEED, MENDED, Nights

pytestmark = pytest.mark.long

SENDER = FHIR_FEED.split("/")[1]
ACTIVITY = """
    select activity_type, start_at, end_at, person_key from core.activity
    where sender = 'FH1' order by start_at"""


def entries(nights: Nights, file_name: str) -> dict[tuple[str, str], int]:
    """(rule, JSON path) -> refused rows of one file of its, as ``wsic quarantine list`` shows them."""
    return {
        (row["rule_id"], row["column_name"]): row["rows"]
        for row in nights.quarantine
        if row["sender"] == SENDER and row["file_name"] == file_name and row["severity"] == "row"
    }


@pytest.mark.parametrize(
    ("file_name", "rows_in", "refused"),
    [
        ("Patient.ndjson", 7, {("malformed_json", "$"): 1, ("unknown_modifier", "$.modifierExtension"): 1}),
        ("Encounter.ndjson.gz", 6, {("malformed_date", "$.period.start"): 1}),
        ("Condition.ndjson", 2, {("malformed_shape", "$"): 1}),
        ("Observation.ndjson", 2, {("unknown_code", "$.status"): 1}),
    ],
)
def test_a_bad_line_is_refused_by_path_and_rule_and_costs_no_other(
    nights: Nights, file_name: str, rows_in: int, refused: dict[tuple[str, str], int]
) -> None:
    assert entries(nights, file_name) == refused
    outcome = nights.ask(
        "secondary_use", BAD,
        "select outcome, rows_in, rows_landed, rows_quarantined from audit.file_outcome "
        "where sender = ? and file_name = ?", SENDER, file_name,
    )  # fmt: skip
    lost = sum(refused.values())
    assert outcome == [("landed", rows_in, rows_in - lost, lost)]


def links(nights: Nights) -> dict[str, dict[str, Any]]:
    """Record id of the hospital -> its row of the link table."""
    path = nights.links
    query = "select record_id, person_id, link_step from read_parquet(?) where sender = ?"
    rows = duckdb.execute(query, [str(path), SENDER]).fetchall()
    return {record: {"person": person, "step": step} for record, person, step in rows}


def test_patients_link_on_number_and_birth_date_to_whom_they_are_in_truth(nights: Nights) -> None:
    """The last patient was sent with somebody else's number, which alone makes nobody the same person."""
    found = links(nights)
    files = [
        str(nights.links), str(nights.extracts / "truth" / "records.parquet")
    ]  # fmt: skip
    people = dict(zip(("p1", "p2", "p3", "p4", "p5"), nights.held["fhir"].people, strict=True))
    assert found.keys() == people.keys()
    same = """
        select distinct l.person_id from read_parquet(?) as l
        inner join read_parquet(?) as t
            on l.source = t.source and l.sender = t.sender and l.record_id = t.record_id
        where l.source = 'gp' and t.person_id = ?"""
    at_practice = {
        record: duckdb.execute(same, [*files, person]).fetchall() for record, person in people.items()
    }
    for record in ("p1", "p2", "p3", "p4"):
        assert at_practice[record] == [(found[record]["person"],)], record
        assert found[record]["step"] == "cross_check"
    assert (found["p5"]["person"],) not in at_practice["p5"]


@pytest.mark.parametrize("product", PRODUCTS)
def test_what_it_sends_reaches_the_published_tables(nights: Nights, product: str) -> None:
    """Without a word of ours for its type, an encounter is told by its class; times are London's."""
    activity = nights.ask(product, BAD, ACTIVITY)
    # Whether somebody of no known number objected cannot be checked: not for analysts.
    expected = [
        ("emergency_attendance", "2024-03-04 09:00:00", "2024-03-04 11:00:00"),
        ("inpatient_spell", "2026-02-02 09:00:00", "2026-02-02 11:00:00"),
        ("outpatient_attendance", "2026-02-03 09:00:00", "2026-02-03 11:00:00"),
        ("outpatient_attendance", "2026-02-04 09:00:00", "2026-02-04 11:00:00"),
        ("outpatient_attendance", "2026-02-05 09:00:00", "2026-02-05 11:00:00"),
    ]
    kept = expected if product == "direct_care" else expected[:4]
    assert [(kind, str(start), str(end)) for kind, start, end, _ in activity] == kept
    known = {row[0] for row in nights.ask(product, BAD, "select person_key from core.person")}
    assert {key for *_, key in activity} <= known
    sources = nights.ask(product, BAD, "select person_key from core.person_source where sender = ?", SENDER)
    assert len(sources) == len(kept)


def test_a_linked_patient_has_a_practice_and_the_hospitals_activity(nights: Nights) -> None:
    """One person: the practice's list and the hospital's clinic meet on the same key."""
    query = """
        select count(distinct a.person_key) from core.activity as a
        inner join core.person as p using (person_key)
        where a.sender = 'FH1' and p.is_registered and p.practice_code is not null"""
    assert nights.ask("secondary_use", BAD, query) == [(4,)]


def test_a_diagnosis_and_a_result_belong_to_the_encounter_they_name(nights: Nights) -> None:
    query = """
        select d.code from core.diagnosis as d inner join core.activity as a using (activity_key)
        where a.sender = 'FH1' and a.start_at::date = date '2026-02-03'"""
    assert [row[0] for row in nights.ask("secondary_use", BAD, query)] == ["44054006"]
    observed = "select code, value, unit from core.observation where code = '1010671000000102' and value = 48"
    assert [(code, float(value)) for code, value, _ in nights.ask("secondary_use", BAD, observed)] == [
        ("1010671000000102", 48.0)
    ]


def test_a_resource_sent_again_is_updated_and_not_doubled(nights: Nights) -> None:
    before = nights.ask("direct_care", BAD, ACTIVITY)
    after = nights.ask("direct_care", MENDED, ACTIVITY)
    assert len(before) == len(after)
    assert str(after[0][2]) == "2024-03-04 13:30:00"
    assert [row[:2] for row in before] == [row[:2] for row in after]
