"""What the ledger, messages and command line say of objections: counts, never whose."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.errors import UsageError
from pipeline.identity import write_request
from pipeline.run.objections import evidence
from tests.identity_economy import AS_OF, Economy, observation
from tests.objection_house import DISSENT, GP, House


@pytest.fixture
def house(economy: Economy) -> House:
    house = House(economy)
    for _ in range(3):
        house.person()
    economy.add("Observation", observation("t", DISSENT), "p3", **GP)
    return house


def wsic(
    monkeypatch: pytest.MonkeyPatch, home: Path, *arguments: str, said: str | None = None
) -> tuple[int, str]:
    monkeypatch.setenv("WSIC_HOME", str(home))
    result = CliRunner().invoke(app, list(arguments), input=said)
    return result.exit_code, result.output + (str(result.exception) if result.exception else "")


def test_decisions_come_by_file_or_standard_input_and_leave_no_number(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.night("direct_care")
    home, number = house.economy.home, house.number("p1")
    path = tmp_path / "people.txt"
    path.write_text(f"{number}\n")
    words = ["--by", "IG lead", "--reason", "asked by letter"]
    code, said = wsic(monkeypatch, home, "opt-outs", "withdraw", "--subjects", number, *words)
    assert code == 1 and "names no file" in said and number not in said
    code, said = wsic(
        monkeypatch, home, "opt-outs", "withdraw", "--subjects", "-", *words, "--json", said=f"{number}\n"
    )
    assert code == 0 and json.loads(said)["people"] == 1
    code, said = wsic(monkeypatch, home, "opt-outs", "delete", "--subjects", str(path), *words)
    assert code == 1 and "--yes" in said
    code, said = wsic(monkeypatch, home, "opt-outs", "delete", "--subjects", str(path), "--yes", *words)
    assert code == 0 and number not in said
    assert number.encode() not in (home / "audit" / "ledger.sqlite").read_bytes()
    for kept in (home / "identity").rglob("*"):
        if kept.is_file() and kept.suffix != ".parquet":
            assert number.encode() not in kept.read_bytes(), kept.name


def test_the_evidence_of_a_release_is_counts_and_hashes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    economy = house.economy
    write_request_first = house.night("direct_care")
    assert write_request_first.people == 3
    request = write_request(economy.settings, economy.ledger, asked_on=AS_OF.replace(day=20))
    house.night("secondary_use", allowed=(house.number("p1"), house.number("p3")))
    code, said = wsic(monkeypatch, economy.home, "opt-outs", "report", "--release", "r1", "--json")
    assert code == 0
    rows = {row["product"]: row for row in json.loads(said)}
    told = rows["secondary_use"]
    assert (told["request_id"], told["asked_on"], told["reply_on"]) == (
        request.request_id,
        "2026-03-20",
        "2026-03-25",
    )
    assert (told["people_in"], told["people_out"], told["numbers_allowed"]) == (1, 2, 2)
    assert told["withheld"]["national_opt_out"] == {"people": 1, "rows": 1}
    assert told["withheld"]["type_1_objection"] == {"people": 1, "rows": 2}
    assert told["withheld"]["deleted"] == {"people": 0, "rows": 0}
    assert rows["direct_care"]["reply_on"] is None
    for person in ("p1", "p2", "p3"):
        assert house.number(person) not in said
    assert wsic(monkeypatch, economy.home, "opt-outs", "report")[0] == 0
    with pytest.raises(UsageError, match="made no product"):
        evidence(economy.ledger, release="20990101-001")
