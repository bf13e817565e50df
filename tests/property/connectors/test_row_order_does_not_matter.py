"""The order of a file's rows says nothing: spells, referrals and patients come out the same."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mapping_harness import map_rows

LINEAGE = ("_row", "_file_id")

# One person, two spells, three and one episodes; one episode unnumbered, one admission method left out.
EPISODES = [
    {
        "GeneratedRecordIdentifier": f"E{number}",
        "LocalPatientIdentifier": "P1",
        "HospitalProviderSpellNumber": spell,
        "EpisodeNumber": order,
        "StartDateHospitalProviderSpell": "2026-01-02",
        "StartDateConsultantEpisode": f"2026-01-0{number + 1}",
        "AdmissionMethodHospitalProviderSpell": method,
        "DischargeDestinationHospitalProviderSpell": destination,
        "Postcode": f"W{number} 1AA",
        "NHSNumber": nhs_number,
    }
    for number, (spell, order, method, destination, nhs_number) in enumerate(
        [
            ("S1", "1", None, None, None),
            ("S1", "2", "21", "98", "9990000018"),
            ("S1", "99", "81", "19", None),
            ("S2", "1", "11", "19", "9990000026"),
        ],
        start=1,
    )
]


@settings(max_examples=8, deadline=None, derandomize=True)
@given(st.permutations(EPISODES))
def test_spells_and_patients_do_not_depend_on_row_order(rows: list[dict[str, str | None]]) -> None:
    assert _content(rows) == _content(EPISODES)


def _content(rows: list[dict[str, str | None]]) -> dict[str, list[dict[str, Any]]]:
    mapped = map_rows("acute", "sus", {"APC": rows}, only=("Encounter", "Patient"))
    return {
        kind: sorted(
            ({key: value for key, value in row.items() if key not in LINEAGE} for row in mapped[kind]),
            key=lambda row: row["id"],
        )
        for kind in ("Encounter", "Patient")
    }


def test_the_spell_is_what_its_episodes_say_in_their_order() -> None:
    spell = next(
        row
        for row in _content(EPISODES)["Encounter"]
        if row.get("identifier", [{}])[0].get("value") == "X99|S1"
    )
    hospitalization = spell["hospitalization"]
    assert hospitalization["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == "21"
    assert hospitalization["dischargeDisposition"]["coding"][0]["code"] == "19"
