"""Who answers whether the whole-system risk model may be built, and what the night does with the answer."""

from __future__ import annotations

import dataclasses
import logging
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from pipeline.handling import written
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.warehouse import build, dbt, purposes, whole_system
from pipeline.warehouse.purposes.kept import Kept, Register, read_register
from tests.unit.warehouse.test_build import GOOD, FakeDbt

RUN, PRODUCT = "20260331-001", "secondary_use"
RISK = frozenset({"risk_stratification"})


@pytest.fixture
def shipped(tmp_path: Path) -> Register:
    written.write(tmp_path)
    return read_register(tmp_path)


def allowing(register: Register, *but: tuple[str, str, str]) -> Register:
    """The same register where every column allows it, but these."""
    tables = {
        place: {
            name: dataclasses.replace(kept, purposes=kept.purposes - RISK if (*place, name) in but else RISK)
            for name, kept in columns.items()
        }
        for place, columns in register.tables.items()
    }
    return dataclasses.replace(register, tables=tables)


def test_the_law_that_ships_speaks_against_every_table(shipped: Register, tmp_path: Path) -> None:
    against = whole_system.columns_against(shipped)
    assert {tuple(name.split(".")[:2]) for name in against} == set(whole_system.READS)
    assert "social_care.episodes_of_care.service_type" in against
    assert whole_system.dbt_arguments(tmp_path) == ()


@pytest.mark.parametrize(("source", "table"), whole_system.READS)
def test_one_column_that_does_not_allow_it_is_enough(shipped: Register, source: str, table: str) -> None:
    assert whole_system.columns_against(allowing(shipped)) == []
    one = (source, table, "person_key")
    assert whole_system.columns_against(allowing(shipped, one)) == [".".join(one)]


def test_columns_that_the_variant_does_not_read_have_no_say(shipped: Register) -> None:
    elsewhere = ("ambulance", "encounters", "start_at"), ("community", "conditions", "code")
    assert whole_system.columns_against(allowing(shipped, *elsewhere)) == []


def test_a_table_without_a_register_allows_nothing(shipped: Register) -> None:
    tables: Mapping[tuple[str, str], Mapping[str, Kept]] = {
        place: columns for place, columns in allowing(shipped).tables.items() if place[0] != "social_care"
    }
    against = whole_system.columns_against(dataclasses.replace(shipped, tables=tables))
    assert against == [f"{source}.{table}" for source, table in whole_system.READS if source == "social_care"]


class _Judged:
    """Stands in for the gate: remembers what dbt was judged with."""

    arguments: Sequence[str] = ("nothing yet",)

    def __call__(self, *_: object, arguments: Sequence[str], **__: object) -> None:
        self.arguments = arguments


@pytest.mark.parametrize("is_trained", [False, True])
def test_where_the_law_allows_it_what_is_judged_is_built_and_said_to_lack_a_model(
    settings: Settings, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture, is_trained: bool,
) -> None:  # fmt: skip
    fake, judged = FakeDbt(*GOOD), _Judged()
    seeds = tmp_path / "project" / "seeds"
    seeds.mkdir(parents=True)
    shutil.copy(dbt.PROJECT / "seeds" / "risk_models.csv", seeds)
    if is_trained:
        with (seeds / "risk_models.csv").open("a", encoding="utf-8") as file:
            file.write("emergency_admission_12_months,whole_system,abc" + "," * 11 + "\n")
    monkeypatch.setattr(dbt, "PROJECT", tmp_path / "project")
    monkeypatch.setattr(dbt, "run", fake)
    monkeypatch.setattr(purposes, "require_allowed", judged)
    monkeypatch.setattr(whole_system, "dbt_arguments", lambda folder: whole_system.ARGUMENTS)
    with caplog.at_level(logging.WARNING):
        build(settings, ledger, run_id=RUN, product=PRODUCT)
    assert judged.arguments == whole_system.ARGUMENTS
    place = fake.arguments.index("--vars")
    assert fake.arguments[place : place + 2] == ("--vars", '{"risk_whole_system": true}')
    (row,) = ledger.query("select * from rule_result where rule_id = 'whole_system_trained'")
    assert (row["suite"], row["severity"], row["is_passed"]) == ("purpose", "warning", int(is_trained))
    assert ("wsic risk train --variant whole_system" in caplog.text) is not is_trained


def test_where_it_does_not_dbt_is_told_nothing_and_nothing_is_said(
    settings: Settings, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, judged = FakeDbt(*GOOD), _Judged()
    monkeypatch.setattr(dbt, "run", fake)
    monkeypatch.setattr(purposes, "require_allowed", judged)
    monkeypatch.setattr(whole_system, "dbt_arguments", lambda folder: ())
    build(settings, ledger, run_id=RUN, product=PRODUCT)
    assert judged.arguments == ()
    assert "--vars" not in fake.arguments
    assert not ledger.query("select 1 from rule_result where rule_id = 'whole_system_trained'")
