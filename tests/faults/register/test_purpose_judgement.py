"""The judgement by itself: columns that the register does not have, and verdicts that are kept."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.handling import written
from pipeline.warehouse.purposes import verdict
from pipeline.warehouse.purposes.judge import judge
from pipeline.warehouse.purposes.kept import read_register, source_columns
from pipeline.warehouse.purposes.project import Project


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    written.write(tmp_path)
    return tmp_path


def test_a_column_that_the_register_does_not_have_is_refused(folder: Path) -> None:
    table = pa.table({"patients_key": ["k"], "sex": ["female"], "surname": ["x"]})
    pq.write_table(table, folder / "gp__patients.parquet")
    register = read_register(folder)
    _, undeclared = source_columns(folder, register)
    assert undeclared == ["gp__patients.surname"]
    findings = judge(Project(), register, undeclared)
    assert [(finding.rule_id, finding.model) for finding in findings] == [
        ("columns_declared", "gp__patients.surname")
    ]


def test_a_verdict_holds_only_for_what_it_was_given_on(folder: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    model = project / "a.sql"
    model.write_text("select 1 as n", encoding="utf-8")
    first = verdict.fingerprint(project, folder, {"s": ("a",)}, "secondary_use")
    verdict.keep(tmp_path, first, models=1, opaque=[], rows=[])
    assert verdict.read(tmp_path, first) is not None
    assert verdict.fingerprint(project, folder, {"s": ("a",)}, "direct_care") == first
    changed = [verdict.fingerprint(project, folder, {"s": ("a", "b")}, "secondary_use")]
    given = ("--vars", '{"a": true}')
    changed.append(verdict.fingerprint(project, folder, {"s": ("a",)}, "secondary_use", given))
    model.write_text("select 2 as n", encoding="utf-8")
    changed.append(verdict.fingerprint(project, folder, {"s": ("a",)}, "secondary_use"))
    register = folder / "register__handling.parquet"
    register.write_bytes(register.read_bytes() + b"x")
    changed.append(verdict.fingerprint(project, folder, {"s": ("a",)}, "secondary_use"))
    assert len({first, *changed}) == 5
    assert {verdict.read(tmp_path, fingerprint) for fingerprint in changed} == {None}


def test_a_project_that_asks_for_its_product_is_judged_for_each(folder: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.sql").write_text("select '{{ env_var(\"WSIC_PRODUCT\") }}' as p", encoding="utf-8")
    prints = {verdict.fingerprint(project, folder, {}, name) for name in ("direct_care", "secondary_use")}
    assert len(prints) == 2
