"""A file checked again after a rule was mended."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

import pytest

from connectors import registry
from pipeline.errors import InputRefusedError, UsageError
from pipeline.landing import list_quarantine, replay
from tests.landing_house import CLINIC, PERSON, VISIT, House, person, visit


def mend(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ``Visit.Reason`` hold the code that was refused."""
    visits = CLINIC.file("Visit.csv")
    columns = tuple(
        dataclasses.replace(column, values=frozenset("ABZ")) if column.name == "Reason" else column
        for column in visits.columns
    )
    files = tuple(
        dataclasses.replace(file, columns=columns) if file is visits else file for file in CLINIC.files
    )
    gp = dataclasses.replace(registry.source("gp"), formats=(dataclasses.replace(CLINIC, files=files),))
    monkeypatch.setattr(registry, "SOURCES", MappingProxyType({**registry.SOURCES, "gp": gp}))


def test_a_mended_rule_lets_the_row_in_at_the_next_run(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.send("Person.csv", PERSON, person(1))
    house.send("Visit.csv", VISIT, visit(1, reason="Z"), visit(2))
    file_id = house.land().files[1].file_id
    assert [(row["file_name"], row["rule_id"], row["rows"]) for row in list_quarantine(house.ledger)] == [
        ("Visit.csv", "unknown_code", 1)
    ]

    mend(monkeypatch)
    outcome = replay(house.settings, house.ledger, run_id="mend", file_id=file_id)
    house.land()

    assert (outcome.rows_landed, outcome.rows_quarantined) == (2, 0)
    assert list_quarantine(house.ledger) == []
    assert house.quarantined() == []
    assert len(house.fhir("Encounter", "id")) == 2
    landing = "select run_id, rows_in, rows_out from stage where stage = 'landing' and file_id = ?"
    assert house.ledger.query(landing, (file_id,)) == [{"run_id": "run-1", "rows_in": 2, "rows_out": 2}]
    assert not house.unbalanced()


def test_a_file_that_nobody_knows_or_that_is_gone_is_told(house: House) -> None:
    house.send("Person.csv", PERSON, person(1))
    file_id = house.land().files[0].file_id
    with pytest.raises(UsageError, match="quarantine list"):
        replay(house.settings, house.ledger, run_id="x", file_id="0" * 16)

    (copy,) = house.zones.received.rglob("Person.csv")
    copy.unlink()
    with pytest.raises(InputRefusedError, match="gone or changed"):
        replay(house.settings, house.ledger, run_id="x", file_id=file_id)
