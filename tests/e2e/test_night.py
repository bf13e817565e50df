"""One small night from the senders' files to the three products."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipeline.ledger import Ledger
from tests.product_contents import tables

ROOT = Path(__file__).parent.parent.parent
PERSON_LEVEL = ("direct_care", "secondary_use")
PRODUCTS = (*PERSON_LEVEL, "open")


def rows_of(night, product: str, table: str) -> int:
    with duckdb.connect(str(night.product(product)), read_only=True) as connection:
        return connection.execute(f"select count(*) from {table}").fetchone()[0]


def test_the_night_publishes_everything(small_night) -> None:
    assert small_night.exit_code == 0, small_night.said
    assert all(small_night.product(name).exists() for name in PRODUCTS)


def test_the_summary_says_what_a_person_needs(small_night) -> None:
    words = (
        "Feeds",
        "Rows by stage",
        "link step",
        "Withheld",
        "Checks",
        "Headline metrics",
        "Products",
        "Next",
    )
    assert not [word for word in words if word not in small_night.said]
    assert small_night.said.count("long_term_social_care_65_plus") == 1


def test_every_row_is_accounted_for(small_night) -> None:
    """Each stage balances, and begins with what the stage before it let through."""
    ledger = Ledger(small_night.home / "audit" / "ledger.sqlite")
    balance = "rows_in - rows_out - rows_quarantined - rows_withheld - rows_superseded"
    assert ledger.query(f"select * from stage where {balance} <> 0") == []
    totals = (
        "select product, stage, sum(rows_in) as rows_in, sum(rows_out) as rows_out from stage group by 1, 2"
    )
    out = {(row["product"], row["stage"]): row for row in ledger.query(totals)}
    assert out["", "landing"]["rows_out"] == out["", "current"]["rows_in"] > 0
    for product in PERSON_LEVEL:
        assert out["", "current"]["rows_out"] == out[product, "pseudonymised"]["rows_in"]


@pytest.mark.parametrize("product", PERSON_LEVEL)
def test_the_published_accounts_balance(small_night, product: str) -> None:
    assert rows_of(small_night, product, "audit.reconciliation") > 0
    assert rows_of(small_night, product, "audit.reconciliation where is_balanced is distinct from true") == 0


@pytest.mark.parametrize("product", PERSON_LEVEL)
def test_incidents_lead_to_their_attendances_and_stand_in_no_total(small_night, product: str) -> None:
    incidents = rows_of(small_night, product, "core.ambulance_incident")
    conveyed = "core.ambulance_incident where incident_outcome = 'See and convey to ED'"
    found = rows_of(small_night, product, f"{conveyed} and attendance_matched_by = 'incident_number'")
    assert incidents > rows_of(small_night, product, conveyed) > 0
    assert found > 0.8 * rows_of(small_night, product, conveyed)
    assert rows_of(small_night, product, "core.activity where source = 'ambulance'") == 0
    counted = "quality.ambulance_match, range(n) where counted = 'incident'"
    assert rows_of(small_night, product, counted) == incidents


@pytest.mark.parametrize("product", PERSON_LEVEL)
def test_no_table_of_the_contract_is_empty(small_night, product: str) -> None:
    """Every published table of this issue has rows.

    No sender of the economy has an extension of its own. Of three hundred people, nobody whom a council
    serves came to hospital since the day before (``test_radar_recomputed`` has people who did).
    """
    with duckdb.connect(str(small_night.product(product)), read_only=True) as connection:
        empty = [
            name for name in tables(connection) if not connection.execute(f"from {name} limit 1").fetchone()
        ]
    assert set(empty) <= {"audit.extension_stripped", "wsic.alert"}


def test_the_two_products_share_no_key(small_night) -> None:
    with duckdb.connect() as connection:
        for name in PERSON_LEVEL:
            connection.execute(f"attach '{small_night.product(name)}' as {name} (read_only)")
        shared = "from direct_care.core.person inner join secondary_use.core.person using (person_key)"
        assert connection.execute(shared).fetchall() == []


def wsic(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *arguments],
        cwd=ROOT, env={**os.environ, "WSIC_HOME": str(home)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_ledger_of_the_night_is_shown_again(small_night) -> None:
    done = wsic(small_night.home, "runs", "20260331-001", "--json")
    summary = json.loads(done.stdout)
    assert (done.returncode, summary["run"]["outcome"], summary["exit_code"]) == (0, "published", 0)
    assert len(summary["metrics"]) == 5
    assert all(metric["coverage"] in ("complete", "partial", "missing") for metric in summary["metrics"])
    assert date.fromisoformat(summary["metrics"][0]["period_end"]) <= small_night.as_of
