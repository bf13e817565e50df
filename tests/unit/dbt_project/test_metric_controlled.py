"""Metrics of 300 people as dbt builds them, marked by a site: shown by the rule, and not to be had."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import yaml

from pipeline import controlled

pytestmark = pytest.mark.long

METRIC = "wsic.metric"
_MODEL = Path(__file__).parents[3] / "dbt_project" / "models" / "published" / "wsic" / "metric.yml"


def test_the_projects_metrics_can_be_controlled_as_they_are_built(built, tmp_path: Path) -> None:
    meta = yaml.safe_load(_MODEL.read_text("utf-8"))["models"][0]["config"]["meta"]
    marked = controlled.marked_tables({METRIC: meta}, "direct_care", f"direct_care:{METRIC}")
    version = tmp_path / "version.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{version}' as version")
        connection.execute("create schema version.wsic")
        connection.execute(f"attach '{built.database}' as made (read_only)")
        connection.execute(f"create table version.{METRIC} as from made.{METRIC}; detach made")
        controlled.control(connection, built.database, marked, name="version")
        counted = f"select count(*), count(numerator), count(value) from version.{METRIC}"
        n_rows, n_shown, n_rates = connection.execute(counted).fetchone()
        small = f"from version.{METRIC} where numerator between 1 and 7 or denominator between 1 and 7"
        assert connection.execute(small).fetchall() == []
        assert 0 < n_rates <= n_shown < n_rows
    with duckdb.connect() as connection:
        found = controlled.findings(connection, built.database, version, marked).to_pylist()
    wrong = ("is_small_and_shown", "is_not_rounded", "is_recoverable", "is_differenced")
    assert [row["place"] for row in found if any(row[what] for what in wrong)] == []
    assert len(found) > 100
